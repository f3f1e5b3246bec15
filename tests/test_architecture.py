"""The house rules: which way the arrows point, what the router holds, what a cache must not do."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from explainer.ui.lessons import LESSONS
from explainer.ui.navigation import PAGES

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "explainer").rglob("*.py"))
SCRIPTS = sorted((ROOT / "pages").glob("*.py"))


def imports(path):
    """Dotted names a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def using(package, files):
    return {str(file.relative_to(ROOT)) for file in files if any(n.split(".")[0] == package for n in imports(file))}


def test_only_the_ui_knows_streamlit():
    assert {name for name in using("streamlit", MODULES) if not name.startswith("explainer/ui/")} == set()


def test_only_the_figures_know_plotly():
    assert using("plotly", [*MODULES, *SCRIPTS]) <= {"explainer/figures.py"}


def test_sizes_and_traces_know_nobody():
    for name in ("geometry", "trace", "palette", "grids", "plain", "quantities"):
        found = [one for one in imports(ROOT / "explainer" / f"{name}.py") if one.startswith("explainer")]
        assert found == [], name


def test_arrows_point_down():
    allowed_not = {
        "operators": ("stage", "ui", "trace", "examples", "segmentation"),
        "stage": ("ui", "examples", "segmentation", "figures"),
        "segmentation": ("ui", "stage", "examples"),
    }
    for room, forbidden in allowed_not.items():
        for file in (ROOT / "explainer" / room).rglob("*.py"):
            names = [name.split(".") for name in imports(file)]
            wrong = [name for name in names if name[0] == "explainer" and len(name) > 1 and name[1] in forbidden]
            assert wrong == [], file


def test_the_app_never_imports_the_training():
    assert using("training", [*MODULES, *SCRIPTS]) == set()


def test_every_page_is_in_the_router_and_every_route_is_a_page():
    assert sorted(page.path for page in PAGES) == SCRIPTS


def test_a_url_path_never_equals_its_stem():
    """Otherwise a cold deep link runs the page without the frame."""
    assert [page.stem for page in PAGES if page.url_path == page.stem] == []
    assert [page.stem for page in PAGES if not page.url_path] == ["start"]
    for values in ([page.url_path for page in PAGES], [page.prefix for page in PAGES]):
        assert len(set(values)) == len(values)


def test_all_eighteen_misunderstandings_are_taught_on_real_pages():
    assert len(LESSONS) == 18
    assert {lesson.page for lesson in LESSONS} <= {page.stem for page in PAGES}


def test_every_operator_page_teaches_a_misunderstanding():
    from explainer.ui.lessons import lessons_of

    heavy = {"start", "sliding_window", "side_by_side"}
    assert [page.stem for page in PAGES if page.stem not in heavy and not lessons_of(page.stem)] == []


def test_lessons_link_to_examples_that_their_page_shows():
    from explainer.examples import find_example

    for lesson in LESSONS:
        if lesson.example:
            page = lesson.example_page or lesson.page
            assert page in find_example(lesson.example).pages, lesson


@pytest.mark.parametrize("file", [*MODULES, *SCRIPTS], ids=lambda file: file.name)
def test_streamlit_caches_are_bounded(file):
    for call in re.findall(r"@st\.cache_(?:data|resource)(\([^)]*\))?", file.read_text(encoding="utf-8")):
        assert "max_entries" in call


def test_the_start_page_needs_no_heavy_import():
    """Torch takes seconds; the first page must not wait for it."""
    seen, queue = set(), [ROOT / "streamlit_app.py", ROOT / "pages" / "start.py"]
    while queue:
        file = queue.pop()
        tree = ast.parse(file.read_text(encoding="utf-8"))
        tops = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        for node in tops:
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            for name in names:
                seen.add(name.split(".")[0])
                path = ROOT / Path(*name.split("."))
                queue += [one for one in (path.with_suffix(".py"), path / "__init__.py") if one.exists()]
    assert seen & {"torch", "torchvision", "numpy", "plotly", "pandas"} == set()
