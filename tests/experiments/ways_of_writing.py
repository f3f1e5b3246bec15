"""Ways of writing networks: words of Python and torch that the texts of `programs.py` have not."""

WORDS = """
PLAN = {"A": [8, "M", 16, "M"]}


def features(plan, norm=False):
    layers, channels = [], 3
    for v in plan:
        if v == "M":
            layers += [nn.MaxPool2d(2)]
        else:
            layers += [nn.Conv2d(channels, v, 3, padding=1), *([nn.BatchNorm2d(v)] if norm else []), nn.ReLU()]
            channels = v
    return nn.Sequential(*layers)


ups = [nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(c, c // 2, 3, padding=1)) for c in (16, 8) if c > 1]
nn.Sequential(features(PLAN["A"], norm=True), *ups, nn.Conv2d(4, 2**2, 1))
"""

NAMES = """
class Base(nn.Module):
    def __init__(self, depth=2, *, width=8):
        super().__init__()
        for k in range(depth):
            self.add_module(f"down{k}", nn.Conv2d(3 if k == 0 else width, width, 3, padding=1))
        setattr(self, "depth", depth)
        self.heads = nn.ModuleDict({"large": nn.Identity()})
        self.heads["small"] = nn.Conv2d(width // 4, 3, 1)

    def forward(self, x):
        for k in range(self.depth):
            x = getattr(self, f"down{k}")(x).relu()
            x = F.leaky_relu(x, 0.2) if not self.training and k >= 0 else x
        return x


class Net(Base):
    def __init__(self):
        super().__init__(depth=3, width=12)
        self.up = nn.PixelShuffle(2)

    @staticmethod
    def halved(x):
        return F.avg_pool2d(x, 2)

    def forward(self, x):
        n, c, h, w = x.shape
        x = self.halved(super().forward(x))
        assert x.shape[2] == h // 2
        return self.heads["small"](self.up(x))
"""

LINES = """
layers, c = [], 3
for k in range(3):
    layers.append(nn.Conv2d(c, 8 * 2**k, 3, 2, 1))
    layers += [nn.ReLU()]
    c = 8 * 2**k
layers.insert(0, nn.ZeroPad2d(2))
model = nn.Sequential(*layers[:-1])
model.add_module("up", nn.ConvTranspose2d(c, 21, 16, 8, 4))
"""
KINDS = """
import functools
from collections import OrderedDict


class Block(nn.Module):
    def __init__(self, channels, out, kernel=3, act=True, norm=nn.BatchNorm2d):
        super().__init__()
        pad = kernel // 2 if isinstance(kernel, int) else [k // 2 for k in kernel]
        bias = norm.func == nn.InstanceNorm2d if type(norm) == functools.partial else norm == nn.InstanceNorm2d
        self.conv = nn.Conv2d(channels, out, kernel, 1, pad, bias=bias)
        self.act = act if isinstance(act, nn.Module) else nn.SiLU() if act is True else nn.Identity()

    def forward(self, x):
        x = self.norm(x) if hasattr(self, "norm") else x
        return self.act(self.conv(x)) if not x.is_cuda and x.ndim == 4 else x


class Around(nn.Module):
    def __init__(self, channels, inner=None):
        super().__init__()
        down, up = [nn.Conv2d(channels, channels, 4, 2, 1)], [nn.ConvTranspose2d(channels, channels, 4, 2, 1)]
        self.model = nn.Sequential(*(down + ([] if inner is None else [inner]) + up))

    def forward(self, input):
        return torch.cat([input, self.model(input)], 1)

    @staticmethod
    def after(channels, name):
        return nn.Sequential(OrderedDict([(name + "conv", nn.Conv2d(2 * channels, channels, 1)), (name, nn.ReLU())]))


class Net(nn.Module):
    def __init__(self, out):
        super(Net, self).__init__()
        inner = None
        for k in range(2):
            inner = nn.Sequential(Around(8, inner), Around.after(8, name=f"after{k}"))
        self.all = nn.Sequential(Block(3, 8, (3, 5), nn.ReLU()), inner, Block(8, out, 1, norm=nn.InstanceNorm2d))

    def forward(self, x):
        return self.all(x)


net = Net(4).to("cpu")
"""
