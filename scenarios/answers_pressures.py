"""Why doing nothing gets dearer: each later year beside the first, parted into price, people and complexity.

Every line of the council's net spending is so many people times a price times what each of them has. People are those it supports
of the line's age, and all of them where a line serves everybody; prices are the fees in force (home care: what an hour of it
costs; the council's own work: the cost of care; what people contribute, and no fee sets: prices in general). What each has is the
rest: hours and weeks, how complex, in which setting, what they can pay. A change is shared out by Shapley's rule, the mean over
every order in which the three could have moved, so that in each world and line they add up to the whole.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenarios.answers_base import LINES, baseline
from scenarios.results import Results

NET, PEOPLE, FEE, COST, HOUR = "council_net", "clients", "price_older_care_home", "price_care_index", "home_care_cost_an_hour"
OLDER, YOUNGER, ALL = "65+", "18-64", "all"
AGE = {"spend_older_": OLDER, "spend_working_age_": YOUNGER}
AN_HOUR = ("spend_older_home_care",)
GENERAL = ""  # no price of care: what prices in general do


class Pressures(NamedTuple):
    """By how much doing nothing is dearer than in its first year, in pounds [worlds, years]; the three add up to the whole."""

    price: np.ndarray
    people: np.ndarray
    complexity: np.ndarray
    whole: np.ndarray


class _Part(NamedTuple):
    """One line of net spending: its pounds [worlds, years], whom it is for, and which price it goes by."""

    pounds: np.ndarray
    age: str
    price: str


def pressures(r: Results, factors: np.ndarray | None = None) -> Pressures | None:
    """What doing nothing comes to in each year, less its first, by cause. None where people or prices were not recorded.

    `factors` turn pounds of the price year into money of each year; prices in general then belong to price.
    """
    money = np.ones(r.scenario.years) if factors is None else factors
    people = {age: baseline(r, PEOPLE, group=age) for age in (OLDER, YOUNGER, ALL)}
    prices = {name: baseline(r, name) for name in (FEE, COST, HOUR)} | {GENERAL: np.ones((r.count, r.scenario.years))}
    if not all(np.isfinite(x).all() for x in (*people.values(), *prices.values())):
        return None
    shares = [np.zeros((r.count, r.scenario.years)) for _ in range(3)]
    for part in _parts(r):
        for total, share in zip(shares, shared(part.pounds * money, prices[part.price] * money, people[part.age])):
            total += share
    net = baseline(r, NET) * money
    return Pressures(*shares, net - net[:, :1])


def _parts(r: Results) -> list[_Part]:
    """Every line of net spending; the last is what no line holds, nought in a run whose lines add up."""
    def read(measure: str, group: str = ALL) -> np.ndarray:
        return np.nan_to_num(baseline(r, measure, group=group))

    out = [_Part(read(line), next((age for begins, age in AGE.items() if line.startswith(begins)), ALL),
                 HOUR if line in AN_HOUR else FEE if line.startswith(tuple(AGE)) else COST) for line in LINES]
    out.append(_Part(-read("nhs_and_other_income"), ALL, COST))
    out += [_Part(-read("contributions", age), age, GENERAL) for age in (OLDER, YOUNGER)]
    return [*out, _Part(read(NET) - sum(part.pounds for part in out), ALL, COST)]


def shared(pounds: np.ndarray, price: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shapley's shares of price, people and what each has in how pounds [worlds, years] differ from the first year.

    Where there was nobody, or no price, nothing can be told apart: all of it is what each has.
    """
    known = (price > 0) & (people > 0) & (price[:, :1] > 0) & (people[:, :1] > 0)
    p, n = np.where(known, price, 1.0), np.where(known, people, 1.0)
    p0, n0 = np.where(known, price[:, :1], 1.0), np.where(known, people[:, :1], 1.0)
    each, each0 = pounds / (p * n), pounds[:, :1] / (p0 * n0)
    by_price, by_people = (p - p0) * _mean_of_orders(n0, n, each0, each), (n - n0) * _mean_of_orders(p0, p, each0, each)
    return by_price, by_people, (each - each0) * _mean_of_orders(p0, p, n0, n)


def _mean_of_orders(a0: np.ndarray, a: np.ndarray, b0: np.ndarray, b: np.ndarray) -> np.ndarray:
    """What two factors come to while the third moves, over the six orders: both before or both after twice, one of each once."""
    return np.asarray((a0 * b0 + a * b) / 3 + (a0 * b + a * b0) / 6)
