"""What results are valued at: discount rates, a year of wellbeing, a pound in a poorer hand; each from the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from simulation.evidence import register
from simulation.evidence.register import Entry

EDITION = "HM Treasury, The Green Book (2022 edition); rates as restated on 16 December 2025"
YEAR_ZERO = "Year 0 is the plan's first year and is not discounted; later years are discounted from it, as wholes."


class Wellbeing(Enum):
    """The one way in which an appraisal values wellbeing; a gain is never valued in two of them."""

    WELLBY = "wellby"
    QALY = "qaly"
    ASCOT = "ascot"


TITLES = {Wellbeing.WELLBY: "years of satisfaction with life (WELLBY)", Wellbeing.QALY: "years of life weighted by quality, counted as QALYs",
          Wellbeing.ASCOT: "years of social care related quality of life (ASCOT)"}
MEASURES = {Wellbeing.WELLBY: "wellbys", Wellbeing.QALY: "ascot_years", Wellbeing.ASCOT: "ascot_years"}


@dataclass(frozen=True)
class Values:
    """One value for each thing an appraisal needs to know, and the entries of the register they come from."""

    discount_costs: float
    discount_wellbeing: float
    discount_years: int
    wellby: float
    qaly: float
    ascot_of_qaly: float
    ascot: float
    marginal_utility: float
    income_by_fifth: tuple[float, ...]
    optimism_costs: float
    spending_review_ends: int
    entries: Mapping[str, Entry]

    def of(self, way: Wellbeing) -> float:
        """Pounds for one unit of what is measured."""
        return {Wellbeing.WELLBY: self.wellby, Wellbeing.QALY: self.qaly * self.ascot_of_qaly, Wellbeing.ASCOT: self.ascot}[way]

    def grade(self, way: Wellbeing) -> str:
        """The weakest grade among the numbers that value one unit."""
        names = {Wellbeing.WELLBY: ("wellby",), Wellbeing.QALY: ("qaly", "ascot_of_qaly"), Wellbeing.ASCOT: ("ascot",)}[way]
        return max(self.entries[name].grade for name in names)


@lru_cache(maxsize=1)
def shipped() -> Values:
    """The values of the register as shipped, in pounds of the model's price year."""
    held = register.load(register.APPRAISAL).page("appraisal")
    v = {name: e.value for name, e in held.items()}
    return Values(v["discount_costs"], v["discount_wellbeing"], int(v["discount_years"]), v["wellby"], v["qaly"], v["ascot_of_qaly"], v["ascot"],
                  v["marginal_utility"], tuple(v["income_by_fifth"]), v["optimism_costs"], int(v["spending_review_ends"]), held)
