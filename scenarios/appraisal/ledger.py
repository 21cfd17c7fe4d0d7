"""From paired runs to the lines of an appraisal: money of the council, the NHS and benefits apart from what people feel.

Every line is read off the two ledgers; none is assumed. Transfers cancel: what the NHS pays the council is in both
purses, and what benefits pay people is lost by one and gained by the other.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from scenarios.answers_base import difference, main_run, years
from scenarios.answers_models import paid_for
from scenarios.appraisal.lines import Ledger, Line
from scenarios.appraisal.values import MEASURES, TITLES, Values, Wellbeing, shipped
from scenarios.design import Run
from scenarios.results import Results
from simulation import places
from simulation.errors import BadInput, Problem
from simulation.evidence import register

NO_GRADE = "-"
CARE_PRICES = ("older_care_home_price", "home_care_price", "supported_living_price")
TAGS = (("Set-up before first use", "set_up"), ("New capacity paid for and not filled", "new_places_empty"),
        ("Block places paid for and empty", "block_places_empty"))


class Tag(NamedTuple):
    """One kind of double running: pounds more than doing nothing [worlds, years]."""

    title: str
    more: np.ndarray


def more(r: Results, measure: str, run: Run | None = None) -> np.ndarray:
    """How much more of a measure there is with the plan [worlds, years]. Raises BadInput where these runs did not measure it."""
    if measure not in r.units:
        raise BadInput(Problem("", 0, measure, "was not measured in these runs, which another careshift made",
                               "give `careshift compare` again, into another folder"))
    return np.nan_to_num(difference(r, measure, run))


def ledger(r: Results, way: Wellbeing = Wellbeing.WELLBY, *, place: str | None = None, run: Run | None = None, values: Values | None = None) -> Ledger:
    """The lines of an appraisal of one run (the plan's own, unless another is named) against what it is held against."""
    v, run = values or shipped(), run or main_run(r)
    effect, where = effect_grade(r, run), place or r.scenario.place
    lines = [*_public(r, run, effect, where), *_people(r, run, effect, where), _wellbeing(r, run, effect, way, v), _hospital(r, run, effect),
             _optimism(r, run, v)]
    return Ledger(tuple(lines), v, tuple(years(r)))


def _public(r: Results, run: Run, effect: str, place: str) -> list[Line]:
    net, own = more(r, "council_net", run), more(r, "council_net_own", run)
    care, law = price_grade(CARE_PRICES, place=place), price_grade(("paying.attendance_higher", "paying.attendance_lower"))
    return [
        Line("council", "Council, its own money", "council", -own, care, effect,
             "Net current expenditure less what transition money paid: council tax, standing grants, reserves."),
        Line("grant", "Transition money used (national grant)", "national grant", -(net - own), care, effect,
             "The down payment, as far as it was spent. With the line above it makes the council's net spending."),
        Line("nhs", "NHS, all the cash it pays", "nhs", -more(r, "nhs_pays", run), price_grade(("founding_prices.emergency_stay",)), effect,
             "Continuing healthcare, nursing in homes, what it pays the council, and the little of hospital work that moves cash."),
        Line("dwp", "Benefits system (DWP)", "dwp", -more(r, "dwp", run), law, effect, "Rents it meets, and benefits for care needs."),
    ]


def _people(r: Results, run: Run, effect: str, place: str) -> list[Line]:
    benefits = more(r, "dwp", run) - more(r, "dwp_rents", run)
    return [
        Line("people_pay", "People, what they pay for care", "people", -more(r, "people_pay", run), price_grade(CARE_PRICES, place=place), effect,
             "Charges by the council and fees people pay themselves."),
        Line("people_benefits", "People, benefits they draw for care needs", "people", benefits,
             price_grade(("paying.attendance_higher", "paying.attendance_lower")), effect, "What DWP pays people: lost there, gained here."),
        Line("families", "Families, unpaid hours at what replacing them costs", "families", -more(r, "unpaid_value", run),
             price_grade(("founding_prices.unpaid_hour",)), effect,
             "No purse holds it. Strain on carers reaches their wellbeing as well, so some of it may be told twice: see the variations."),
    ]


def _wellbeing(r: Results, run: Run, effect: str, way: Wellbeing, v: Values) -> Line:
    return Line("wellbeing", f"Wellbeing: {TITLES[way]}", "wellbeing", more(r, MEASURES[way], run) * v.of(way), v.grade(way), effect,
                {Wellbeing.WELLBY: "People whom support has touched in either run and those who care for them, each beside herself; nobody else.",
                 Wellbeing.QALY: "Years of life weighted by ASCOT, over all adults, each counted as that part of a QALY that the register says.",
                 Wellbeing.ASCOT: "Years of life weighted by ASCOT, over all adults, at what ordinary home care costs for one more."}[way],
                wellbeing=way)


def _hospital(r: Results, run: Run, effect: str) -> Line:
    value = more(r, "hospital_value", run) + more(r, "community_nursing_value", run) - more(r, "nhs_cash", run)
    return Line("capacity", "Hospital and nursing capacity freed, at average cost", "hospital", -value,
                price_grade(("founding_prices.emergency_stay", "founding_prices.ae_visit")), effect,
                "Not cash and not counted: a bed that is freed is filled again. Less the little that moves cash, which is under the NHS.", counted=False)


def _optimism(r: Results, run: Run, v: Values) -> Line:
    begun = np.maximum(more(r, "set_up", run) + more(r, "coordination", run), 0.0)
    entry = v.entries["optimism_costs"]
    return Line("optimism", "Allowance for optimism: set-up and coordination", "optimism", -v.optimism_costs * begun, entry.grade, NO_GRADE,
                "Once, on what a plan says its schemes cost (reference class: bought-in services, running costs). Benefits have none: late, weak and "
                "failing schemes are in the model.")


def double_running(r: Results, run: Run | None = None) -> list[Tag]:
    """What is paid twice for a while, in its three tags."""
    return [Tag(title, more(r, measure, run)) for title, measure in TAGS]


def down_payment(r: Results, run: Run | None = None) -> np.ndarray:
    """Pounds laid out before support is of use: set-up, capacity not filled, block places empty [worlds, years]."""
    return sum((tag.more for tag in double_running(r, run)), np.zeros((r.count, r.scenario.years)))


def effect_grade(r: Results, run: Run | None = None) -> str:
    """The weakest grade among the effects of what the plan pays for; none where it pays for no model of support."""
    mine = set(paid_for(r)) | {"home_care"} if run and run.plan.shifts else set(paid_for(r))
    return max((e.grade for e in register.load().entries.values() if e.is_effect and e.page in mine), default=NO_GRADE)


@lru_cache(maxsize=64)
def price_grade(names: tuple[str, ...], place: str = "") -> str:
    """The weakest grade among these prices, of the register or of a place."""
    held = register.load().entries
    figures = places.load(place).figures if place else {}
    grades = [held[name].grade for name in names if name in held] + [figures[name].grade for name in names if name in figures]
    return max(grades, default=NO_GRADE)
