"""What is published about a place: one figure at a time, with its source, its year and how far to trust it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulation.errors import Problem, did_you_mean
from simulation.reading import Page, Step

GRADES = ("A", "B", "C", "D")
BASES = ("local", "england", "invented")
USES = ("founded", "target", "checked")
ASSUMPTION = "assumption"
NEEDED = ("says", "value", "unit", "year", "source", "grade", "basis", "use", "doubt")
FIELDS = (*NEEDED, "low", "high", "others")
DEFAULTS = ("year", "source", "grade", "basis", "doubt")  # a place may say these once for all its figures
RIVAL_FIELDS = ("value", "year", "source", "says")
SOURCE_FIELDS = ("title", "publisher", "year", "licence")
SOURCE_MAY = (*SOURCE_FIELDS, "via", "url")
WORD = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Source:
    """Whom to thank and whom to ask: a publication figures were taken from. `via`: where it was read, if elsewhere."""

    key: str
    title: str
    publisher: str
    year: str
    licence: str
    via: str
    url: str


@dataclass(frozen=True)
class Rival:
    """Another figure for the same thing, kept in sight instead of thrown away."""

    value: float
    year: str
    source: str
    says: str


@dataclass(frozen=True)
class Figure:
    """One thing known about a place: what it says, how it was used, and what would make a careful reader doubt it.

    `basis` is "local" (counted or estimated for this place), "england" (a rate of England, or of a wider area, applied
    to this place) or "invented" (of a town that does not exist). `use` is "founded" (the simulated place is built from it), "target" (the simulated place is
    asked to come out near it) or "checked" (shown beside the results, never tuned to). `low` to `high` is the
    central 90%.
    """

    name: str
    value: float
    unit: str
    year: str
    source: str
    grade: str
    basis: str
    use: str
    low: float | None
    high: float | None
    doubt: str
    says: str
    others: tuple[Rival, ...] = ()


def read_sources(page: Page, problems: list[Problem]) -> dict[str, Source]:
    """The publications behind a place, by key. Every figure must name one of them, or say that it is an assumption."""
    given = page.data.get("sources")
    if not isinstance(given, dict) or not given:
        problems.append(page.problem(("sources",), "has no list of sources",
                                     "give each a title, publisher, year, licence"))
        return {}
    sources = {}
    for key, raw in given.items():
        at = ("sources", key)
        if not isinstance(raw, dict):
            problems.append(page.problem(at, "a source has fields: title, publisher, year, licence"))
            continue
        unknown_fields(page, at, raw, SOURCE_MAY, problems)
        if not missing_fields(page, at, raw, SOURCE_FIELDS, problems):
            sources[key] = Source(key, *(str(raw.get(field, "")) for field in SOURCE_MAY))
    return sources


def read_figures(page: Page, rules: Mapping[str, Any], sources: Mapping[str, Source], from_england: Collection[str],
                 problems: list[Problem]) -> dict[str, Figure]:
    """Every figure a place gives itself, checked; `rules` is needed.yaml: what the model asks for, and in which unit."""
    given = page.data.get("figures")
    if not isinstance(given, dict) or not given:
        problems.append(page.problem(("figures",), "has no figures", "see simulation/places/needed.yaml"))
        return {}
    wanted: Mapping[str, str] = rules["figures"]
    for name in wanted:
        if name not in given and name not in from_england:
            near = did_you_mean(name, [g for g in given if g not in wanted])
            problems.append(page.problem(("figures",), f"{name} is missing",
                                         near.replace("did you mean", "is it the one called") or
                                         f"the model needs it, in {wanted[name]}: give it, or list it under from_england"))
    figures = {}
    for name, raw in given.items():
        figure = _figure(page, name, raw, rules, sources, problems)
        if figure:
            figures[name] = figure
    return figures


def missing_fields(page: Page, at: Sequence[Step], raw: Mapping[str, Any], wanted: Sequence[str],
                   problems: list[Problem]) -> bool:
    """True if an entry leaves a field out, or gives a list where one value belongs; says which."""
    before = len(problems)
    for field in wanted:
        if raw.get(field) in (None, ""):
            problems.append(page.problem(at, f"has no {field}", "write it, or say in words that it is not known"))
        elif at and isinstance(raw[field], (list, dict)):
            problems.append(page.problem((*at, field), "is a list; one value belongs here"))
    return len(problems) > before


def unknown_fields(page: Page, at: Sequence[Step], raw: Mapping[str, Any], known: Sequence[str],
                   problems: list[Problem]) -> None:
    """Misspelt fields are refused, with the nearest right word."""
    problems.extend(page.problem((*at, key), "unknown field", did_you_mean(key, known))
                    for key in raw if key not in known)


def number(given: Any) -> float | None:
    """A plain finite number, or None."""
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given):
        return None
    return float(given)


def credentials(page: Page, at: Sequence[Step], raw: Mapping[str, Any], sources: Mapping[str, Source],
                problems: list[Problem]) -> None:
    """Source, grade and basis: who says it, how good it is, and whether it is about this place at all."""
    if raw["source"] != ASSUMPTION and raw["source"] not in sources:
        problems.append(page.problem((*at, "source"), f"{raw['source']!r} is not in sources",
                                     did_you_mean(str(raw["source"]), sources) or "add it there"))
    if raw["source"] == ASSUMPTION and raw["grade"] != GRADES[-1]:
        problems.append(page.problem((*at, "grade"), f"an assumption is grade {GRADES[-1]}"))
    for field, allowed in (("grade", GRADES), ("basis", BASES)):
        if raw[field] not in allowed:
            problems.append(page.problem((*at, field), f"{raw[field]!r} is not one of {', '.join(allowed)}"))


def _figure(page: Page, name: str, raw: Any, rules: Mapping[str, Any], sources: Mapping[str, Source],
            problems: list[Problem]) -> Figure | None:
    at, before = ("figures", name), len(problems)
    if not isinstance(raw, dict):
        problems.append(page.problem(at, "a figure has fields: " + ", ".join(NEEDED)))
        return None
    unknown_fields(page, at, raw, FIELDS, problems)
    if not WORD.fullmatch(name):
        problems.append(page.problem(at, "a figure's name is small letters, digits and _"))
    if missing_fields(page, at, raw, NEEDED, problems):
        return None
    credentials(page, at, raw, sources, problems)
    if raw["use"] not in USES:
        problems.append(page.problem((*at, "use"), f"{raw['use']!r} is not one of {', '.join(USES)}"))
    value, low, high = _range(page, at, raw, problems)
    _unit(page, at, raw, rules, (value, low, high), problems)
    others = tuple(_rivals(page, at, raw, sources, problems))
    if len(problems) > before or value is None:
        return None
    return Figure(name, value, raw["unit"], str(raw["year"]), raw["source"], raw["grade"], raw["basis"], raw["use"],
                  low, high, str(raw["doubt"]), str(raw["says"]), others)


def _range(page: Page, at: Sequence[Step], raw: Mapping[str, Any],
           problems: list[Problem]) -> tuple[float | None, float | None, float | None]:
    read = {field: number(raw.get(field)) for field in ("value", "low", "high")}
    for field, found in read.items():
        if found is None and raw.get(field) is not None:
            problems.append(page.problem((*at, field), f"{str(raw[field])[:52]!r} is not a number"))
    value, low, high = read["value"], read["low"], read["high"]
    if ("low" in raw) != ("high" in raw):
        problems.append(page.problem(at, "has one end of a range only", "give low and high, or neither"))
    if value is not None and low is not None and low > value:
        problems.append(page.problem((*at, "low"), f"{low:g} is above {value:g}"))
    if value is not None and high is not None and high < value:
        problems.append(page.problem((*at, "high"), f"{high:g} is below {value:g}"))
    return value, low, high


def _unit(page: Page, at: Sequence[str], raw: Mapping[str, Any], rules: Mapping[str, Any],
          numbers: Sequence[float | None], problems: list[Problem]) -> None:
    units: Mapping[str, Any] = rules["units"]
    unit, asked = raw["unit"], rules["figures"].get(at[-1])
    if unit not in units:
        problems.append(page.problem((*at, "unit"), f"unknown unit {unit!r}", did_you_mean(str(unit), units)))
        return
    if asked and unit != asked:
        problems.append(page.problem((*at, "unit"), f"is {unit}; the model asks for {asked}"))
    for field, found in zip(("value", "low", "high"), numbers, strict=True):
        least, most = (units[unit] or {}).get("least"), (units[unit] or {}).get("most")
        if found is not None and ((least is not None and found < least) or (most is not None and found > most)):
            problems.append(page.problem((*at, field), f"{found:g} is out of range for {unit}"))


def _rivals(page: Page, at: Sequence[Step], raw: Mapping[str, Any], sources: Mapping[str, Source],
            problems: list[Problem]) -> list[Rival]:
    given = raw.get("others") or []
    if not isinstance(given, list):
        problems.append(page.problem((*at, "others"), "is a list of rival figures"))
        return []
    rivals = []
    for i, rival in enumerate(given):
        here = (*at, "others", i)
        if not isinstance(rival, dict):
            problems.append(page.problem(here, "a rival figure has fields: " + ", ".join(RIVAL_FIELDS)))
            continue
        unknown_fields(page, here, rival, RIVAL_FIELDS, problems)
        if missing_fields(page, here, rival, RIVAL_FIELDS, problems):
            continue
        value = number(rival["value"])
        if value is None:
            problems.append(page.problem((*here, "value"), f"{str(rival['value'])[:52]!r} is not a number"))
        elif rival["source"] != ASSUMPTION and rival["source"] not in sources:
            problems.append(page.problem((*here, "source"), f"{rival['source']!r} is not in sources",
                                         did_you_mean(str(rival["source"]), sources)))
        else:
            rivals.append(Rival(value, str(rival["year"]), rival["source"], str(rival["says"])))
    return rivals


def add_up(page: Page, sums: Mapping[str, Sequence[str]], figures: Mapping[str, Figure],
            problems: list[Problem]) -> None:
    """Wholes and their parts, wherever they were taken from, agree to one in a hundred."""
    for whole, parts in sums.items():
        if whole not in figures or any(part not in figures for part in parts):
            continue
        total, added = figures[whole].value, sum(figures[part].value for part in parts)
        if abs(total - added) * 100 > abs(total):
            problems.append(page.problem(("figures", whole, "value"),
                                         f"{' and '.join(parts)} add up to {added:,.0f}, not {total:,.0f}"))
