"""What the models a plan pays for came to: people each supports, and which of them never became large enough to support anybody."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenarios.answers_base import baseline, difference, last_year, main_run, years
from scenarios.answers_words import FINEST, Range, listed, middle, plain, span, step
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
    """In a few sentences: how many of the models support anybody in the last year, which do not, and what money is left for them."""
    models = reached(r)
    if not models:
        return "The plan pays for no model that supports people of its own."
    none = [one.title for one in models if one.people < FEW]
    year, left = years(r)[-1], money_said(r)
    if not none:
        return f"In {year} each of the {len(models)} models this plan pays for supports somebody.{left}"
    return (f"In {year}, {len(none)} of the {len(models)} models this plan pays for support{'s' if len(none) == 1 else ''} nobody: {listed(none)}. "
            f"Money that a model cannot use stays with the council and shows as lower spending.{left}")


def money_said(r: Results) -> str:
    """What becomes of the money that places set free, on the mean of the last year: it follows people first, then models."""
    run = main_run(r)
    moved, support, lost, left = (float(r.of(run, m)[:, -1].mean()) for m in ("released", "other_support", "income_lost", "left_for_models"))
    if not r.scenario.plan.shifts or not np.isfinite(moved + support + lost + left) or moved < FINEST["money"]:
        return ""
    how_many, rest = len(paid_for(r)), plain(max(left, 0.0), "money", FINEST["money"])
    return (f" Money follows people first: of {plain(moved, 'money', FINEST['money'])} that places set free in {years(r)[-1]}, "
            f"{plain(support, 'money', FINEST['money'])} goes to the ordinary support of people who live at home instead and of others found to need it, "
            f"{plain(lost, 'money', FINEST['money'])} to contributions that are no longer paid, and {rest} is left for {how_many} "
            f"model{'s' if how_many > 1 else ''} together.")


class Hours(NamedTuple):
    """Hours of help at home a week from one kind of support in the last year, beside doing nothing."""

    name: str
    title: str
    model: bool  # whether the plan pays for it, home care and direct payments apart
    difference: Range


def hours(r: Results) -> list[Hours]:
    """Where help by the hour comes from with the plan, for everybody: a model may free hours of home care that others then have."""
    models, out = set(paid_for(r)) - {"home_care", "direct_payments"}, []
    for name, kind in found().items():
        x = middle(difference(r, f"used_{name}")[:, -1])
        if kind.counts == "hours" and kind.long_term and not kind.keeps_funder and x.known:
            out.append(Hours(name, kind.title or name, name in models, x))
    return out


def hours_said(r: Results) -> str:
    """In a sentence: how many more hours of help at home come from models the plan pays for, and how many from home care."""
    models = [one for one in hours(r) if one.model and one.difference.mean >= 1]
    care = next((one for one in hours(r) if one.name == "home_care"), None)
    if not models or care is None:
        return ""
    by = listed([f"{one.title} {plain(one.difference.mean, 'count', 10.0)}" for one in models])
    more, less = sum(one.difference.mean for one in models), care.difference.mean
    told = f"{plain(abs(less), 'count', 10.0)} {'fewer' if less < 0 else 'more'}"
    return (f" By where hours of help at home come from, for everybody: models this plan pays for give {plain(more, 'count', 10.0)} more a week "
            f"({by}), home care {told}. People who would have had home care go to models too, and leave its hours to those who do not go "
            "to a care home.")
