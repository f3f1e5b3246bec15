"""The last touch: weights on a line between two networks, which of them is taken, and the trunk's way back."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from explainer.segmentation.model import FCN
from tests.training.made_packs import initial_state, make_packs
from training import finish
from training.back import back
from training.finish import blend
from training.packs import Packs
from training.start import initialize


def test_the_blend_lies_on_the_line() -> None:
    torch.manual_seed(0)
    start, trained = FCN().eval(), FCN().eval()
    half = blend(start, trained, 0.5)
    torch.testing.assert_close(half.head.proj.weight, (start.head.proj.weight + trained.head.proj.weight) / 2)
    assert torch.equal(blend(start, trained, 1.0).head.proj.weight, trained.head.proj.weight)


def test_the_blend_that_does_best_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    best = {0.6: 0.5, 0.8: 0.7, 1.0: 0.6}
    shares: list[float] = []

    class Judged:
        def means(self) -> dict[str, float]:
            return {"voc": best[shares[-1]], "mean": best[shares[-1]]}

    def judged(networks: object, packs: object, names: list[str]) -> dict[str, Judged]:
        share = float(networks["net"].grow8.weight.detach().mean())  # type: ignore[index]
        shares.append(round(share, 3))
        return {"fcn8s": Judged()}

    monkeypatch.setattr(finish, "heads_of", lambda net, *_: {"net": net})
    monkeypatch.setattr(finish, "judge", judged)
    make_packs(tmp_path)
    start, trained = FCN(), FCN()
    with torch.no_grad():
        start.grow8.weight.fill_(0)
        trained.grow8.weight.fill_(1)
    mixed, told = finish.finish(start, trained, Packs(tmp_path), [], 65, torch.device("cpu"))
    assert shares == [0.6, 0.8, 1.0] and told == {"blend": 0.8, "before": 0.6, "after": 0.7}
    assert float(mixed.grow8.weight.detach().mean()) == pytest.approx(0.8)


def test_the_way_back_mixes_the_trunks_and_leaves_all_else() -> None:
    torch.manual_seed(6)
    net = FCN()
    own = {key: value.clone() for key, value in net.state_dict().items()}
    deeplab = initialize(FCN(), initial_state()).state_dict()
    mixed = back(net, initial_state(), 0.25).state_dict()
    for key, value in mixed.items():
        expected = 0.25 * own[key] + 0.75 * deeplab[key] if key.startswith("features.") else own[key]
        torch.testing.assert_close(value, expected, rtol=1e-5, atol=1e-6)
    assert {key.split(".")[0] for key in mixed if not torch.equal(mixed[key], own[key])} == {"features"}
