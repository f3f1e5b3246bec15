"""What a program's names can stand for, besides plain values, layers and maps."""

from __future__ import annotations

import ast
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

Scope = MutableMapping[str, Any]
"""Names -> what they stand for."""


class Word(str):
    """A name that the text does not define, like `nn.ReLU` (kept: its last part)."""


class Chain(list[Any]):
    """Modules one behind the other: `nn.Sequential`, or an `nn.ModuleList` that waits to be gone through."""


class Indices:
    """Where the maxima were: max unpooling asks for them, shapes do not."""


@dataclass(eq=False)
class Blueprint:
    """A class of the text."""

    node: ast.ClassDef
    scope: Scope
    bases: list[Any]

    def method(self, name: str) -> Recipe | None:
        """A method by name, its own or one of a base that the text defines, too."""
        for one in self.node.body:
            if isinstance(one, ast.FunctionDef) and one.name == name:
                return Recipe(one, self.scope, self)
        return self.inherited(name)

    def inherited(self, name: str) -> Recipe | None:
        """A method of a base, which `super()` means."""
        found = (base.method(name) for base in self.bases if isinstance(base, Blueprint))
        return next((one for one in found if one), None)

    def constant(self, name: str) -> ast.expr | None:
        """What the class itself keeps under a name, like ResNet's `expansion = 4`."""
        for one in self.node.body:
            targets = one.targets if isinstance(one, ast.Assign) else [getattr(one, "target", None)]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                return getattr(one, "value", None)
        found = (base.constant(name) for base in self.bases if isinstance(base, Blueprint))
        return next((one for one in found if one), None)


@dataclass(eq=False)
class Thing:
    """An object of such a class; `inside` is what it hands its maps to if it is an `nn.Sequential` by birth."""

    plan: Blueprint
    attributes: dict[str, Any] = field(default_factory=dict)
    inside: Chain | None = None


@dataclass(eq=False)
class Recipe:
    """A function of the text, or a method: of which class, and of which object."""

    node: ast.FunctionDef
    scope: Scope
    plan: Blueprint | None = None
    owner: Thing | None = None
