"""The names a plan may use: real places, models of support that careshift has, budget lines, other plans."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationInfo

from scenarios import words
from scenarios.words import Horizon, clean, nearest, refuse, shown, unknown
from simulation.evidence.register import PRICE_YEAR


@dataclass(frozen=True)
class Known:
    """What the readers of a plan must know beside the page: real places, models of support, years, other plans."""

    places: Collection[str]
    services: Collection[str]
    library: Mapping[str, Path]
    folder: Path = Path()
    horizon: Horizon | None = None


def known(info: ValidationInfo) -> Known:
    """What a reader of one field may know of the world beside the plan."""
    context: Any = info.context
    assert isinstance(context, Known)
    return context


def one_of(value: object, known: Collection[str], what: str) -> str:
    """A name out of those that a plan may use; any other is refused with the one that was probably meant."""
    if isinstance(value, str):
        if value in known:
            return value
        raise refuse(*unknown(value, known, what))
    raise refuse(f"{shown(value)} is not {what}", nearest("", known))


def model(value: object, info: ValidationInfo) -> str:
    """A model of support, by the name of its file in simulation/services."""
    return one_of(value, known(info).services, "a model of support that careshift knows")


def place(value: object, info: ValidationInfo) -> str:
    """A council area, by its name; never a path."""
    if isinstance(value, str) and re.search(r"[/\\.]", value):
        raise refuse(f"{shown(value)} is not a place's name", "write the name alone, without slashes or dots")
    places = known(info).places
    if not isinstance(value, str) or value not in places:
        raise refuse(f"{shown(value)} is not a place that careshift knows", nearest(clean(str(value)), places))
    return value


def other_plan(name: object, known: Known) -> Path | None:
    """The file of the plan another is held against: by name from the library, or a file in the same folder."""
    if not isinstance(name, str) or re.search(r"[/\\]|^\.", name):
        return None
    if name in known.library:
        return known.library[name]
    path = known.folder / name
    return path if name.endswith((".yaml", ".yml")) and words.is_file(path) else None


def compare_with(value: object, info: ValidationInfo) -> str:
    """The plan this one is held against, as written, if there is such a plan."""
    plans = known(info)
    if not isinstance(value, str) or re.search(r"[/\\]|^\.", value):
        raise refuse(f"{shown(value)} is not the name of a scenario",
                     "name one of the library, or a file in the same folder as this one")
    if other_plan(value, plans):
        return value
    beside = other_plan(f"{value}.yaml", plans)
    todo = f"did you mean {beside.name}?" if beside else nearest(value[: words.MOST_SHOWN], plans.library, "careshift scenarios")
    raise refuse(f"there is no scenario {shown(value)} in the library or beside this file", todo)


def price_year(value: object) -> int:
    """The year whose prices a plan's pounds are in: the one careshift counts in, or nothing would be comparable."""
    start = words.year(value)
    if value != PRICE_YEAR:
        raise refuse(f"careshift counts in the prices of {PRICE_YEAR}, not of {value}",
                     f"turn the plan's pounds into {PRICE_YEAR} prices")
    return start


def budget(value: object) -> Decimal | None:
    """How the council's budget grows: real growth a year in per cent, or None where it follows demand."""
    if value == "follows_demand":
        return None
    if isinstance(value, dict) and set(value) == {"real_growth"}:
        return words.percent(-20, 20)(value["real_growth"])
    if isinstance(value, dict) and (wrong := [word for word in value if word != "real_growth"]):
        raise refuse(*unknown(wrong[0], ["real_growth"], "a rule for the budget"))
    raise refuse(f"{shown(value)} is not a rule for the budget", "write follows_demand, or {real_growth: 1.5%}")
