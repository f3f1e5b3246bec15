"""The house rules: which way the arrows point, what the router holds, what a cache must not do."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from explainer.lessons import LESSONS, lessons_of
from explainer.ui.glossary import TERMS
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


#: Room or module of `explainer` -> those it may import. The README's picture of the architecture, all of its arrows.
ARROWS = {
    "geometry": set(),
    "nesting": set(),
    "quantities": set(),
    "palette": set(),
    "coloring": set(),
    "matrix": {"coloring"},
    "photos": set(),
    "streams": set(),
    "threads": set(),
    "work": set(),
    "operators": {"geometry", "nesting", "threads"},
    "proofs": {"matrix", "operators"},
    "scene": {"matrix", "operators", "nesting", "palette"},
    "player": {"palette", "quantities"},
    "stage": {"player", "palette"},
    "raster": {"player", "palette"},
    "examples": {"scene", "operators", "matrix", "geometry", "nesting"},
    "lessons": {"examples", "operators"},
    "dialects": {"operators", "geometry"},
    "figures": {"palette", "nesting"},
    "quota": set(),
    "segmentation": {"operators", "photos", "quantities", "raster", "threads", "work"},
    "experiments": {"operators", "matrix", "geometry", "palette", "photos", "segmentation", "threads", "work"},
    "quiz": {"examples", "operators", "matrix", "scene"},
    "notebook": {"matrix", "operators", "scene", "stage"},
    "exercises": {"matrix", "notebook", "operators", "quiz"},
    "ui": {
        "dialects", "examples", "experiments", "figures", "geometry", "nesting", "operators", "palette", "photos",
        "proofs", "lessons", "quantities", "quiz", "raster", "scene", "segmentation", "stage", "threads", "work",
    },
    "__main__": {
        "examples", "exercises", "experiments", "operators", "quiz", "raster", "scene", "segmentation", "stage",
        "streams", "threads",
    },
}  # fmt: skip


def room(file):
    return file.relative_to(ROOT / "explainer").with_suffix("").parts[0]


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_arrows_point_one_way(file):
    if room(file) == "__init__":
        return
    names = {name.split(".")[1] for name in imports(file) if name.startswith("explainer.")}
    assert names - {room(file)} - ARROWS[room(file)] == set()


def test_there_is_no_circle():
    """Whoever is imported never imports back, over any number of steps."""

    def reached(name, seen):
        for other in ARROWS[name] - seen:
            seen |= {other} | reached(other, seen | {other})
        return seen

    assert [name for name in ARROWS if name in reached(name, set())] == []


def test_the_app_never_imports_the_training():
    assert using("training", [*MODULES, *SCRIPTS]) == set()


def parts_before_the_whole(tree, package):
    """Lines that import a part of a package where the same scope has not imported the package itself before."""
    found = []
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.Module | ast.FunctionDef):
            continue
        whole = False
        for one in scope.body:
            names = [name.name for name in one.names] if isinstance(one, ast.Import) else []
            names += [one.module] if isinstance(one, ast.ImportFrom) and one.module else []
            for name in names:
                whole |= name == package
                found += [one.lineno] if name.startswith(f"{package}.") and not whole else []
    return found


@pytest.mark.parametrize("package", ["torch", "torchvision"])
def test_a_package_that_threads_may_both_import_is_imported_as_a_whole_first(package):
    """Else one thread holds the part and wants the whole, the other the reverse: importlib refuses one of them."""
    files = {file: parts_before_the_whole(ast.parse(file.read_text(encoding="utf-8")), package) for file in MODULES}
    assert {str(file): lines for file, lines in files.items() if lines} == {}
    assert parts_before_the_whole(ast.parse(f"def f():\n    from {package}.nn import x"), package) == [2]


def test_every_page_is_in_the_router_and_every_route_is_a_page():
    assert sorted(page.path for page in PAGES) == SCRIPTS


def test_a_url_path_never_equals_its_stem():
    """Otherwise a cold deep link runs the page without the frame."""
    assert [page.stem for page in PAGES if page.url_path == page.stem] == []
    assert [page.stem for page in PAGES if not page.url_path] == ["start"]
    for values in ([page.url_path for page in PAGES], [page.prefix for page in PAGES]):
        assert len(set(values)) == len(values)


def test_all_twenty_two_misunderstandings_are_taught_on_real_pages():
    assert len(LESSONS) == 23
    assert {lesson.page for lesson in LESSONS} <= {page.stem for page in PAGES}


def test_every_term_leads_to_a_page():
    assert {term.page for term in TERMS} <= {page.stem for page in PAGES}
    assert len({term.word for term in TERMS}) == len(TERMS)


def test_every_operator_page_teaches_a_misunderstanding():
    heavy = {"start", "sliding_window", "side_by_side", "glossary", "questions", "learn", "shapes", "deconvnet"}
    assert [page.stem for page in PAGES if page.stem not in heavy and not lessons_of(page.stem)] == []


@pytest.mark.parametrize("file", [*MODULES, *SCRIPTS], ids=lambda file: file.name)
def test_streamlit_caches_are_bounded(file):
    for call in re.findall(r"@st\.cache_(?:data|resource)(\([^)]*\))?", file.read_text(encoding="utf-8")):
        assert "max_entries" in call


def test_the_start_page_needs_no_heavy_import():
    """Torch takes seconds; the first page must not wait for it."""
    seen, read, queue = set(), set(), [ROOT / "streamlit_app.py", ROOT / "pages" / "start.py"]
    while queue:
        file = queue.pop()
        if file in read:
            continue
        read.add(file)
        tree = ast.parse(file.read_text(encoding="utf-8"))
        tops = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        for node in tops:
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            for name in names:
                seen.add(name.split(".")[0])
                path = ROOT / Path(*name.split("."))
                queue += [one for one in (path.with_suffix(".py"), path / "__init__.py") if one.exists()]
    assert seen & {"torch", "torchvision", "numpy", "plotly", "pandas"} == set()
