"""A program's text gone through, one node of its syntax tree after the other. *Nothing is executed*: a node either is
one of the few kinds below and means what is said here, or is refused by name.

Names lead to plain values, layers, maps, and functions and classes of the text. Rounds, depth and sizes are bounded.
"""

from __future__ import annotations

import ast
from collections import ChainMap
from typing import Any

from explainer.experiments.programs.calls import Calls, Unread
from explainer.experiments.programs.flows import Flow
from explainer.experiments.programs.things import Blueprint, Chain, Recipe, Scope, Thing, Word
from explainer.experiments.programs.words import both, cut
from explainer.experiments.stacks.modules import Add, Mul
from explainer.experiments.stacks.plain import SIGNS, bounded, compared, worked_out
from explainer.experiments.stacks.reading import shown

ALONE = "_"
"""What an expression that stands alone is kept as, as at Python's prompt."""
WITHOUT_SIZE = ("print", "apply", "init_weights", "_init_weights", "initialize_weights", "_initialize_weights")
STUMBLES = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError)


class Walk(Calls):
    """One way through a program."""

    def run(self, statements: list[ast.stmt], scope: Scope) -> tuple[Any] | None:
        """What the statements return, in a tuple; None if they return nothing."""
        for one in statements:
            try:
                out = self.statement(one, scope)
            except Unread:
                raise
            except STUMBLES as problem:
                raise Unread(f"Line {one.lineno}, `{first_line(one)}`: {problem}") from None
            if out is not None:
                return out
        return None

    def statement(self, node: ast.stmt, scope: Scope) -> tuple[Any] | None:
        """One statement; returns as `run` does."""
        self.count()
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Assert() | ast.Expr(ast.Constant()):
                return None
            case ast.Expr(ast.Call(func=func)) if without_size(func):
                return None
            case ast.Expr(value):
                self.value(value, scope)
            case ast.Assign(targets, value):
                given = self.value(value, scope)
                for target in targets:
                    self.bind(target, given, scope)
            case ast.AnnAssign(target, _, value):
                if value is not None:
                    self.bind(target, self.value(value, scope), scope)
            case ast.AugAssign(target, op, value):
                old, more = self.value(target, scope), self.value(value, scope)
                if type(old) is list and isinstance(more, list | tuple):
                    old.extend(more)  # the list that others hold, too
                    bounded(old)
                else:
                    self.bind(target, self.put_together(op, old, more), scope)
            case ast.Return(value):
                return (None if value is None else self.value(value, scope),)
            case ast.If(test, body, other):
                return self.run(body if self.value(test, scope) else other, scope)
            case ast.For(target, many, body, []):
                for one in self.items(many, scope):
                    self.bind(target, one, scope)
                    out = self.run(body, scope)
                    if out is not None:
                        return out
            case ast.With(body=body):
                return self.run(body, scope)
            case ast.FunctionDef(name):
                scope[name] = Recipe(node, scope)
            case ast.ClassDef(name, bases):
                scope[name] = Blueprint(node, scope, [self.value(base, scope) for base in bases])
            case _:
                raise ValueError(f"`{type(node).__name__.lower()}` is not read here")
        return None

    def bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """A name, an object's attribute, or several at once, stand for a value from now on."""
        match target:
            case ast.Name(name):
                scope[name] = value
                self.christen(value, name)
            case ast.Attribute(owner, name) if isinstance(thing := self.value(owner, scope), Thing):
                thing.attributes[name] = value
            case ast.Subscript(owner, index) if isinstance(held := self.value(owner, scope), dict | list):
                held[key_of(self.value(index, scope))] = value  # type: ignore[index]
            case ast.Tuple(targets) | ast.List(targets):
                for one, part in zip(targets, value, strict=True):
                    self.bind(one, part, scope)
            case _:
                raise ValueError(f"nothing is kept in `{shown(target)}` here")

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """What an expression stands for."""
        self.count()
        match node:
            case ast.Constant(value):
                return value
            case ast.Name(name):
                return scope.get(name, Word(name))
            case ast.Attribute(owner, name):
                return self.attribute(self.value(owner, scope), name)
            case ast.Call():
                return self.call(node, scope)
            case ast.Tuple(parts):
                return tuple(self.several(parts, scope))
            case ast.List(parts):
                return self.several(parts, scope)
            case ast.Dict(keys, parts) if None not in keys:
                pairs = zip(keys, parts, strict=True)
                return {key_of(self.value(key, scope)): self.value(one, scope) for key, one in pairs if key}
            case ast.BinOp(left, op, right):
                return self.put_together(op, self.value(left, scope), self.value(right, scope))
            case ast.UnaryOp(op, operand) if type(op) in SIGNS:
                return SIGNS[type(op)](self.value(operand, scope))
            case ast.BoolOp(op, parts):
                value = None
                for part in parts:
                    value = self.value(part, scope)
                    if bool(value) == isinstance(op, ast.Or):
                        break
                return value
            case ast.Compare(left, ops, others):
                sides = [self.value(one, scope) for one in (left, *others)]
                return all(compared(op, a, b) for op, a, b in zip(ops, sides, sides[1:], strict=False))
            case ast.IfExp(test, body, other):
                return self.value(body if self.value(test, scope) else other, scope)
            case ast.JoinedStr(parts):
                return bounded("".join(str(self.value(part, scope)) for part in parts))
            case ast.FormattedValue(inner) if isinstance(found := self.value(inner, scope), int | float | str):
                return found
            case ast.Subscript(owner, index):
                return self.item(self.value(owner, scope), self.value(index, scope))
            case ast.Slice(lower, upper, step):
                return slice(*(one and self.value(one, scope) for one in (lower, upper, step)))
            case ast.ListComp(made, [ast.comprehension(target, many, tests)]) | ast.GeneratorExp(
                made, [ast.comprehension(target, many, tests)]
            ):
                return self.each(made, target, many, tests, scope)
        raise ValueError(f"`{shown(node)}` is not read here")

    def each(self, made: ast.expr, target: ast.expr, many: ast.expr, tests: list[ast.expr], scope: Scope) -> list[Any]:
        """`[made for target in many if test]`."""
        found, inner = [], ChainMap({}, scope)
        for one in self.items(many, scope):
            self.bind(target, one, inner)
            if all(self.value(test, inner) for test in tests):
                found.append(self.value(made, inner))
        return found

    def items(self, node: ast.expr, scope: Scope) -> list[Any]:
        """What a loop goes through."""
        many = self.value(node, scope)
        if isinstance(many, Thing) and many.inside is not None:
            return many.inside
        if not isinstance(many, list | tuple | str):
            raise ValueError(f"`{shown(node)}` is nothing to go through")
        return list(many)

    def put_together(self, op: ast.operator, left: Any, right: Any) -> Any:
        """Numbers, lists or maps under an operator."""
        if not isinstance(left, Flow) and not isinstance(right, Flow):
            return worked_out(op, left, right)
        if isinstance(left, int | float | Flow) and isinstance(right, int | float | Flow):
            two = isinstance(left, Flow) and isinstance(right, Flow)
            if not two or isinstance(op, ast.Add | ast.Mult):
                return both(self.way(), left, right, Mul if isinstance(op, ast.Mult) else Add)
        raise ValueError("two maps are read added or multiplied only")

    def item(self, owner: Any, index: Any) -> Any:
        """What stands in brackets."""
        if isinstance(owner, Flow):
            return cut(self.way(), owner, index)
        found = owner[index if isinstance(index, slice) else key_of(index)]
        return Chain(found) if isinstance(owner, Chain) and isinstance(index, slice) else found


def key_of(value: Any) -> int | str:
    """The value, if it is a place in a list or a word. Raises ValueError otherwise."""
    if not isinstance(value, int | str):
        raise ValueError("in brackets numbers, words and slices are read")
    return value


def without_size(func: ast.expr) -> bool:
    """Whether a call only fills weights or prints."""
    name = shown(func)
    return name.split(".")[-1] in WITHOUT_SIZE or name.startswith(("init.", "nn.init.", "torch.nn.init."))


def first_line(node: ast.stmt) -> str:
    """A statement for a message: its first line, without the name that an expression alone is given."""
    return shown(node).splitlines()[0].removeprefix(f"{ALONE} = ")
