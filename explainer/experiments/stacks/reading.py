"""A stack as people have it, `nn.Sequential(...)` pasted or a list of layers, *parsed and never executed*.

The text becomes a syntax tree; of it only calls of known names with plain values are taken. A stranger's text can
therefore do nothing but name layers, and limits come before anything is built.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import re
import textwrap
from typing import Any

import torch
from torch import nn

from explainer.experiments.stacks.modules import ALLOWED, CONVOLUTIONS, Layer, check_numbers
from explainer.experiments.stacks.plain import SIGNS, flat, worked_out

MOST_TEXT, MOST_LAYERS, MOST_NUMBER = 20_000, 250, 20_000
#: A layer's number or name where torch prints a model.
PRINTED = re.compile(r"^[ \t]*\(\w+\): ", re.MULTILINE)
#: What torch prints of a layer that its constructor does not take: words without quotes, a mode that the name says.
UNQUOTED = re.compile(r"\b(padding(?:_mode)?)=([a-z]+)\b")
SAID = re.compile(r"(Upsampling\w+2d\([^()]*(?:\([^()]*\))?), mode='\w+'")


def read_stack(text: str) -> list[Layer]:
    """The layers of a text.

    Raises:
        ValueError: with one sentence that says what was given and what is allowed.
    """
    if len(text) > MOST_TEXT:
        raise ValueError(f"The text has {len(text):,} characters; up to {MOST_TEXT:,} are read.")
    layers = [built(call) for call in calls(tree_of(text))]
    if not 1 <= len(layers) <= MOST_LAYERS:
        raise ValueError(f"The text holds {len(layers)} layers; 1 to {MOST_LAYERS} are allowed.")
    return layers


def tree_of(text: str) -> ast.expr:
    """The expression; lines of layers count as if they stood in an `nn.Sequential`."""
    own, where = unprinted(textwrap.dedent(text).strip()), None
    for source in (own, f"Sequential({own})", "Sequential(" + ",".join(own.splitlines()) + ")"):
        try:
            return values_of(ast.parse(source).body)
        except SyntaxError as problem:
            where = where or problem  # of the text as it was given
        except (RecursionError, MemoryError, ValueError):
            raise ValueError("The text is nested too deeply to be a stack of layers.") from None
    assert where is not None
    raise ValueError(
        f"This is no Python expression (line {where.lineno}: {where.msg}); paste `nn.Sequential(...)` or a class."
    )


def values_of(statements: list[ast.stmt]) -> ast.expr:
    """What statements say of layers: `model = nn.Sequential(...)`, `self.up = ...`, `return ...`; imports are passed
    over. SyntaxError: something else is among them.
    """
    said = [one for one in statements if not isinstance(one, ast.Import | ast.ImportFrom)]
    found = []
    for one in said:
        value = one.value if isinstance(one, ast.Expr | ast.Assign | ast.AnnAssign | ast.Return) else None
        if value is None:
            raise SyntaxError("only layers are read, and names given to them", (None, one.lineno, None, None))
        found.append(value)
    return found[0] if len(found) == 1 else ast.List(found, ast.Load())


def unprinted(text: str) -> str:
    """What `print(model)` shows, as an expression: without the layers' numbers, with commas; other text as it is."""
    if not PRINTED.search(text):
        return text
    text = SAID.sub(r"\1", UNQUOTED.sub(r"\1='\2'", PRINTED.sub("", text)))
    return re.sub(r"\)$", "),", text, flags=re.MULTILINE).removesuffix(",")


def calls(node: ast.expr) -> list[ast.Call]:
    """The calls of layers in order; an `nn.Sequential` inside another one is opened, an `OrderedDict`'s names go."""
    if isinstance(node, ast.Tuple | ast.List):
        named = len(node.elts) == 2 and isinstance(node.elts[0], ast.Constant) and isinstance(node.elts[0].value, str)
        return [call for part in node.elts[named:] for call in calls(part)]
    if not isinstance(node, ast.Call):
        raise ValueError(f"`{shown(node)}` is no layer; a layer is written like `nn.Conv2d(3, 64, 3)`.")
    if name_of(node.func) not in ("Sequential", "OrderedDict"):
        return [node]
    if node.keywords:
        raise ValueError(f"`{name_of(node.func)}` takes layers only; keywords are not read.")
    return [call for part in node.args for call in calls(part)]


def name_of(node: ast.expr) -> str:
    """The last name of `nn.Conv2d`, `torch.nn.Conv2d` or `Conv2d`; of anything else that it is none."""
    inner = node
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    if not isinstance(inner, ast.Name):
        raise ValueError(f"`{shown(node)}` is no layer's name; allowed are {', '.join(ALLOWED)}.")
    return node.attr if isinstance(node, ast.Attribute) else inner.id


def built(call: ast.Call) -> Layer:
    """A layer on the meta device."""
    name, text = name_of(call.func), shown(call)
    known(name)
    given = [value_of(one, text) for one in call.args]
    named = {one.arg: value_of(one.value, text) for one in call.keywords if one.arg}
    if len(named) < len(call.keywords):
        raise ValueError(f"`{text}`: ** is not read; write the arguments out.")
    return made(name, text, given, named)


def known(name: str) -> None:
    """Raises ValueError, with the nearest name that is read, if `name` is none."""
    if name not in ALLOWED:
        close = difflib.get_close_matches(name, ALLOWED, 1, 0.6)
        hint = f"did you mean {close[0]}?" if close else f"allowed are {', '.join(ALLOWED)}."
        raise ValueError(f"{name} is not known here; {hint}")


def made(name: str, text: str, given: list[Any], named: dict[str, Any]) -> Layer:
    """A layer by its name and plain arguments; `text` is how it is written."""
    make = ALLOWED[name]
    if issubclass(make, CONVOLUTIONS):
        named = {**named, "device": "meta"}
    try:
        inspect.signature(make).bind(*given, **named)
        with torch.device("meta"):
            layer = Layer(text, make(*given, **named))
        check_numbers(layer.module)
        return layer
    except (TypeError, ValueError, RuntimeError, AssertionError, ZeroDivisionError) as problem:
        who = "torch refuses " if make.__module__.startswith("torch.") else ""
        raise ValueError(f"{who}`{text}`: {str(problem).splitlines()[0]}") from None


def value_of(node: ast.expr, text: str) -> Any:
    """A plain value: number (or arithmetic with numbers), word, yes or no, None, or a tuple of these."""
    try:
        value = literal(node)
    except (ValueError, TypeError, SyntaxError, ArithmeticError, RecursionError, MemoryError):
        raise ValueError(f"`{text}`: `{shown(node)}` is no plain value; numbers, words, tuples are.") from None
    return plain(value, text)


def literal(node: ast.expr) -> Any:
    """`64 * 2` as a number, alone or in a tuple; everything else as `ast.literal_eval` has it."""
    if isinstance(node, ast.BinOp):
        return worked_out(node.op, literal(node.left), literal(node.right))
    if isinstance(node, ast.UnaryOp) and type(node.op) in SIGNS:
        return SIGNS[type(node.op)](literal(node.operand))
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(map(literal, node.elts))
    return ast.literal_eval(node)


def plain(value: Any, text: str) -> Any:
    """The value of an argument of `text`; raises ValueError if it is nothing that a layer takes."""
    if not flat(value):
        raise ValueError(
            f"`{text}`: a {type(value).__name__} of this kind is no plain value; numbers, words, tuples are."
        )
    for one in value if isinstance(value, tuple | list) else (value,):
        if isinstance(one, int | float) and not abs(one) <= MOST_NUMBER:
            raise ValueError(f"`{text}`: {one} is too large; numbers up to {MOST_NUMBER:,} are read.")
    return value


def shown(node: ast.AST) -> str:
    """A piece of the text for a message, shortened."""
    try:
        text = ast.unparse(node)
    except RecursionError:
        return "..."
    return text if len(text) <= 70 else text[:67] + "..."


def first_channels(layers: list[Layer]) -> int:
    """How many channels the first layer that says so wants."""
    for layer in layers:
        if isinstance(layer.module, CONVOLUTIONS):
            return int(layer.module.in_channels)
        if isinstance(layer.module, nn.BatchNorm2d | nn.InstanceNorm2d):
            return int(layer.module.num_features)
        if isinstance(layer.module, nn.PixelShuffle):
            return int(layer.module.upscale_factor) ** 2
    return 3
