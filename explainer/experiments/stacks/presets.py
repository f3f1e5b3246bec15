"""Published networks as stacks, by their papers' tables. Activations and norms are left out: they change no size."""

from __future__ import annotations

from dataclasses import dataclass

VGG = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Channels and convolutions of VGG-16's five stages (Simonyan & Zisserman 2015)."""
MOBILE = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""MobileNetV2: expansion, channels, blocks, stride of the first block (Sandler et al. 2018)."""


@dataclass(frozen=True)
class Preset:
    """A network: its text, the input's side, and what to notice."""

    name: str
    text: str
    side: int
    note: str


def vgg(pad: int, *, ceil: bool, saved: tuple[int, ...] = ()) -> list[str]:
    """VGG-16's convolutions and poolings; the first convolution pads by `pad`, stages in `saved` are remembered."""
    lines, channels = [], 3
    for stage, (wide, count) in enumerate(VGG, 1):
        for one in range(count):
            lines.append(f"nn.Conv2d({channels}, {wide}, 3, padding={pad if stage == 1 and one == 0 else 1})")
            channels = wide
        lines.append(f"nn.MaxPool2d(2, 2{', ceil_mode=True' if ceil else ''})")
        if stage in saved:
            lines.append(f'Save("pool{stage}")')
    return lines


def fcn(stride: int) -> str:
    """FCN-32s, -16s or -8s on VGG-16, as released for Caffe (Long, Shelhamer & Darrell 2015)."""
    saved = {32: (), 16: (4,), 8: (3, 4)}[stride]
    lines = vgg(100, ceil=True, saved=saved)
    lines += ["nn.Conv2d(512, 4096, 7)", "nn.Conv2d(4096, 4096, 1)", "nn.Conv2d(4096, 21, 1)"]
    if stride < 32:
        lines += ["nn.ConvTranspose2d(21, 21, 4, 2, bias=False)", 'Add("pool4", crop=5, score=21)']
    if stride < 16:
        lines += ["nn.ConvTranspose2d(21, 21, 4, 2, bias=False)", 'Add("pool3", crop=9, score=21)']
    crop = {32: 19, 16: 27, 8: 31}[stride]
    return sequential([*lines, f"nn.ConvTranspose2d(21, 21, {2 * stride}, {stride}, bias=False)", f"Crop({crop})"])


def unet() -> str:
    """U-Net with valid convolutions (Ronneberger, Fischer & Brox 2015)."""
    lines, channels = [], 1
    for level, wide in enumerate((64, 128, 256, 512)):
        lines += [f"nn.Conv2d({channels}, {wide}, 3)", f"nn.Conv2d({wide}, {wide}, 3)", f'Save("{level}")']
        lines.append("nn.MaxPool2d(2)")
        channels = wide
    lines += ["nn.Conv2d(512, 1024, 3)", "nn.Conv2d(1024, 1024, 3)"]
    for level, wide in ((3, 512), (2, 256), (1, 128), (0, 64)):
        lines += [f"nn.ConvTranspose2d({2 * wide}, {wide}, 2, 2)", f'Cat("{level}")']
        lines += [f"nn.Conv2d({2 * wide}, {wide}, 3)", f"nn.Conv2d({wide}, {wide}, 3)"]
    return sequential([*lines, "nn.Conv2d(64, 2, 1)"])


def mirrored(middle: list[str], last: int) -> str:
    """VGG-16 down, `middle`, and its mirror image up with max unpooling; `last` classes."""
    lines = vgg(1, ceil=False) + middle
    wide = [(512, 512, 3), (512, 256, 3), (256, 128, 3), (128, 64, 2), (64, 64, 2)]
    for channels, out, count in wide:
        lines.append("nn.MaxUnpool2d(2, 2)")
        lines += [f"nn.ConvTranspose2d({channels}, {channels}, 3, padding=1)"] * (count - 1)
        lines.append(f"nn.ConvTranspose2d({channels}, {out}, 3, padding=1)")
    return sequential([*lines, f"nn.Conv2d(64, {last}, 1)"])


def deconvnet() -> str:
    """DeconvNet (Noh, Hong & Han 2015): through a map of 1 x 1, and back."""
    middle = ["nn.Conv2d(512, 4096, 7)", "nn.Conv2d(4096, 4096, 1)", "nn.ConvTranspose2d(4096, 512, 7)"]
    return mirrored(middle, 21)


def dcgan() -> str:
    """DCGAN's generator (Radford, Metz & Chintala 2016), as in PyTorch's example."""
    lines = ["nn.ConvTranspose2d(100, 512, 4, 1, 0, bias=False)"]
    lines += [f"nn.ConvTranspose2d({2 * wide}, {wide}, 4, 2, 1, bias=False)" for wide in (256, 128, 64)]
    return sequential([*lines, "nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False)", "nn.Tanh()"])


def bundled() -> str:
    """The trunk of this app's network and FCN-32s on it; residual sums change no size."""
    lines, channels = ["nn.Conv2d(3, 32, 3, 2, 1)"], 32
    for expansion, wide, blocks, stride in MOBILE:
        for block in range(blocks):
            hidden, s = channels * expansion, stride if block == 0 else 1
            if expansion > 1:
                lines.append(f"nn.Conv2d({channels}, {hidden}, 1)")
            lines.append(f"nn.Conv2d({hidden}, {hidden}, 3, {s}, 1, groups={hidden})")
            lines.append(f"nn.Conv2d({hidden}, {wide}, 1)")
            channels = wide
    return sequential([*lines, "nn.Conv2d(320, 28, 1)", "nn.ConvTranspose2d(28, 28, 63, 32, 31, groups=28)"])


def sequential(lines: list[str]) -> str:
    """The lines as one expression."""
    return "nn.Sequential(\n" + "".join(f"    {line},\n" for line in lines) + ")"


SMALL = sequential(
    ["nn.Conv2d(3, 16, 3, stride=2, padding=1)", "nn.Conv2d(16, 32, 3, stride=2, padding=1)",
     "nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1)", "nn.ConvTranspose2d(16, 21, 3, stride=2, padding=1)"]
)  # fmt: skip
RESIDUAL = """class Block(nn.Module):
    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.short = nn.Conv2d(channels, out, 1, stride)

    def forward(self, x):
        y = self.conv2(F.relu(self.conv1(x)))
        return F.relu(y + self.short(x))

class Net(nn.Module):
    def __init__(self, widths=(16, 32, 64), classes=21):
        super().__init__()
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        channels = 3
        for width in widths:
            self.down.append(Block(channels, width, 2))
            channels = width
        for width in widths[-2::-1]:
            self.up.append(nn.ConvTranspose2d(channels, width, 4, 2, 1))
            channels = width
        self.score = nn.Conv2d(channels, classes, 1)

    def forward(self, x):
        maps = []
        for block in self.down:
            maps.append(block(x))
            x = maps[-1]
        for up, early in zip(self.up, maps[-2::-1]):
            x = up(x) + early
        return F.interpolate(self.score(x), scale_factor=2, mode="bilinear")
"""
PRESETS = {
    "fcn8": Preset("FCN-8s", fcn(8), 500, "Padding of 100 at the start, because the 7 × 7 layer eats the map; the "
                   "crops 5, 9 and 31 take it away again where maps meet."),
    "fcn16": Preset("FCN-16s", fcn(16), 500, "Crops of 5 and 27."),
    "fcn32": Preset("FCN-32s", fcn(32), 500, "One transposed convolution of 64 × 64, and a crop of 19."),
    "unet": Preset("U-Net", unet(), 572, "No padding at all: 572 in, 388 out, and every skip is cropped."),
    "deconvnet": Preset("DeconvNet", deconvnet(), 224, "Down to a single pixel and back, by unpooling."),
    "segnet": Preset("SegNet", mirrored([], 12), 224, "The mirror image of VGG's convolutions, with unpooling."),
    "dcgan": Preset("DCGAN's generator", dcgan(), 1, "Only up: 1 × 1 becomes 64 × 64. Kernel 4 and stride 2 overlap "
                    "evenly."),
    "bundled": Preset("This app's network", bundled(), 513, "MobileNetV2 down, FCN-32s up: sides of 32n + 1 come "
                      "back exactly."),
    "class": Preset("A class with forward", RESIDUAL, 128, "Two branches of each block meet again; transposed "
                    "convolutions fetch the maps from the way down."),
    "small": Preset("Four layers to change", SMALL, 64, "Nearly: one pixel is lost each time, and `output_padding` "
                    "asks for it back."),
}  # fmt: skip
"""Slug -> network."""
