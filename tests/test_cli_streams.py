"""The command line at the end of a pipe: any file name can be written, Ctrl-C and a reader that left are no errors."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any

import pytest

from explainer import __main__ as command_line
from explainer.__main__ import main


@pytest.mark.parametrize("name", ["写真.jpg", "caf\udce9.jpg"])
def test_any_file_name_can_be_written(name, tmp_path, monkeypatch):
    """Also one whose bytes are no text: its JSON reads back as the name that Python knows."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="cp1252"))
    path = str(tmp_path / name)
    assert main(["segment", path, str(tmp_path / "second.jpg"), "--out", str(tmp_path), "--device", "cpu"]) == 1
    first, second = (json.loads(line) for line in written.getvalue().decode("utf-8").splitlines())
    assert (first["file"], second["file"]) == (path, str(tmp_path / "second.jpg"))


def test_ctrl_c_is_quiet(capsys, monkeypatch):
    def interrupted(_: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "run_list", interrupted)
    assert main(["list"]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("command", ["list", "segment none.jpg --device cpu --out ."])
def test_a_reader_that_left_is_quiet(command, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert main(command.split()) == 141
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("source", ["file", "-"])
def test_a_case_is_utf8_with_or_without_its_mark(source, capsys, tmp_path, monkeypatch):
    case = '{"op": "nearest", "params": {"scale_factor": 2}, "input": [1]}'
    path = tmp_path / "case.json"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_text(case, encoding=encoding)
        with path.open(encoding="cp1252") as stream:
            monkeypatch.setattr(sys, "stdin", stream)
            status = main(["trace", str(path) if source == "file" else "-"])
        out, err = capsys.readouterr()
        if encoding == "utf-16":
            assert (status, out, err.count("\n")) == (2, "", 1)
            assert f"{path if source == 'file' else 'standard input'} is not UTF-8" in err
        else:
            assert (status, json.loads(out)["output"]) == (0, [1, 1])
