"""The page of shapes: presets, pasted layers, refusals, links."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from explainer.experiments.programs.measured import as_csv, records
from explainer.experiments.stacks.presets import PRESETS, RESIDUAL
from explainer.quantities import count, short
from explainer.ui import stack_files, stacks
from explainer.ui.stacks import found

APP = Path(__file__).parents[2] / "streamlit_app.py"


def open_page(**url: str) -> AppTest:
    test = AppTest.from_file(APP, default_timeout=120).run()
    for name, value in url.items():
        test.query_params[name] = value
    return test.switch_page("pages/shapes.py").run()


def totals(page: AppTest) -> dict[str, str]:
    """What stands above the table of layers: one row of names, one of numbers."""
    text = next(one.value for one in page.markdown if "## Layer by layer" in one.value)
    names, _, numbers = ([cell.strip(" *") for cell in line.split("|")[1:-1]] for line in text.splitlines()[:3])
    return dict(zip(names, numbers, strict=True))


def test_presets_pasted_layers_and_refusals():
    page = open_page()
    assert [one.label for one in page.get("download_button")] == [
        "Table (CSV)", "Table (JSON)", "Picture (SVG)", "Program (Python)",
    ]  # fmt: skip
    for slug in PRESETS:
        page.selectbox(key="sh_example").select(slug).run()
        assert not page.exception and not page.error, slug
        assert any(PRESETS[slug].note in one.value for one in page.markdown)
    page.text_area(key="sh_layers").set_value("nn.Conv2d(3, 4, 3, 2, 1)\nnn.ConvTranspose2d(4, 3, 3, 2, 1)").run()
    page.selectbox(key="sh_side").select("32").run()
    assert any("`output_padding=1` in layer 2 would bring it back." in one.value for one in page.markdown)
    page.text_area(key="sh_layers").set_value("![](//host/x.png)").run()
    assert not page.exception
    (told,) = [one.value for one in page.error]
    assert "![](" not in told, "what comes from outside is escaped"
    assert "`" not in told and "“" in told, "code stands between quotation marks, as it is not marked up"
    assert ". Until then" in told and ".. " not in told
    assert told.endswith("Until then the example's own layers are shown.")
    assert any(PRESETS[slug].note in one.value for one in page.markdown), "the figure stays"
    page.text_area(key="sh_layers").set_value("nn.Conv2d(3, 4, 99)").run()
    page.selectbox(key="sh_side").select("1").run()
    assert not page.exception and len(page.error) == 1


@pytest.mark.parametrize("slug", ["dcgan", "fcn8"])
def test_the_files_say_what_the_table_says_and_the_program_finds_the_same(slug, capsys):
    """One stack that torch has words for throughout, and one with skips and crops."""
    preset = PRESETS[slug]
    stack = found(preset.text, preset.side)
    layers, rows = stack.layers, stack.rows
    told = records(rows)
    assert [one["layer"] for one in told[1:]] == [layer.text for layer in layers]
    assert told[0]["layer"] == "input" and told[0]["channels"] == rows[0].shape[0]
    for one, row in zip(told, rows, strict=True):
        assert (one["channels"], one["height"], one["width"]) == row.shape
        assert (one["receptive_field"], one["jump"], one["start"]) == (row.field.size, row.field.jump, row.field.start)
        assert (one["parameters"], one["multiply_adds"], one["bytes"]) == (
            row.parameters, row.multiply_adds, row.size,
        )  # fmt: skip
    lines = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert [int(line["multiply_adds"]) for line in lines] == [row.multiply_adds for row in rows]
    program = stack_files.program(layers, rows)
    assert ("explainer" in program) == (slug == "fcn8")
    # On the meta device a transposed convolution takes any number of channels, so that running it tells nothing.
    assert slug == "fcn8" or f"torch.empty(1, {', '.join(map(str, rows[0].shape))})" in program
    exec(compile(program, "layers.py", "exec"), {})
    printed = [line.split(" ") for line in capsys.readouterr().out.splitlines()]
    assert [tuple(map(int, line[1:])) for line in printed] == [row.shape for row in rows[1:]]


def test_the_table_has_a_line_for_the_input_and_each_layer():
    first, layer, _ = stacks.table_of("nn.Conv2d(3, 8, 3, 2, 1)\nnn.ReLU()", 32).to_pylist()
    assert (first["Layer"], first["Channels"], first["Size"]) == ("input", 3, "32 × 32")
    assert layer == {
        "Layer": "nn.Conv2d(3, 8, 3, 2, 1)", "Channels": 8, "Size": "16 × 16", "Receptive field": 3.0, "Jump": 2.0,
        "Start": 0.0, "Parameters": 3 * 8 * 9 + 8, "Multiply-adds": 16 * 16 * 8 * 27, "Memory": "8 KiB",
    }  # fmt: skip


def test_height_comes_before_width():
    text = "nn.Conv2d(3, 8, (5, 1))"
    assert stacks.table_of(text, 32).to_pylist()[1]["Size"] == "28 × 32"
    assert [records(found(text, 32).rows)[1][name] for name in ("channels", "height", "width")] == [8, 28, 32]


def test_totals_and_a_chosen_layer_lead_where_they_say(monkeypatch):
    chosen = []
    real = stacks.st.dataframe

    def dataframe(*args, **kwargs):
        real(*args, **kwargs)
        return SimpleNamespace(selection=SimpleNamespace(rows=chosen))

    monkeypatch.setattr(stacks.st, "dataframe", dataframe)
    text = "nn.Conv2d(3, 8, 3, 2, 1)\nnn.ReLU()\nnn.ConvTranspose2d(8, 3, 4, 3, 2)"
    page = open_page(sh_layers=text, sh_side="32")
    rows = found(text, 32).rows
    told = totals(page)
    assert told["Parameters"] == count(8 * 27 + 8 + 3 * 8 * 16 + 3) == count(sum(row.parameters for row in rows))
    assert told["Multiply-adds"] == count(sum(row.multiply_adds for row in rows)) != told["Parameters"]
    assert told["Receptive field"] == f"{short(float(max(row.field.size for row in rows)))} px"
    for number, page_name, state in (
        (1, "strided", {"cv_stride": "2", "cv_padding": "1", "cv_kernel": "1 2 3\n4 5 6\n7 8 9"}),
        (3, "transposed", {"tc_stride": "3", "tc_padding": "2"}),
    ):
        chosen[:] = [number]
        page.run()
        link = next(one.proto for one in page.get("page_link") if page_name in one.proto.page)
        asked = {name: values[0] for name, values in parse_qs(link.query_string).items()}
        assert state.items() <= asked.items()
    chosen[:] = [2]
    page.run()
    assert any("no convolution to step through" in one.value for one in page.info)


@pytest.mark.parametrize(
    ("text", "side", "fault", "shown"),
    [
        ("nn.ReLU()\nnn.Conv2d(5, 4, 3)\nnn.Conv2d(7, 4, 3)", 8, "Layer 3, “nn.Conv2d(7, 4, 3)”, does not", (4, 6)),
        (RESIDUAL, 65, "32 channels of 17 × 17 and 32 channels of 18 × 18 do not fit together", (32, 18)),
    ],
)
def test_layers_up_to_a_fault_are_shown(text, side, fault, shown):
    """Where a network goes wrong is what one wants to see: an odd side that the way up does not give back."""
    page = open_page(sh_layers=text, sh_side=str(side))
    (told,) = [one.value.replace("\\", "") for one in page.error]
    assert fault in told and told.endswith(". The layers up to there are shown.") and not page.exception
    channels, n = shown
    assert any(f"**Up to there:** {channels} channels of {n} × {n}." in one.value for one in page.markdown)
    rows = found(text, side).rows
    assert rows[-1].shape == (channels, n, n) and rows[0].shape[0] in (3, 5)
    assert totals(page)["Parameters"] == count(sum(row.parameters for row in rows))


def test_a_link_opens_the_layers_it_names():
    page = open_page(sh_example="unet")
    assert page.selectbox(key="sh_side").value == "572"
    assert totals(page)["Receptive field"] == "200 px"
    page = open_page(sh_layers="nn.MaxPool2d(2)", sh_side="64")
    assert any("Nothing in this stack goes up again." in one.value for one in page.markdown)
    assert not page.exception


@pytest.mark.parametrize("side", ["7", "x"])
def test_a_side_that_is_not_offered_falls_back(side):
    page = open_page(sh_side=side)
    assert not page.exception
    assert any("The link asks for Input side" in one.value for one in page.warning)


def test_a_program_for_pooling_with_its_indices_runs(capsys):
    """`x = layer(x)` in torch alone would hand a pair to the next layer."""
    stack = found("nn.Conv2d(3, 4, 3)\nnn.MaxPool2d(2, return_indices=True)\nnn.MaxPool2d(2)", 16)
    exec(compile(stack_files.program(stack.layers, stack.rows), "layers.py", "exec"), {})
    assert capsys.readouterr().out.splitlines()[-1] == "MaxPool2d 4 3 3"
