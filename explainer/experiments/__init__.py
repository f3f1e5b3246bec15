"""What the pages measure beside stepping through an operator: costs, patches against one pass, overlap, a line-up.

`costs` and `drawings` are pure Python, so that the first page waits for no import.
"""
