"""The photo page's networks through AppTest: those that cannot be had, and how they compare."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from explainer.photos import read_photo
from explainer.segmentation import download, fetching, networks
from explainer.segmentation.inference import predict
from explainer.segmentation.label_maps import class_shares
from explainer.segmentation.samples import sample
from explainer.segmentation.swap import swapped, unpooled
from explainer.segmentation.weights import model_info
from explainer.ui.photo.facts import KNOWN
from tests.pages.photo_page import components, open_page, view
from tests.threads import one_thread

quiet = pytest.fixture(autouse=True, scope="module")(one_thread)


def over() -> None:
    """Wait until the downloads have ended."""
    until = time.monotonic() + 30
    while not all(job.ended for job in fetching._jobs.values()) and time.monotonic() < until:
        time.sleep(0.02)
    assert fetching._jobs


def test_while_weights_arrive_the_page_works_and_the_visitor_can_go_back(monkeypatch, tmp_path):
    """Nobody waits in a download: two visitors watch the same one, and it ends when both have left."""
    arriving = threading.Event()

    def slowly(name: str, progress):
        while True:
            progress(20 * 2**20, 141_567_418)
            arriving.set()
            time.sleep(0.01)

    monkeypatch.setattr(fetching, "_jobs", {})
    monkeypatch.setattr(download, "is_cached", lambda name: False)
    monkeypatch.setattr(download, "fetch_torchvision", slowly)
    title = "FCN ResNet-50 (torchvision)"
    one, two = open_page(yp_network=title), open_page(yp_network=title)
    assert arriving.wait(30)
    (job,) = fetching._jobs.values()
    assert len(job.askers) >= 1 and not job.ended
    one.run()
    (bar,) = one.get("progress")
    assert f"Fetching {title}: 20 of 135 MiB. Until then: FCN-8s (bundled)." == bar.proto.text and bar.proto.value == 14
    for at in (one, two):
        assert not at.exception and view(at)["layers"]
        assert at.selectbox(key="yp_network").value == title
    one.button(key="yp_network_cancel").click().run()
    assert one.selectbox(key="yp_network").value == "FCN-8s (bundled)"
    two.button(key="yp_network_cancel").click().run()
    over()
    assert job.problem == "The download was cancelled."


def test_a_network_that_cannot_be_fetched_leaves_the_bundled_one(monkeypatch, tmp_path):
    nowhere = download.Source("http://127.0.0.1:9/fcn-00000000.pth", "00000000")
    monkeypatch.setattr(download, "torchvision_source", lambda name: nowhere)
    monkeypatch.setattr(download, "cache_folders", lambda: (tmp_path,))
    monkeypatch.setattr(fetching, "_jobs", {})
    at = open_page()
    at.selectbox(key="yp_network").set_value("FCN ResNet-50 (torchvision)").run()
    assert not at.exception and view(at)["layers"], "the bundled network answers meanwhile"
    over()
    at.run()
    assert not at.exception
    assert at.selectbox(key="yp_network").value == "FCN-8s (bundled)"
    (told,) = [one.value for one in at.warning]
    assert "127.0.0.1" in told and "FCN-8s (bundled) is shown instead." in told
    assert view(at)["layers"]
    linked = open_page(yp_network="FCN ResNet-50 (torchvision)")
    over()
    linked.run()
    assert not linked.exception and view(linked)["layers"]
    assert linked.selectbox(key="yp_network").value == "FCN-8s (bundled)"
    second = open_page(yp_more="Two networks", yp_other="FCN ResNet-50 (torchvision)")
    over()
    second.run()
    assert not second.exception
    assert second.selectbox(key="yp_other").value == "FCN-32s (bundled)"


def test_weights_that_went_away_after_their_download_are_asked_for_anew(monkeypatch, tmp_path):
    """A cache may be cleaned while the server runs; an old success must not send the page round in circles."""
    nowhere = download.Source("http://127.0.0.1:9/fcn-00000000.pth", "00000000")
    monkeypatch.setattr(download, "torchvision_source", lambda name: nowhere)
    monkeypatch.setattr(download, "cache_folders", lambda: (tmp_path,))
    before = fetching.Job("fcn_resnet50", ended=True)
    monkeypatch.setattr(fetching, "_jobs", {before.name: before})
    assert fetching.ask(before.name, "somebody") is not before
    over()
    (tmp_path / nowhere.file_name).touch()
    there = fetching.Job("fcn_resnet50", ended=True)
    monkeypatch.setattr(fetching, "_jobs", {there.name: there})
    assert fetching.ask(there.name, "somebody") is there, "what is there is not fetched again"


def test_who_asks_while_a_download_that_nobody_wants_ends_gets_one_of_their_own(monkeypatch):
    leaving, free = threading.Event(), threading.Event()

    def endless(name, note):
        try:
            while not free.is_set():
                note(1, 2)
        except fetching.Stopped:
            leaving.set()
            assert free.wait(10)  # as if the connection took its time to be closed
            raise

    monkeypatch.setattr(fetching, "_jobs", {})
    monkeypatch.setattr(download, "fetch_torchvision", endless)
    monkeypatch.setattr(download, "is_cached", lambda name: False)
    first = fetching.ask("fcn_resnet50", "the first")
    fetching.leave("fcn_resnet50", "the first")
    assert leaving.wait(10)
    second = fetching.ask("fcn_resnet50", "the second")
    free.set()
    over()
    assert second is not first
    assert fetching.failure("fcn_resnet50", "the second") is None


def test_a_network_of_torchvision_is_shown_but_not_looked_into(monkeypatch):
    """With random weights, as the real ones are not here."""
    from torchvision.models import get_model

    name = "lraspp_mobilenet_v3_large"
    net = get_model(name, weights=None, weights_backbone=None, num_classes=21)
    monkeypatch.setattr(download, "is_cached", lambda name: True)
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
    assert any(one.value.startswith("FCN-32s (bundled) looks at the photo and at its mirror") for one in at.caption)
    at = open_page(yp_photo="coffee", yp_more="Two networks")
    assert not any("mirror" in one.value for one in at.caption), "both look twice"
    at = open_page(yp_network=title, yp_more="Take away")
    assert len(components(at)[-1]["files"]) == 4


def test_the_switch_shows_vocs_classes_alone():
    at = open_page(yp_photo="horses")
    whole = {row[0] for row in view(at)["layers"][0]["legend"]}
    assert len(view(at)["classes"]) == 28 and {21, 23} <= whole
    at.toggle(key="yp_voc").set_value(True).run()
    assert not at.exception
    assert len(view(at)["classes"]) == 21
    assert [one.value.split(" It decides")[0] for one in at.markdown if "It decides" in one.value] == [KNOWN["voc21"]]
    assert {row[0] for row in view(at)["layers"][0]["legend"]} <= set(range(21))
    linked = open_page(yp_photo="horses", yp_voc="true")
    assert view(linked) == view(at)


def test_a_comparison_is_fair_and_says_where_the_networks_differ(monkeypatch):
    from torchvision.models import get_model

    name = "lraspp_mobilenet_v3_large"
    torch.manual_seed(0)
    net = get_model(name, weights=None, weights_backbone=None, num_classes=21)
    monkeypatch.setattr(download, "is_cached", lambda name: True)
    monkeypatch.setattr(networks, "_torchvision", lambda asked, progress: net)
    monkeypatch.setattr(networks, "_loaded", dict(networks._loaded))
    at = open_page(yp_photo="horses", yp_more="Two networks", yp_other="LR-ASPP MobileNetV3 (torchvision)")
    assert not at.exception
    pair = components(at)[-1]
    assert len(pair["classes"]) == 21 and len(pair["layers"]) == 2
    assert any("both are asked for these" in one.value for one in at.caption)
    (apart,) = (one.value for one in at.caption if "mirror image" in one.value)
    assert apart.startswith("FCN-8s") and "leaves out objects" in apart and "leaves none out" in apart
    assert any("They differ most where" in one.value for one in at.markdown)
    (table,) = [one.value for one in at.table if "overlap (IoU)" in one.value.columns]
    assert "horse" in set(table.iloc[:, 0])
    bundled = open_page(yp_photo="horses", yp_more="Two networks")
    assert len(components(bundled)[-1]["classes"]) == 28
    assert not any("mirror image" in one.value for one in bundled.caption), "both do the same"
    horses = read_photo(sample("horses").path.read_bytes()).rgb
    for layer, model in zip(components(bundled)[-1]["layers"], ("fcn8s", "fcn32s"), strict=True):
        plain = class_shares(predict(horses, model, 129, crf=False).labels)
        assert [share for _, share, _ in layer["legend"]] == [pytest.approx(one.share, abs=1e-5) for one in plain]


@pytest.mark.parametrize("title", ["FCN-16s (bundled)", "FCN-32s (bundled)"])
def test_the_other_bundled_networks(title):
    at = open_page(yp_network=title)
    assert not at.exception and not at.error
    assert any(title in one.value for one in at.markdown)


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
    near = (np.arange(own.shape[0])[:, None] + stride // 2) // stride, (np.arange(own.shape[1]) + stride // 2) // stride
    assert (found["Nearest neighbor"].labels == nails[::stride, ::stride][near]).mean() > 0.99, "blocks lie around"
    assert {one.labels.shape for one in found.values()} == {own.shape} == {answer.working_size}
    with pytest.raises(ValueError, match="8, 16, 32"):
        swapped(answer.maps, 4, photo)


def test_unpooling_goes_where_the_photo_is_brightest_to_the_eye():
    photo = np.zeros((17, 17, 3), np.uint8)
    photo[9, 6], photo[6, 9] = (200, 0, 0), (0, 200, 0)  # green is the brighter one
    grown = unpooled(torch.ones(1, 2, 3, 3), 8, photo, (17, 17))
    middle = grown[0, 1, 4:12, 4:12]
    assert grown.shape == (1, 2, 17, 17)
    assert middle.nonzero().tolist() == [[2, 5]] and middle.sum() == 1


def both_compared() -> None:
    """A script: two answers to four pixels in one table."""
    from types import SimpleNamespace

    import numpy as np

    from explainer.ui.photo.comparing import show_table

    def answer(labels: list[list[int]], model: str, milliseconds: dict[str, float]) -> SimpleNamespace:
        return SimpleNamespace(labels=np.array(labels, np.uint8), classes="all", model=model, milliseconds=milliseconds)

    one = answer([[8, 8], [8, 12]], "fcn8s", {"network": 30.0, "labels": 4.0})
    show_table(one, answer([[12, 12], [8, 12]], "lraspp_mobilenet_v3_large", {"network": 20.0}), ("one", "other"))


def test_the_table_says_which_network_shows_more_of_what_and_what_each_costs():
    at = AppTest.from_function(both_compared, default_timeout=60).run()
    assert not at.exception
    rows = at.table[0].value.to_dict("records")
    assert [tuple(row.values()) for row in rows] == [
        ("cat", "75%", "25%", "-50.0 points", "33%"),
        ("dog", "25%", "75%", "+50.0 points", "33%"),
        ("time", "34 ms", "20 ms", "", ""),
        ("weights", f"{model_info('fcn8s').mebibytes:.3g} MiB", "12.5 MiB", "", ""),
    ]
    assert at.markdown[0].value == (
        "They give **50%** of the pixels the same label. They differ most where one says *cat* and other *dog*: 50%."
    )
