"""The stage's player, in Python: which ties a step has, what every cell shows after it, and the sentence about it.

Beside each module lies its twin in JavaScript, which the stage plays by; one table of cases holds each pair together
(tests/player).
"""
