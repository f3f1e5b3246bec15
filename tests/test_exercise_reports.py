"""What a check of an exercise reports: the sentence, the case as it was given, the first cell that differs."""

from __future__ import annotations

import pytest
import torch

from explainer.exercises import check, solutions
from explainer.exercises.trials import trials
from tests.test_notebook import scene_on


def test_what_cannot_be_judged_gets_a_sentence():
    def nearest_neighbor(x, s):
        return x[100]

    report = check(nearest_neighbor)
    assert (report.right, report.mistake) == (False, None)
    assert "IndexError on line 2 of the function: index 100 is out of bounds" in report.told
    assert "<table" in report._repr_html_()

    def fuse(coarse, fine):
        coarse += 1

    assert "it returns nothing" in check(fuse).told

    def stamped(x, weight, stride):
        return x.sum()

    report = check(stamped)
    assert (report.mistake, report.cell) == (None, None)
    assert "a single number" in report._repr_html_()
    with pytest.raises(ValueError, match="there is no exercise 'print'; there are nearest_neighbor"):
        check(print)


def test_the_picture_stops_at_the_first_cell_that_differs():
    def stamped(x, weight, stride):
        out = solutions.stamped(x, weight, stride)
        out[3] += 1
        return out

    report = check(stamped)
    assert report.cell == (3,)
    scene = scene_on(report.picture().pages[0])
    assert scene["step"] == 3
    output = next(panel for panel in scene["panels"] if panel["id"] == "output")
    assert output["values"][3] == float(report.trial.right[3])


def test_the_first_wrong_case_is_shown_as_the_function_got_it():
    def nearest_neighbor(x, s):
        out = solutions.nearest_neighbor(x, s)
        x.zero_()  # what belongs to the visitor may be changed
        return out + (s == 3)

    report, cases = check(nearest_neighbor), trials("nearest_neighbor", 1)
    assert [case.arguments["s"] for case in cases[:2]] == [2, 3], "the first case is right"
    assert torch.equal(report.trial.arguments["x"], cases[1].arguments["x"])
    assert torch.equal(report.got, cases[1].right + 1)


def test_a_cell_of_a_plane_is_framed_and_the_stage_stops_there():
    def bed_of_nails(x, s):
        out = solutions.bed_of_nails(x, s)
        out[1, 2] += 9
        return out

    report = check(bed_of_nails)
    width = report.trial.right.shape[1]
    assert report.cell == (1, 2) and scene_on(report.picture().pages[0])["step"] == width + 2
    yours = report._repr_html_().split("yours, ")[1].split("</table>")[0]
    rows = yours.split("<tr>")[1:]
    assert ['class="asked"' in row for row in rows].index(True) == 1
    assert ['class="asked"' in cell for cell in rows[1].split("<td")[1:]].index(True) == 2


def test_a_cell_that_holds_no_number_differs_and_one_that_was_rounded_does_not():
    def bed_of_nails(x, s):
        out = solutions.bed_of_nails(x, s) * (1 + 5e-5)  # as single precision may, and of 9 that is more than 1e-4
        out[1, 2] = torch.nan
        return out

    assert check(bed_of_nails).cell == (1, 2)


def test_a_row_of_the_matrix_is_an_output_pixel_on_the_stage():
    def conv1d_matrix(weight, n, stride, padding):
        matrix = solutions.conv1d_matrix(weight, n, stride, padding).clone()
        matrix[-1, 0] += 1
        return matrix

    report = check(conv1d_matrix)
    last = len(report.trial.right) - 1
    assert last > 0 and report.cell == (last, 0) and scene_on(report.picture().pages[0])["step"] == last
