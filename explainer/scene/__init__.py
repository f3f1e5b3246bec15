"""From an operator and an input to the scene: plain JSON that says what is drawn and what every step does.

`ties` finds the elementary products, `panels` the parts, `scenes` puts them together, `transport` packs a scene for the
wire. The stage, the raster and the captions all play the same scene; nothing in here knows how it is drawn.
"""
