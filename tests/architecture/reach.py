"""Which acts a function of a door can lead to, found by walking the names that its code uses."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from doorward.kernel.act import Action

FEATURES = "doorward.features."
DOORS = "doorward.doors."


def acts_behind(function: Any) -> set[str]:
    """Name the acts and the steps of sign-in that a function leads to, through whatever the doors put between."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting: list[Any] = [inspect.unwrap(function)]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        name = _name_of_act(thing)
        if name:
            found.add(name)
        else:
            waiting += _used_by(thing)
    return found


def is_step(thing: object) -> bool:
    """Tell whether a thing is a step of sign-in: a generator among the actions of a feature."""
    return (
        inspect.isgeneratorfunction(thing) and thing.__module__.startswith(FEATURES) and ".actions" in thing.__module__
    )


def _name_of_act(thing: object) -> str | None:
    if isinstance(thing, Action):
        return thing.act.name
    return str(getattr(thing, "__name__", "")) if is_step(thing) else None


def _used_by(thing: object) -> Iterator[Any]:
    """Give what a thing of a door refers to: a function's names and cells, a class's methods, a table's values."""
    match thing:
        case FunctionType() if thing.__module__.startswith(DOORS):
            names = set(_names(thing.__code__))
            yield from _named(thing.__globals__, names)
            yield from (cell.cell_contents for cell in thing.__closure__ or ())
            yield from (inspect.unwrap(value) for value in (thing.__defaults__ or ()))
        case type() if thing.__module__.startswith(DOORS):
            yield from vars(thing).values()
        case Mapping():
            yield from thing.values()
        case tuple() | list() | frozenset():
            yield from thing
        case _ if is_dataclass(thing) and type(thing).__module__.startswith(DOORS):
            yield from (getattr(thing, field.name) for field in fields(thing))
        case _:
            pass


def _named(scope: Mapping[str, Any], names: set[str]) -> Iterator[Any]:
    for name in names & scope.keys():
        value = scope[name]
        yield value
        if isinstance(value, ModuleType):
            yield from (getattr(value, part) for part in names - {name} if hasattr(value, part))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
