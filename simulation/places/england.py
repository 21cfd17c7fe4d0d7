"""What England knows for a council that does not know it: one page of rates, and how a place takes them.

`england/rates.yaml` says of every figure the model asks for what it is, in which unit and what for, so that a place need
not say it again; and for most of them England's own value, or a rate for each person, client or home. A place lists under
`from_england` what it takes from there. Nothing is taken that is not listed, so a misspelt figure is never papered over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.errors import BadInput, Problem, did_you_mean
from simulation.places.figures import DEFAULTS, Figure, Rival
from simulation.places.tables import Neighbourhoods
from simulation.reading import Page, read_page

HOME = Path(__file__).parent / "england"
RATES = HOME / "rates.yaml"
LIFE_TABLE = "life_table"
TOLD_ONCE = ("says", "unit", "use")
DIGITS = 4  # a figure that is worked out is told to so many: more would look better known than it is
AGES = re.compile(r"people_(\d+)_(plus|\d+)")
FIFTH = re.compile(r"fifth_([1-5])")
EXPECTED = re.compile(r"expected_deaths_(\d+)_plus")

Counts = Callable[[str], float | None]


@dataclass(frozen=True)
class England:
    """England's rates as the page tells them. It is no place: nobody lives in an average."""

    title: str
    totals: Mapping[str, float]
    life_table: Mapping[str, str]
    people: Mapping[str, str]
    neighbourhoods: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, Any]]
    figures: Mapping[str, Mapping[str, Any]]

    def gives(self) -> list[str]:
        """What a place may take from here, by name."""
        return [LIFE_TABLE, *(name for name, told in self.figures.items() if "value" in told or "rate" in told)]


@lru_cache(maxsize=1)
def england() -> England:
    """The page of rates, read once."""
    told = read_page(RATES, "simulation/places/england/rates.yaml").data
    return England(told["title"], told["totals"], told[LIFE_TABLE], told["people"], told["neighbourhoods"], told["sources"], told["figures"])


def prepare(page: Page, problems: list[Problem]) -> list[str]:
    """What the place takes from England; its own figures and sources are completed with what is said once for all."""
    held, wanted = england(), page.data.get("from_england") or []
    own = page.data.get("figures") if isinstance(page.data.get("figures"), dict) else {}
    if not isinstance(wanted, list):
        problems.append(page.problem(("from_england",), "is a list of names of figures"))
        return []
    for i, name in enumerate(wanted):
        if name not in held.gives():
            problems.append(page.problem(("from_england", i), f"England has no rate for {str(name)[:52]!r}",
                                         did_you_mean(str(name), held.gives()) or "give the place's own"))
        elif name in own or wanted.index(name) != i:
            problems.append(page.problem(("from_england", i), f"{name} is said twice", "the place's own, or England's: one of them"))
        elif name == LIFE_TABLE and LIFE_TABLE in (page.data.get("tables") or {}):
            problems.append(page.problem(("from_england", i), "the place has a life table of its own", "one of them"))
    for name, raw in own.items():
        if isinstance(raw, dict):
            _complete(page.data.get("defaults"), held.figures.get(name, {}), raw)
    return [name for name in wanted if name in held.gives()]


def _complete(defaults: Any, told: Mapping[str, Any], raw: MutableMapping[str, Any]) -> None:
    """What an entry leaves out and is said elsewhere: by the place for all its figures, or by England's page."""
    if isinstance(defaults, dict):
        for field in DEFAULTS:
            if field in defaults:
                raw.setdefault(field, defaults[field])
    for field in TOLD_ONCE:
        if field in told:
            raw.setdefault(field, told[field])
    raw.setdefault("basis", "local")


def sources(page: Page) -> None:
    """Publications that several places draw on are named once; a place gains those that its figures refer to."""
    named, own = set(), page.data.get("sources")
    if not isinstance(own, dict):
        own = page.data["sources"] = {}
    for part in ("figures", "tables"):
        given = page.data.get(part)
        for raw in given.values() if isinstance(given, dict) else ():
            if isinstance(raw, dict):
                told_apart = raw.get("others")
                rivals = told_apart if isinstance(told_apart, list) else []
                named |= {str(raw.get("source"))} | {str(r.get("source")) for r in rivals if isinstance(r, dict)}
    own.update({key: dict(told) for key, told in england().sources.items() if key in named and key not in own})


def taken(names: list[str], figures: Mapping[str, Figure], people: NDArray[np.float64], deaths: NDArray[np.float64],
          parts: Neighbourhoods) -> dict[str, Figure]:
    """England's rates as figures of this place, in the order of the page: a later rate may lean on an earlier figure."""
    out: dict[str, Figure] = {}

    def count(name: str) -> float | None:
        held = figures.get(name) or out.get(name)
        return held.value if held else counted(name, people, deaths, parts)

    for name, told in england().figures.items():
        if name in names:
            out[name] = _figure(name, told, count)
    return out


def counted(name: str, people: NDArray[np.float64], deaths: NDArray[np.float64], parts: Neighbourhoods) -> float | None:
    """How many people of an age live here, how many deaths their life table expects, or whose fifth they live in."""
    if name == "everybody":
        return float(people.sum())
    if found := AGES.fullmatch(name):
        last = None if found[2] == "plus" else int(found[2]) + 1
        return float(people[:, int(found[1]):last].sum())
    if found := EXPECTED.fullmatch(name):
        ages = slice(int(found[1]), people.shape[1])
        return float((people[:, ages] * deaths[:, ages]).sum())
    if found := FIFTH.fullmatch(name):
        return float(parts.people @ parts.fifth[:, int(found[1]) - 1])
    return None


def _figure(name: str, told: Mapping[str, Any], count: Counts) -> Figure:
    value = float(told["value"]) if "value" in told else _worked_out(name, told, count)
    low, high = told.get("low"), told.get("high")
    if "range" in told:
        low, high = sorted(rounded(value * by) for by in told["range"])
    rivals = tuple(Rival(float(r["value"]), str(r["year"]), r["source"], r["says"]) for r in told.get("others", ()))
    return Figure(name, value, told["unit"], str(told["year"]), told["source"], told["grade"], "england", told["use"],
                  None if low is None else float(low), None if high is None else float(high), told["doubt"], told["says"], rivals)


def _worked_out(name: str, told: Mapping[str, Any], count: Counts) -> float:
    total = sum(rate * _counted(name, of, count) for of, rate in told["rate"].items())
    return rounded(total / _counted(name, told["over"], count) if "over" in told else total)


def _counted(name: str, of: str, count: Counts) -> float:
    found = count(of)
    if found is None:
        raise BadInput(Problem("", 0, f"figures.{of}", f"is missing; England's rate of {name} is for each of it",
                               f"give it, or list {of} under from_england too"))
    return found


def rounded(value: float) -> float:
    """To four significant digits."""
    if value == 0 or not math.isfinite(value):
        return value
    return float(f"{value:.{DIGITS}g}")
