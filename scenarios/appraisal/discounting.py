"""What money of later years is worth today, when a plan has paid for itself, and what it takes before then.

Amounts are in real terms, by year [..., years]; a gain is positive. Year 0 is the plan's first year and is not
discounted. Method: HM Treasury, The Green Book (2022 edition); rates from the register.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from simulation.errors import BadInput, Problem

STANDARD_YEARS = 31  # years 0 to 30 have the standard rate
PENNY = 0.01  # pounds: less than this is rounding


class Peak(NamedTuple):
    """The deepest a plan is ever out of pocket, added up from the start: pounds, and the year (from 0) of it."""

    amount: np.ndarray
    year: np.ndarray


def factors(rate: float, years: int) -> np.ndarray:
    """What one pound of each year is worth in the first: 1, 1/(1 + r), 1/(1 + r)^2, ...

    Raises BadInput beyond the years for which the standard rate holds, for then it falls.
    """
    if years > STANDARD_YEARS:
        raise BadInput(Problem("", 0, "years", f"{years} years are more than the {STANDARD_YEARS} for which one discount rate holds",
                               "appraise a shorter plan"))
    if rate <= -1:
        raise BadInput(Problem("", 0, "rate", f"{rate} is no discount rate"))
    return (1.0 + rate) ** -np.arange(years, dtype=np.float64)


def present_value(amounts: np.ndarray, rate: float) -> np.ndarray:
    """Amounts by year [..., years], added up at what they are worth in the first year [...]."""
    return np.asarray(amounts @ factors(rate, amounts.shape[-1]))


def a_year(value: np.ndarray | float, rate: float, years: int) -> np.ndarray:
    """The equal sum each year that is worth this present value: the annual equivalent."""
    return np.asarray(value / factors(rate, years).sum())


def at_prices(amounts: np.ndarray, factor: float) -> np.ndarray:
    """Real amounts in the prices of another year: times that year's deflator over this one's."""
    return np.asarray(amounts * factor)


def cash(amounts: np.ndarray, yearly: float, first: int = 0) -> np.ndarray:
    """Real amounts as cash, where prices rise by so much each year; the first column is `first` years after the price year."""
    years = np.arange(amounts.shape[-1], dtype=np.float64) + first
    return np.asarray(amounts * (1.0 + yearly) ** years)


def repaid(gains: np.ndarray, rate: float = 0.0) -> np.ndarray:
    """For each world the year (from 0) by whose end what was laid out has come back for good; infinity where it never does.

    `gains` [worlds, years]; with a rate, payback of discounted amounts. Nothing laid out is repaid in year 0.
    """
    owed = np.cumsum(gains * factors(rate, gains.shape[1]), axis=1) < -PENNY
    last = np.where(owed.any(axis=1), owed.shape[1] - 1 - np.argmax(owed[:, ::-1], axis=1), -1)
    return np.where(last + 1 < owed.shape[1], last + 1.0, np.inf)


def peak_extra(gains: np.ndarray) -> Peak:
    """The most a plan has ever cost, added up from the start and not discounted [worlds, years]; nought if it never did."""
    added = np.cumsum(gains, axis=1)
    year = np.argmin(added, axis=1)
    lowest = added[np.arange(len(added)), year]
    return Peak(np.maximum(-lowest, 0.0), year)


def dearest_year(gains: np.ndarray) -> Peak:
    """The most a plan costs in any one year [worlds, years], and which year that is; nought if none costs more."""
    year = np.argmin(gains, axis=1)
    return Peak(np.maximum(-gains[np.arange(len(gains)), year], 0.0), year)
