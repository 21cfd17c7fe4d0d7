"""Who lives in a council area that has only bands of age and one figure of deprivation: the rest is England's pattern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from simulation.errors import Problem
from simulation.places import england as rates
from simulation.places.figures import number
from simulation.places.tables import FIFTHS, Neighbourhoods, by_age, read_sheet
from simulation.reading import Page

F8 = NDArray[np.float64]
BAND = re.compile(r"(\d{1,3})(?:\s*-\s*(\d{1,3})|(\+))?")
MIX = ("most_deprived_tenth", "most_deprived_fifth", "fifths")
STEEPEST = 8.0


def englands(oldest: int) -> F8:
    """England's people by sex and age: the shape that bands are filled with."""
    problems: list[Problem] = []
    file = rates.england().people["file"]
    sheet = read_sheet("people", rates.HOME / file, f"simulation/places/england/{file}", problems)
    return by_age(sheet, oldest, problems, above_nought=False)


def from_bands(page: Page, given: Any, oldest: int, problems: list[Problem], notes: list[str]) -> F8 | None:
    """[2 sexes, ages 0 to oldest] from bands; each is spread over its ages, and its sexes where one count is given, as England's."""
    before, at = len(problems), ("people", "bands")
    if not isinstance(given, dict) or not given:
        problems.append(page.problem(at, "has no bands", "write 0-4: [men, women] and so on to 90+"))
        return None
    read = sorted(filter(None, (_band(page, label, raw, oldest, problems) for label, raw in given.items())), key=lambda b: b[0])
    for one, two in pairwise(read):
        if two[0] <= one[1]:
            problems.append(page.problem((*at, two[3]), f"overlaps {one[3]}", "each age is in one band"))
        elif two[0] > one[1] + 1:
            problems.append(page.problem(at, f"ages {one[1] + 1} to {two[0] - 1} are missing"))
    if read and read[-1][1] < oldest and len(problems) == before:
        problems.append(page.problem(at, f"ages over {read[-1][1]} are missing", f"end with {read[-1][0]}+"))
    if len(problems) > before or not read:
        return None
    shape = englands(oldest)
    out = np.zeros_like(shape)
    for first, last, counts, label in read:
        out[:, first:last + 1] = _spread(shape[:, first:last + 1], counts)
        if last - first > 4 and last < oldest:
            notes.append(f"people {label}: spread over {last - first + 1} years of age as England's are; five-year bands would be nearer")
    if (youngest := read[0][0]) > 0:
        out[:, :youngest] = _spread(shape[:, :youngest], [shape[:, :youngest].sum() / shape[:, youngest:].sum() * out.sum()])
        notes.append(f"people under {youngest}: none given, so as many for each older person as in England")
    if any(len(b[2]) == 1 for b in read):
        notes.append("men and women: one count for both was given; split at each age as England's are")
    return out


def _band(page: Page, label: str, raw: Any, oldest: int, problems: list[Problem]) -> tuple[int, int, list[float], str] | None:
    at = ("people", "bands", label)
    match = BAND.fullmatch(label.strip())
    counts = [number(x) for x in (raw if isinstance(raw, list) else [raw])]
    if not match:
        problems.append(page.problem(at, "is not a band of age", "such as 65-69, or 90+"))
    elif raw is None:
        problems.append(page.problem(at, "is left empty", "write the people of that age, or [men, women]"))
    elif len(counts) > 2 or any(c is None or c < 0 for c in counts):
        problems.append(page.problem(at, f"{str(raw)[:40]} is not a count of people", "one number, or [men, women]"))
    else:
        first = int(match[1])
        last = oldest if match[3] else int(match[2] or first)
        if first <= last <= oldest:
            return first, last, [c for c in counts if c is not None], label
        problems.append(page.problem(at, f"is not a band between 0 and {oldest}"))
    return None


def _spread(shape: F8, counts: list[float]) -> F8:
    """Whole people, as many as were given, in the proportions of the shape."""
    parts = [shape[s] * counts[s] / shape[s].sum() for s in (0, 1)] if len(counts) == 2 else [shape * counts[0] / shape.sum()]
    return np.concatenate([np.diff(np.round(np.concatenate([[0.0], part.ravel().cumsum()]))).reshape(-1, shape.shape[1]) for part in parts])


# Deprivation --------------------------------------------------------------------------------------------------------
def mix(page: Page, given: Any, problems: list[Problem], notes: list[str]) -> F8 | None:
    """Shares of the place's people in each fifth of England's small areas, most deprived first."""
    if not isinstance(given, dict) or len([k for k in MIX if given.get(k) is not None]) != 1:
        problems.append(page.problem(("deprivation",), "needs one of " + ", ".join(MIX),
                                     "the Index of Multiple Deprivation's summary by council has the first"))
        return None
    if given.get("fifths") is not None:
        shares = [number(x) for x in given["fifths"]] if isinstance(given["fifths"], list) else []
        told = np.array([x for x in shares if x is not None and x >= 0])
        if len(told) != len(FIFTHS) or abs(told.sum() - 1) * 100 > 1:
            problems.append(page.problem(("deprivation", "fifths"), "are five shares that add up to 1, most deprived first"))
            return None
        return np.asarray(told / told.sum(), dtype=np.float64)
    name = MIX[0] if given.get(MIX[0]) is not None else MIX[1]
    share = number(given[name])
    if share is None or not 0 <= share < 1:
        problems.append(page.problem(("deprivation", name), f"{str(given[name])[:40]} is not a share", "15.8% is 0.158"))
        return None
    notes.append(f"deprivation: only {name} was given; the other fifths are England's mix moved to it")
    return moved(share, 10 if name == MIX[0] else len(FIFTHS))


def moved(share: float, parts: int) -> F8:
    """England's even mix of fifths moved until the most deprived of so many parts has this share of people.

    Half way between a smooth slope over all fifths and leaving the others even among themselves.
    """
    steps = np.arange(parts)

    def sloped(slope: float) -> F8:
        weights = np.exp(-slope * (steps - steps.mean()))
        return np.asarray(weights / weights.sum(), dtype=np.float64)

    ends = sloped(-STEEPEST)[0], sloped(STEEPEST)[0]
    slope = brentq(lambda s: sloped(s)[0] - min(max(share, ends[0]), ends[1]), -STEEPEST, STEEPEST)
    fifths = sloped(slope).reshape(len(FIFTHS), -1).sum(axis=1)
    even = np.concatenate([fifths[:1], np.full(len(FIFTHS) - 1, (1 - fifths[0]) / (len(FIFTHS) - 1))])
    return np.asarray((fifths + even) / 2, dtype=np.float64)


def made_up(title: str, people: float, fifths: F8, owning: float, disabled: float, told: Mapping[str, Any]) -> Neighbourhoods:
    """Neighbourhoods of England's usual size, from the most deprived to the least, each with some of every fifth."""
    count = max(1, round(people / float(told["people"])))
    edges, wholes = np.linspace(0, 1, count + 1), np.concatenate([[0.0], np.cumsum(fifths)])
    sorted_ = np.clip(np.minimum(edges[1:, None], wholes[None, 1:]) - np.maximum(edges[:-1, None], wholes[None, :-1]), 0, None) * count
    ranks = np.arange(len(fifths))
    spread, between = float(fifths @ (ranks - fifths @ ranks) ** 2), float(((sorted_ @ ranks - fifths @ ranks) ** 2).mean())
    apart = min(1.0, (float(told["between"]) * spread / between) ** (1 / 2)) if between > 0 else 0.0
    by_fifth = apart * sorted_ + (1 - apart) * fifths
    by_fifth /= by_fifth.sum(axis=1, keepdims=True)

    def level(name: str, mean: float) -> F8:
        shape = by_fifth @ np.array(told[name], dtype=np.float64)
        return np.asarray(np.clip(shape * mean / shape.mean(), 0, 1), dtype=np.float64)

    return Neighbourhoods(tuple(f"{title} {k + 1}" for k in range(count)), np.full(count, 1 / count), by_fifth,
                          level("owned_outright", owning), level("disabled", disabled))


def people_of(page: Page, folder: Path, oldest: int, problems: list[Problem], notes: list[str]) -> F8 | None:
    """The people of a council's page: a table by single year of age, or bands."""
    given = page.data.get("people")
    if not isinstance(given, dict) or not (("bands" in given) ^ ("csv" in given)):
        problems.append(page.problem(("people",), "needs either bands or csv", "a csv has the columns age, men, women"))
        return None
    if "bands" in given:
        return from_bands(page, given["bands"], oldest, problems, notes)
    sheet = read_sheet("people", folder / str(given["csv"]), str(folder / str(given["csv"])), problems)
    return by_age(sheet, oldest, problems, above_nought=False) if sheet.sound else None
