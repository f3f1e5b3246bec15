"""What the page promises about a visitor's photo: nobody else sees it, and nothing of the file goes out."""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import json
import logging
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from explainer.photos import read_photo
from explainer.segmentation import served
from explainer.segmentation.inference import predict
from explainer.segmentation.label_maps import class_shares
from explainer.segmentation.samples import sample
from explainer.ui import addressed, fetched_once
from explainer.ui.photo import asking, facts
from explainer.ui.photo.intake import named
from tests.components import components_of, sent_to
from tests.photo_files import encode, quarters
from tests.threads import one_thread

ROOT = Path(__file__).parents[1]


ROOM = sorted(file for room in ("photo", "indices") for file in (ROOT / "explainer" / "ui" / room).glob("*.py"))


FRAME = "from explainer.ui.frame import show_frame\nshow_frame('your_photo')"


MARK = b"SECRETMARK"


quiet = pytest.fixture(autouse=True, scope="module")(one_thread)


def open_page(**url: str) -> AppTest:
    at = AppTest.from_string(FRAME, default_timeout=120)
    for name, value in {"yp_size": "129", **url}.items():
        at.query_params[name] = value
    return at.run()


def components(at: AppTest) -> list[dict[str, Any]]:
    return [sent_to(one) for one in components_of(at)]


def upload(at: AppTest, data: bytes, name: str = "x.jpg") -> AppTest:
    at.file_uploader[0].set_value([(name, data, "image/jpeg")])
    return at.run()


def legend(at: AppTest) -> list[list[float]]:
    view = next(one for one in components(at) if "photo" in one)
    return [[id_, share] for id_, share, _ in view["layers"][0]["legend"]]


def expected(data: bytes) -> list[list[float]]:
    answer = predict(read_photo(data).rgb, "fcn8s", 129)
    return [[one.class_id, round(one.share, 5)] for one in class_shares(answer.labels)]


def marked_jpeg() -> bytes:
    """A photo whose file tells a place, a name and a comment."""
    exif = Image.Exif()
    exif[0x010E] = (MARK + b" title").decode()
    exif[0x9286] = MARK
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4], gps[29] = "N", (48.0, 8.0, 6.0), "E", (11.0, 34.0, 30.0), MARK.decode()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + MARK + b" 48.135 11.575</x:xmpmeta>"
    with Image.open(sample("astronaut").path) as photo:
        data = encode(photo.convert("RGB"), "JPEG", exif=exif.tobytes(), xmp=xmp, comment=MARK, icc_profile=MARK * 20)
    assert data.count(MARK) > 20
    return data


def test_the_room_uses_no_shared_cache_and_no_published_picture():
    """Only functions of the app's own samples and weights may remember; the list is short on purpose."""
    allowed = {"sample_photo", "_sample_thumbnails", "_upscores", "kernel_tiles"}
    pages = (ROOT / "pages" / f"{stem}.py" for stem in ("your_photo", "deconvnet"))
    for file in [*ROOM, *pages]:
        text = file.read_text(encoding="utf-8")
        for word in (
            "cache_data",
            "cache_resource",
            "st.image(",
            "download_button(",
            "st.write(",
            "shot.name",
        ):
            assert word not in text, (file.name, word)
        # Said back to the sender where a file is refused, by way of `named`; used nowhere else.
        assert text.count("file.name") == text.count("named(file.name)") <= int(file.name == "intake.py")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and any("cache" in ast.dump(one) for one in node.decorator_list):
                assert node.name in allowed, node.name


def test_the_shared_shelf_holds_samples_only():
    at = upload(open_page(), marked_jpeg())
    assert not at.exception
    assert all(str(key[0]).startswith("sample:") for key in asking.SAMPLES.held() if isinstance(key, tuple))
    assert any(not key[0].startswith("sample:") for key in at.session_state["yp_results"].held())


def colliding_pair() -> tuple[bytes, bytes]:
    """Two photos that differ only where Streamlit's hash of large arrays does not look."""
    with Image.open(sample("astronaut").path) as photo:
        one = np.array(photo.convert("RGB").resize((512, 512)))
    with Image.open(sample("chelsea").path) as photo:
        other = np.array(photo.convert("RGB").resize((512, 512)))
    looked_at = np.random.RandomState(0).choice(one.size, 100_000)
    other.flat[looked_at] = one.flat[looked_at]
    return encode(Image.fromarray(one), "PNG"), encode(Image.fromarray(other), "PNG")


def test_two_sessions_with_photos_that_streamlits_hash_confuses():
    from streamlit.runtime.caching.cache_type import CacheType
    from streamlit.runtime.caching.hashing import update_hash

    files = colliding_pair()
    digests = []
    for data in files:
        digest = hashlib.md5(usedforsecurity=False)
        update_hash(read_photo(data).rgb, digest, CacheType.DATA, None)
        digests.append(digest.hexdigest())
    assert digests[0] == digests[1], "no longer the pair that a shared cache would mix up"
    answers = [expected(data) for data in files]
    assert answers[0] != answers[1]
    sessions = [upload(open_page(), data) for data in files]
    order = random.Random(0)
    for _ in range(200):
        which = order.randrange(2)
        if order.random() < 0.1:
            sessions[which].session_state["yp_results"] = type(sessions[which].session_state["yp_results"])(4)
        sessions[which].run()
        assert legend(sessions[which]) == answers[which]


def test_no_picture_and_no_file_to_take_away_carries_the_files_data():
    at = upload(open_page(yp_more="Take away"), marked_jpeg(), f"{MARK.decode()}.jpg")
    assert not at.exception and not at.error
    found = components(at)
    files = {one["name"]: base64.b64decode(one["content"]) for one in found[-1]["files"]}
    assert set(files) == {"labels.png", "overlay.png", "figure.png", "classes.csv", "fcn-32s-to-8s.gif"}
    shown = [base64.b64decode(uri) for uri in re.findall(r"base64,([A-Za-z0-9+/=]+)", json.dumps(found))]
    assert len(shown) == 2, "its thumbnail and the photo itself"
    for data in [*files.values(), *shown]:
        assert MARK not in data and b"Exif" not in data and b"xmpmeta" not in data
    for name, data in files.items():
        if not name.endswith(".csv"):
            with Image.open(io.BytesIO(data)) as image:
                assert not image.getexif()
                assert set(image.info) <= {"transparency", "duration", "loop", "background", "version", "extension"}
    everything = "".join(str(one.proto) for one in at.main)
    assert MARK.decode() not in everything


@pytest.mark.parametrize("page", ["your_photo", "deconvnet"])
def test_nothing_of_a_visitors_photo_gets_an_address(page):
    def named() -> set[str]:
        return {*fetched_once._served, *addressed._answered}

    at = AppTest.from_string(FRAME.replace("your_photo", page), default_timeout=120).run()
    before = named()
    at = upload(at, marked_jpeg())
    assert not at.exception and before
    assert any(one.get("photo", "").startswith("data:") for one in components(at)), "it travels in the page"
    assert named() <= before


def test_the_files_are_what_they_say():
    data = marked_jpeg()
    at = upload(open_page(yp_more="Take away"), data)
    files = {one["name"]: base64.b64decode(one["content"]) for one in components(at)[-1]["files"]}
    answer = predict(read_photo(data).rgb, "fcn8s", 129)
    with Image.open(io.BytesIO(files["labels.png"])) as labels:
        assert labels.mode == "P" and (np.asarray(labels) == answer.labels).all()
    lines = files["classes.csv"].decode().splitlines()
    assert lines[0] == "id,class,share,mean_confidence"
    assert [int(line.split(",")[0]) for line in lines[1:]] == [one.class_id for one in class_shares(answer.labels)]
    with Image.open(io.BytesIO(files["fcn-32s-to-8s.gif"])) as animation:
        assert animation.n_frames == 4, "32s, 16s, 8s, 8s and CRF"
    with Image.open(io.BytesIO(files["figure.png"])) as figure:
        assert figure.width == 1600


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.jpg",
        "<img src=x onerror=alert(1)>.jpg",
        "x" * 300 + ".jpg",
        "a\u202egpj.exe.jpg",
        "{{7*7}}.jpg",
    ],
)
def test_a_file_name_is_only_said_back_to_its_sender_and_only_where_the_file_is_refused(name):
    at = upload(open_page(), encode(quarters(), "PNG"), name)
    assert not at.exception
    assert all(name not in str(one.proto) for one in at.main if one.type != "file_uploader")
    (sentence,) = [one.value for one in upload(open_page(), b"no picture", name).error]
    assert sentence.startswith(f"{named(name)}: This is not a picture")
    bare = sentence.replace("\\", "")
    assert bare[1:6] == name.replace("\u202e", "")[:5] and name[-4:] in bare
    assert len(bare) < 200 and "\u202e" not in sentence and "<img" not in sentence.replace("\\<", "")


def test_nothing_of_an_upload_is_logged(caplog, capfd):
    data = marked_jpeg()
    caplog.set_level(logging.INFO)
    at = upload(open_page(), data, f"{MARK.decode()}.jpg")
    upload(at, b"\x89PNG\r\n\x1a\n" + MARK, f"{MARK.decode()}.png")
    upload(at, data[:-2000], f"{MARK.decode()}.png")
    out, err = capfd.readouterr()
    assert MARK.decode() not in caplog.text + out + err


@pytest.mark.parametrize("page", ["your_photo", "deconvnet"])
@pytest.mark.parametrize(("server", "counted"), [("", False), ("http://127.0.0.1:9/", False), ("", True)])
def test_the_note_says_who_else_gets_pixels_and_counts_visits(page, server, counted, monkeypatch):
    monkeypatch.setenv(served.SWITCH, server)
    real = facts.st.get_option
    monkeypatch.setattr(
        facts.st, "get_option", lambda name: counted if name == "browser.gatherUsageStats" else real(name)
    )
    (call,) = re.findall(
        r"^show_privacy\(.*\)$", (ROOT / "pages" / f"{page}.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    at = AppTest.from_string(f"from explainer.ui.photo.facts import show_privacy\n{call}").run()
    (note,) = [one.value for one in at.markdown]
    passes = bool(server) and page == "your_photo"  # DeconvNet runs here
    assert ("go on to a server of networks" in note) == passes
    assert (
        note.startswith("**Your photo** goes to the computer that runs this page and to nobody else: it is") != passes
    )
    assert ("statistics of use" in note) == counted


def test_the_note_promises_what_the_configuration_does():
    config = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert "disconnectedSessionTTL = 30" in config and "30 seconds" in facts.PRIVACY
    assert "maxUploadSize = 20" in config
    assert "gatherUsageStats = false" in config
    assert 'showErrorDetails = "none"' in config
