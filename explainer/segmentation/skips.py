"""What scores the network's maps: a head with context at stride 32, and skips that see what coarser maps believe."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from explainer.segmentation.classes import CLASS_COUNT

RATES = (1, 3, 6)
"""Dilations of the head's 3x3 looks: 64, 192 and 384 input pixels to either side of what a stride-32 pixel sees."""
LOCAL, CONTEXT, FEATURES = 256, 128, 256
"""Channels of the initial head's branches, of each look around, and of what they are brought together to."""


class Context(nn.Module):
    """What a map at stride 32 shows: local features, the whole photo's mean, and looks around at several rates.

    The local branch, the mean and the last layer are DeepLab's, from which the weights come.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.aspp0 = nn.Conv2d(channels, LOCAL, 1)
        self.pool = nn.Conv2d(channels, LOCAL, 1)
        self.squeeze = nn.Conv2d(channels, CONTEXT, 1)
        self.around = nn.ModuleList(
            nn.Conv2d(CONTEXT, CONTEXT, 3, padding=rate, dilation=rate, groups=CONTEXT) for rate in RATES
        )
        self.proj = nn.Conv2d(2 * LOCAL + len(RATES) * CONTEXT, FEATURES, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, channels, h, w) -> (N, 256, h, w)."""
        local = self.aspp0(features).relu()
        whole = self.pool(features.mean((2, 3), keepdim=True)).relu().expand_as(local)
        squeezed = self.squeeze(features).relu()
        around = [look(squeezed).relu() for look in self.around]
        found: Tensor = self.proj(torch.cat((whole, local, *around), 1)).relu()
        return found


class ContextHead(Context):
    """Scores at stride 32, from what the context shows; DeepLab's last layer too."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.logits = nn.Conv2d(FEATURES, CLASS_COUNT, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(N, channels, h, w) -> (N, 28, h, w)."""
        scores: Tensor = self.logits(super().forward(features))
        return scores


class Skip(nn.Module):
    """What a finer map adds to the upscored coarser one.

    The paper scores the finer map with a 1x1 convolution. Beside it, a 3x3 look at the map *and* at the probabilities
    that the coarser maps give there, so that an edge can mean "the cat ends here" and not only "an edge".
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        both = hidden + CLASS_COUNT
        self.score = nn.Conv2d(channels, CLASS_COUNT, 1)
        self.squeeze = nn.Conv2d(channels, hidden, 1)
        self.look = nn.Conv2d(both, hidden, 3, padding=1)
        self.refine = nn.Conv2d(hidden, CLASS_COUNT, 1)
        for layer in (self.score, self.refine):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor, coarse: Tensor) -> Tensor:
        """(N, channels, h, w) and the upscored coarser scores (N, 28, h, w) -> (N, 28, h, w)."""
        seen = torch.cat((self.squeeze(features).relu(), coarse.softmax(1)), 1)
        scores: Tensor = self.score(features) + self.refine(self.look(seen).relu())
        return scores
