"""What three designs of the same small segmentation net cost: pure ints, no torch.

The lecture's chain of ideas, with one net of L convolutions of k x k (same padding, `channels` maps wide) and a
1 x 1 convolution at the end that scores the classes:

- *sliding window*: for each pixel, cut out the patch that the net sees and run the net on it, without padding, so
  that the map shrinks to the one pixel in the middle;
- *full resolution*: the same convolutions, once over the whole image. Away from the border it computes the same
  numbers, so the difference in cost is pure waste;
- *down and up*: the same number of convolutions spread over levels of half, quarter ... resolution. The first
  convolution of a lower level has stride 2; the way up are transposed convolutions with k = 4, s = 2, p = 1.

Units: multiply-adds (one product and one sum each), parameters (weights and biases), activations in values (four
bytes each in float32). A layer's activations are its outputs; training keeps them all for the backward pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from explainer import geometry

#: Colors in, and VOC's classes with the background out.
COLORS, CLASSES = 3, 21
BYTES = 4
UP_KERNEL, UP_STRIDE, UP_PADDING = 4, 2, 1


@dataclass(frozen=True)
class Net:
    """What the visitor chooses.

    Attributes:
        side: image height and width in pixels, divisible by 2^stages.
        layers: convolutions of k x k (the scoring layer comes on top).
        channels: maps in each layer at full resolution.
        kernel: k, odd.
        stages: how often the third design halves its maps; 2 * stages + 1 must not exceed `layers`.
        doubling: double the channels each time the map is halved.
    """

    side: int = 256
    layers: int = 9
    channels: int = 64
    kernel: int = 3
    stages: int = 2
    doubling: bool = False

    def __post_init__(self) -> None:
        if self.kernel % 2 == 0:
            raise ValueError(f"kernel is {self.kernel}; it must be odd, so that the map keeps its size.")
        if self.stages > most_stages(self.layers):
            raise ValueError(f"stages is {self.stages}; with {self.layers} layers at most {most_stages(self.layers)}.")
        if self.side % 2**self.stages:
            raise ValueError(f"side is {self.side}; it must be divisible by {2**self.stages}.")


@dataclass(frozen=True)
class Layer:
    """One layer on square maps. `name` is torch's; `padding` is torch's too."""

    name: str
    c_in: int
    c_out: int
    k: int
    s: int
    padding: int
    in_side: int
    out_side: int

    @property
    def macs(self) -> int:
        """Multiply-adds. A transposed convolution is counted by its stamps: taps times *input* pixels."""
        side = self.in_side if self.name == "ConvTranspose2d" else self.out_side
        return geometry.convolution_macs(self.c_in, self.c_out, self.k, side, side)

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self.c_in * self.c_out * self.k**2 + self.c_out

    @property
    def values(self) -> int:
        """Values in the output."""
        return self.c_out * self.out_side**2


@dataclass(frozen=True)
class Cost:
    """What one design costs for one image.

    Attributes:
        layers: the net that runs, for one run.
        runs: how often it runs: once, or once for each pixel.
        field: receptive field, pixels a side.
    """

    title: str
    layers: tuple[Layer, ...]
    runs: int
    field: int

    @property
    def macs(self) -> int:
        """Multiply-adds for all pixels of the image."""
        return self.runs * sum(layer.macs for layer in self.layers)

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def memory(self) -> int:
        """Bytes of all activations, which training on every pixel of one image keeps."""
        return BYTES * self.runs * sum(layer.values for layer in self.layers)

    @property
    def peak(self) -> int:
        """Bytes that prediction needs at once: the largest pair of one layer's input and output, one run at a time."""
        return BYTES * max(layer.c_in * layer.in_side**2 + layer.values for layer in self.layers)


def most_stages(layers: int) -> int:
    """How often the maps can be halved, so that each level on the way down and up has a layer.

    >>> most_stages(9), most_stages(4)
    (4, 1)
    """
    return (layers - 1) // 2


def designs(net: Net) -> tuple[Cost, Cost, Cost]:
    """The three designs: sliding window, full resolution, down and up."""
    dense, hourglass, field = full_resolution(net), down_and_up(net), window(net)
    return (
        Cost("Sliding window", patch_net(net), net.side**2, field),
        Cost("Full resolution", dense, 1, receptive_field(dense)),
        Cost("Down and up", hourglass, 1, receptive_field(hourglass)),
    )


def window(net: Net) -> int:
    """Side of the patch that decides about one pixel: 1 + L (k - 1).

    >>> window(Net(layers=9, kernel=3))
    19
    """
    return geometry.receptive_field([(net.kernel, 1)] * net.layers)[0]


def patch_net(net: Net) -> tuple[Layer, ...]:
    """The net on one patch, without padding: the map shrinks by k - 1 with each layer, to one pixel."""
    k, c = net.kernel, net.channels
    sides = [window(net) - n * (k - 1) for n in range(net.layers + 1)]
    body = [Layer("Conv2d", COLORS if n == 0 else c, c, k, 1, 0, sides[n], sides[n + 1]) for n in range(net.layers)]
    return (*body, Layer("Conv2d", c, CLASSES, 1, 1, 0, 1, 1))


def full_resolution(net: Net) -> tuple[Layer, ...]:
    """The same convolutions over the whole image, padded so that the map keeps its size."""
    return down_and_up(Net(net.side, net.layers, net.channels, net.kernel, stages=0))


def down_and_up(net: Net) -> tuple[Layer, ...]:
    """The convolutions spread evenly over levels 0, 1, ..., stages, ..., 1, 0, with the layers between levels."""
    path = [*range(net.stages + 1), *reversed(range(net.stages))]
    built: list[Layer] = []
    level, c_in = 0, COLORS
    for n in range(net.layers):
        here = path[n * len(path) // net.layers]
        if here < level:
            built.append(up_layer(net, level))
            c_in = built[-1].c_out
        s = 2 if here > level else 1
        built.append(level_layer(net, c_in, here, s))
        level, c_in = here, built[-1].c_out
    side = net.side >> level
    return (*built, Layer("Conv2d", c_in, CLASSES, 1, 1, 0, side, side))


def width(net: Net, level: int) -> int:
    """Channels at a level."""
    return net.channels << level if net.doubling else net.channels


def level_layer(net: Net, c_in: int, level: int, s: int) -> Layer:
    """A convolution that ends on a level; with stride 2 it comes from the level above."""
    out = net.side >> level
    return Layer("Conv2d", c_in, width(net, level), net.kernel, s, net.kernel // 2, out * s, out)


def up_layer(net: Net, level: int) -> Layer:
    """The transposed convolution from a level to the one above it, twice as large."""
    side = net.side >> level
    channels = width(net, level), width(net, level - 1)
    return Layer("ConvTranspose2d", *channels, UP_KERNEL, UP_STRIDE, UP_PADDING, side, 2 * side)


def receptive_field(layers: tuple[Layer, ...]) -> int:
    """The most input pixels along one axis that one output pixel depends on, were the image larger.

    Followed back from an output pixel, layer by layer, as an interval; with transposed convolutions it depends on the
    pixel's place in its block, so one whole period of output pixels is tried.
    """
    period = 1
    for layer in layers:
        period *= layer.s if layer.name == "ConvTranspose2d" else 1
    return max(field_of_pixel(layers, pixel) for pixel in range(period))


def field_of_pixel(layers: tuple[Layer, ...], pixel: int) -> int:
    """Input pixels along one axis that this output pixel depends on; borders are not looked at."""
    low = high = pixel
    for layer in reversed(layers):
        if layer.name == "ConvTranspose2d":
            low = ceil((low + layer.padding - layer.k + 1) / layer.s)
            high = (high + layer.padding) // layer.s
        else:
            low = low * layer.s - layer.padding
            high = high * layer.s - layer.padding + layer.k - 1
    return high - low + 1


def layers_to_see(field: int, kernel: int) -> int:
    """Convolutions at full resolution needed for a receptive field.

    >>> layers_to_see(19, 3), layers_to_see(20, 3)
    (9, 10)
    """
    return ceil((field - 1) / (kernel - 1)) if kernel > 1 else 1
