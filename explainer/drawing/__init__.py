"""The parts of a picture drawn with pillow: where panels stand, text, the sheet they are drawn on, and the painter."""
