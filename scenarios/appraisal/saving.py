"""Where the saving comes from, and of which kind it is: so that a cut cannot pass for reform, nor a shift of cost for thrift.

Five kinds, never added up under one name: cash that stops being paid; growth that is avoided; cost moved to another
public payer; cost moved to people and families; capacity freed, which is not cash. All by world and year.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from scenarios.answers_base import baseline, lowers_spending, main_run, plan_type
from scenarios.appraisal.ledger import more
from scenarios.appraisal.lines import Ledger
from scenarios.design import Run
from scenarios.results import Results
from simulation.plan import WEEKS_A_YEAR

__all__ = ["KINDS", "SOURCES", "Kind", "Source", "kinds", "lowers_spending", "plan_type", "sources", "split"]

CASH, AVOIDED, PUBLIC, PEOPLE, CAPACITY, DEARER = "cash", "avoided", "public", "people", "capacity", "dearer"
KINDS: Mapping[str, str] = {
    CASH: "Cash-releasing: below this year's budget", AVOIDED: "Growth avoided: below what it would have become",
    PUBLIC: "Moved to another public payer", PEOPLE: "Moved to people and families' own money",
    CAPACITY: "Capacity freed, not cash", DEARER: "Costs more"}
SOURCES: Mapping[str, str] = {
    "need": "People need less help", "unmet": "Eligible need goes unmet", "families": "Families do it",
    "others": "Somebody else pays", "price": "A lower price for the same need"}

# Each source as it is said when it saves the council money, and when it costs it.
SAID: Mapping[str, tuple[str, str]] = {
    "need": ("people need less help", "people need more help"), "unmet": ("eligible need goes unmet", "eligible need is met that was not"),
    "families": ("families do more", "families do less"), "others": ("others pay more (people, NHS, rents met by benefits)", "others pay less"),
    "price": ("the same need at a lower price", "the plan itself and dearer support for the same need")}


class Kind(NamedTuple):
    """What one payer pays less (+) of each kind, and what it pays more (-); they add up to its whole change [worlds, years]."""

    title: str
    parts: Mapping[str, np.ndarray]

    @property
    def total(self) -> np.ndarray:
        return sum(self.parts.values(), np.zeros_like(next(iter(self.parts.values()))))


class Source(NamedTuple):
    """One source of what the council pays less: pounds a year [worlds, years], and how it was reckoned."""

    name: str
    title: str
    amount: np.ndarray
    says: str


def split(saved: np.ndarray, to_public: np.ndarray, to_people: np.ndarray, first: np.ndarray, now: np.ndarray) -> dict[str, np.ndarray]:
    """Part what a payer pays less [worlds, years] into kinds that add up to it.

    First comes what others pay in its stead (no more than that), then what lies below the first year's spending
    without the plan (`first` [worlds]) given what is spent `now`, and the rest is growth avoided. A loss is one part.
    """
    left = np.maximum(saved, 0.0)
    out = {DEARER: np.minimum(saved, 0.0)}
    for name, most in ((PUBLIC, to_public), (PEOPLE, to_people), (CASH, first[:, None] - now)):
        out[name] = np.clip(most, 0.0, left)
        left = left - out[name]
    out[AVOIDED] = left
    return out


def kinds(r: Results, ledger: Ledger, run: Run | None = None) -> list[Kind]:
    """What the council, the NHS and the benefits system pay less by kind; and hospital capacity, which no purse gets."""
    run = run or main_run(r)
    council, nhs, dwp = (more(r, m, run) for m in ("council_net", "nhs_pays", "dwp"))
    people = more(r, "people_pay", run)
    out = []
    for title, measure, extra, elsewhere, own in (("Council, net", "council_net", council, nhs + dwp, people),
                                                  ("NHS, cash", "nhs_pays", nhs, council + dwp, 0.0 * people),
                                                  ("Benefits system (DWP)", "dwp", dwp, council + nhs, 0.0 * people)):
        base = np.nan_to_num(baseline(r, measure, run))
        out.append(Kind(title, split(-extra, elsewhere, own, base[:, 0], base + extra)))
    freed = ledger["capacity"].gain
    return [*out, Kind("Hospital and community nursing, at average cost", {CAPACITY: np.maximum(freed, 0.0), DEARER: np.minimum(freed, 0.0)})]


def sources(r: Results, run: Run | None = None) -> list[Source]:
    """Where what the council pays less (+) or more (-) comes from; the five add up to the fall of its net spending.

    Hours are counted at what an hour of home care costs the council without the plan. What need, unmet need, families
    and other payers do not explain is a lower price for the same need, with everything the plan itself costs against it.
    """
    run = run or main_run(r)
    hour = np.nan_to_num(baseline(r, "home_care_cost_an_hour", run)) * WEEKS_A_YEAR
    saved = -more(r, "council_net", run)
    need, unmet, family = (more(r, m, run) * hour for m in ("hours_needed", "unmet_eligible_hours", "unpaid_hours"))
    others = more(r, "people_pay", run) + more(r, "nhs_pays", run) + more(r, "dwp_rents", run)
    found = {"need": (-need, "Hours of help needed, at the price of an hour of home care."),
             "unmet": (unmet, "Hours of eligible need that nobody meets, at that price. Care Act risk where it is more."),
             "families": (family, "Hours that family and friends give, at that price."),
             "others": (others, "What people, the NHS and housing benefit pay more.")}
    rest = saved - sum((amount for amount, _ in found.values()), np.zeros_like(saved))
    told = [Source(name, SOURCES[name], amount, says) for name, (amount, says) in found.items()]
    return [*told, Source("price", SOURCES["price"], rest, "What is left: other and cheaper support, less what the plan itself costs.")]
