"""The worksheet: every question with its grids and its solution, on paper and from the command line."""

from __future__ import annotations

import re
import subprocess
import sys
from html import escape
from pathlib import Path

import torch

from explainer.quiz import quiz
from explainer.quiz.worksheet import as_maps, table, worksheet, written

ROOT = Path(__file__).parents[1]


def test_the_worksheet_holds_every_question_and_its_solution():
    questions = quiz(7, 8)
    page = worksheet(questions)
    before, after = page.split('<div class="solutions">')
    assert len(re.findall(r'<section class="question">', before)) == 8
    assert len(re.findall(r'<section class="question">', after)) == 8
    assert "http" not in page
    for number, one in enumerate(questions, 1):
        assert f"{number}. " in before and one.text in before
        for given, mistake in one.wrong:
            assert f"<li>{escape(written(one, given))}: {escape(mistake.reason)}</li>" in after
    assert any(one.wrong for one in questions)


def test_the_worksheet_prints_on_both_papers_without_cut_figures(tmp_path, browser):
    """Chromium's PDF, pages counted: questions, then the solutions from a new page on."""
    file = tmp_path / "sheet.html"
    file.write_text(worksheet(quiz(7, 8)), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    for paper in ("A4", "Letter"):
        pdf = page.pdf(format=paper)
        assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 8
    tallest = page.evaluate("Math.max(...[...document.querySelectorAll('.question')].map(e => e.offsetHeight))")
    assert tallest < 900  # a page is about 1,000 CSS pixels high, and no section may break inside
    page.close()


def test_a_box_to_tick_stays_with_its_words(tmp_path, browser):
    """Names as long as align_corners=False end up in the next line; their boxes go along."""
    file = tmp_path / "sheet.html"
    file.write_text(worksheet(quiz(3, 12, 1, ("bilinear",), ("setting",))), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(file.as_uri())
    lines = page.eval_on_selector_all(
        ".option",
        "all => all.map(one => { const range = document.createRange(); range.selectNodeContents(one);"
        " return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size; })",
    )
    assert len(lines) == 24 and set(lines) == {1}
    page.close()


def test_a_phone_shows_it_in_its_own_width(tmp_path, browser):
    file = tmp_path / "sheet.html"
    file.write_text(worksheet(quiz(7, 10)), encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 844}, is_mobile=True)
    page.goto(file.as_uri())
    assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [390, 390]
    page.close()


def test_the_command_writes_a_worksheet(tmp_path):
    target = tmp_path / "sheet.html"
    command = [sys.executable, "-m", "explainer", "quiz", "--n", "2", "--html", str(target)]
    subprocess.run(command, cwd=ROOT, check=True)
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_asked_cell_of_a_grid_is_framed():
    drawn = table([[1, 2, 3], [4, 5, 6]], 1, (1, 0, 2))
    assert re.findall(r'class="asked">(\d)', drawn) == ["3"]
    assert "asked" not in table([[1, 2, 3], [4, 5, 6]], 0, (1, 0, 2)), "another channel"


def test_grids_are_maps_of_rows_and_columns():
    """A line of C channels becomes C rows, one below the other; a grid and a stack of maps stay what they are."""
    line, grid = torch.arange(3.0), torch.arange(6.0).view(2, 3)
    assert as_maps(line[None]).tolist() == [[line.tolist()]]
    assert as_maps(grid).tolist() == [grid.tolist()]
    assert as_maps(grid[:, None]).tolist() == grid[:, None].tolist()
