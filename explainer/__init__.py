"""The Upsampling Explainer: every in-network upsampling operator as a matrix that torch itself hands out.

`matrix` knows no operator; `operators` are torch calls with names; `scene` says what is drawn, `stage` and `raster`
play it. Nothing in here but `ui` imports Streamlit, so all of it works in a notebook. The README has the picture.
"""

import os
from typing import Any

from explainer import quota

# Read by OpenMP when torch loads it. Torch's threads otherwise spin while they wait for each other, and where any other
# program (or another visitor) uses the cores too, the waiting takes ten times as long as the work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Read then, too: a container's quota, of which torch knows nothing.
if allowed := quota.cores():
    os.environ.setdefault("OMP_NUM_THREADS", str(min(allowed, os.cpu_count() or allowed)))

__all__ = ["matrix_of", "show"]


def __getattr__(name: str) -> Any:
    """`from explainer import show, matrix_of`: torch is imported only then, as the first page must not wait for it."""
    if name not in __all__:
        raise AttributeError(f"module 'explainer' has no attribute {name!r}")
    from explainer import notebook

    return getattr(notebook, name)
