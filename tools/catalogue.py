"""What the code says of itself: its acts, the events that it writes, the fields of its settings."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from doorward import features
from doorward.config import Settings, shown
from doorward.kernel.act import Act, Action

DOTTED = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass(frozen=True, slots=True)
class Named:
    """An act with the feature that declares it, and its own sentence."""

    feature: str
    act: Act
    sentence: str | None


@dataclass(frozen=True, slots=True)
class Field:
    """A setting: its name, its default as people write it, its sentence, and whether it is a text."""

    name: str
    default: str
    sentence: str | None
    text: bool = False


def action_modules() -> Iterator[tuple[str, str]]:
    """Name each feature that has actions, and the modules in which they stand."""
    home = Path(features.__path__[0])
    for path in sorted([*home.glob("*/actions.py"), *home.glob("*/actions/*.py")]):
        words = path.relative_to(home).with_suffix("").parts
        if words[-1] != "__init__":
            yield words[0], ".".join(["doorward.features", *words])


def acts() -> list[Named]:
    """List every act of the product, in the order in which its module names it; importing fills the registry."""
    found: dict[int, Named] = {}
    for feature, module in action_modules():
        for thing in vars(importlib.import_module(module)).values():
            if isinstance(thing, Action) and id(thing) not in found:
                found[id(thing)] = Named(feature, thing.act, thing.__doc__)
    return list(found.values())


def events_written(home: Path, codes: set[str]) -> set[str]:
    """Collect the dotted words in the actions that are no refusal's code: what they record."""
    return {
        node.value
        for path in [*home.glob("*/actions.py"), *home.glob("*/actions/*.py")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if DOTTED.fullmatch(node.value) and node.value not in codes
    }


def fields(path: Path, name: str) -> list[Field]:
    """Read the fields of a class of values from its source: name, default, and the docstring below."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    owner = next((node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name), None)
    found: list[Field] = []
    for node in owner.body if owner else []:
        match node:
            case ast.AnnAssign(target=ast.Name(id=field), value=value) if not field.startswith("_"):
                default = _default(tree, value)
                found.append(Field(field, _word(default), None, isinstance(default, str)))
            case ast.Expr(value=ast.Constant(value=str(sentence))) if found:
                found[-1] = replace(found[-1], sentence=sentence)
            case _:
                pass
    return found


def configuration() -> list[Field]:
    """List what `doorward.toml` may hold."""
    return [
        Field(name, "" if field.is_required() else shown(name, field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]


def _default(tree: ast.Module, value: ast.expr | None) -> object:
    """Read a default; one of a choice by the word that its member stands for."""
    match value:
        case None:
            return ""
        case ast.Attribute(value=ast.Name(id=choice), attr=member):
            owners = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == choice)
            members = (node for owner in owners for node in owner.body if isinstance(node, ast.Assign))
            found = (node.value for node in members if [ast.unparse(target) for target in node.targets] == [member])
            return ast.literal_eval(next(found))
        case _:
            return ast.literal_eval(value)


def _word(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default)
