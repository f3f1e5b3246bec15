"""Impulses whose answers cannot meet travel together (Curtis, Powell and Reid 1974): a few calls for any picture.

Unit impulses one at a time cost a call's worth of pixels for every input. Where two inputs never reach the same output
they may be lit in one call; for a kernel of k x k the number of calls then depends on kernel and stride, not on the
picture. Nothing here knows an operator. What meets what is asked of the map itself: one impulse forward shows the
outputs it reaches, one step of backpropagation from those shows all inputs that reach them too.

The groups are a guess from a few places. Each is asked three times: with ones (the entries), with each input's number
(the ratio of the two answers says which input an answer came from) and with random values (which no sum of two entries
can imitate). A group in which answers met is halved and asked again, at worst down to single impulses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import permutations
from math import prod

import torch
from torch import Tensor

Shape = tuple[int, ...]
Map = Callable[[Tensor], Tensor]
#: Rows, columns and values of a matrix's entries.
Entries = tuple[Tensor, Tensor, Tensor]

#: Inputs a group is asked with: ones, each input's number, random values.
PROBES = 3
#: Impulses in one batch where each goes alone; bounds the memory.
BATCH = 256
#: Rounding allowed where a random answer is compared with what one entry alone would have given.
TOLERANCE = 1e-11


def colored_entries(op: Map, shape: Shape) -> Entries:
    """Rows, columns and values (float64) of the matrix of a linear map on inputs of `shape`, in no order."""
    steps = periods(op, shape)
    if PROBES * prod(steps) < prod(shape):
        return joined(decoded(op, shape, group) for group in groups(shape, steps))
    return joined(one_at_a_time(op, shape, batch) for batch in torch.split(torch.arange(prod(shape)), BATCH))


def one_at_a_time(op: Map, shape: Shape, inputs: Tensor) -> Entries:
    """The entries of the columns `inputs` from an impulse each, as one batch."""
    batch = torch.zeros(len(inputs), prod(shape), dtype=torch.float64)
    batch[torch.arange(len(inputs)), inputs] = 1
    answers = op(batch.view(-1, *shape)).flatten(1)
    at, rows = answers.nonzero(as_tuple=True)
    return rows, inputs[at], answers[at, rows]


def joined(parts: Iterable[Entries]) -> Entries:
    """Entries found piece by piece."""
    rows, columns, values = zip(*parts, strict=True)
    return torch.cat(rows), torch.cat(columns), torch.cat(values)


def decoded(op: Map, shape: Shape, group: Tensor) -> Entries:
    """The entries of the columns `group` (flat inputs); halves the group while answers meet in it."""
    if len(group) <= PROBES:
        return one_at_a_time(op, shape, group)
    read = read_off(op, shape, group)
    return joined(decoded(op, shape, half) for half in halved(group, shape)) if read is None else read


def read_off(op: Map, shape: Shape, group: Tensor) -> Entries | None:
    """The entries of the columns `group` from three probes, or None where two of its answers met."""
    names = torch.arange(1, len(group) + 1, dtype=torch.float64)
    marks = random(len(group))
    probes = torch.zeros(PROBES, prod(shape), dtype=torch.float64)
    probes[:, group] = torch.stack([torch.ones_like(names), names, marks])
    ones, named, marked = op(probes.view(-1, *shape)).flatten(1)
    rows = ((ones != 0) | (named != 0) | (marked != 0)).nonzero().flatten()
    ones, named, marked = ones[rows], named[rows], marked[rows]
    member = (named / ones).nan_to_num(0, 0, 0).round().clamp(1, len(group)).long() - 1
    for seen, sent in ((named, names), (marked, marks)):
        if not bool(((seen - ones * sent[member]).abs() <= TOLERANCE * (ones * sent[member]).abs()).all()):
            return None
    return rows, group[member], ones


def random(count: int) -> Tensor:
    """Values between 1 and 2 and between -2 and -1; the same every time, from a generator of their own."""
    generator = torch.Generator().manual_seed(count)
    values = torch.rand(count, dtype=torch.float64, generator=generator)
    signs = torch.randint(0, 2, (count,), generator=generator) * 2 - 1
    return (1 + values) * signs


def halved(group: Tensor, shape: Shape) -> list[Tensor]:
    """Every other one along the axis on which the group has most places, so that neighbors part."""
    along = torch.unravel_index(group, shape)
    ranks = [one.unique(return_inverse=True) for one in along]  # type: ignore[no-untyped-call]
    rank = max(ranks, key=lambda pair: len(pair[0]))[1]
    return [group[rank % 2 == 0], group[rank % 2 == 1]]


def groups(shape: Shape, steps: Shape) -> Iterator[Tensor]:
    """Flat inputs in groups: all that lie whole periods `steps` apart."""
    flat = torch.arange(prod(shape)).view(shape)
    for starts in torch.cartesian_prod(*(torch.arange(step) for step in steps)).view(-1, len(shape)).tolist():
        yield flat[tuple(slice(start, None, step) for start, step in zip(starts, steps, strict=True))].flatten()


def periods(op: Map, shape: Shape) -> Shape:
    """For each axis how far apart inputs must lie so that their answers do not meet, judged at a few places."""
    apart = torch.cat([offsets(op, shape, place) for place in places(shape)]).unique(dim=0)  # type: ignore[no-untyped-call]
    widest = tuple(min(n, int(reach) + 1) for n, reach in zip(shape, apart.abs().amax(0), strict=True))
    found = [shrunk(apart, widest, order) for order in permutations(range(len(shape)))]
    return min(found, key=prod)


def shrunk(apart: Tensor, widest: Shape, order: tuple[int, ...]) -> Shape:
    """Shorten the periods, axis by axis in `order`, as long as none of the offsets `apart` is a multiple of them."""
    steps = list(widest)
    for axis in order:
        others = [n for n in range(len(steps)) if n != axis]
        along = apart[(apart[:, others] % torch.tensor(steps)[others] == 0).all(1)][:, axis]
        hit = along[along != 0]
        steps[axis] = next(step for step in range(1, steps[axis] + 1) if bool((hit % step != 0).all()))
    return tuple(steps)


def places(shape: Shape) -> list[Tensor]:
    """A few inputs, one number an axis: both ends, the middle (of the first channel too) and its neighbor."""
    sizes = torch.tensor(shape)
    middle = sizes // 2
    first = torch.cat([torch.zeros_like(middle[:1]), middle[1:]])
    beside = torch.minimum(middle + 1, sizes - 1)
    found = torch.stack([torch.zeros_like(sizes), sizes - 1, middle, beside, first])
    return list(found.unique(dim=0))  # type: ignore[no-untyped-call]


def offsets(op: Map, shape: Shape, place: Tensor) -> Tensor:
    """Where the inputs lie, seen from `place`, whose answers meet the answer to an impulse there.

    A map that cannot be differentiated could have them anywhere.
    """
    x = torch.zeros(1, *shape, dtype=torch.float64)
    x[0, *place.tolist()] = 1
    answer = op(x.requires_grad_())
    if answer.requires_grad:
        reached = torch.zeros_like(answer)
        reached[answer != 0] = random(int((answer != 0).sum()))
        (back,) = torch.autograd.grad(answer, x, reached)
        meeting = (back[0] != 0).nonzero()
    else:
        meeting = torch.ones(shape).nonzero()
    return torch.cat([meeting, place[None]]) - place
