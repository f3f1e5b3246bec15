"""The Upsampling Explainer: every in-network upsampling operator as a matrix that torch itself hands out.

`matrix` knows no operator; `operators` are torch calls with names; `scene` says what is drawn, `stage` and `raster`
play it. Nothing in here but `ui` imports Streamlit, so all of it works in a notebook. The README has the picture.
"""

import os

# Read by OpenMP when torch loads it. Torch's threads otherwise spin while they wait for each other, and where any other
# program (or another visitor) uses the cores too, the waiting takes ten times as long as the work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
