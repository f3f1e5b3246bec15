"""A scene as pictures, drawn with pillow: one step as PNG, all of them as an animated GIF.

`layout` says where panels stand, `text` writes, `sheet` draws cells and outlines, `painter` takes a scene from step to
step, `pictures` makes files of it.
"""

from explainer.raster.pictures import MOST_FRAMES, frame, frame_steps, to_gif, to_png

__all__ = ["MOST_FRAMES", "frame", "frame_steps", "to_gif", "to_png"]
