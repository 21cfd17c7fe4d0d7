"""The units evidence is measured in. A number with a unit is an ordinary float that remembers what it measures.

Scalars are float subclasses with `.unit`. Plurals (`Shares`, `PerYears`) are float64 arrays over the codes of a column or
a named list: write `Annotated[Shares, By("need")]` in a signature.
"""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]


class Quantity(float):
    """A number about the world, with its unit."""

    unit = ""
    lowest = -math.inf
    highest = math.inf


class Share(Quantity):
    unit, lowest, highest = "share", 0.0, 1.0


class Ratio(Quantity):
    unit, lowest = "ratio", 0.0


class LogOdds(Quantity):
    unit = "log odds"


class Log(Quantity):
    unit = "log"


class Slope(Quantity):
    unit = "per year of age"


class Points(Quantity):
    unit = "points"


class Factor(Quantity):
    unit = "factor"


class Hours(Quantity):
    unit, lowest = "hours a week", 0.0


class HoursAYear(Quantity):
    unit, lowest = "hours a year", 0.0


class Days(Quantity):
    unit, lowest = "days", 0.0


class Weeks(Quantity):
    unit, lowest = "weeks", 0.0


class Months(Quantity):
    unit, lowest = "months", 0.0


class Years(Quantity):
    unit = "years"


class People(Quantity):
    unit, lowest = "people", 0.0


class Pounds(Quantity):
    unit = "pounds"


class PoundsPerWeek(Quantity):
    unit = "pounds a week"


class PoundsPerHour(Quantity):
    unit = "pounds an hour"


class PoundsPerDay(Quantity):
    unit = "pounds a day"


class PoundsPerYear(Quantity):
    unit = "pounds a year"


class Contacts(Quantity):
    unit, lowest = "contacts a week", 0.0


class Elasticity(Quantity):
    unit = "elasticity"


class PerYear(Quantity):
    """A yearly rate; `.weekly` is the chance in one week."""

    unit, lowest = "per year", 0.0

    @property
    def weekly(self) -> float:
        return 1.0 - math.exp(-float(self) / 52.0)


class By(NamedTuple):
    """The list a table of numbers runs over: the codes of a column, or a named list of labels."""

    name: str


Shares = Annotated[F8, "share"]
Ratios = Annotated[F8, "ratio"]
PerYears = Annotated[F8, "per year"]
LogOddses = Annotated[F8, "log odds"]
HoursList = Annotated[F8, "hours a week"]
DaysList = Annotated[F8, "days"]
PointsList = Annotated[F8, "points"]
WeightsList = Annotated[F8, "index points"]
PoundsPerWeekList = Annotated[F8, "pounds a week"]
YearsList = Annotated[F8, "years"]

SCALARS: dict[str, type[Quantity]] = {
    kind.unit: kind for kind in Quantity.__subclasses__()
}
UNITS = set(SCALARS) | {"index points"}
NON_NEGATIVE = {unit for unit, kind in SCALARS.items() if kind.lowest == 0.0}
