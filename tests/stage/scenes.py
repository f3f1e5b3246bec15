"""Scenes built by hand, so that the stage is tested against numbers that a reader can check on paper."""

from __future__ import annotations

from typing import Any

from explainer.palette import PALETTE

Scene = dict[str, Any]

GATHER = {"id": "gather", "label": "Gather", "hint": "one output pixel a step", "by": "output"}
SCATTER = {"id": "scatter", "label": "Scatter", "hint": "one input pixel a step", "by": "input"}


def scene(name: str, panels: list[Scene], ties: dict[str, list[Any]], **more: Any) -> Scene:
    """The parts every scene has; `more` overrides them."""
    base = {
        "name": name,
        "panels": panels,
        "ties": ties,
        "target": "output",
        "source": "input",
        "combine": "sum",
        "orders": [GATHER, SCATTER],
        "order": "gather",
        "step": 0,
        "palette": PALETTE,
    }
    return base | more


def panel(id: str, role: str, shape: list[int], values: list[Any] | None = None, **more: Any) -> Scene:
    """One panel with a title of its own name."""
    base: Scene = {"id": id, "role": role, "shape": shape, "title": id, "lane": 0}
    return base | ({} if values is None else {"values": values}) | more


def symbolic() -> Scene:
    """The lecture's 1D transposed convolution: (a, b) stamped with (x, y, z), stride 2."""
    ties = {"input": [0, 0, 0, 1, 1, 1], "output": [0, 1, 2, 2, 3, 4], "kernel": [0, 1, 2, 0, 1, 2]}
    return scene(
        "1D transposed convolution",
        [
            panel("input", "input", [1, 1, 2], labels=["a", "b"], values=[1, 1], symbol="in"),
            panel("kernel", "weight", [1, 1, 3], labels=["x", "y", "z"], values=[1, 1, 1], sign="*"),
            panel(
                "output",
                "output",
                [1, 1, 5],
                labels=["ax", "ay", "az + bx", "by", "bz"],
                values=[1, 1, 2, 1, 1],
                progress=True,
                symbol="out",
                sign="=",
            ),
        ],
        ties,
        weights_from="kernel",
        order="scatter",
        terms=["ax", "ay", "az", "bx", "by", "bz"],
    )


KERNEL = [1, 2, 3, 4, 5, 6, 7, 8, 9]


def transposed(size: int = 2, stride: int = 2, values: list[float] | None = None) -> Scene:
    """A 3 x 3 transposed convolution in its three readings: stamped, stretched and as a matrix."""
    x = values or list(range(1, size * size + 1))
    out = (size - 1) * stride + 3
    wide = (size - 1) * stride + 5
    names = ("input", "output", "kernel", "stretched", "flipped")
    ties: dict[str, list[Any]] = {name: [] for name in names}
    result = [0.0] * (out * out)
    for o in range(out * out):
        for f in range(9):
            r, c = o // out + f // 3, o % out + f % 3
            i, j = divmod(r - 2, stride), divmod(c - 2, stride)
            real = i[1] == 0 and j[1] == 0 and 0 <= i[0] < size and 0 <= j[0] < size
            source = i[0] * size + j[0] if real else -1
            for name, cell in zip(names, (source, o, 8 - f, r * wide + c, f), strict=True):
                ties[name].append(cell)
            result[o] += KERNEL[8 - f] * x[source] if real else 0
    stretched = [0.0] * (wide * wide)
    for i, value in enumerate(x):
        stretched[(2 + i // size * stride) * wide + 2 + i % size * stride] = value
    border = [i for i in range(wide * wide) if not (2 <= i // wide < wide - 2 and 2 <= i % wide < wide - 2)]
    grown = {"progress": True, "column": "output", "symbol": "out", "sign": "="}
    panels = [
        panel("input", "input", [1, size, size], x, note=f"{size} x {size}", symbol="in", editable=True),
        panel("kernel", "weight", [1, 3, 3], KERNEL, note="3 x 3", sign="*", symbol="w", editable=True),
        panel("output", "output", [1, out, out], result, note=f"{out} x {out}, stamps add up", **grown),
        panel(
            "stretched",
            "input",
            [1, wide, wide],
            stretched,
            lane=1,
            title="stretched input",
            note="zeros between and around",
            ghost=border,
            ghost_title="padding",
            origin=[-2, -2],
            symbol="stretched",
        ),
        panel(
            "flipped",
            "weight",
            [1, 3, 3],
            KERNEL[::-1],
            lane=1,
            title="flipped kernel",
            note="turned by 180°",
            sign="*",
        ),
        panel("output2", "output", [1, out, out], result, lane=1, title="output", note="convolved", **grown),
        panel(
            "matrix",
            "weight",
            [1, out * out, size * size],
            lane=2,
            title="Cᵀ",
            note=f"{out * out} x {size * size}",
            matrix={"rows": "output", "cols": "input"},
        ),
        panel(
            "vector",
            "input",
            [1, size * size, 1],
            x,
            lane=2,
            title="x",
            column="input",
            sign="·",
            flat=True,
            symbol="x",
        ),
        panel(
            "result",
            "output",
            [1, out * out, 1],
            result,
            lane=2,
            title="y",
            **(grown | {"flat": True, "symbol": "y"}),
        ),
    ]
    return scene("Transposed convolution", panels, ties, weights_from="kernel")


def stamped(size: int = 2) -> Scene:
    """The same without its second reading."""
    full = transposed(size)
    keep = {"input", "kernel", "output", "matrix"}
    return full | {"panels": [p for p in full["panels"] if p["id"] in keep], "order": "scatter"}


def padded() -> Scene:
    """A 3 x 3 convolution of 4 x 4, stride 2, padding 1, drawn on its padded input; negative and broken values."""
    x = [1.0, -2.0, 0.5, 3.0, 4.0, 1 / 3, 6.0, 7.0, 8.0, 9.0, -10.25, 11.0, 12.0, 13.0, 14.0, 15.0]
    kernel = [1.0, 0.0, -1.0, 2.0, 0.0, -2.0, 1.0, 0.0, -1.0]
    wide = [0.0] * 36
    for i, value in enumerate(x):
        wide[(i // 4 + 1) * 6 + i % 4 + 1] = value
    ghost = [i for i in range(36) if not (1 <= i // 6 < 5 and 1 <= i % 6 < 5)]
    ties: dict[str, list[Any]] = {"input": [], "output": [], "kernel": []}
    result = [0.0] * 4
    for o in range(4):
        for k in range(9):
            cell = (o // 2 * 2 + k // 3) * 6 + o % 2 * 2 + k % 3
            ties["input"].append(cell)
            ties["output"].append(o)
            ties["kernel"].append(k)
            result[o] += kernel[k] * wide[cell]
    panels = [
        panel(
            "input",
            "input",
            [1, 6, 6],
            wide,
            note="4 x 4, padded to 6 x 6",
            ghost=ghost,
            ghost_title="padding",
            origin=[-1, -1],
            symbol="in",
            editable=True,
        ),
        panel("kernel", "weight", [1, 3, 3], kernel, note="3 x 3", sign="*", symbol="w", editable=True),
        panel("output", "output", [1, 2, 2], result, note="2 x 2", sign="=", symbol="out", progress=True),
    ]
    return scene("Strided convolution", panels, ties, weights_from="kernel")


def pooled() -> Scene:
    """Max pooling of 4 x 4 by 2 with its indices; one window is padded with minus infinity."""
    x = [1, 2, 6, 3, 3, 5, 2, 1, 1, 2, 2, 1, 7, 3, 4, 8]
    ties: dict[str, list[Any]] = {"input": [], "output": [], "weight": []}
    best, where = [0] * 4, [0] * 4
    for o in range(4):
        cells = [(o // 2 * 2 + k // 2) * 4 + o % 2 * 2 + k % 2 for k in range(4)]
        where[o] = max(cells, key=lambda cell: x[cell])
        best[o] = x[where[o]]
        for cell in cells:
            ties["input"].append(cell)
            ties["output"].append(o)
            ties["weight"].append(1 if cell == where[o] else 0)
    grown = {"progress": True, "column": "output"}
    panels = [
        panel("input", "input", [1, 4, 4], x, note="4 x 4", symbol="in"),
        panel("output", "output", [1, 2, 2], best, note="2 x 2", sign="→", symbol="out", **grown),
        panel("indices", "index", [1, 2, 2], where, note="where each maximum stood", sign="+", **grown),
    ]
    return scene("Max pooling", panels, ties, combine="max", orders=[GATHER])


def shuffled() -> Scene:
    """Pixel shuffle by 2: four 2 x 2 channels become one 4 x 4 map."""
    x = list(range(16))
    cells = [(o // 4 % 2 * 2 + o % 2) * 4 + o // 8 * 2 + o % 4 // 2 for o in range(16)]
    ties: dict[str, list[Any]] = {"input": cells, "output": list(range(16)), "weight": [1] * 16}
    grown = {"progress": True, "symbol": "out", "sign": "→"}
    panels = [
        panel("input", "input", [4, 2, 2], x, note="4 x 2 x 2", symbol="in", editable=True),
        panel("output", "output", [1, 4, 4], [x[c] for c in cells], note="1 x 4 x 4", **grown),
    ]
    return scene("Pixel shuffle", panels, ties)


def copied() -> Scene:
    """Nearest neighbor by 2: every pixel is copied to a block of four, nothing is added."""
    x = [1, 2, 3, 4]
    cells = [o // 8 * 2 + o % 4 // 2 for o in range(16)]
    ties: dict[str, list[Any]] = {"input": cells, "output": list(range(16)), "weight": [1] * 16}
    panels = [
        panel("input", "input", [1, 2, 2], x, note="2 x 2", symbol="in", editable=True),
        panel("output", "output", [1, 4, 4], [x[c] for c in cells], sign="→", symbol="out", progress=True),
    ]
    return scene("Nearest neighbor", panels, ties, verb="copy")


def cropped() -> Scene:
    """A 1D stamp whose first and last outputs are cropped by padding; one output is reached by nobody."""
    ties: dict[str, list[Any]] = {
        "input": [0, 0, 1, 1],
        "output": [0, 1, 3, 4],
        "weight": [1.0, 2.0, 1.0, 2.0],
    }
    panels = [
        panel("input", "input", [1, 1, 2], [3, -1], symbol="in"),
        panel(
            "output",
            "output",
            [1, 1, 5],
            [3, 6, 0, -1, -2],
            ghost=[0, 4],
            ghost_title="cropped by padding",
            origin=[0, -1],
            sign="→",
            symbol="out",
            progress=True,
        ),
    ]
    return scene("Cropped stamps", panels, ties)


def large(size: int = 8) -> Scene:
    """8 x 8 to 17 x 17 in full: its matrix of 289 x 64 is painted on a canvas."""
    return transposed(size)


def large_matrix() -> Scene:
    """The matrix of `large` alone: it does not fit a screen."""
    return large() | {"views": [{"id": "matrix", "label": "matrix", "lanes": [2]}]}


def huge() -> Scene:
    """40 x 40 to 81 x 81 without the matrix: both maps are painted."""
    full = transposed(40)
    keep = {"input", "kernel", "output"}
    return full | {"panels": [p for p in full["panels"] if p["id"] in keep]}


ALL = {
    "symbolic": symbolic,
    "transposed": transposed,
    "stamped": stamped,
    "padded": padded,
    "pooled": pooled,
    "shuffled": shuffled,
    "copied": copied,
    "cropped": cropped,
    "large": large,
}
