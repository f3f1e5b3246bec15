"""A network as people write it, classes with `forward` and all, as a stack: *gone through, never executed*."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from typing import Any

from explainer.experiments.programs.calls import MOST_DEPTH, ON_LISTS
from explainer.experiments.programs.flows import Flow, Track, word
from explainer.experiments.programs.things import Blueprint, Chain, Recipe, Scope, Thing
from explainer.experiments.programs.walking import ALONE, STUMBLES, Walk, without_size
from explainer.experiments.programs.words import CHAINS
from explainer.experiments.stacks.modules import ALLOWED, Layer, Load, Misfit
from explainer.experiments.stacks.reading import MOST_LAYERS, MOST_TEXT, first_channels, read_stack

PROGRAM = ast.ClassDef | ast.FunctionDef | ast.For | ast.AugAssign


def read_layers(text: str, side: int) -> list[Layer]:
    """The layers of a text, written as a stack or as a program, for an input of side x side.

    Raises:
        ValueError: with one sentence that says what was given and what is allowed; as a `Misfit` it has the layers up
            to a fault on the map's way.
    """
    statements = program_of(text)
    return read_stack(text) if statements is None else read_program(statements, side)


def program_of(text: str) -> list[ast.stmt] | None:
    """The statements of a text that says more than a stack: classes, functions, loops, numbers with names."""
    if len(text) > MOST_TEXT:
        return None
    try:
        statements = ast.parse(textwrap.dedent(text)).body
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return None
    named = (one.value for one in statements if isinstance(one, ast.Assign))
    more = any(isinstance(one, PROGRAM) for one in statements) or not all(isinstance(one, ast.Call) for one in named)
    return statements if more else None


def read_program(statements: list[ast.stmt], side: int) -> list[Layer]:
    """The layers that a map of side x side passes in the network which the statements make.

    Raises:
        ValueError: as `read_layers`.
    """
    walk = Walk()
    try:
        network = network_of(walk, with_a_class(statements))
        track, out = sent_through(walk, network, first_channels(layers_in(network)), side)
    except RecursionError:
        raise ValueError("The program is nested too deeply.") from None
    except STUMBLES as problem:
        if walk.track is None:
            raise ValueError(str(problem)) from None
        raise Misfit(str(problem), walk.track.stack(), walk.track.channels) from None
    flow = first_map(out)
    if flow is None:
        raise ValueError("The network's forward returns no map.")
    if flow.place != len(track.passed):
        track.note(word(Load(track.keep(flow))))
    layers = track.stack()
    if not 1 <= len(layers) <= MOST_LAYERS:
        raise ValueError(f"The network has {len(layers)} layers; 1 to {MOST_LAYERS} are allowed.")
    return layers


def sent_through(walk: Walk, network: Any, channels: int, side: int) -> tuple[Track, Any]:
    """The layers that a map passes in a network, and what comes out; `channels` is a guess at what the first one wants,
    as the order in which a class names its layers need not be theirs.
    """
    walk.track = Track(channels, side, side)
    try:
        return walk.track, walk.called(network, [walk.track.start()], {})
    except STUMBLES:
        wanted = first_channels(walk.track.passed)
        if wanted == channels:
            raise
    walk.track = Track(wanted, side, side)
    return walk.track, walk.called(network, [walk.track.start()], {})


def with_a_class(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Methods that were pasted without their class get one."""
    methods = [one for one in statements if isinstance(one, ast.FunctionDef)]
    if not any(one.name == "forward" for one in methods):
        return statements
    around = ast.ClassDef("Network", [], [], list(methods), [], lineno=1, col_offset=0)
    return [*(one for one in statements if one not in methods), around]


def network_of(walk: Walk, statements: list[ast.stmt]) -> Any:
    """What to send a map through: the last network that the text makes, else one of its last class with a `forward`.

    Layers that stand alone, one a line, are one network. Lines outside of classes may be unreadable (a random input,
    an optimizer) if they make nothing of the text's own and there is a network without them.
    """
    scope: Scope = {}
    made, alone, fault = None, Chain(), "The text makes no network: neither layers nor a class with a forward."
    for one in map(with_a_name, as_run(statements)):
        try:
            walk.run([one], scope)
        except STUMBLES as problem:
            if isinstance(one, PROGRAM) or makes_ours(one, scope):
                raise
            fault = str(problem)
            continue
        value = next((scope.get(name) for name in names_in(one)), None)
        if is_network(value):
            made = value
            alone += [value] if names_in(one) == [ALONE] else []
    if made is not None:
        return alone if alone and made is alone[-1] else made
    plans = [one for one in scope.values() if isinstance(one, Blueprint) and one.method("forward")]
    if not plans:
        raise ValueError(fault)
    return walk.thing(plans[-1], [], {})


def as_run(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """What `if __name__ == "__main__":` keeps for whoever runs the file is read like the rest."""
    for one in statements:
        if isinstance(one, ast.If) and ast.unparse(one.test).replace('"', "'") == "__name__ == '__main__'":
            yield from one.body
        else:
            yield one


def with_a_name(node: ast.stmt) -> ast.stmt:
    """An expression alone is kept as `_`, as at Python's prompt; what only prints or fills weights is none."""
    if not isinstance(node, ast.Expr) or isinstance(node.value, ast.Constant):
        return node
    if isinstance(node.value, ast.Call) and without_size(node.value.func):
        return node
    return ast.copy_location(ast.Assign([ast.Name(ALONE, ast.Store())], node.value), node)


def makes_ours(node: ast.stmt, scope: Scope) -> bool:
    """Whether a line has a part in a network: it makes something of a class of the text, names what a function of it
    returns or a chain, or, standing alone, is a layer or adds to a list.
    """
    alone = names_in(node) == [ALONE]
    kinds = Blueprint if alone else Blueprint | Recipe
    names = [one.id for one in ast.walk(node) if isinstance(one, ast.Name)]
    if any(isinstance(scope.get(name), kinds) for name in names):
        return True
    last = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)} | set(names)
    return bool(last & ({"nn", "add_module", *ON_LISTS, *ALLOWED} if alone else {*CHAINS}))


def names_in(node: ast.stmt) -> list[str]:
    """The names that an assignment gives."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [one.id for one in targets if isinstance(one, ast.Name)]


def is_network(value: Any) -> bool:
    """Whether a map can be sent through a value."""
    whole = isinstance(value, list) and bool(value) and all(isinstance(one, Layer | Thing | Chain) for one in value)
    return whole or isinstance(value, Layer | Thing)


def layers_in(network: Any) -> list[Layer]:
    """The layers of a network, each once, in the order in which they were given to it."""
    found, waiting, seen = [], [network], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue  # lists in lists may lead to the same one a billion times
        seen.add(id(one))
        if isinstance(one, Layer):
            found.append(one)
        inside = [one.inside, *one.attributes.values()] if isinstance(one, Thing) else one
        waiting += reversed(inside) if isinstance(inside, list | tuple) else []
    return found


def first_map(value: Any) -> Flow | None:
    """A map, the first one of several, or the one that torchvision's networks call `out`."""
    if isinstance(value, dict):
        value = value.get("out", next(iter(value.values()), None))
    for _ in range(MOST_DEPTH):  # a list can hold itself
        value = value[0] if isinstance(value, list | tuple) and value else value
    return value if isinstance(value, Flow) else None
