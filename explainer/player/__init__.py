"""The stage's player, in Python: which ties a step has, what every cell shows after it, and the sentence about it.

`stage.js` holds the same rules for the browser; the raster draws by these, and tests compare the two word for word.
"""
