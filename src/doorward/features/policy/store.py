"""The SQL on settings: a row for each setting that was ever changed, and one without a name that holds the version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy import delete as delete_from

from doorward.edges.sql.tables.policy import settings

_T = settings.c
_VERSION = ""
"""The name of the row that holds an area's version: every change of the area passes it, so two never cross."""
RANK = "rank"
"""The name of the row that says where a named set stands among the others."""

_STAMP: dict[str, Any] = {
    "version": bindparam("to_version"),
    "changed_at": bindparam("at"),
    "changed_by": bindparam("by"),
}

_AREA = select(_T.name, _T.chosen, _T.version).where(_T.area == bindparam("in_area"))
_AREAS = select(_T.area, _T.name, _T.chosen, _T.version).where(_T.area.in_(bindparam("areas", expanding=True)))
_RANKS = select(_T.area, _T.name, _T.chosen).where(
    _T.area > bindparam("from_area"), _T.area < bindparam("to_area"), _T.name.in_([_VERSION, RANK])
)
_ADD = insert(settings)
_DELETE = delete_from(settings).where(_T.area == bindparam("in_area"))
_SET = (
    update(settings)
    .where(_T.area == bindparam("in_area"), _T.name == bindparam("named"))
    .values(chosen=bindparam("value"), **_STAMP)
)
_MOVE = (
    update(settings)
    .where(_T.area == bindparam("in_area"), _T.name == _VERSION, _T.version == bindparam("before"))
    .values(**_STAMP)
)


@dataclass(frozen=True, slots=True)
class VersionStamp:
    """Who saves, when, and on the ground of which version."""

    before: int
    by: str
    at: datetime


def load_some(sql: Connection, areas: Sequence[str]) -> dict[str, tuple[dict[str, Any], int]]:
    """Load several areas at once; one in which nothing was chosen is as `load` gives it."""
    found: dict[str, tuple[dict[str, Any], int]] = {area: ({}, 0) for area in areas}
    for area, name, chosen, row_version in sql.execute(_AREAS, {"areas": list(areas)}):
        values, version = found[area]
        if name == _VERSION:
            version = row_version
        else:
            values[name] = chosen
        found[area] = (values, version)
    return found


def ranks(sql: Connection, areas: str) -> dict[str, int]:
    """Load which areas there are whose names begin so, each with its rank."""
    found: dict[str, int] = {}
    for area, name, chosen in sql.execute(_RANKS, {"from_area": areas, "to_area": f"{areas}\U0010ffff"}):
        if name == RANK:
            found[area] = chosen
        else:
            found.setdefault(area, 0)
    return found


def load(sql: Connection, area: str) -> tuple[dict[str, Any], int]:
    """Load what was chosen in an area, and its version (0: nothing was)."""
    values: dict[str, Any] = {}
    version = 0
    for name, chosen, row_version in sql.execute(_AREA, {"in_area": area}):
        if name == _VERSION:
            version = row_version
        else:
            values[name] = chosen
    return values, version


def save(sql: Connection, area: str, values: Mapping[str, Any], stamp: VersionStamp) -> bool:
    """Write changed values if the area is still at the version that was loaded; tell whether it was."""
    common = {"in_area": area, "to_version": stamp.before + 1, "at": stamp.at, "by": stamp.by}
    if stamp.before == 0:
        _insert(sql, _VERSION, {}, common)
    elif sql.execute(_MOVE, {**common, "before": stamp.before}).rowcount == 0:
        return False
    for name, chosen in values.items():
        if sql.execute(_SET, {**common, "named": name, "value": chosen}).rowcount == 0:
            _insert(sql, name, chosen, common)
    return True


def delete(sql: Connection, area: str) -> None:
    """Delete an area with all that was chosen in it."""
    sql.execute(_DELETE, {"in_area": area})


def _insert(sql: Connection, name: str, chosen: Any, common: Mapping[str, Any]) -> None:
    sql.execute(
        _ADD,
        {
            "area": common["in_area"], "name": name, "chosen": chosen, "version": common["to_version"],
            "changed_at": common["at"], "changed_by": common["by"],
        },
    )  # fmt: skip
