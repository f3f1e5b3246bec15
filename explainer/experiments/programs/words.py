"""What torch's words mean in a program: layers and chains to build, functions and methods of maps, Python's own few."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from explainer.experiments.programs.flows import Flow, Track
from explainer.experiments.programs.things import Chain, Indices
from explainer.experiments.stacks.modules import Add, Cat, Layer, Mul
from explainer.experiments.stacks.plain import MOST_ITEMS, bounded, flat
from explainer.experiments.stacks.reading import known, made, plain

LIKE_LAYERS = {
    "max_pool2d": "MaxPool2d", "avg_pool2d": "AvgPool2d", "adaptive_avg_pool2d": "AdaptiveAvgPool2d",
    "adaptive_max_pool2d": "AdaptiveMaxPool2d", "interpolate": "Upsample", "upsample": "Upsample",
    "pixel_shuffle": "PixelShuffle", "pixel_unshuffle": "PixelUnshuffle", "channel_shuffle": "ChannelShuffle",
    "max_unpool2d": "MaxUnpool2d", "relu": "ReLU", "relu_": "ReLU", "relu6": "ReLU6", "leaky_relu": "LeakyReLU",
    "gelu": "GELU", "silu": "SiLU", "elu": "ELU", "selu": "SELU", "mish": "Mish", "sigmoid": "Sigmoid",
    "tanh": "Tanh", "hardswish": "Hardswish", "hardsigmoid": "Hardsigmoid", "softplus": "Softplus",
    "softmax": "Softmax", "log_softmax": "LogSoftmax", "logsigmoid": "LogSigmoid", "dropout": "Dropout",
    "dropout2d": "Dropout2d",
}  # fmt: skip
"""Function of `torch.nn.functional` (or method of a map) -> layer that does the same."""
PADS = {"constant": "ZeroPad2d", "reflect": "ReflectionPad2d", "replicate": "ReplicationPad2d"}
SAME = ("contiguous", "clone", "detach", "float", "half", "to", "cuda", "cpu", "requires_grad_")
"""Methods that leave a map as it is, as far as shapes go."""
MOST_ZIPPED = 16
CHAINS = ("Sequential", "ModuleList")


def build(name: str, given: list[Any], named: dict[str, Any]) -> Any:
    """A layer, a chain, or what one of Python's own functions gives.

    Raises:
        ValueError: the name is none of these, or torch refuses the arguments.
    """
    if name in CHAINS:
        return chain(given)
    if name == "OrderedDict":
        return list(given[0]) if given else []
    if name in NUMBERS and not named:
        if not all(map(flat, given)):
            raise ValueError(f"{name} is read of numbers only")
        return bounded(NUMBERS[name](*given))
    if name in LISTS and not named:
        return bounded(LISTS[name](*given))
    if name == "ModuleDict":
        pairs = given[0].items() if given and isinstance(given[0], dict) else [one for many in given for one in many]
        return {a_word(key): module for key, module in pairs}
    known(name)
    if not all(map(flat, (*given, *named.values()))):
        raise ValueError(f"an argument of {name} is no plain value; numbers, words, tuples are")
    words = [repr(one) for one in given] + [f"{key}={value!r}" for key, value in named.items()]
    text = f"nn.{name}({', '.join(words)})"
    return made(name, text, [plain(one, text) for one in given], {key: plain(one, text) for key, one in named.items()})


def chain(given: list[Any]) -> Chain:
    """Modules behind one another: as arguments, as one list, or as one list of pairs with names."""
    inside = given[0] if len(given) == 1 and type(given[0]) in (list, tuple) else given
    pairs = [one for one in inside if isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str)]
    return Chain(one for _, one in pairs) if pairs and len(pairs) == len(inside) else Chain(inside)


def a_word(value: Any) -> str:
    """The value, if it is a word: lists in lists could take minutes to look up. Raises ValueError otherwise."""
    if not isinstance(value, str):
        raise ValueError(f"a name is a word, not a {type(value).__name__}")
    return value


def counted(*given: int) -> list[int]:
    """`range` as a list."""
    numbers = range(*given)
    if len(numbers) > MOST_ITEMS:
        raise ValueError(f"more than {MOST_ITEMS:,} rounds")
    return list(numbers)


def side_by_side(*many: Any) -> list[tuple[Any, ...]]:
    """`zip` as a list. Raises ValueError for more lists than a program of layers has."""
    if len(many) > MOST_ZIPPED:
        raise ValueError(f"zip is read of up to {MOST_ZIPPED} lists")
    return list(zip(*many, strict=False))


NUMBERS: dict[str, Callable[..., Any]] = {
    "range": counted, "int": int, "float": float, "bool": bool, "min": min, "max": max, "sum": sum, "abs": abs,
    "round": round, "log": math.log, "log2": math.log2, "sqrt": math.sqrt, "ceil": math.ceil, "floor": math.floor,
}  # fmt: skip
LISTS: dict[str, Callable[..., Any]] = {
    "len": len, "list": list, "tuple": tuple, "reversed": lambda many: list(many)[::-1],
    "enumerate": lambda many, start=0: list(enumerate(many, start)),
    "zip": side_by_side,
}  # fmt: skip


def on_map(track: Track, name: str, flow: Flow, given: list[Any], named: dict[str, Any]) -> Any:
    """`F.name(flow, ...)` or `flow.name(...)`.

    Raises:
        ValueError: the function is not read, or does not take this map.
    """
    if name in SAME:
        return flow
    if name == "size":
        return tuple(flow.x.shape)[given[0]] if given else tuple(flow.x.shape)
    if name in ("add", "mul", "add_", "mul_"):
        return both(track, flow, given[0], Add if name.startswith("add") else Mul)
    if name == "pad":
        return padded(track, flow, *given, **named)
    if name not in LIKE_LAYERS:
        raise ValueError(f"{name} is not read here: only what makes a map of height and width from one")
    rest = [one for one in given if not isinstance(one, Indices)]
    return passed(track, build(LIKE_LAYERS[name], rest, {k: v for k, v in named.items() if k != "training"}), flow)


def passed(track: Track, layer: Layer, flow: Flow) -> Any:
    """The map behind a layer; with it the indices, if the layer gives them."""
    out = track.through(flow, layer)
    return (out, Indices()) if getattr(layer.module, "return_indices", False) else out


def both(track: Track, one: Any, other: Any, join: type[Add] | type[Mul]) -> Flow:
    """Two maps added or multiplied; a number changes no size."""
    flows = [value for value in (one, other) if isinstance(value, Flow)]
    return track.joined(flows, join) if len(flows) == 2 else flows[0]


def behind_one_another(track: Track, given: list[Any], named: dict[str, Any]) -> Flow:
    """`torch.cat` along the channels."""
    maps, dim = [*given, *named.values()][0], named.get("dim", named.get("axis", given[1] if len(given) > 1 else 0))
    if dim not in (1, -3) or not maps or not all(isinstance(one, Flow) for one in maps):
        raise ValueError("maps are set behind one another along their channels only (dim=1)")
    return track.joined(list(maps), Cat)


def padded(track: Track, flow: Flow, pad: Any, mode: str = "constant", value: float = 0) -> Flow:
    """`F.pad` in height and width: what to add left, right, above, below; less than nothing cuts."""
    if a_word(mode) not in PADS or len(pad) not in (2, 4):
        raise ValueError(f"F.pad is read for 2 or 4 numbers and the modes {', '.join(PADS)}")
    sides = tuple(int(one) for one in [*pad, 0, 0][:4])
    return track.through(flow, build(PADS[mode], [sides], {})) if any(sides) else flow


def cut(track: Track, flow: Flow, index: Any) -> Flow:
    """`x[:, :, 5:-5, 5:-5]`: a window of a map, as a padding by less than nothing."""
    axes = list(index) if isinstance(index, tuple) else [index]
    if axes and axes[0] is Ellipsis:
        axes = [slice(None)] * (5 - len(axes)) + axes[1:]
    axes += [slice(None)] * (4 - len(axes))
    spans = [one.indices(n) for one, n in zip(axes, flow.x.shape, strict=True) if isinstance(one, slice)]
    whole = [span[:2] == (0, n) for span, n in zip(spans[:2], flow.x.shape, strict=False)]
    if len(spans) < 4 or whole != [True, True] or any(step != 1 for *_, step in spans):
        raise ValueError("of a map only windows of rows and columns are read: x[:, :, top:bottom, left:right]")
    (top, bottom, _), (left, right, _) = spans[2:]
    return padded(track, flow, [-left, right - flow.x.shape[3], -top, bottom - flow.x.shape[2]])
