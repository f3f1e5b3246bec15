"""Objects that the network is nowhere sure of are left out of its label maps, and only those."""

from __future__ import annotations

import pytest
import torch

from explainer.photos import read_photo
from explainer.segmentation.classes import CLASS_COUNT, VOC_COUNT
from explainer.segmentation.doubt import LOWERED, SURE, doubted, most_sure, without_doubted
from explainer.segmentation.inference import labels_of, left_out, predict, stride_tensors
from explainer.segmentation.model import FCN, HEADS
from explainer.segmentation.networks import load
from explainer.segmentation.samples import sample
from explainer.segmentation.swap import swapped

CAT, CHAIR, SKY = 8, 9, 21


def scores_of(best: dict[int, float]) -> torch.Tensor:
    """A map of 2 x 3 points on which each class has that probability at one point of its own, the background the
    rest."""
    share = torch.full((1, CLASS_COUNT, 2, 3), 1e-6)
    for number, (class_id, most) in enumerate(best.items()):
        share[0, class_id].view(-1)[number] = most
    share[:, 0] = 1 - share[:, 1:].sum(1)
    return share.log()


def test_an_object_counts_from_the_bar_on_and_scenes_always_do() -> None:
    scores = scores_of({CAT: SURE + 0.001, CHAIR: SURE - 0.001, SKY: 0.5})
    gone = doubted(scores)[0]
    assert not gone[CAT] and gone[CHAIR] and not gone[SKY] and not gone[0]
    assert gone[1:VOC_COUNT].sum() == VOC_COUNT - 2
    torch.testing.assert_close(most_sure(scores)[0, [CAT, CHAIR]], torch.tensor([SURE + 0.001, SURE - 0.001]))


def test_a_doubted_object_s_pixels_go_to_the_next_best_class_everywhere() -> None:
    scores = scores_of({CAT: SURE + 0.02, CHAIR: SURE - 0.02})
    before, after = scores.argmax(1).flatten().tolist(), without_doubted(scores).argmax(1).flatten().tolist()
    assert before == [CAT, CHAIR, 0, 0, 0, 0] and after == [CAT, 0, 0, 0, 0, 0]
    torch.testing.assert_close(without_doubted(scores)[:, CHAIR], scores[:, CHAIR] - LOWERED)
    assert torch.equal(without_doubted(scores)[:, CAT], scores[:, CAT])


def test_each_photo_of_a_batch_is_judged_by_itself() -> None:
    both = torch.cat((scores_of({CAT: SURE + 0.02}), scores_of({CAT: SURE - 0.02})))
    assert doubted(both)[:, CAT].tolist() == [False, True]


def test_the_background_never_goes_though_it_may_be_nowhere_sure() -> None:
    assert not doubted(torch.zeros(1, VOC_COUNT, 2, 2))[0, 0]


@pytest.fixture(scope="module")
def horses():
    return read_photo(sample("horses").path.read_bytes()).rgb


@pytest.mark.parametrize("head", HEADS)
def test_a_prediction_leaves_out_what_it_says_and_nothing_else(horses, head) -> None:
    found = predict(horses, head, 321, "cpu", crf=False)
    assert found.maps is not None
    net = load(head, "cpu")
    assert isinstance(net, FCN)
    with torch.inference_mode():
        every = net.grow(stride_tensors(found.maps), head, every_class=True)
        layer, last = net.last_upscore(stride_tensors(found.maps), head)
        torch.testing.assert_close(torch.from_numpy(found.scores)[None], layer(without_doubted(last)))
    told = {one.class_id: one for one in left_out(found.maps, head)}
    seen, all_seen = set(found.labels.flat), set(labels_of(every[0].numpy(), *horses.shape[:2]).flat)
    assert told, "a sample on which something is left out"
    assert not seen & set(told)
    assert all_seen - seen <= set(told)
    won = last[0].softmax(0)
    for class_id, one in told.items():
        assert 1 <= class_id < VOC_COUNT and one.most_sure < SURE
        assert one.most_sure == pytest.approx(float(won[class_id].max()), abs=1e-5)
        assert one.share == pytest.approx(float((won.argmax(0) == class_id).float().mean()), abs=1e-6)


def test_torchvision_s_networks_leave_nothing_out() -> None:
    assert left_out(None, "fcn_resnet50") == ()


@pytest.mark.parametrize(("stride", "head"), [(8, "fcn8s"), (32, "fcn32s")])
def test_swapping_the_last_upsampling_begins_with_the_networks_own_answer(horses, stride, head) -> None:
    found = predict(horses, head, 321, "cpu", crf=False)
    assert found.maps is not None and left_out(found.maps, head)
    own = next(one for one in swapped(found.maps, stride, horses) if one.name == "Learned transposed convolution")
    assert (own.labels == found.scores.argmax(0)).mean() > 0.9999 and own.changed == 0
