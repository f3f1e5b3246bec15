"""Other interpolations: bicubic, area, antialias, and by which scale torch goes."""

from explainer.operators import Area, Bicubic, Bilinear, NearestNeighbor
from explainer.ui.navigation import link
from explainer.ui.operator_page import Companion, Field, OperatorPage, show_page


def make(op, scale_factor=2, size=None, align_corners=False, antialias=False, recompute_scale_factor=False):
    """One of `F.interpolate`'s modes; by size where one is given, else by scale."""
    target = {"scale_factor": None if size else scale_factor, "size": size}
    again = {"recompute_scale_factor": recompute_scale_factor}
    if op in ("bicubic", "bilinear"):
        kind = Bicubic if op == "bicubic" else Bilinear
        return kind(**target, align_corners=align_corners, antialias=antialias, **again)
    if align_corners or antialias:
        raise ValueError(f"{op} knows neither align_corners nor antialias.")
    return Area(**target, **again) if op == "area" else NearestNeighbor(**target, mode=op, **again)


def other_rounding(op, x):
    """Nearest beside nearest-exact; without antialias beside with it."""
    if isinstance(op, NearestNeighbor):
        other = {"nearest": "nearest-exact", "nearest-exact": "nearest"}[op.mode]
        second = NearestNeighbor(op.scale_factor, op.size, other, recompute_scale_factor=op.recompute_scale_factor)
        return Companion(
            f"The same with {other}",
            "*nearest* takes the pixel at floor(o / scale), *nearest-exact* the one under the output pixel's center. "
            "For whole factors both agree.",
            second,
            x,
        )
    if not isinstance(op, Bilinear) or x.ndim != 3:
        return None
    flags = {"align_corners": op.align_corners, "recompute_scale_factor": op.recompute_scale_factor}
    return Companion(
        "Without antialias" if op.antialias else "With antialias",
        "On the way down the mean widens with the step, so that every pixel counts. On the way up nothing changes for "
        "bilinear; bicubic then has a = -0.5, as Pillow, instead of -0.75.",
        type(op)(op.scale_factor, op.size, antialias=not op.antialias, **flags),
        x,
    )


show_page(
    OperatorPage(
        "resizing",
        "Every :green[output pixel] is a weighted sum of :blue[input pixels]; **which**, and how, is the mode.",
        "*Bicubic* takes 4 × 4 pixels, some with negative weights, so it overshoots at edges. *Area* is the mean of "
        "all that an output pixel covers. *antialias* widens the mean when the map gets smaller. With a fractional "
        "scale factor the size is rounded down, but between pixels torch goes by the factor that was given; "
        "*recompute_scale_factor* goes by the ratio of the sizes. It is the usual reason why another framework has "
        "other numbers.",
        make,
        (
            Field("op", "Mode", ("bicubic", "area", "bilinear", "nearest", "nearest-exact"), "bilinear"),
            Field("scale_factor", "Scale factor", (2, 3, 1.5, 1.3, 0.5, 0.7), 2, letter="r"),
            Field("size", "Output size instead", (None, 2, 3, 4, 5, 6, 7), None, help="Overrules the scale."),
            Field("align_corners", "align_corners", (False, True), False),
            Field("antialias", "antialias", (False, True), False, help="For 2D maps."),
            Field("recompute_scale_factor", "recompute_scale_factor", (False, True), False),
        ),
        companion=other_rounding,
    )
)
link("bilinear", "Bilinear, step by step")
