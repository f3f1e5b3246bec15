"""ONNX: a graph of one operator or two, run by ONNX Runtime in float32."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from torch import Tensor

from explainer.dialects.writing import MODES, Snippet, array, divides, factors, indices_of, rearrangement, target, text
from explainer.operators import (
    AdaptiveAveragePooling,
    Area,
    AveragePooling,
    BedOfNails,
    Bicubic,
    Bilinear,
    Convolution,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    Operator,
    PixelShuffle,
    PixelUnshuffle,
    TransposedConvolution,
)
from explainer.operators.checks import per_axis
from explainer.operators.resizing import Resizing
from explainer.operators.weights import full_weight

NOTES = {
    Convolution: "pads are all begins, then all ends; auto_pad SAME_UPPER puts the odd zero behind, as torch's 'same'.",
    TransposedConvolution: "pads crop, begins before ends; output_shape and auto_pad SAME_UPPER work the pads out "
    "themselves, an odd one at the end: torch's padding=1, output_padding=1 is not that.",
    NearestNeighbor: "nearest is asymmetric with floor, nearest-exact half_pixel with round_prefer_ceil; Resize's own "
    "default, half_pixel with round_prefer_floor, is neither.",
    Bilinear: "align_corners=False is half_pixel, True is align_corners; asymmetric is what old exporters wrote.",
    Bicubic: "cubic_coeff_a is -0.75, as in torch and OpenCV; Pillow and TensorFlow have -0.5.",
    MaxUnpooling: "ONNX's indices count through the whole tensor, torch's through one channel.",
    PixelShuffle: "torch's order is CRD; DepthToSpace's default is DCR, as in TensorFlow.",
    PixelUnshuffle: "SpaceToDepth knows only the order DCR; torch's order takes a Transpose.",
    BedOfNails: "ONNX has no such operator either: a ConvTranspose with a 1 x 1 kernel.",
}


def written(op: Operator, x: Tensor) -> Snippet:
    """The graph, and how it is run."""
    found = nodes(op, x)
    if isinstance(found, Snippet):
        return found
    shape = list(x[None].shape)
    head = [
        "import numpy as np",
        "import onnx",
        "import onnxruntime",
        "from onnx import helper, numpy_helper",
        "",
        f"x = {array(x[None], dtype='np.float32')}",
        "constants = {}",
    ]
    tail = [
        "stored = [numpy_helper.from_array(value, name) for name, value in constants.items()]",
        f'given = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, {shape})',
        'asked = helper.make_tensor_value_info("output", onnx.TensorProto.FLOAT, None)',
        'graph = helper.make_graph(nodes, "case", [given], [asked], stored)',
        'model = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 19)])',
        'session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])',
        '(output,) = session.run(None, {"x": x})',
        "print(output)",
    ]
    return Snippet("\n".join([*head, *found, *tail]), NOTES.get(type(op), ""))


@singledispatch
def nodes(op: Any, x: Tensor) -> list[str] | Snippet:
    """Lines that make `nodes` from "x" to "output" and fill `constants`; or why there are none."""
    return Snippet("", "ONNX has no operator for it.")


def constant(name: str, values: Any, dtype: str = "np.float32") -> str:
    """One stored tensor."""
    return f'constants["{name}"] = {array(values, dtype=dtype)}'


def node(kind: str, inputs: str, **attributes: Any) -> str:
    """One node from its inputs to `output`."""
    named = "".join(
        f", {name}={value if isinstance(value, str) else text(value)}" for name, value in attributes.items()
    )
    names = ", ".join(f'"{name}"' for name in inputs.split(" "))
    return f'nodes = [helper.make_node("{kind}", [{names}], ["output"]{named})]'


def ends(pairs: list[tuple[int, int]]) -> list[int]:
    """All begins, then all ends."""
    return [before for before, _ in pairs] + [after for _, after in pairs]


def kernel(op: Convolution | TransposedConvolution) -> list[str]:
    """Weight and bias."""
    found = [constant("weight", full_weight(op.weight))]
    return found if op.bias is None else [*found, constant("bias", list(op.bias))]


@nodes.register
def _(op: Convolution, x: Tensor) -> list[str]:
    strides, dilations = ([axis[n] for axis in op.axes()] for n in (1, 3))
    names = " weight" + ("" if op.bias is None else " bias")
    settings = {"strides": strides, "dilations": dilations, "group": op.groups}
    if op.padding_mode not in MODES:
        return [*kernel(op), node("Conv", "x" + names, pads=ends(op.borders()), **settings)]
    around = [(0, 0), (0, 0), *op.borders()]
    conv = node("Conv", "padded" + names, **settings)
    pad = f'nodes.insert(0, helper.make_node("Pad", ["x", "around"], ["padded"], mode="{MODES[op.padding_mode]}"))'
    return [*kernel(op), constant("around", ends(around), "np.int64"), conv, pad]


@nodes.register
def _(op: TransposedConvolution, x: Tensor) -> list[str]:
    strides, dilations = ([axis[n] for axis in op.axes()] for n in (1, 3))
    names = "x weight" + ("" if op.bias is None else " bias")
    settings = {"output_padding": list(op.extra()), "dilations": dilations, "group": op.groups}
    return [*kernel(op), node("ConvTranspose", names, strides=strides, pads=ends(op.crops()), **settings)]


@nodes.register(NearestNeighbor)
@nodes.register(Bilinear)
@nodes.register(Bicubic)
def _(op: Resizing, x: Tensor) -> list[str] | Snippet:
    size = tuple(x.shape[1:])
    by_size = op.size is not None or op.recompute_scale_factor or getattr(op, "align_corners", False)
    if by_size:
        goal = [constant("sizes", [1, len(x), *target(op, size)], "np.int64")]
    else:
        goal = [constant("scales", [1.0, 1.0, *factors(op, size)])]
    names = "x   sizes" if by_size else "x  scales"
    if isinstance(op, NearestNeighbor):
        exact = op.mode == "nearest-exact"
        where, how = ("half_pixel", "round_prefer_ceil") if exact else ("asymmetric", "floor")
        kind = {"mode": '"nearest"', "nearest_mode": f'"{how}"'}
    else:
        assert isinstance(op, Bilinear)
        if op.antialias and op.align_corners:
            return Snippet("", "ONNX Runtime lines up no corners where it antialiases.")
        where = "align_corners" if op.align_corners else "half_pixel"
        a = -0.5 if op.antialias else -0.75
        kind = {"mode": '"cubic"', "cubic_coeff_a": str(a)} if isinstance(op, Bicubic) else {"mode": '"linear"'}
        kind |= {"antialias": "1", "exclude_outside": "1"} if op.antialias else {}
    return [*goal, node("Resize", names, coordinate_transformation_mode=f'"{where}"', **kind)]


@nodes.register(Area)
@nodes.register(AdaptiveAveragePooling)
def _(op: Any, x: Tensor) -> list[str] | Snippet:
    size = tuple(x.shape[1:])
    out = target(op, size)
    if not divides(size, out):
        return Snippet("", "ONNX has no adaptive pooling; where the sizes divide, it is ordinary pooling.")
    window = [i // o for i, o in zip(size, out, strict=True)]
    kind = "MaxPool" if getattr(op, "kind", "avg") == "max" else "AveragePool"
    return [node(kind, "x", kernel_shape=window, strides=window)]


@nodes.register
def _(op: MaxPooling, x: Tensor) -> list[str]:
    k, s, p, d = (list(column) for column in zip(*op.axes(x.ndim - 1), strict=True))
    more = {"pads": p + p, "dilations": d, "ceil_mode": int(op.ceil_mode)}
    return [node("MaxPool", "x", kernel_shape=k, strides=s, **more)]


@nodes.register
def _(op: AveragePooling, x: Tensor) -> list[str]:
    k, s, p = (list(column) for column in zip(*op.axes(x.ndim - 1), strict=True))
    more = {"pads": p + p, "ceil_mode": int(op.ceil_mode), "count_include_pad": int(op.count_include_pad)}
    return [node("AveragePool", "x", kernel_shape=k, strides=s, **more)]


@nodes.register
def _(op: MaxUnpooling, x: Tensor) -> list[str]:
    size = tuple(op(x[None]).shape[2:])
    area = int(size[0] * (size[1] if len(size) > 1 else 1))
    index = indices_of(op, x)
    counted = index + area * index.new_tensor(range(len(x))).view(-1, *[1] * (x.ndim - 1))
    k, s, p = (list(column) for column in zip(*op.axes(x.ndim - 1), strict=True))
    return [
        constant("indices", counted[None], "np.int64"),
        constant("shape", [1, len(x), *size], "np.int64"),
        node("MaxUnpool", "x indices shape", kernel_shape=k, strides=s, pads=p + p),
    ]


@nodes.register
def _(op: BedOfNails, x: Tensor) -> list[str]:
    strides = list(per_axis("stride", op.stride, x.ndim - 1))
    more = {"output_padding": [s - 1 for s in strides], "group": len(x)}
    ones = x.new_ones(len(x), 1, *[1] * (x.ndim - 1))
    return [constant("weight", ones), node("ConvTranspose", "x weight", strides=strides, **more)]


@nodes.register(PixelShuffle)
@nodes.register(PixelUnshuffle)
def _(op: Any, x: Tensor) -> list[str]:
    up = isinstance(op, PixelShuffle)
    factors = set(per_axis("factor", op.upscale_factor if up else op.downscale_factor, x.ndim - 1))
    if x.ndim == 3 and len(factors) == 1 and (up or op.mode == "DCR"):
        more = {"mode": f'"{op.mode}"'} if up else {}
        return [node("DepthToSpace" if up else "SpaceToDepth", "x", blocksize=factors.pop(), **more)]
    parts, order, size = rearrangement(op, x)
    return [
        constant("apart", parts, "np.int64"),
        constant("shape", size, "np.int64"),
        'nodes = [helper.make_node("Reshape", ["x", "apart"], ["parts"]),',
        f'         helper.make_node("Transpose", ["parts"], ["turned"], perm={order}),',
        '         helper.make_node("Reshape", ["turned", "shape"], ["output"])]',
    ]
