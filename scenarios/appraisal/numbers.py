"""The appraisal as numbers, for whoever reads with a program; the headline is the rows of summary.csv themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.answers_base import main_run
from scenarios.answers_words import middle
from scenarios.appraisal.lines import FISCAL, SOCIAL
from scenarios.appraisal.whole import Appraisal
from scenarios.results import Results

HEADLINE = ("council_net", "council_net_own", "nhs_pays", "dwp", "people_pay", "unpaid_hours", "ascot_years", "bed_days", "care_home_council")


def headline(r: Results) -> list[dict[str, Any]]:
    """The rows of summary.csv that an appraisal is made of: the plan's own run, every year, everybody together."""
    run = main_run(r)
    return [row for row in r.rows(HEADLINE) if row["scenario"] == run.label and row["budget_rule"] == run.budget_rule and row["group"] == "all"]


def line_numbers(a: Appraisal) -> list[dict[str, Any]]:
    """Each line: its gain by year in the mean, and what it is worth: mean, and the ends of 8 in 10."""
    out = []
    for line in a.ledger.lines:
        out.append({"name": line.name, "title": line.title, "holder": line.holder, "counted": line.counted, "price_grade": line.price_grade,
                    "effect_grade": line.effect_grade, "gain_by_year": _plain(line.gain.mean(axis=0)), **_range(line.value(a.ledger.values))})
    for name, holders in (("public_purse", None), ("net_present_social_value", (*FISCAL, *SOCIAL))):
        out.append({"name": name, **_range(a.ledger.value(holders) if holders else a.ledger.public_value)})
    return out


def _range(values: np.ndarray) -> dict[str, float]:
    x = middle(values)
    return {"worth_mean": x.mean, "worth_low80": x.low, "worth_high80": x.high}


def _plain(values: np.ndarray) -> list[float]:
    return [float(x) for x in values]
