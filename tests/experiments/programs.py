"""Networks as people write them, for torch to run and for us to read: each is written in a way of its own."""

from tests.experiments.ways_of_writing import KINDS, LINES, NAMES, WORDS

RESIDUAL_UNET = '''
import torch
from torch import nn
import torch.nn.functional as F


class Twice(nn.Module):
    """Two convolutions."""

    def __init__(self, channels, out, between=None):
        super(Twice, self).__init__()
        if not between:
            between = out
        self.both = nn.Sequential(
            nn.Conv2d(channels, between, kernel_size=3, padding=1, bias=False), nn.BatchNorm2d(between),
            nn.ReLU(inplace=True), nn.Conv2d(between, out, 3, padding=1), nn.ReLU(inplace=True),
        )

    def forward(self, x):
        return self.both(x)


class Up(nn.Module):
    def __init__(self, channels, out, smooth=False):
        super().__init__()
        self.up = nn.Upsample(scale_factor=2, mode="bilinear") if smooth else nn.ConvTranspose2d(channels, out, 2, 2)
        self.conv = Twice(channels + out if smooth else 2 * out, out, channels // 2)

    def forward(self, x, early):
        x = self.up(x)
        rows = early.size()[2] - x.size()[2]
        columns = early.size(3) - x.size(3)
        x = F.pad(x, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2])
        return self.conv(torch.cat([early, x], dim=1))


class UNet(nn.Module):
    def __init__(self, classes=21, smooth=False):
        super().__init__()
        self.up1 = Up(32, 16, smooth)
        self.up2 = Up(16, 8, smooth)
        self.start = Twice(3, 8)
        self.down1 = nn.Sequential(nn.MaxPool2d(2), Twice(8, 16))
        self.down2 = nn.Sequential(nn.MaxPool2d(2), Twice(16, 32))
        self.score = nn.Conv2d(8, classes, kernel_size=1)

    def forward(self, x):
        x1 = self.start(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x = self.up1(x3, x2)
        x = self.up2(x, x1)
        return self.score(x)


if __name__ == "__main__":
    print(UNet()(torch.rand(1, 3, 64, 64)).shape)
'''

LISTS = """
class Net(nn.Module):
    def __init__(self, channels=1, widths=[8, 16, 32], **more):
        super().__init__()
        self.downs, self.ups = nn.ModuleList(), nn.ModuleList()
        self.pool = nn.MaxPool2d(kernel_size=2, stride=2)
        for width in widths:
            self.downs.append(nn.Conv2d(channels, width, 3, padding=1))
            channels = width
        for k, width in enumerate(reversed(widths)):
            self.ups.append(nn.ConvTranspose2d(width * 2, width, kernel_size=2, stride=2))
            self.ups.append(nn.Conv2d(width * 2, width, 3, padding=1))
        self.middle = nn.Conv2d(widths[-1], 2 * widths[-1], 1)

    def forward(self, x):
        kept = []
        for down in self.downs:
            x = down(x)
            kept.append(x)
            x = self.pool(x)
        x = self.middle(x)
        kept = kept[::-1]
        for k in range(0, len(self.ups), 2):
            x = self.ups[k](x)
            if x.shape != kept[k // 2].shape:
                x = F.interpolate(x, size=kept[k // 2].shape[2:])
            x = self.ups[k + 1](torch.cat((kept[k // 2], x), dim=1))
        return x


net = Net(channels=2)
noise = torch.randn(1, 2, 50, 50)
"""

RESNET = """
def conv3x3(channels: int, out: int, stride: int = 1) -> nn.Conv2d:
    "3x3 convolution with padding"
    return nn.Conv2d(channels, out, kernel_size=3, stride=stride, padding=1, bias=False)


class Block(nn.Module):
    expansion: int = 2

    def __init__(self, channels, out, stride=1, shortcut=None, norm=None):
        super().__init__()
        norm = norm or nn.BatchNorm2d
        self.conv1, self.bn1 = conv3x3(channels, out, stride), norm(out)
        self.conv2, self.bn2 = conv3x3(out, out * self.expansion), norm(out * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = shortcut

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.shortcut is not None:
            identity = self.shortcut(x)
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self, block, counts, classes=21):
        super().__init__()
        self.channels = 8
        self.stem = nn.Conv2d(3, self.channels, kernel_size=7, stride=2, padding=3, bias=False)
        self.layer1 = self._stage(block, 8, counts[0])
        self.layer2 = self._stage(block, 16, counts[1], stride=2)
        self.score = nn.Conv2d(16 * block.expansion, classes, 1)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    def _stage(self, block, out, count, stride=1):
        shortcut = None
        if stride != 1 or self.channels != out * block.expansion:
            shortcut = nn.Sequential(nn.Conv2d(self.channels, out * block.expansion, 1, stride, bias=False))
        layers = [block(self.channels, out, stride, shortcut)]
        self.channels = out * block.expansion
        layers += [block(self.channels, out) for _ in range(1, count)]
        return nn.Sequential(*layers)

    def forward(self, x):
        shape = x.shape[-2:]
        x = F.max_pool2d(F.relu(self.stem(x)), kernel_size=3, stride=2, padding=1)
        x = self.score(self.layer2(self.layer1(x)))
        return {"out": F.interpolate(x, size=shape, mode="bilinear", align_corners=False)}


model = ResNet(Block, [1, 2])
"""

BRANCHES = """
class Rate(nn.Sequential):
    def __init__(self, channels, out, rate):
        parts = [nn.Conv2d(channels, out, 3, padding=rate, dilation=rate, bias=False), nn.ReLU()]
        super().__init__(*parts)


class Doubled(nn.Sequential):
    def forward(self, x):
        return F.pad(super().forward(x), (1, 0)) * 2


class Whole(nn.Sequential):
    def forward(self, x):
        height, width = x.shape[-2:]
        for part in self:
            x = part(x)
        return F.interpolate(x, size=(height, width), mode="bilinear", align_corners=False)


class ASPP(nn.Module):
    def __init__(self, channels, rates, out=8):
        super().__init__()
        parts = [nn.Conv2d(channels, out, 1)]
        parts.extend(Rate(channels, out, rate) for rate in tuple(rates))
        parts += [Doubled(nn.ZeroPad2d((-1, 0, 0, 0)), nn.Conv2d(channels, out, 1))]
        parts.append(Whole(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, out, 1)))
        self.parts = nn.ModuleList(parts)
        self.project = nn.Conv2d(len(self.parts) * out, out, 1)

    def forward(self, x):
        return self.project(torch.cat([part(x) for part in self.parts], dim=1))


aspp = ASPP(16, [2, 4])
"""

INDICES = """
class SegNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.pool = nn.Conv2d(3, 8, 3, padding=1), nn.MaxPool2d(2, 2, return_indices=True)
        self.up, self.unpool = nn.Conv2d(8, 4, 3, padding=1), nn.MaxUnpool2d(2, stride=2)

    def forward(self, x):
        x, first = self.pool(F.relu(self.down(x)))
        x, second = F.max_pool2d(x, 2, 2, return_indices=True)
        x = torch.relu(F.max_unpool2d(x, second, 2, 2))
        return self.up(self.unpool(x, first))
"""

GATES = """
class Squeeze(nn.Module):
    def __init__(self, channels, ratio=4):
        super().__init__()
        self.gate = nn.Sequential(nn.Conv2d(channels, channels // ratio, 1), nn.ReLU(),
                                  nn.Conv2d(channels // ratio, channels, 1), nn.Sigmoid())

    def forward(self, x):
        return self.gate(F.adaptive_avg_pool2d(x, 1)) * x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.squeeze = nn.Conv2d(3, 16, 3, padding=1), Squeeze(16)
        self.look = nn.Conv2d(16, 1, 1)

    def forward(self, x):
        y = self.squeeze(self.conv(x)) * 0.5 + 1
        return y * torch.sigmoid(self.look(y)), y
"""

CROPS = """
class FCN16s(nn.Module):
    def __init__(self, classes=5):
        super().__init__()
        self.start = nn.Conv2d(3, 8, 3, padding=20)
        self.pool = nn.MaxPool2d(2, stride=2, ceil_mode=True)
        self.deep, self.score, self.score4 = (nn.Conv2d(8, 8, 3), nn.Conv2d(8, classes, 1), nn.Conv2d(8, classes, 1))
        self.up2 = nn.ConvTranspose2d(classes, classes, 4, stride=2, bias=False)
        self.up4 = nn.ConvTranspose2d(classes, classes, 8, stride=4, bias=False)
        self._initialize_weights()

    def _initialize_weights(self):
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                m.weight.data.zero_()

    def forward(self, x):
        h = self.pool(self.pool(self.start(x)))
        pool4 = h
        h = self.up2(self.score(self.deep(self.pool(h))))
        early = self.score4(pool4)
        early = early[:, :, 2 : 2 + h.size()[2], 2 : 2 + h.size()[3]]
        h = self.up4(torch.add(h, early))
        return h[..., 3 : 3 + x.shape[2], 3 : 3 + x.shape[3]].contiguous()
"""

COPIED = """import math

def conv(before, after, size, **more):
    return nn.Conv2d(before, after, size, padding=size // 2, **more)

class Block(nn.Module):
    def __init__(self, before, after, act='ReLU', **kwargs):
        super().__init__()
        self.conv = conv(before, after, 3, **kwargs)
        self.drop = nn.Dropout2d(0.2 if act.lower() == 'relu' else 0)
        self.act = nn.ReLU() if act.lower().startswith('re') else nn.Identity()
        self.again = conv(after, after, 1, **{'bias': False})
    def forward(self, x):
        x = self.act(self.conv(x))
        if self.drop.p != 0:
            x = self.drop(input=x)
        return F.relu(input=self.again(x))

class Net(nn.Module):
    def __init__(self, classes, scale=4):
        super().__init__()
        self.body = nn.Sequential(Block(3, 8, stride=2), Block(before=8, after=4 << 2, act='none', bias=False))
        up = []
        if scale & (scale - 1) == 0:
            for _ in range(int(math.log(scale, 2))):
                up += [conv(16, 16 * 4, 3), nn.PixelShuffle(2)]
        self.up = nn.Sequential(*up)
        self.last = nn.Conv2d(self.body[1].conv.out_channels, classes, kernel_size=1)
    def forward(self, x):
        size = x.shape[2:]
        return F.interpolate(input=self.last(self.up(self.body(x))), size=size, mode='bilinear')

if __name__ == "__main__":
    x = torch.randn(2, 3, 64, 64)
    model = Net(5).eval()
    out = model(x)
    print(out.shape)
"""
"""Much copied ways: arguments handed on, a call where the file is run, settings read off a layer."""

WRITTEN = {
    "unet": RESIDUAL_UNET, "lists": LISTS, "resnet": RESNET, "branches": BRANCHES, "indices": INDICES, "gates": GATES,
    "crops": CROPS, "words": WORDS, "names": NAMES, "lines": LINES, "kinds": KINDS, "copied": COPIED,
}  # fmt: skip
"""What is special about it -> its text. Where none is made by the text, the last class is meant."""
