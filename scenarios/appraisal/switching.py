"""What would have to be true for a plan to break even: one value at a time, and two at once.

Net present value is a sum of lines, each in proportion to one value (the price of an hour, the worth of a WELLBY), so a
value's break-even is the root of a straight line; for the discount rate it is searched for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from scenarios.appraisal.discounting import present_value
from scenarios.appraisal.lines import FISCAL, SOCIAL, Ledger

FURTHEST = 1000.0  # times the value believed: beyond it nothing breaks even
RATES = (-0.2, 0.3)  # discount rates between which a root is looked for


class Switch(NamedTuple):
    """A value, what is believed, and what it would have to be for the plan to break even; nan where no value does it."""

    name: str
    title: str
    believed: float
    breaks_even: float
    unit: str

    @property
    def times(self) -> float:
        return self.breaks_even / self.believed if self.believed else np.nan


def root(fixed: float, moves: float) -> float:
    """How many times a line must be counted for the sum to be nought: the root of fixed + k * moves in k >= 0; nan if none."""
    def net(k: float) -> float:
        return fixed + k * moves

    if net(0.0) == 0.0:
        return 0.0
    return float(brentq(net, 0.0, FURTHEST)) if net(0.0) * net(FURTHEST) <= 0 else np.nan


def one_way(worth: Mapping[str, float], believed: Mapping[str, tuple[str, float, str]]) -> list[Switch]:
    """For each line of this worth (mean present value) whose value is named: what the value would have to be."""
    whole = sum(worth.values())
    return [Switch(name, title, value, value * root(whole - worth[name], worth[name]), unit)
            for name, (title, value, unit) in believed.items() if name in worth]


def two_way(worth: Mapping[str, float], first: str, second: str, times: Sequence[float]) -> list[tuple[float, float]]:
    """The line on which a plan breaks even: for so many times the first value, how many times the second has to be."""
    rest = sum(worth.values()) - worth[first] - worth[second]
    return [(k, root(rest + k * worth[first], worth[second])) for k in times]


def rate_at_nought(ledger: Ledger) -> float:
    """The discount rate for money at which the mean net present social value is nought, all else as believed; nan if none."""
    def net(rate: float) -> float:
        return float(replace(ledger, values=replace(ledger.values, discount_costs=rate)).social_value.mean())

    low, high = RATES
    return float(brentq(net, low, high)) if net(low) * net(high) < 0 else np.nan


def worth(ledger: Ledger, by: Callable[[np.ndarray], float] = lambda x: float(x.mean())) -> dict[str, float]:
    """What each counted line is worth, in the mean over worlds."""
    return {line.name: by(line.value(ledger.values)) for line in ledger.held_by((*FISCAL, *SOCIAL))}


def switching(ledger: Ledger, hour: float) -> list[Switch]:
    """Break-even of the values that an appraisal hangs on: a year of wellbeing, a family's hour, what the council pays less, grant."""
    found, way, v = worth(ledger), next(line.wellbeing for line in ledger.lines if line.wellbeing), ledger.values
    believed = {"wellbeing": (f"A year of wellbeing ({way.value.upper()})", v.of(way), "pounds"),
                "families": ("An hour of unpaid care", hour, "pounds"),
                "council": ("What the council gains or loses", 1.0, "times what was found"),
                "grant": ("Transition money used", 1.0, "times what was found"),
                "people_pay": ("What people pay for care", 1.0, "times what was found")}
    rate = Switch("rate", "Discount rate for money", v.discount_costs, rate_at_nought(ledger), "a year")
    return [*one_way(found, believed), rate]


def over_down_payment(ledger: Ledger, down_payment: np.ndarray) -> float:
    """Net present social value over the down payment, never a headline: gains per pound laid out first; nan without one.

    All but the down payment itself stands above the line, in the means over worlds.
    """
    laid_out = float(present_value(down_payment, ledger.values.discount_costs).mean())
    return (float(ledger.social_value.mean()) + laid_out) / laid_out if laid_out > 0 else np.nan
