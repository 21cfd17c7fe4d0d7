"""What takes over from the care home places that a plan empties: the same people in two runs, by what they live on.

A place is counted where somebody has it, paid by the council, in one of the two runs and not in the other. Who would have
one and lives on something else, less who has one and would live on something else, adds up to the places that are fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scenarios.answers_base import main_run, years
from scenarios.answers_models import hours_said, paid_for
from scenarios.answers_words import FINEST, NOT_KNOWN, Range, listed, middle, plain, step
from scenarios.design import Run
from scenarios.results import Results
from simulation.measures.instead import ABLE, FAMILY, GONE, LIVES_ON, PLACE, PLACE_ELSE, SERVICES, WAITING, WITHOUT

LOOKS = (3, 5, 10)  # years of the plan after which one looks
HOUSING = ("extra_care", "supported_living", "keyring", "community_support")
APART = ("home_care", "direct_payments", *HOUSING)
OTHERS = {PLACE_ELSE: "A care home place that the NHS or they themselves pay for", FAMILY: "Family and friends alone",
          WAITING: "Waiting for an assessment or support", WITHOUT: "Needs at home that nobody meets",
          ABLE: "No help, or next to none", GONE: "Died or moved away"}
ALL = "Fewer council-paid care home places"
NAMED = "Models this plan pays for"


class Taken(NamedTuple):
    """What stands in place of care home places, in people at the end of each year looked at: [years] ranges."""

    title: str
    people: list[Range]
    parts: tuple[str, ...]  # the services or states it holds, as the measures name them


def looks(r: Results) -> list[int]:
    """The years looked at, as places among the plan's years: after 3, 5 and 10, or the last there is."""
    found = [k - 1 for k in LOOKS if k <= r.scenario.years]
    return found or [r.scenario.years - 1]


def ages(r: Results) -> str:
    """Whose places the plan empties: people of 65 and over, unless it moves money of working age alone."""
    lines = {s.line for s in r.scenario.plan.shifts}
    return "18-64" if lines == {"working_age_residential"} else "65+"


def taken(r: Results, run: Run | None = None) -> list[Taken]:
    """Each kind of support, or the want of it, by how many people it holds in place of a place; the sum last."""
    run = run or main_run(r)
    models = [name for name in paid_for(r) if name in SERVICES and name not in ("home_care", "direct_payments")]
    kinds: list[tuple[str, tuple[str, ...]]] = [
        (NAMED, tuple(models)), ("Home care by the hour", ("home_care",)), ("Direct payments", ("direct_payments",)),
        ("Supported living, extra care and other support to live at home", tuple(n for n in HOUSING if n not in models)),
        ("Other services", tuple(n for n in SERVICES if n not in models and n not in APART)),
        *((title, (what,)) for what, title in OTHERS.items())]
    kinds.append((ALL, tuple(n for n in LIVES_ON if n != PLACE)))
    return [Taken(title, _people(r, run, parts), parts) for title, parts in kinds]


def _people(r: Results, run: Run, parts: Sequence[str]) -> list[Range]:
    at, whole = looks(r), np.full((r.count, len(looks(r))), np.nan)
    for part in parts:
        here = r.of(run, f"instead_{part}", ages(r), at)
        whole = np.where(np.isfinite(here), np.nan_to_num(whole) + here, whole)
    return [middle(column) for column in whole.T]


def recorded(r: Results) -> bool:
    """Whether the people of the two runs were told apart by what they live on, and any place is fewer or more."""
    return any(x.known and (x.mean or x.low or x.high) for x in taken(r)[-1].people)


def columns(r: Results) -> tuple[str, ...]:
    """Heads of the table: what, and the end of each year looked at."""
    return ("What they live on", *(f"End of {years(r)[k]}" for k in looks(r)))


def written(r: Results) -> list[tuple[str, ...]]:
    """The table as words; kinds that hold nobody in any year are left out."""
    rows = taken(r)
    return [(t.title, *(_figure(x) for x in t.people)) for t in rows if t.title == ALL or any(_some(x) for x in t.people)]


def said(r: Results) -> str:
    """In a few sentences: of so many places, the models carry so many; what carries the rest; where hours of help come from."""
    *kinds, whole = taken(r)
    year, all_of = years(r)[looks(r)[-1]], whole.people[-1]
    if not all_of.known or all_of.mean < 1:
        return f"At the end of {year} this plan has emptied no care home places that the council pays for, on the mean."
    named = kinds[0]
    rest = sorted(((t.people[-1].mean, t.title) for t in kinds[1:] if t.people[-1].mean >= 1), reverse=True)
    less = [t.title[0].lower() + t.title[1:] for t in kinds[1:] if t.people[-1].mean <= -1]
    words = f"Of {_about(all_of)} council-paid care home places that are fewer at the end of {year}, {_models(named)}"
    if rest:
        words += "; in place of the rest: " + listed([f"{title[0].lower()}{title[1:]} ({plain(mean, 'count', 1.0)})" for mean, title in rest])
    return words + (f". Less than in present policy: {listed(less)}." if less else ".") + hours_said(r)


def _models(named: Taken) -> str:
    """The models the plan pays for, and how many places they carry by themselves."""
    names, most = [SERVICES[n].title or n for n in named.parts], 6
    if not names:
        return "no model that this plan pays for carries any by itself"
    who = f" ({listed(names)})" if len(names) <= most else ""
    one = len(names) == 1
    return (f"the {'one model' if one else f'{len(names)} models'} this plan pays for{who}, direct payments and home care apart, "
            f"{'carries' if one else 'carry'} {_about(named.people[-1])}")


def _about(x: Range) -> str:
    return plain(x.mean, "count", 1.0)


def _some(x: Range) -> bool:
    return x.known and max(abs(x.mean), abs(x.low), abs(x.high)) >= 1 / 2


def _figure(x: Range) -> str:
    if not x.known:
        return NOT_KNOWN
    to = step(x, "count") if x.high > x.low else FINEST["count"]
    low, mean, high = (plain(v, "count", min(to, 10.0), True) for v in (x.low, x.mean, x.high))
    return mean if low == high else f"{mean} ({low} to {high})"
