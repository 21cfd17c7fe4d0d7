"""What the models a plan pays for came to: people each supports, and which of them never became large enough to support anybody."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenarios.answers_base import baseline, last_year, main_run, years
from scenarios.answers_words import Range, listed, plain, span, step
from scenarios.results import Results
from simulation.service import Service
from simulation.services import found

COLUMNS = ("Model", "Doing nothing", "With the plan", "Difference")
FEW = 0.5  # people in the mean of a year, of the whole place: fewer is nobody


class Reached(NamedTuple):
    """One model the plan pays for, and the people with support from it in the last year."""

    title: str
    without: float
    people: float
    difference: Range


def paid_for(r: Results) -> list[str]:
    """The services this plan gives money to, by name, in the order in which services are listed."""
    plan = main_run(r).plan
    names = {name for s in plan.shifts for name in s.to} | {name for name, by_year in plan.invest.items() if any(by_year.values())}
    return [name for name in found() if name in names]


def reached(r: Results) -> list[Reached]:
    """The models paid for that support people of their own: some work on homes, groups or practice and have none."""
    out = []
    for name in paid_for(r):
        if found()[name].helps is Service.helps:
            continue
        measure = f"users_{name}"
        x, with_it = last_year(r, measure), r.of(main_run(r), measure)[:, -1]
        if x.known:
            out.append(Reached(found()[name].title or name, float(baseline(r, measure)[:, -1].mean()), float(np.nanmean(with_it)), x))
    return out


def written(r: Results) -> list[tuple[str, ...]]:
    """The same as rows of words, in the order of COLUMNS."""
    rows = []
    for one in reached(r):
        to = step(one.difference, "count")
        rows.append((one.title, plain(one.without, "count", to), plain(one.people, "count", to), span(one.difference, "count")))
    return rows


def said(r: Results) -> str:
    """In a sentence or two: how many of the models support anybody in the last year, and which do not."""
    models = reached(r)
    if not models:
        return "The plan pays for no model that supports people of its own."
    none = [one.title for one in models if one.people < FEW]
    year = years(r)[-1]
    if not none:
        return f"In {year} each of the {len(models)} models this plan pays for supports somebody."
    return (f"In {year}, {len(none)} of the {len(models)} models this plan pays for support{'s' if len(none) == 1 else ''} nobody: {listed(none)}. "
            "Money that a model cannot use stays with the council and shows as lower spending.")
