"""Your photo through AppTest: samples, settings, tabs, every file of the corpus, networks that cannot be had."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from explainer.photos import read_photo
from explainer.segmentation import download, networks
from explainer.segmentation.classes import CLASS_NAMES
from explainer.segmentation.inference import predict
from explainer.segmentation.label_maps import class_shares
from explainer.segmentation.regions import regions
from explainer.segmentation.samples import sample, samples
from explainer.segmentation.swap import swapped
from explainer.ui.photo.labelled import coarse
from explainer.ui.photo.shelf import Shelf
from explainer.ui.photo.swapping import busiest
from tests.photo_corpus import Case, corpus, encode, quarters
from tests.threads import one_thread

FRAME = "from explainer.ui.frame import show_frame\nshow_frame('your_photo')"
quiet = pytest.fixture(autouse=True, scope="module")(one_thread)


def open_page(**url: str) -> AppTest:
    """The page at the smallest working size, which is quick and goes the same way."""
    at = AppTest.from_string(FRAME, default_timeout=120)
    for name, value in {"yp_size": "129", **url}.items():
        at.query_params[name] = value
    return at.run()


def components(at: AppTest) -> list[dict[str, Any]]:
    return [json.loads(one.proto.json) for one in at.get("bidi_component")]


def view(at: AppTest) -> dict[str, Any]:
    """What the first viewer shows."""
    return next(one for one in components(at) if "photo" in one)


def upload(at: AppTest, *files: bytes) -> AppTest:
    at.file_uploader[0].set_value([(f"{n}.jpg", data, "image/jpeg") for n, data in enumerate(files)])
    return at.run()


def sentences(at: AppTest) -> list[str]:
    return [one.value for one in at.error]


def test_a_sample_is_labelled_as_soon_as_the_page_opens():
    at = open_page()
    assert not at.exception and not at.error and not at.warning
    shown = view(at)
    assert shown["photo"].startswith("data:image/jpeg;base64,/9j/")
    photo = read_photo(sample("chelsea").path.read_bytes())
    answer = predict(photo.rgb, "fcn8s", 129)
    expected = [[one.class_id, round(one.share, 5)] for one in class_shares(answer.labels)]
    assert [[id_, share] for id_, share, _ in shown["layers"][0]["legend"]] == expected
    assert any(sample("chelsea").credit in one.value for one in at.caption)
    (cost,) = [one.value for one in at.markdown if "in milliseconds" in one.value]
    for stage in ("read", "resize", "network", "upsample", "labels", "draw", "CPU"):
        assert stage in cost
    assert any("froze" in one.value for one in at.markdown)


@pytest.mark.parametrize("name", [one.name for one in samples()])
def test_every_sample_opens_by_its_link(name):
    at = open_page(yp_photo=name)
    assert not at.exception and not at.error
    assert components(at)[0]["chosen"] == f"sample:{name}"


def test_a_link_with_wrong_values_gets_notices_and_defaults():
    at = open_page(
        yp_photo="../../x", yp_size="77", yp_network="nobody", yp_device="tpu", yp_view="<b>,999", yp_more="9"
    )
    assert not at.exception
    assert components(at)[0]["chosen"] == "sample:chelsea"
    told = " ".join(one.value for one in at.warning)
    for wrong in ("../../x", "77", "nobody", "tpu"):
        assert wrong in told
    assert (view(at)["mode"], view(at)["opacity"]) == ("fill", 1.0)


def test_a_rerun_sends_the_very_same_picture():
    at = open_page()
    before = [one.proto.json for one in at.get("bidi_component")]
    at.run()
    assert [one.proto.json for one in at.get("bidi_component")] == before


@pytest.mark.parametrize("tab", ["How it upsamples", "Swap the upsampling", "Look inside", "Two networks", "Take away"])
def test_every_tab_opens(tab):
    at = open_page(yp_more=tab, yp_photo="astronaut")
    assert not at.exception and not at.error and not at.warning
    assert len(components(at)) == 3 - (tab == "How it upsamples")


def test_the_class_and_the_stride_can_be_chosen():
    at = open_page(yp_more="Look inside")
    at.selectbox(key="yp_class").set_value("sheep").run()
    assert any("sheep" in one.proto.body for one in at.get("html"))
    at = open_page(yp_more="Swap the upsampling")
    at.selectbox(key="yp_stride").set_value("stride 32 (FCN-32s)").run()
    assert not at.exception
    assert any("63 × 63" in one.value for one in at.caption)


# -- files from visitors ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def visitor() -> AppTest:
    """One session that gets all files, one after the other."""
    return open_page()


GOOD = [case for case in corpus() if case.error is None]
BAD = [case for case in corpus() if case.error is not None]


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_every_good_file_is_labelled(visitor: AppTest, case: Case):
    upload(visitor, case.data)
    assert not visitor.exception
    assert sentences(visitor) == []
    assert view(visitor)["layers"][0]["legend"]
    photo = read_photo(case.data)
    assert any(one.value.startswith(f"Photo {photo.width} × {photo.height};") for one in visitor.caption)
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


# -- networks ---------------------------------------------------------------------------------------------------------


def test_a_network_that_cannot_be_fetched_leaves_the_bundled_one(monkeypatch, tmp_path):
    nowhere = download.Source("http://127.0.0.1:9/fcn-00000000.pth", "00000000")
    monkeypatch.setattr(download, "torchvision_source", lambda name: nowhere)
    monkeypatch.setattr(download, "cache_folders", lambda: (tmp_path,))
    at = open_page()
    at.selectbox(key="yp_network").set_value("FCN ResNet-50 (torchvision)").run()
    assert not at.exception
    assert at.selectbox(key="yp_network").value == "FCN-8s (bundled)"
    (told,) = [one.value for one in at.warning]
    assert "127.0.0.1" in told and "FCN-8s (bundled) is shown instead." in told
    assert view(at)["layers"]
    linked = open_page(yp_network="FCN ResNet-50 (torchvision)")
    assert not linked.exception and view(linked)["layers"]
    assert linked.selectbox(key="yp_network").value == "FCN-8s (bundled)"
    second = open_page(yp_more="Two networks", yp_other="FCN ResNet-50 (torchvision)")
    assert not second.exception
    assert second.selectbox(key="yp_other").value == "FCN-32s (bundled)"


def test_a_network_of_torchvision_is_shown_but_not_looked_into(monkeypatch):
    """With random weights, as the real ones are not here."""
    from torchvision.models import get_model

    name = "lraspp_mobilenet_v3_large"
    net = get_model(name, weights=None, weights_backbone=None, num_classes=21)
    monkeypatch.setattr(download, "fetch", lambda source, folders, progress: progress(5, 10))
    monkeypatch.setattr(networks, "_torchvision", lambda asked, progress: net)
    monkeypatch.setattr(networks, "_loaded", dict(networks._loaded))
    title = "LR-ASPP MobileNetV3 (torchvision)"
    for tab, told in (("Look inside", "Only the bundled"), ("Swap the upsampling", "no score maps")):
        at = open_page(yp_network=title, yp_more=tab)
        assert not at.exception and not at.error and not at.warning
        assert at.selectbox(key="yp_network").value == title
        assert any(told in one.value for one in at.info)
        assert "fields" not in view(at)
    at = open_page(yp_network=title, yp_more="Two networks", yp_photo="coffee")
    assert not at.exception and len(components(at)) == 3
    at = open_page(yp_network=title, yp_more="Take away")
    assert len(components(at)[-1]["files"]) == 4


def test_the_switch_shows_vocs_classes_alone():
    at = open_page(yp_photo="horses")
    whole = {row[0] for row in view(at)["layers"][0]["legend"]}
    assert len(view(at)["classes"]) == 28 and {21, 23} <= whole
    at.toggle(key="yp_voc").set_value(True).run()
    assert not at.exception
    assert len(view(at)["classes"]) == 21
    assert {row[0] for row in view(at)["layers"][0]["legend"]} <= set(range(21))
    linked = open_page(yp_photo="horses", yp_voc="true")
    assert view(linked) == view(at)


def test_a_comparison_is_fair_and_says_where_the_networks_differ(monkeypatch):
    from torchvision.models import get_model

    name = "lraspp_mobilenet_v3_large"
    torch.manual_seed(0)
    net = get_model(name, weights=None, weights_backbone=None, num_classes=21)
    monkeypatch.setattr(download, "fetch", lambda source, folders, progress: progress(5, 10))
    monkeypatch.setattr(networks, "_torchvision", lambda asked, progress: net)
    monkeypatch.setattr(networks, "_loaded", dict(networks._loaded))
    at = open_page(yp_photo="horses", yp_more="Two networks", yp_other="LR-ASPP MobileNetV3 (torchvision)")
    assert not at.exception
    pair = components(at)[-1]
    assert len(pair["classes"]) == 21 and len(pair["layers"]) == 2
    assert any("both are asked for these" in one.value for one in at.caption)
    assert any("They differ most where" in one.value for one in at.markdown)
    (table,) = [one.value for one in at.table if "overlap (IoU)" in one.value.columns]
    assert "horse" in set(table.iloc[:, 0])
    bundled = open_page(yp_photo="horses", yp_more="Two networks")
    assert len(components(bundled)[-1]["classes"]) == 28


@pytest.mark.parametrize("title", ["FCN-16s (bundled)", "FCN-32s (bundled)"])
def test_the_other_bundled_networks(title):
    at = open_page(yp_network=title)
    assert not at.exception and not at.error
    assert any(title in one.value for one in at.markdown)


# -- the pure parts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stride", [8, 16, 32])
def test_the_learned_operator_is_the_networks_own_and_others_differ(stride):
    photo = read_photo(sample("astronaut").path.read_bytes(), long_side=257).rgb
    answer = predict(photo, "fcn8s", 129)
    assert answer.maps is not None
    found = {one.name: one for one in swapped(answer.maps, stride, photo)}
    assert found["Learned transposed convolution"].changed == 0
    assert found["Pixel shuffle"].changed == found["Nearest neighbor"].changed
    assert "multiples of" in found["Pixel shuffle"].how
    assert 0 < found["Nearest neighbor"].changed < found["Bed of nails"].changed
    nails = found["Bed of nails"].labels
    assert np.count_nonzero(nails) == np.count_nonzero(nails[::stride, ::stride]) > 0
    own = found["Learned transposed convolution"].labels
    assert (found["Nearest neighbor"].labels[::stride, ::stride] == nails[::stride, ::stride]).mean() > 0.9
    assert {one.labels.shape for one in found.values()} == {own.shape} == {answer.working_size}
    with pytest.raises(ValueError, match="8, 16, 32"):
        swapped(answer.maps, 4, photo)


def test_names_stand_inside_their_regions():
    labels = np.zeros((60, 90), np.uint8)
    labels[5:25, 5:40] = 8
    labels[35:58, 50:85] = 8
    labels[30, 1] = 15
    found = regions(labels)
    assert [one.class_id for one in found] == [8, 8]
    for one in found:
        assert labels[int(one.y * 60), int(one.x * 90)] == 8
        assert one.width > 0.3 and one.height > 0.25
    assert regions(np.zeros((20, 20), np.uint8)) == ()
    assert [one.class_id for one in regions(np.full((20, 20), 15, np.uint8))] == [15]


def test_small_probabilities_keep_their_corners():
    full = torch.rand(28, 129 * 2 - 1, 65, generator=torch.Generator().manual_seed(0)).numpy()
    small = coarse(full)
    assert small.shape == (28, 129, 33)
    assert (small[:, 0, 0] == (full[:, 0, 0] * 255 + 0.5).astype(np.uint8)).all()
    assert (small[:, -1, -1] == (full[:, -1, -1] * 255 + 0.5).astype(np.uint8)).all()
    assert len(CLASS_NAMES) == len(small)


def test_the_close_up_lies_in_the_picture():
    labels = np.zeros((200, 300), np.uint8)
    labels[150:, 250:] = 3
    rows, columns = busiest(labels)
    assert rows.stop <= 200 and columns.stop <= 300 and labels[rows, columns].any()
    tiny = busiest(np.zeros((33, 50), np.uint8))
    assert (tiny[0].stop, tiny[1].stop) == (33, 50)


def test_a_shelf_forgets_what_was_used_longest_ago():
    shelf: Shelf[int] = Shelf(2)
    shelf.put("a", 1)
    shelf.put("b", 2)
    assert shelf.get("a") == 1
    shelf.put("c", 3)
    assert (shelf.get("a"), shelf.get("b"), shelf.get("c")) == (1, None, 3)
    shelf.put(("x", 1), 4)
    shelf.drop("x")
    assert shelf.held() == ["c"] and len(shelf) == 1
