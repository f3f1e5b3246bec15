"""The bundled file: pinned, small, without code; and the list of networks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from explainer.segmentation.model import FCN
from explainer.segmentation.weights import (
    BUNDLED_FILE,
    BUNDLED_SHA256,
    WeightsError,
    available_models,
    bundled_state,
    model_info,
    sha256_of,
)


def test_the_bundled_file_is_the_one_that_is_pinned() -> None:
    assert sha256_of(BUNDLED_FILE) == BUNDLED_SHA256
    assert BUNDLED_FILE.stat().st_size < 10_000_000
    assert BUNDLED_SHA256 in (BUNDLED_FILE.parent / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_it_holds_plain_finite_tensors_that_fit_the_network() -> None:
    stored = torch.load(BUNDLED_FILE, map_location="cpu", weights_only=True)
    assert {value.dtype for value in stored.values()} == {torch.float16, torch.float32}
    state = bundled_state()
    assert all(value.dtype == torch.float32 and bool(value.isfinite().all()) for value in state.values())
    FCN().load_state_dict(state, strict=True)


def test_another_file_is_not_read(tmp_path: Path) -> None:
    other = tmp_path / "weights.pt"
    other.write_bytes(BUNDLED_FILE.read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsError, match="not those of this version"):
        bundled_state(other)
    with pytest.raises(WeightsError, match="missing"):
        bundled_state(tmp_path / "none.pt")


def test_the_networks_are_listed_the_bundled_first() -> None:
    names = [info.name for info in available_models()]
    assert names[:3] == ["fcn8s", "fcn16s", "fcn32s"]
    assert {"fcn_resnet50", "fcn_resnet101", "lraspp_mobilenet_v3_large", "deeplabv3_resnet50"} == set(names[3:])
    assert all(info.title and info.upsampling.endswith(".") and info.long_side for info in available_models())


def test_an_unknown_network_is_refused_with_the_list() -> None:
    with pytest.raises(ValueError, match=r"alexnet.*fcn8s.*deeplabv3_resnet50"):
        model_info("alexnet")
