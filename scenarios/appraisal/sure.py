"""How sure an appraisal is: in how many worlds a plan pays, and what may not be concluded from too few of them.

From fewer than twenty pairs no chance, no curve and no break-even is told: whoever asks is refused, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from scenarios.answers_base import ENOUGH
from scenarios.answers_words import tenths
from simulation.errors import BadInput, Problem

WITHHELD = (
    "whether the plan pays, for the council, for the public purse or for everybody",
    "in how many worlds it pays, or how likely that is",
    "how much wellbeing would have to be worth, or any other break-even",
    "which of several plans is the better, or what is lost by choosing the wrong one",
    "who gains and who loses")


class Chance(NamedTuple):
    """In how many of the worlds run something is so, and between which shares that lies (8 in 10) for chance alone."""

    title: str
    times: int
    worlds: int
    low: float
    high: float

    @property
    def words(self) -> str:
        return f"{tenths(self.times, self.worlds)} ({self.times} of {self.worlds})"


def enough(worlds: int) -> bool:
    """Whether there are pairs enough for a result."""
    return worlds >= ENOUGH


def needs_enough(worlds: int, what: str) -> None:
    """Refuse to tell what cannot be told from so few pairs. Raises BadInput."""
    if not enough(worlds):
        raise BadInput(Problem("", 0, what, f"cannot be told from {worlds} {'pair' if worlds == 1 else 'pairs'} of runs; it takes {ENOUGH}",
                               f"run at least {ENOUGH} replications"))


def withheld(worlds: int) -> list[str]:
    """What may not be concluded from so many pairs; nothing where there are enough."""
    return [] if enough(worlds) else list(WITHHELD)


def chance(gain: np.ndarray, title: str, sets: int | None = None) -> Chance:
    """In how many worlds there is a gain [worlds]. Raises BadInput from fewer than twenty sets of numbers (each world its own unless said).

    Where seeds share a set, the range is that of as many worlds as there are sets: never too narrow.
    """
    needs_enough(n := len(gain) if sets is None else sets, title)
    times, z2 = int((gain > 0).sum()), Z80 * Z80
    share = times / len(gain)
    spread = Z80 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    middle, scale = share + z2 / (2 * n), 1 + z2 / n
    return Chance(title, times, len(gain), max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))


Z80 = 1.2815515655446004  # ends of the middle 8 in 10 of a normal distribution (Wilson's interval)


class Plane(NamedTuple):
    """The four corners of the cost-effectiveness plane: how many worlds lie in each."""

    better_cheaper: int
    better_dearer: int
    worse_cheaper: int
    worse_dearer: int


def plane(effect: np.ndarray, cost: np.ndarray) -> Plane:
    """Worlds by whether people gain and whether it costs more [worlds]. Raises BadInput from fewer than twenty pairs."""
    needs_enough(len(effect), "cost-effectiveness plane")
    good, cheap = effect > 0, cost <= 0
    return Plane(*(int(x.sum()) for x in (good & cheap, good & ~cheap, ~good & cheap, ~good & ~cheap)))


def net_benefit(effect: np.ndarray, cost: np.ndarray, worth: Sequence[float]) -> np.ndarray:
    """What is gained at each worth of one unit of effect [worths, worlds]."""
    return np.asarray(np.asarray(worth)[:, None] * effect[None, :] - cost[None, :])


def acceptable(options: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Acceptability: the share of worlds in which each option is best, at each worth. Options hold [worths, worlds].

    Doing nothing is always among the options, with nought. Shares add up to one; ties go to doing nothing, then in order.
    """
    whole = _with_nothing(options)
    needs_enough(whole.shape[-1], "acceptability")
    best = whole.argmax(axis=0)
    return {name: (best == k).mean(axis=1) for k, name in enumerate([NOTHING, *options])}


def expected_loss(options: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What is lost on average by choosing each option when another might be best, at each worth [worths]."""
    whole = _with_nothing(options)
    needs_enough(whole.shape[-1], "expected loss")
    lost = (whole.max(axis=0) - whole).mean(axis=2)
    return dict(zip([NOTHING, *options], lost))


NOTHING = "Doing nothing"


def _with_nothing(options: Mapping[str, np.ndarray]) -> np.ndarray:
    first = next(iter(options.values()))
    return np.stack([np.zeros_like(first), *options.values()])


class Regret(NamedTuple):
    """An option over several futures: what it loses in each against the best there, and the most of these."""

    option: str
    by_future: tuple[float, ...]

    @property
    def most(self) -> float:
        """The most it loses in any future in which it was run."""
        return float(np.nanmax(self.by_future))


def regrets(gains: Mapping[str, Sequence[float]]) -> list[Regret]:
    """Regret of each option in each future: the best option's gain there less its own. In the order given; no ranking.

    An option with nan in a future was not run there.
    """
    table = np.array([list(row) for row in gains.values()], dtype=np.float64)
    lost = np.nanmax(table, axis=0) - table
    return [Regret(name, tuple(float(x) for x in row)) for name, row in zip(gains, lost)]
