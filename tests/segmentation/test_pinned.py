"""What a network is given and what its answers are called, against what is known from elsewhere."""

from __future__ import annotations

import numpy as np

from explainer.photos import read_photo
from explainer.scene.transport import pack_column
from explainer.segmentation.classes import CLASS_NAMES
from explainer.segmentation.inference import predict
from explainer.segmentation.resize import to_input, torchvision_input
from explainer.segmentation.samples import sample

#: The classes as the VOC development kit numbers them, typed from its `VOCinit.m` (alphabetical, background 0).
VOC = {
    0: "background", 1: "aeroplane", 2: "bicycle", 3: "bird", 4: "boat", 5: "bottle", 6: "bus", 7: "car", 8: "cat",
    9: "chair", 10: "cow", 11: "diningtable", 12: "dog", 13: "horse", 14: "motorbike", 15: "person",
    16: "pottedplant", 17: "sheep", 18: "sofa", 19: "train", 20: "tvmonitor",
}  # fmt: skip


def test_names_and_ids_are_vocs():
    assert dict(enumerate(CLASS_NAMES)) == VOC


def test_known_photos_have_known_answers():
    """A photo of a cat is a cat, and so on: two names swapped, or two ids, fail here."""
    for name, class_id, least in (
        ("chelsea", 8, 0.3),
        ("sheep", 17, 0.005),
        ("astronaut", 15, 0.1),
        ("airplane", 1, 0.005),
    ):
        labels = predict(read_photo(sample(name).path.read_bytes()).rgb, "fcn8s", 257).labels
        share = np.bincount(labels.ravel(), minlength=21) / labels.size
        assert share[1:].argmax() + 1 == class_id and share[class_id] > least, (name, share.round(2).tolist())


def test_the_network_sees_red_first():
    """A picture that is red only, for our network and for torchvision's: BGR would turn the numbers round."""
    red = np.zeros((129, 129, 3), np.uint8)
    red[..., 0] = 255
    found = to_input(red, 129)[0].mean((1, 2)).tolist()
    assert np.allclose(found, [1, -1, -1], atol=1e-3), found
    found = torchvision_input(red, 129)[0].mean((1, 2)).tolist()
    assert np.allclose(found, [(1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225], atol=1e-3), found


def test_numbers_are_packed_in_as_few_bytes_as_hold_them():
    for largest, code in ((127, "i1:"), (128, "i2:"), (32767, "i2:"), (32768, "i4:")):
        packed = pack_column([0] * 99 + [largest])
        assert isinstance(packed, str) and packed.startswith(code), largest
