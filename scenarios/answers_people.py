"""What a plan does to people: where they are supported, what families do, and who gains or loses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenarios.answers_base import baseline, last_year
from scenarios.answers_words import How, Range
from scenarios.results import Results
from simulation.measures import GROUPS

AGES = ("18-64", "65+")
SETTINGS = (
    ("In care homes, council pays", "care_home_council"),
    ("In care homes, own money", "care_home_own"),
    ("Supported in their own home or with family", "supported_at_home"),
    ("In supported living", "users_supported_living"),
    ("In Shared Lives", "users_shared_lives"),
    ("Waiting for an assessment or support", "waiting"),
    ("With unmet needs at home", "people_unmet"),
)
FAMILIES: tuple[tuple[str, str, How], ...] = (
    ("Unpaid hours a week", "unpaid_hours", "count"),
    ("Unpaid carers under heavy strain", "carers_strained", "share"),
    ("Carers who could not go on, a year", "carers_could_not_go_on", "count"),
    ("Carers of working age in paid work", "carers_in_work", "share"),
    ("Hours of need that nobody meets, a week", "unmet_hours", "count"),
)
WHO: tuple[tuple[str, str, How], ...] = (
    ("Quality of life, ASCOT-years", "ascot_years", "count"),
    ("Their own money", "people_pay", "money"),
    ("Unpaid hours a week", "unpaid_hours", "count"),
    ("In care homes, council pays", "care_home_council", "count"),
    ("Hours of need not met, a week", "unmet_hours", "count"),
)
KINDS = {"": "Age", "reason": "Reason", "fifth": "Neighbourhoods", "tenure": "Home"}


class Stock(NamedTuple):
    """People in one setting and age band in the last year: doing nothing, and the difference."""

    title: str
    age: str
    baseline: float
    difference: Range


class Who(NamedTuple):
    """One group of people, and what the plan does to it in the last year, measure by measure."""

    kind: str
    group: str
    differences: list[Range]


def settings(r: Results) -> list[Stock]:
    """People by setting, 18 to 64 and 65 and over, in the last year."""
    return [Stock(title, age, float(np.nan_to_num(baseline(r, m, group=age)[:, -1]).mean()), last_year(r, m, group=age))
            for title, m in SETTINGS for age in AGES]


def who_gains(r: Results) -> list[Who]:
    """The last year's differences by age, reason for support, deprivation fifth and tenure, where they were recorded."""
    out = []
    for group in GROUPS:
        kind, _, name = group.rpartition(": ")
        if group == "all" or name == "none":
            continue
        found = [last_year(r, measure, group=group) for _, measure, _ in WHO]
        if any(x.known for x in found):
            out.append(Who(KINDS[kind], name, found))
    return out
