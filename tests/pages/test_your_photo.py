"""Your photo through AppTest: samples, settings, links and tabs; and the small parts behind them."""

from __future__ import annotations

import base64
import zlib
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from explainer.palette import PALETTE, channels
from explainer.photos import read_photo
from explainer.quantities import memory, percent
from explainer.segmentation.anatomy import field_of_pixel
from explainer.segmentation.answer import coarse
from explainer.segmentation.classes import CLASS_NAMES, display_name, display_names
from explainer.segmentation.doubt import SURE
from explainer.segmentation.inference import labels_of, left_out, predict
from explainer.segmentation.label_maps import class_shares
from explainer.segmentation.networks import load
from explainer.segmentation.prediction import StrideMaps
from explainer.segmentation.regions import regions
from explainer.segmentation.resize import to_input, voc_only
from explainer.segmentation.samples import sample, samples
from explainer.segmentation.weights import BUNDLED_FILE
from explainer.ui.photo import asking, facts, inside
from explainer.ui.photo.labelled import ShownPhoto
from explainer.ui.photo.mirroring import LOOKS
from explainer.ui.photo.picture import view_of
from explainer.ui.photo.swapping import busiest
from explainer.ui.photo.tiles import diverging
from explainer.ui.shelf import Shelf
from tests.components import components_of, sent_to
from tests.pages.photo_page import components, open_page, view
from tests.threads import one_thread

quiet = pytest.fixture(autouse=True, scope="module")(one_thread)


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


def test_the_crf_can_be_taken_away_and_is_shown_beside_the_network_alone():
    photo = read_photo(sample("coffee").path.read_bytes())
    for crf in (True, False):
        at = open_page(yp_photo="coffee", yp_more="Look inside", **({} if crf else {"yp_crf": "false"}))
        assert not at.exception and any(facts.CRF in one.value for one in at.markdown) == crf
        (switch,) = [one for one in at.toggle if one.label == "Outlines along the photo's edges"]
        assert switch.value == crf and not switch.disabled
        answer = predict(photo.rgb, "fcn8s", 129, crf=crf)
        expected = [[one.class_id, round(one.share, 5)] for one in class_shares(answer.labels)]
        assert [[id_, share] for id_, share, _ in view(at)["layers"][0]["legend"]] == expected
        heads = next(one for one in components(at) if len(one.get("layers", ())) == 4)
        assert [layer["title"] for layer in heads["layers"]] == ["FCN-32s", "FCN-16s", "FCN-8s", "FCN-8s and CRF"]
        made = [predict(photo.rgb, name, 129, crf=False).labels for name in ("fcn32s", "fcn16s", "fcn8s")]
        made.append(predict(photo.rgb, "fcn8s", 129, crf=True).labels)
        coarse, middle, _, edges = (percent((labels != made[2]).mean()) for labels in made)
        said = next(one.value for one in at.caption if "The same trunk" in one.value)
        assert f"FCN-32s labels {coarse} of the pixels otherwise, FCN-16s {middle}." in said
        assert f"That changes {edges} of the pixels." in said and len({coarse, middle, edges}) == 3
        for layer, model in zip(heads["layers"], ("fcn32s", "fcn16s", "fcn8s", "fcn8s"), strict=True):
            own = predict(photo.rgb, model, 129, crf=layer["title"].endswith("CRF")).labels
            assert [[i, share] for i, share, _ in layer["legend"]] == [
                [one.class_id, pytest.approx(one.share, abs=2e-4)] for one in class_shares(own)
            ]
    (switch,) = [one for one in open_page(yp_network="FCN-32s (bundled)").toggle if "Outlines" in one.label]
    assert switch.disabled


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_map_of_scores_is_terracotta_below_zero_and_violet_above(look):
    low, zero, high = (color for _, color in PALETTE[look]["scales"]["weight"])
    lowest, highest = ("#8c2d12", "#4c1d95") if look == "light" else ("#ffb199", "#d6c8ff")
    drawn = diverging(np.array([[-8, -2, -1, 0, 1, 2, 8]], np.float32), look, 2.0)[0]
    meant = [channels(color) for color in (lowest, lowest, low, zero, high, highest, highest)]
    assert np.abs(drawn.astype(int) - np.array(meant)).max() <= 3
    assert (diverging(np.array([[-1, 2]], np.float32), look)[0, 1] == drawn[5]).all(), "its own largest at the end"


def test_a_score_map_shows_by_how_much_its_class_leads():
    """By hand on two pixels and three classes: the lead over the best other class, for skips that over the mean."""
    scores = np.array([[[5.0, 1.0]], [[2.0, 4.0]], [[-1.0, 1.0]]], np.float32)
    tiles = inside._map_tiles(StrideMaps(*[scores] * 7), 0, "light")
    spans = {tile.title: tile.caption.partition(". ")[0] for tile in tiles}
    lead, above_mean = "1 × 2, from -3.0 to 3.0", "1 × 2, from -1.0 to 3.0"
    assert spans == {
        "Score, stride 32": lead, "Upscored to stride 16": lead, "Skip score, stride 16": above_mean,
        "Sum at stride 16": lead, "Upscored to stride 8": lead, "Skip score, stride 8": above_mean,
        "Sum at stride 8": lead,
    }  # fmt: skip


@pytest.mark.parametrize("classes", ["all", "voc21"])
def test_either_look_alone_and_the_mean_of_both_are_shown(classes):
    rgb = read_photo(sample("horses").path.read_bytes()).rgb
    at = open_page(yp_photo="horses", yp_more="Look inside", **({"yp_voc": "true"} if classes == "voc21" else {}))
    assert not at.exception
    shown = next(one for one in components(at) if [a["title"] for a in one.get("layers", ())] == list(LOOKS))
    net, x = load("fcn8s", "cpu"), to_input(rgb, 129)
    with torch.inference_mode():
        scores = [net.grow(net.score_maps(one), "fcn8s") for one in (x, x.flip(3))]
        scores = [voc_only(one) if classes == "voc21" else one for one in scores]
    alone = [labels_of(one[0].numpy(), *rgb.shape[:2]) for one in (scores[0], scores[1].flip(3))]
    both = predict(rgb, "fcn8s", 129, "cpu", classes=classes, crf=False).labels
    for layer, labels in zip(shown["layers"], (*alone, both), strict=True):
        assert [[i, share] for i, share, _ in layer["legend"]] == [
            [one.class_id, pytest.approx(one.share, abs=2e-4)] for one in class_shares(labels)
        ]
    differ = percent((alone[0] != alone[1]).mean())
    assert any(f"here on **{differ}** of the pixels" in one.value for one in at.caption)
    assert any(facts.TWICE in one.value for one in at.markdown)


def test_what_an_answer_cost_is_told_in_its_own_numbers(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(facts.st, "markdown", told.append)
    photo = ShownPhoto("sample:chelsea", "Cat", np.zeros((4, 6, 3), np.uint8), 600, 400, 0)
    times = {"read": 11.2, "network": 40.4, "draw": 5.6, "labels": 3.4, "unknown": 39.4}
    made = SimpleNamespace(classes="all", working_size=(352, 513), milliseconds=times, device="a card", model="fcn8s",
                           probabilities=np.zeros((28, 3, 4), np.uint8), crf=False, maps=None)  # fmt: skip
    facts.show_cost(photo, made)
    known, numbers, rest = told[0].replace("\n>\n", "\n\n").split("\n\n")
    assert known.startswith("It knows grass, cat, tree, sky") and facts.TWICE not in known
    assert numbers == "> **0.1 s** on **a card**, in milliseconds: read 11 · network 40 · labels 3 · draw 6"
    assert (
        f"the network saw 513 × 352 pixels. Weights {BUNDLED_FILE.stat().st_size / 2**20:.2g} MiB; its 28 score" in rest
    )
    assert "Photo 600 × 400;" in rest and f"at full size take {memory(28 * 4 * 352 * 513)}." in rest


def test_a_samples_picture_is_fetched_once_and_both_names_of_a_device_share_an_answer(monkeypatch):
    monkeypatch.setattr(asking, "SAMPLES", Shelf(48))
    (first,) = [sent_to(one) for one in components_of(open_page()) if one.proto.component_name == "photo_viewer"]
    assert first["source"].startswith("shared/") and "photo" not in first and len(str(first)) < 200
    again = open_page(yp_device="cpu")
    assert not again.exception and any(sent_to(one) == first for one in components_of(again))
    assert len(asking.SAMPLES) == 1
    assert view(open_page(yp_photo="coffee"))["photo"] != view(again)["photo"] and len(asking.SAMPLES) == 2


def test_what_a_label_map_does_without_is_told():
    at = open_page(yp_photo="castle", yp_size="513")
    photo = read_photo(sample("castle").path.read_bytes())
    found = left_out(predict(photo.rgb, "fcn8s", 513).maps, "fcn8s")
    assert found, "a sample on which something is left out"
    (told,) = [one.value for one in at.caption if one.value.startswith("Left out:")]
    for one in found:
        assert f"{display_name(one.class_id)} ({100 * one.most_sure:.1f}%)" in told
    assert f"at least {SURE:.0%} sure" in told
    assert not set(found_id for found_id, *_ in view(at)["layers"][0]["legend"]) & {one.class_id for one in found}
    plain = open_page(yp_photo="coffee", yp_size="513")
    assert not any(one.value.startswith("Left out:") for one in plain.caption)


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
    before = [one.proto.json for one in components_of(at)]
    at.run()
    assert [one.proto.json for one in components_of(at)] == before


@pytest.mark.parametrize("tab", ["How it upsamples", "Swap the upsampling", "Look inside", "Two networks", "Take away"])
def test_every_tab_opens(tab):
    at = open_page(yp_more=tab, yp_photo="astronaut")
    assert not at.exception and not at.error and not at.warning
    assert len(components(at)) == {"How it upsamples": 2, "Look inside": 4}.get(tab, 3)


def test_the_class_and_the_stride_can_be_chosen():
    at = open_page(yp_more="Look inside")
    at.selectbox(key="yp_class").set_value("sheep").run()
    assert any("sheep" in one.proto.body for one in at.get("html"))
    at = open_page(yp_more="Swap the upsampling")
    at.selectbox(key="yp_stride").set_value("stride 32 (FCN-32s)").run()
    assert not at.exception
    assert any("63 × 63" in one.value for one in at.caption)


def test_which_class_is_heard_most_is_what_the_layer_answers_to_impulses():
    impulses = torch.eye(28)[..., None, None] * torch.nn.functional.pad(torch.ones(1, 1), [2, 2, 2, 2])
    heard = load("fcn8s").upscore16_to_8(impulses).sum((2, 3)).fill_diagonal_(0)
    names, (row, column) = display_names("all"), divmod(int(heard.abs().argmax()), 28)
    said = f"{names[row]} changes {names[column]} most, by {heard[row, column] / 4:+.2g}".replace("by -", "by −")
    assert any(said in one.value for one in open_page(yp_more="Look inside").caption)


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
    assert [one.class_id for one in regions(np.kron(labels, np.ones((8, 8), np.uint8)))] == [8, 8]
    assert regions(np.zeros((20, 20), np.uint8)) == ()
    assert [one.class_id for one in regions(np.full((20, 20), 15, np.uint8))] == [15]


def test_small_probabilities_keep_their_corners():
    full = torch.rand(28, 129 * 2 - 1, 65, generator=torch.Generator().manual_seed(0)).numpy()
    small = coarse(full)
    assert small.shape == (28, 129, 33)
    assert (small[:, 0, 0] == (full[:, 0, 0] * 255 + 0.5).astype(np.uint8)).all()
    assert (small[:, -1, -1] == (full[:, -1, -1] * 255 + 0.5).astype(np.uint8)).all()
    assert len(CLASS_NAMES) == len(small)


def test_the_viewer_gets_probabilities_row_by_row():
    shares = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    sent = view_of(np.zeros((30, 40, 3), np.uint8), np.zeros((30, 40), np.uint8), {}, shares, (33, 65), "voc21")
    assert (sent["probabilities"]["height"], sent["probabilities"]["width"]) == (3, 4) and sent["working"] == [33, 65]
    assert zlib.decompress(base64.b64decode(sent["probabilities"]["data"])) == shares.tobytes()


def test_the_close_up_lies_in_the_picture():
    labels = np.zeros((200, 300), np.uint8)
    labels[150:, 250:] = 3
    rows, columns = busiest(labels)
    assert rows.stop <= 200 and columns.stop <= 300 and labels[rows, columns].any()
    tiny = busiest(np.zeros((33, 50), np.uint8))
    assert (tiny[0].stop, tiny[1].stop) == (33, 50)


@pytest.mark.parametrize(("model", "strides"), [("fcn32s", [32]), ("fcn16s", [16, 32]), ("fcn8s", [8, 16, 32])])
def test_the_viewer_knows_the_fields_of_those_maps_that_the_network_uses(model: str, strides: list[int]):
    title = {"fcn32s": "FCN-32s (bundled)", "fcn16s": "FCN-16s (bundled)", "fcn8s": "FCN-8s (bundled)"}[model]
    fields = view(open_page(yp_network=title))["fields"]
    assert [one["stride"] for one in fields] == strides
    assert [one["reach"] for one in fields] == [field_of_pixel(9, 0, s)[3] - 1 for s in strides]
