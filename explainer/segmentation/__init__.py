"""Semantic segmentation: the bundled FCN, torchvision's networks, and what a picture of labels needs.

Importing this package imports no torch: `palette` and `samples` stay light, the others import torch themselves.
"""
