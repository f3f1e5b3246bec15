"""The command line as a user meets it: its own process, its exit status, what it prints and writes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from explainer.__main__ import main
from explainer.examples.table import examples

ROOT = Path(__file__).parent.parent
#: One example of every operator and dimension.
OF_EACH = list({one.op: one for one in examples() if one.op != "shape" and not one.is_refused}.values())


def run(capsys, *arguments, stdin=None, monkeypatch=None):
    if stdin is not None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    status = main(list(arguments))
    return status, *capsys.readouterr()


def test_as_a_process():
    case = '{"op": "nearest", "params": {"scale_factor": 2}, "input": [[1, 2], [3, 4]], "weight": null}'
    call = [sys.executable, "-m", "explainer", "trace", "-"]
    done = subprocess.run(call, input=case, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["output"] == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    assert len(found["matrix"]) == 16
    bad = subprocess.run(call, input="{", capture_output=True, text=True, cwd=ROOT, check=False)
    assert (bad.returncode, bad.stdout, len(bad.stderr.splitlines())) == (2, "", 1)
    assert "the case is not JSON" in bad.stderr


@pytest.mark.parametrize("example", [one for one in examples() if one.is_single], ids=lambda one: one.slug)
def test_every_example_goes_through_trace(example, capsys, monkeypatch):
    status, out, err = run(capsys, "trace", "-", stdin=json.dumps(dict(example.case)), monkeypatch=monkeypatch)
    if example.is_refused:
        assert (status, out, len(err.splitlines())) == (2, "", 1)
    else:
        found = json.loads(out)
        assert (status, err) == (0, "")
        assert {"output", "matrix"} <= set(found)


def test_what_torch_alone_refuses_is_one_line(capsys, monkeypatch):
    case = {"op": "nearest", "params": {"scale_factor": 1e30}, "input": [1]}
    status, out, err = run(capsys, "trace", "-", stdin=json.dumps(case), monkeypatch=monkeypatch)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("weight", [[[10, 1]], [[-10, 1]]])
def test_a_result_too_large_for_json_is_refused(weight, capsys, monkeypatch):
    case = {"op": "conv_transpose2d", "input": [[1e308]], "weight": weight}
    status, out, err = run(capsys, "trace", "-", stdin=json.dumps(case), monkeypatch=monkeypatch)
    assert (status, out) == (2, "")
    assert err == "explainer: a result is larger than float64 can hold (about 1.8e308); give smaller numbers.\n"


def test_list_names_operators_and_examples(capsys):
    status, out, _ = run(capsys, "list")
    assert status == 0
    assert all(example.slug in out for example in examples())
    assert "conv_transpose2d" in out


def test_render_gif_png_html(capsys, tmp_path):
    for ending in ("gif", "png", "html"):
        target = tmp_path / f"x.{ending}"
        assert run(capsys, "render", "lecture-transposed", "--out", str(target))[0] == 0
        assert target.stat().st_size > 1000
    with Image.open(tmp_path / "x.gif") as picture:
        assert picture.n_frames >= 4
    still = tmp_path / "first.png"
    assert run(capsys, "render", "lecture-transposed", "--out", str(still), "--step", "1")[0] == 0
    assert still.read_bytes() != (tmp_path / "x.png").read_bytes()
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert "://" not in page.replace("http://www.w3.org/", "")


def test_a_page_begins_with_the_view_and_keeps_the_theme(capsys, tmp_path):
    target = tmp_path / "x.html"
    told = {}
    for options in ("", "--view zeros --theme dark", "--view zeros --theme light"):
        assert run(capsys, "render", "lecture-transposed", "--out", str(target), *options.split())[0] == 0
        page = target.read_text(encoding="utf-8")
        scene = json.loads(page.split('id="scene">')[1].split("</script>")[0])
        told[options] = (scene.get("view"), page.split('name="color-scheme" content="')[1].split('"')[0])
    assert list(told.values()) == [(None, "light dark"), ("zeros", "dark"), ("zeros", "light")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such", "--out", "x.gif"], "there is no example 'no-such'"),
        (["lecture-nails", "--out", "x.jpg"], "--out ends in .jpg; allowed are .gif, .png and .html"),
        (["lecture-nails", "--out", "x.png", "--step", "99"], "this example has steps 1 to"),
        (["lecture-nails", "--out", "x.gif", "--step", "1"], "must end in .png"),
        (["lecture-pooling", "--out", "x.gif", "--order", "scatter"], "has no reading order 'scatter'"),
        *[(["lecture-nails", "--out", f"x.{ending}", "--view", "stamp"], "allowed are maps, matrix, all")
          for ending in ("gif", "png", "html")],
        *[(["--all", "--out", "x", *one.split()], "--all draws every example as it comes")
          for one in ("--step 0", "--step 1", "--order gather", "--view all")],
        (["d2l-shapes", "--out", "x.gif"], "there is no picture of it"),
        (["refused", "--out", "x.gif"], "must be smaller than stride"),
    ],
)  # fmt: skip
def test_render_refuses_in_a_sentence(arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "render", *arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("example", OF_EACH, ids=lambda one: one.slug)
def test_an_example_of_every_operator_can_be_drawn(example, capsys, tmp_path):
    target = tmp_path / "still.png"
    assert run(capsys, "render", example.slug, "--out", str(target), "--step", "1")[0] == 0
    with Image.open(target) as picture:
        assert min(picture.size) > 50


def test_a_missing_file_and_folder(capsys, tmp_path):
    assert run(capsys, "trace", str(tmp_path / "none.json"))[0] == 1
    status, _, err = run(capsys, "render", "lecture-nails", "--out", str(tmp_path / "no" / "x.png"))
    assert status == 1
    assert "x.png" in err


NETWORK = """
class Net(nn.Module):
    def __init__(self, wide=16):
        super().__init__()
        self.down, self.up = nn.Conv2d(3, wide, 3, 2, 1), nn.ConvTranspose2d(wide, 5, 3, 2, 1)

    def forward(self, x):
        return self.up(self.down(x))
"""


def test_shapes_of_a_network_in_a_file(capsys, tmp_path):
    file = tmp_path / "net.py"
    file.write_text(NETWORK)
    status, out, err = run(capsys, "shapes", str(file), "--side", "33")
    lines = out.splitlines()
    assert (status, err, lines[-1]) == (0, "", "The size comes back: 33 × 33 in, 33 × 33 out.")
    assert lines[0].split("  ")[0] == "layer" and len({len(line) for line in lines[:4]}) == 1
    assert lines[2].split() == ["nn.Conv2d(3,", "16,", "3,", "2,", "1)", "16", "17", "×", "17", "3", "448"]
    status, out, _ = run(capsys, "shapes", str(file), "--json")
    found = json.loads(out)
    assert [(one["channels"], one["height"]) for one in found] == [(3, 128), (16, 64), (5, 127)]
    assert found[1]["layer"] == "nn.Conv2d(3, 16, 3, 2, 1)" and found[1]["parameters"] == 16 * 27 + 16


def test_shapes_says_what_is_wrong_and_shows_what_was_before(capsys, monkeypatch):
    wrong = NETWORK.replace("ConvTranspose2d(wide", "ConvTranspose2d(7")
    status, out, err = run(capsys, "shapes", "-", stdin=wrong, monkeypatch=monkeypatch)
    assert status == 2 and out.endswith("\nUp to there: 16 channels of 64 × 64.\n")
    assert err.startswith("explainer: Line 8, ") and err.endswith("16 channels of 64 × 64: it expects 7 channels\n")
    for text, options, words in (
        ("", (), "holds 0 layers"), (NETWORK, ("--side", "0"), "--side is 0; allowed are 1 to 4096."),
        ("nn.Linear(3, 4)", (), "Linear is not known here"), ("x" * 30_000, (), "30,000 characters"),
    ):  # fmt: skip
        status, out, err = run(capsys, "shapes", "-", *options, stdin=text, monkeypatch=monkeypatch)
        assert (status, out, err.count("\n")) == (2, "", 1) and words in err
