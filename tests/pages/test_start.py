"""The start page: its numbers follow the settings, and it does not wait for heavy imports."""

import subprocess
import sys
from pathlib import Path

from streamlit.testing.v1 import AppTest

from explainer.experiments import herd
from explainer.experiments.costs import Net, designs
from explainer.quantities import count, memory, times
from explainer.segmentation.samples import sample
from explainer.ui.frame import WARM
from explainer.ui.navigation import PAGES

APP = Path(__file__).parents[2] / "streamlit_app.py"


def open_page() -> AppTest:
    return AppTest.from_file(APP, default_timeout=60).run()


def test_it_is_the_first_page_and_links_to_all_others():
    at = open_page()
    assert not at.exception
    assert "pixel" in at.title[0].value
    assert len(at.get("page_link")) >= len(PAGES) - 1


def test_the_pictures_come_once_the_server_is_warm():
    at = open_page()
    assert any("is being loaded" in one.value for one in at.caption) or len(at.get("image")) >= 6
    WARM.set()
    at.run()
    assert not at.exception
    assert len(at.get("image")) >= 6
    shown = " ".join(block.value for block in at.markdown)
    for told in (
        "**Classification**  \nOne word for the whole picture: **horse**.",
        "**Semantic segmentation**  \nA class for every pixel: ",
        "**Object detection**  \nA box and a class for each object: 5 boxes.",
        "**Instance segmentation**  \nThe pixels of each object, one by one: 5 animals.",
    ):
        assert told in shown
    assert any(sample(herd.NAME).credit in one.value for one in at.caption), "its photo's license asks for it"


def test_the_table_shows_the_computed_costs():
    at = open_page()
    at.selectbox(key="st_layers").set_value("9")
    at.selectbox(key="st_kernel").set_value("5")
    at.selectbox(key="st_stages").set_value("2").run()
    assert not at.exception
    shown = " ".join(block.value for block in at.markdown)
    for cost in designs(Net(256, 9, 64, 5, 2)):
        assert count(cost.macs) in shown
        assert memory(cost.memory) in shown
        assert f"{cost.field} × {cost.field}" in shown
    window, dense, hourglass = costs = designs(Net(256, 9, 64, 5, 2))
    for name, cells in (
        ("Multiply-adds", [count(cost.macs) for cost in costs]),
        ("Memory to train", [memory(cost.memory) for cost in costs]),
        ("Memory to predict", [memory(cost.peak) for cost in costs]),
        ("Numbers to learn", [count(cost.parameters) for cost in costs]),
    ):
        assert f"| {name} | {' | '.join(cells)} |" in shown
    assert f"**The sliding window costs {times(window.macs / dense.macs)}** as full resolution" in shown
    assert f"**Down and up costs {times(hourglass.macs / dense.macs)}** as full resolution, keeps" in shown
    assert f"keeps {times(hourglass.memory / dense.memory)} in memory" in shown


def test_halvings_that_do_not_fit_are_not_offered():
    at = open_page()
    at.selectbox(key="st_layers").set_value("3").run()
    assert not at.exception
    assert at.selectbox(key="st_stages").options == ["1"]
    assert any("Halvings" in note.value for note in at.warning)


def test_the_first_page_runs_without_heavy_imports():
    """A fresh process runs the page's own script and then counts what was imported."""
    program = (
        "import sys, runpy, logging; logging.disable(logging.CRITICAL); import streamlit; before = set(sys.modules);"
        "import streamlit.navigation.page; import explainer.ui.navigation as n; n.link = lambda *a, **k: None;"
        "runpy.run_path('pages/start.py');"
        "heavy = {'torch', 'torchvision', 'plotly.graph_objects', 'numpy', 'pandas', 'pyarrow'};"
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True, cwd=APP.parent
    )
    assert done.stdout.strip() == "[]"
