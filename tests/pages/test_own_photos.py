"""A visitor's own photos through AppTest: every file of the corpus, several, lost ones, the camera."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from explainer.photos import read_photo
from explainer.segmentation import worker
from explainer.ui.photo import intake
from tests.pages.photo_page import components, open_page, sentences, upload, view
from tests.photo_corpus import corpus
from tests.photo_files import Case, encode, quarters
from tests.threads import one_thread

quiet = pytest.fixture(autouse=True, scope="module")(one_thread)


@pytest.fixture(scope="module")
def visitor() -> AppTest:
    """One session that gets all files, one after the other."""
    return open_page()


OCTETS = "application/octet-stream"
GOOD = [case for case in corpus() if case.error is None]


BAD = [case for case in corpus() if case.error is not None]


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_every_good_file_is_labelled(visitor: AppTest, case: Case):
    upload(visitor, case.data)
    assert not visitor.exception
    assert sentences(visitor) == []
    assert view(visitor)["layers"][0]["legend"]
    photo = read_photo(case.data)
    assert any(f"Photo {photo.width} × {photo.height};" in one.value for one in visitor.markdown)
    if case.notice:
        assert any(case.notice in one.value for one in visitor.info)


@pytest.mark.parametrize("start", range(0, len(BAD), 10))
def test_every_bad_file_gets_one_sentence_and_the_picture_stays(visitor: AppTest, start: int):
    cases, good = BAD[start : start + 10], encode(quarters(), "PNG")
    upload(visitor, good, *(case.data for case in cases))
    assert not visitor.exception
    assert (view(visitor)["width"], view(visitor)["height"]) == (64, 48)
    told = sentences(visitor)
    assert len(told) == len(cases)
    for number, (case, sentence) in enumerate(zip(cases, told, strict=True), 2):
        assert sentence.startswith(f"“{number - 1}.jpg”: ") and sentence.endswith("."), case.name
        assert re.search(case.error or "", sentence), (case.name, sentence)


def test_several_at_once_good_ones_are_kept_and_bad_ones_told():
    at = upload(open_page(), encode(quarters(), "PNG"), b"", encode(quarters(70, 50), "JPEG"), b"hello" * 9)
    assert not at.exception
    assert [one["title"] for one in components(at)[0]["photos"][:2]] == ["Photo 3", "Photo 1"]
    assert len(sentences(at)) == 2
    assert sentences(at)[0].startswith("“1.jpg”: ") and sentences(at)[1].startswith("“3.jpg”: ")
    assert (view(at)["width"], view(at)["height"]) == (70, 50)


def test_a_refusal_leaves_the_earlier_result_in_place():
    good = encode(quarters(80, 60), "PNG")
    at = upload(open_page(), good)
    before = view(at)
    upload(at, good, b"\xff\xd8\xff")
    assert view(at) == before
    assert len(sentences(at)) == 1


def test_more_photos_than_are_kept():
    files = [encode(Image.new("RGB", (40, 40), (n, n, n)), "PNG") for n in range(8)]
    at = upload(open_page(), *files)
    assert len(at.session_state["yp_own"]) == 6
    assert any("newest 6" in one for one in sentences(at))


def test_the_newest_photos_are_kept_and_the_oldest_make_room():
    files = [encode(Image.new("RGB", (40 + n, 40), (n, n, n)), "PNG") for n in range(9)]
    at = upload(open_page(), *files[:8])
    assert [photo.width for photo in at.session_state["yp_own"].values()] == [42, 43, 44, 45, 46, 47]
    upload(at, *files)
    assert [photo.width for photo in at.session_state["yp_own"].values()] == [43, 44, 45, 46, 47, 48]


def test_a_photo_is_called_as_no_other_is_also_after_one_was_taken_out():
    files = [encode(Image.new("RGB", (40 + n, 40), (n, n, n)), "PNG") for n in range(4)]
    at = upload(open_page(), *files[:3])
    upload(at, *files[1:])
    assert [(photo.title, photo.width) for photo in at.session_state["yp_own"].values()] == [
        ("Photo 2", 41), ("Photo 3", 42), ("Photo 4", 43),
    ]  # fmt: skip


def test_a_file_that_is_sent_once_more_is_tried_once_more(monkeypatch):
    """The line may have been full; a file that still stands in the uploader is not tried again by itself."""
    good, at, real = encode(quarters(), "PNG"), open_page(), worker.submit

    def full(work, owner=""):
        raise worker.Busy("64 photos are waiting already; please try again in a moment.")

    monkeypatch.setattr(intake.worker, "submit", full)
    assert "try again in a moment" in sentences(upload(at, good))[0]
    monkeypatch.setattr(intake.worker, "submit", real)
    assert list(upload(at, good).session_state["yp_own"]) == []
    upload(at, good, good)
    assert sentences(at) == [] and (view(at)["width"], view(at)["height"]) == (64, 48)
    upload(at, good, good, b"no picture")
    upload(at, good, good, b"no picture", b"no picture")
    assert len(sentences(at)) == 1 and sentences(at)[0].startswith("“3.jpg”: ")


def test_photos_stay_when_the_visitor_comes_back_and_sends_another():
    """Streamlit empties the uploader of a page that is left: nobody took the first photo out of it."""
    at = AppTest.from_file(str(Path(__file__).parents[2] / "streamlit_app.py"), default_timeout=120)
    at.query_params["yp_size"] = "129"
    upload(at.run().switch_page("pages/your_photo.py").run(), encode(quarters(80, 60), "PNG"), b"no picture")
    assert len(sentences(at)) == 1
    at.switch_page("pages/glossary.py").run().switch_page("pages/your_photo.py").run()
    assert sentences(at) == [] and at.file_uploader[0].value == [] and view(at)["width"] == 80
    upload(at, encode(quarters(60, 80), "PNG"), b"no picture")
    assert [(one.title, one.width) for one in at.session_state["yp_own"].values()] == [("Photo 1", 80), ("Photo 3", 60)]
    assert len(sentences(at)) == 1, "the same file, sent anew, is refused anew"


def test_photos_lost_with_the_session_are_told_and_the_page_goes_on(monkeypatch):
    """After a reconnection Streamlit hands out `DeletedFile` for what it no longer holds."""
    monkeypatch.setattr(MemoryUploadedFileManager, "get_files", lambda self, session_id, file_ids: [])
    at = upload(open_page(), encode(quarters(), "PNG"))
    assert not at.exception
    assert any("send it again" in one for one in sentences(at))
    assert view(at)["layers"]
    at.toggle(key="yp_use_camera").set_value(True).run()
    at.camera_input[0].upload("x.jpg", encode(quarters(96, 64), "JPEG"), "image/jpeg").run()
    assert not at.exception
    assert any("send it again" in one for one in sentences(at))


def test_taking_a_file_out_drops_its_photo_and_forgetting_drops_all(monkeypatch):
    gone: list[str] = []
    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", lambda self, session, file: gone.append(file))
    one, two = encode(quarters(80, 60), "PNG"), encode(quarters(60, 80), "PNG")
    at = upload(open_page(), one, two)
    upload(at, one)
    assert [photo.width for photo in at.session_state["yp_own"].values()] == [80]
    assert {key[0] for key in at.session_state["yp_results"].held()} == set(at.session_state["yp_own"])
    held = [file.file_id for file in at.session_state["yp_upload_0"]]
    next(button for button in at.button if "Forget" in button.label).click().run()
    assert len(held) == 1 and gone == held
    assert not at.exception
    assert at.session_state["yp_own"] == {}
    assert "yp_results" not in at.session_state
    assert components(at)[0]["chosen"] == "sample:chelsea"
    assert at.file_uploader[0].value in (None, [])


def test_a_camera_picture_is_labelled():
    at = open_page()
    at.toggle(key="yp_use_camera").set_value(True).run()
    at.camera_input[0].upload("x.jpg", encode(quarters(96, 64), "JPEG"), "image/jpeg").run()
    assert not at.exception and not at.error
    assert components(at)[0]["photos"][0]["title"] == "Camera"
    assert (view(at)["width"], view(at)["height"]) == (96, 64)


def test_a_type_that_says_nothing_is_no_reason_to_refuse():
    """Windows sends HEIC and JPEG as octet-stream: the bytes decide, and the sentence is ours."""
    at, heic = open_page(), b"\x00\x00\x00\x18ftypheic" + bytes(64)
    files = [("IMG_1.HEIC", heic, OCTETS), ("IMG_2.JPG", encode(quarters(), "JPEG"), OCTETS)]
    before = view(at)["photo"]
    at.file_uploader[0].set_value(files)
    at.run()
    assert not at.exception
    assert len(sentences(at)) == 1 and "iPhone HEIC picture" in sentences(at)[0]
    assert view(at)["photo"] != before


def test_the_newest_of_those_that_stay_is_shown_where_the_shown_one_is_taken_out():
    files = [encode(Image.new("RGB", (40 + n, 40), (n, n, n)), "PNG") for n in range(3)]
    at = upload(open_page(), *files)
    assert view(at)["width"] == 42
    upload(at, *files[:2])
    assert view(at)["width"] == 41
