"""Whether there is enough: for a market position statement, by kind of support and year, with the chance of a closure.

Needed is what is in use and what people found eligible wait for; available is what could be given with the staff there
is, in care homes without the places that people from elsewhere have. Providers are counted and numbered, never named.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenarios.answers_base import enough, main_run, years
from scenarios.answers_words import FINEST, NOT_KNOWN, Range, listed, middle, plain, step
from scenarios.design import Run
from scenarios.results import Results
from simulation.services import found

COLUMNS = ("Support", "Counted in", "Year", "Needed", "Available", "Worlds with too little", "Chance that one closes")
MOST = 0.5  # share of worlds from which something is said to be short
UNITS = {"places": "places", "hours": "hours a week", "caseload": "people at a time"}


class Supply(NamedTuple):
    """One kind of lasting support in one financial year, over the worlds run."""

    service: str
    title: str
    unit: str
    year: str
    needed: Range
    available: Range
    short: float  # share of worlds in which more is needed than is available, on the mean of the year
    closes: float  # chance that at least one who gives it closes in the year; nan where it was not recorded


def sufficiency(r: Results, run: Run | None = None) -> list[Supply]:
    """Every kind of lasting support that is used, waited for or on offer in some year of the run, year by year."""
    run, out = run or main_run(r), []
    for name, kind in found().items():
        if not kind.long_term or kind.keeps_funder:
            continue
        used, waited, room, closed = (r.of(run, f"{what}_{name}") for what in ("used", "waited", "room", "closed"))
        needed = used + np.nan_to_num(waited)
        if not (np.nan_to_num(needed) + np.nan_to_num(room)).any():
            continue
        out += [Supply(name, kind.title, UNITS[kind.counts], year, middle(needed[:, k]), middle(room[:, k]),
                       _share(needed[:, k] > room[:, k], needed[:, k]), _chance(closed[:, k], r.one_in))
                for k, year in enumerate(years(r))]
    return out


def _share(true: np.ndarray, recorded: np.ndarray) -> float:
    """The share of worlds in which something is so, of those in which it was recorded."""
    known = np.isfinite(recorded)
    return float(true[known].mean()) if known.any() else float("nan")


def _chance(closed: np.ndarray, one_in: int) -> float:
    """The chance that at least one closes: a sample has fewer who could, so it is brought up to the whole place."""
    spared = 1.0 - _share(closed > 0, closed)
    return float(1.0 - spared ** one_in)


def written(r: Results, run: Run | None = None) -> list[tuple[str, ...]]:
    """The same as rows of words, in the order of COLUMNS: "4,100 (3,900 to 4,300)", "3 of 20", "45%"."""
    return [(s.title, s.unit, s.year, _figure(s.needed), _figure(s.available), _of(s.short, r.count), _closing(s.closes, r))
            for s in sufficiency(r, run)]


PAGE = ("Support", "Year", "Needed", "Available", "Worlds with too little", "Chance that one closes")


def for_page(r: Results) -> list[tuple[str, ...]]:
    """The first, the middle and the last year of the plan, in the order of PAGE; years with nothing of a kind are left out."""
    shown = {years(r)[k] for k in (0, (r.scenario.years - 1) // 2, r.scenario.years - 1)}
    return [(f"{s.title} ({s.unit})", s.year, _figure(s.needed), _figure(s.available), _of(s.short, r.count), _closing(s.closes, r))
            for s in sufficiency(r) if s.year in shown and (s.needed.high or s.available.high)]


def said(r: Results) -> str:
    """In a sentence or two: what there is too little of in the last year, and where a closure is likely."""
    last = [s for s in sufficiency(r) if s.year == years(r)[-1]]
    short = [s.title for s in last if s.short >= MOST]
    told = (f"In {years(r)[-1]}, with this plan, more is needed than there is of {listed(short)} in at least half of the worlds run." if short
            else f"In {years(r)[-1]}, with this plan, there is enough of every kind of lasting support in most of the worlds run.")
    if not enough(r):
        return told + " From so few worlds the chance of a closure cannot be told."
    closes = [f"{s.title} {_per_cent(s.closes)}" for s in last if np.isfinite(s.closes) and s.closes > 0]
    return told + (f" Chance that at least one closes in that year: {listed(closes)}." if closes else " In none of the worlds does one close in that year.")


def _closing(chance: float, r: Results) -> str:
    """A chance where there are worlds enough to know one; how many worlds it happened in where there are not."""
    return _per_cent(chance) if enough(r) else _of(chance, r.count) if r.one_in == 1 else NOT_KNOWN


def _figure(x: Range) -> str:
    if not x.known:
        return NOT_KNOWN
    to = step(x, "count") if x.high > x.low else FINEST["count"]
    low, mean, high = (plain(v, "count", to) for v in (x.low, x.mean, x.high))
    return mean if low == high else f"{mean} ({low} to {high})"


def _of(share: float, count: int) -> str:
    return f"{round(share * count)} of {count}" if np.isfinite(share) else NOT_KNOWN


def _per_cent(chance: float) -> str:
    return f"{chance * 100:.0f}%" if np.isfinite(chance) else NOT_KNOWN
