"""Calls in a program: functions and classes of the text, layers, and words of torch's and Python's that are known."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections import ChainMap
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from torch import Tensor

from explainer.experiments.programs.flows import Flow, Track
from explainer.experiments.programs.things import Blueprint, Chain, Indices, Recipe, Scope, Thing, Word
from explainer.experiments.programs.words import CHAINS, a_word, behind_one_another, build, chain, on_map, passed
from explainer.experiments.stacks.modules import Layer
from explainer.experiments.stacks.plain import bounded, flat

MOST_STEPS, MOST_DEPTH = 30_000, 40
EXAMPLES = (3, 21, 64, 2)
ON_LISTS = ("append", "extend", "insert", "pop", "reverse")
ON_DICTS = ("keys", "values", "items")
ON_WORDS = ("lower", "upper", "startswith", "endswith")
ON_MODULES = ("to", "cuda", "cpu", "eval", "train", "float", "half")
OF_MAPS: dict[str, Callable[[Tensor], Any]] = {
    "shape": lambda x: tuple(x.shape), "ndim": lambda x: x.ndim, "is_cuda": lambda x: False,
    "device": lambda x: Word("cpu"), "dtype": lambda x: Word("float32"),
}  # fmt: skip
NOTHING_INSIDE = ("modules", "named_modules", "parameters", "named_parameters")
"""What programs go through to fill weights, which have no part in sizes: read as empty."""


class Unread(ValueError):
    """What cannot be read of a program, with its line."""


class Calls(ABC):
    """What calls mean. `track` notes the layers that a map passes; there is none while modules are only built."""

    def __init__(self) -> None:
        self.steps = self.depth = 0
        self.track: Track | None = None

    @abstractmethod
    def run(self, statements: list[ast.stmt], scope: Scope) -> tuple[Any] | None:
        """What the statements return, in a tuple; None if they return nothing."""

    @abstractmethod
    def value(self, node: ast.expr, scope: Scope) -> Any:
        """What an expression stands for."""

    def count(self) -> None:
        """One step more. Raises Unread when there were too many."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Unread(f"The program takes more than {MOST_STEPS:,} steps.")

    def way(self) -> Track:
        """The layers passed so far. Raises ValueError outside of a map's way."""
        if self.track is None:
            raise ValueError("there is no map yet; maps are read inside forward")
        return self.track

    def christen(self, value: Any, name: str) -> None:
        """A map bears the name of the first variable that it was given to."""
        if self.track and isinstance(value, Flow):
            self.track.named.setdefault(value.place, name)

    def several(self, parts: list[ast.expr], scope: Scope) -> list[Any]:
        """The values of a list, `*` opened."""
        values: list[Any] = []
        for part in parts:
            if isinstance(part, ast.Starred):
                values += self.value(part.value, scope)
            else:
                values.append(self.value(part, scope))
        return bounded(values)  # type: ignore[no-any-return]

    def call(self, node: ast.Call, scope: Scope) -> Any:
        """A call: of something of the text, of a layer, or of a word that is known."""
        given = self.several(node.args, scope)
        named = self.by_name(node.keywords, scope)
        match node.func:
            case ast.Attribute(ast.Call(ast.Name("super")), name):
                return self.inherited(name, given, named, scope)
            case ast.Attribute(owner, name):
                return self.method(self.value(owner, scope), name, given, named)
        return self.called(self.value(node.func, scope), given, named)

    def by_name(self, parts: list[ast.keyword], scope: Scope) -> dict[str, Any]:
        """The arguments with names, `**` opened. Raises ValueError where two have one name."""
        named: dict[str, Any] = {}
        for part in parts:
            value = self.value(part.value, scope)
            if part.arg is None and not isinstance(value, dict):
                raise ValueError("`**` is read of a dict only")
            more = {part.arg: value} if part.arg else {a_word(name): one for name, one in value.items()}
            if twice := named.keys() & more.keys():
                raise ValueError(f"`{min(twice)}` is given twice")
            named |= more
        return named

    def method(self, owner: Any, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """What `owner.name(...)` gives."""
        if isinstance(owner, Flow):
            return on_map(self.way(), name, owner, given, named)
        if isinstance(owner, Thing | Chain | Layer) and name in ON_MODULES:
            return owner
        if isinstance(owner, Thing | Chain) and name in NOTHING_INSIDE:
            return []
        if name == "add_module" and isinstance(owner, Thing):
            return owner.attributes.update({a_word(given[0]): given[1]})
        if name == "add_module" and isinstance(owner, Chain):
            owner, name, given = owner, "append", given[1:]
        if isinstance(owner, dict) and name in ON_DICTS:
            return list(getattr(owner, name)())
        if type(owner) is str and name in ON_WORDS:
            return getattr(owner, name)(*given)
        if isinstance(owner, list) and name in ON_LISTS:
            out = getattr(owner, name)(*given)
            bounded(owner)
            return out
        return self.called(self.attribute(owner, name), given, named)

    def attribute(self, owner: Any, name: str) -> Any:
        """What stands behind a dot."""
        if isinstance(owner, Word):
            return Word(name)
        if isinstance(owner, Flow) and name in OF_MAPS:
            return OF_MAPS[name](owner.x)
        if isinstance(owner, Layer) and flat(kept := vars(owner.module).get(name)) and kept is not None:
            return False if name == "training" else kept
        if isinstance(owner, Thing):
            if name in owner.attributes:
                return owner.attributes[name]
            if method := owner.plan.method(name):
                return replace(method, owner=owner)
            if name == "training":
                return False  # sizes are asked of the network as it is used
            owner = owner.plan
        if isinstance(owner, Blueprint):
            if method := owner.method(name):
                return method
            kept = owner.constant(name)
            if kept is None:
                raise ValueError(f"{owner.node.name} has no `{name}`")
            return self.value(kept, owner.scope)
        raise ValueError(f"`.{name}` is not read here")

    def called(self, what: Any, given: list[Any], named: dict[str, Any]) -> Any:
        """What a call of a value gives."""
        self.count()
        match what:
            case Recipe():
                return self.entered(what, given, named)
            case Blueprint():
                return self.thing(what, given, named)
            case Thing():
                whole = what.inside if what.plan.method("forward") is None else self.attribute(what, "forward")
                return self.called(whole, given, named)
            case Word() | Chain() | Layer() if isinstance(named.get("input"), Flow):
                return self.called(what, [named["input"], *given], {k: v for k, v in named.items() if k != "input"})
            case Chain() | Layer():
                return self.through(what, given, named)
            case Word("getattr") if len(given) == 2 and isinstance(given[0], Thing):
                return self.attribute(given[0], a_word(given[1]))
            case Word("hasattr") if len(given) == 2 and isinstance(given[0], Thing):
                name = a_word(given[1])
                return name in given[0].attributes or given[0].plan.method(name) is not None
            case Word("isinstance") if len(given) == 2:
                return is_of(*given)
            case Word("type") if len(given) == 1:
                return Word(kind_of(given[0]))
            case Word("setattr") if len(given) == 3 and isinstance(given[0], Thing):
                return given[0].attributes.update({a_word(given[1]): given[2]})
            case Word("cat" | "concat"):
                return behind_one_another(self.way(), given, named)
            case Word() if given and isinstance(given[0], Flow):
                return on_map(self.way(), what, given[0], given[1:], named)
            case Word():
                return build(what, given, named)
        raise ValueError("this is nothing to call")

    def through(self, what: Chain | Layer, given: list[Any], named: dict[str, Any]) -> Any:
        """What a layer, or one behind the other, makes of a map."""
        if named or not given or not all(isinstance(one, Flow | Indices) for one in given):
            raise ValueError("a layer is read with one map, and the indices for unpooling, only")
        if isinstance(what, Layer):
            return passed(self.way(), what, given[0])
        for one in what:
            given = [self.called(one, given, {})]
        return given[0]

    def thing(self, plan: Blueprint, given: list[Any], named: dict[str, Any]) -> Thing:
        """An object of a class of the text."""
        made, start = Thing(plan), plan.method("__init__")
        if start:
            self.entered(replace(start, owner=made), given, named)
        else:
            self.born(made, plan, given)
        return made

    def born(self, made: Thing, plan: Blueprint, given: list[Any]) -> None:
        """What torch's own classes keep of their arguments: an `nn.Sequential` its modules."""
        if any(base in CHAINS for base in plan.bases if isinstance(base, Word)):
            made.inside = chain(given)

    def inherited(self, name: str, given: list[Any], named: dict[str, Any], scope: Scope) -> Any:
        """`super().name(...)`: of the class in which the running method is written."""
        plan, owner = scope.get("__class__"), scope.get("__self__")
        if not isinstance(plan, Blueprint) or not isinstance(owner, Thing):
            raise ValueError("super() is read inside methods only")
        if method := plan.inherited(name):
            return self.entered(replace(method, owner=owner), given, named)
        if name == "__init__":
            return self.born(owner, plan, given)
        return self.called(owner.inside if name == "forward" else None, given, named)

    def entered(self, recipe: Recipe, given: list[Any], named: dict[str, Any]) -> Any:
        """What a function of the text returns."""
        if self.depth >= MOST_DEPTH:
            raise Unread(f"The program calls itself more than {MOST_DEPTH} times deep.")
        names: dict[str, Any] = {"__class__": recipe.plan, "__self__": recipe.owner}
        owner = [] if recipe.owner is None or is_static(recipe.node) else [recipe.owner]
        names |= self.arguments(recipe, [*owner, *given], named)
        for name, value in names.items():
            self.christen(value, name)
        self.depth += 1
        try:
            out = self.run(recipe.node.body, ChainMap(names, recipe.scope))
        finally:
            self.depth -= 1
        return out[0] if out else None

    def arguments(self, recipe: Recipe, given: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        """The values of a function's parameters. Raises ValueError: too many, unknown or missing ones."""
        asked, title = recipe.node.args, title_of(recipe)
        names = [one.arg for one in (*asked.posonlyargs, *asked.args)]
        after = [one.arg for one in asked.kwonlyargs]
        values = dict(zip(names, given, strict=False))
        if asked.vararg:
            values[asked.vararg.arg] = tuple(given[len(names) :])
        elif len(given) > len(names):
            raise ValueError(f"{title} takes {len(names)} arguments, not {len(given)}")
        strange = [name for name in named if name not in (*names, *after)]
        if asked.kwarg:
            values[asked.kwarg.arg] = {name: named[name] for name in strange}
        elif strange:
            raise ValueError(f"{title} has no argument `{strange[0]}`")
        values |= {name: value for name, value in named.items() if name not in strange}
        instead = dict(zip(reversed(names), reversed(asked.defaults), strict=False))
        instead |= {name: node for name, node in zip(after, asked.kw_defaults, strict=True) if node is not None}
        values |= {name: self.value(node, recipe.scope) for name, node in instead.items() if name not in values}
        missing = [name for name in (*names, *after) if name not in values]
        if missing:
            made = recipe.node.name == "__init__"
            hint = f": write a call below, like `net = {title}({', '.join(map(str, EXAMPLES[: len(missing)]))})`"
            raise ValueError(f"{title} needs {' and '.join(missing)}{hint if made else ''}")
        return values


def title_of(recipe: Recipe) -> str:
    """A function's name, as it is called."""
    if recipe.plan is None:
        return recipe.node.name
    return recipe.plan.node.name + ("" if recipe.node.name == "__init__" else f".{recipe.node.name}")


def kind_of(value: Any) -> str:
    """The name of a value's class; of a word's no more is known than that it is one."""
    if isinstance(value, Thing):
        return value.plan.node.name
    return type(value.module).__name__ if isinstance(value, Layer) else type(value).__name__


def is_of(value: Any, kinds: Any) -> bool:
    """`isinstance`, by the names of classes."""
    given = kinds if isinstance(kinds, tuple) else (kinds,)
    names = [one.node.name if isinstance(one, Blueprint) else a_word(one) for one in given]
    return kind_of(value) in names or ("Module" in names and isinstance(value, Thing | Chain | Layer))


def is_static(node: ast.FunctionDef) -> bool:
    """Whether a method is called without its object."""
    return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)
