"""placeholder"""
from __future__ import annotations
from typing import Any
from explainer.segmentation.weights import Progress, WeightsError
def torchvision_state(name: str, progress: Progress | None = None) -> dict[str, Any]:
    raise WeightsError("not yet")
