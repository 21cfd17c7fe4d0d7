"""How much of what a plan pays for would have come about anyway, pushes something else out, or goes to somebody else.

Four words of appraisal, read off the same people in the run without the plan; what the model cannot tell is said to be
not measured.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenarios.answers_base import baseline, main_run
from scenarios.appraisal.ledger import more
from scenarios.design import Run
from scenarios.results import Results
from simulation.measures.instead import ABLE, FAMILY, PLACE, PLACE_ELSE, WAITING, WITHOUT
from simulation.measures.twins import OTHER, SAME, WITHOUT_IT
from simulation.plan import WEEKS_A_YEAR

WORDS = ("deadweight", "displacement", "substitution", "leakage")


class Told(NamedTuple):
    """One finding under one of the four words: how much [worlds, years], of what; None where it is not measured."""

    word: str
    title: str
    amount: np.ndarray | None
    unit: str
    share: np.ndarray | None  # of people whom a model the plan pays for supports, and who would not have it without the plan
    says: str


def supported(r: Results, run: Run | None = None) -> np.ndarray:
    """People whom a model the plan pays for supports, at each year's end [worlds, years]."""
    return sum((more(r, f"without_plan_{what}", run) for what in WITHOUT_IT), np.zeros((r.count, r.scenario.years)))


def additionality(r: Results, run: Run | None = None) -> list[Told]:
    """Every finding, word by word."""
    run = run or main_run(r)
    whole = supported(r, run)
    new = whole - more(r, f"without_plan_{SAME}", run)

    def people(word: str, title: str, says: str, *kinds: str) -> Told:
        amount = sum((more(r, f"without_plan_{kind}", run) for kind in kinds), np.zeros_like(whole))
        of = whole if kinds == (SAME,) else new
        with np.errstate(invalid="ignore", divide="ignore"):
            return Told(word, title, amount, "people", np.where(of > 0, amount / of, np.nan), says)

    hour_rise = more(r, "home_care_cost_an_hour", run) * np.nan_to_num(baseline(r, "home_care_hours_council", run)) * WEEKS_A_YEAR
    return [
        people("deadweight", "would have the same support",
               "On the same model under present policy too: a share of all on such a model. The rows below are shares of the others.", SAME),
        people("deadweight", "would need no help, or next to none", "They would have recovered, or never come to need it.", ABLE),
        people("substitution", "would have other support", "One paid support stands in for another.", OTHER),
        people("substitution", "would live in a care home", "What a shift out of care homes is for.", PLACE, PLACE_ELSE),
        people("displacement", "would be helped by family and friends alone", "Paid help stands where family stood: relief, or crowding out.", FAMILY),
        Told("displacement", "care hours taken from agencies", more(r, "hours_from_agencies", run), "hours a week", None,
             "Workers who left agencies to work for themselves in a model the plan pays for."),
        Told("displacement", "volunteers taken from other groups", None, "people", None,
             "Not measured: one pool serves all, and groups outside the model are not in it."),
        Told("leakage", "places taken by people from elsewhere", more(r, "residents_from_elsewhere", run), "people", None,
             "Care home places that fell empty and were filled from other areas."),
        Told("leakage", "places taken by people who pay themselves", more(r, "care_home_own", run), "people", None,
             "Care home places that fell empty and were filled by people with money of their own."),
        Told("leakage", "higher price of hours that were bought before", hour_rise, "pounds a year", None,
             "More hours wanted make every hour dearer: the rise of the price, on the hours bought without the plan."),
        people("additional", "would wait, or go without", "Need that nothing would have met.", WAITING, WITHOUT),
    ]
