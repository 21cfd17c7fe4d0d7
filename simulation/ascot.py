"""Quality of life in eight domains: from levels to the ASCOT index and to the score of the adult social care survey.

The index weighs each domain's level by what people in England said it is worth; the survey's score (ASCOF 1A) gives
3, 2, 1, 0 and adds up. Both come from the same levels and neither is the other divided by anything. Levels are cut from
one latent a domain: its centre moves with a person's life, the rest is the person's own, logistic and for life.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulation.process import F8
from simulation.world.columns import Array

CUTS = 3  # between ideal, no needs, some needs and high needs
SCORES = np.array([3.0, 2.0, 1.0, 0.0])
STEPS = 60  # of halving, when solving for a size


@dataclass(frozen=True)
class Index:
    """How eight levels become one number: `weights[domain, level]`, best first; index = slope x sum - constant."""

    weights: F8
    slope: float
    constant: float

    def of(self, levels: Array) -> F8:
        """The index of these levels [people, domains], about -0.17 to 1."""
        worth = self.weights[np.arange(len(self.weights)), levels].sum(axis=-1)
        return np.asarray(self.slope * worth - self.constant)

    def expected(self, cuts: F8, centre: F8) -> float:
        """The mean index of people whose latents have these centres [domain] under these cuts [domain, cut]."""
        return float(self.slope * (shares(cuts, centre) * self.weights).sum() - self.constant)


def score(levels: Array) -> F8:
    """The survey's score of these levels [people, domains], 0 to 24."""
    return np.asarray(SCORES[levels].sum(axis=-1))


def logit(share: Array | float) -> F8:
    """Log odds of a share."""
    return np.asarray(np.log(share) - np.log1p(-np.asarray(share)))


def at_least(cuts: F8, centre: F8) -> F8:
    """Shares of people at or above each cut [domain, cut]."""
    return np.asarray(1.0 / (1.0 + np.exp(cuts - centre[:, None])))


def shares(cuts: F8, centre: F8) -> F8:
    """Shares of people at each level [domain, level]."""
    above = at_least(cuts, centre)
    return np.concatenate([above[:, :1], np.diff(above, axis=1), 1.0 - above[:, -1:]], axis=1)


def answers(table: F8, anchors: dict[tuple[int, int], float], mean_score: float) -> F8:
    """Shares at or above each cut [domain, cut] that a survey finds: England's pattern, moved to a place's own results.

    `table[domain, level]`: England's shares. `anchors`: (domain, cut) -> the place's share, to which that domain's cuts
    move together on the logit scale; the other domains move by one shift so that the scores add up to `mean_score`.
    """
    above = np.cumsum(table, axis=1)[:, :CUTS] / table.sum(axis=1, keepdims=True)
    moved, free = logit(above), np.ones(len(table), dtype=bool)
    for (domain, cut), share in anchors.items():
        moved[domain] += logit(share) - moved[domain, cut]
        free[domain] = False

    def total(shift: float) -> float:
        return float((1.0 / (1.0 + np.exp(-(moved + shift * free[:, None])))).sum())  # a point for each cut passed

    moved += solve(total, mean_score) * free[:, None]
    return np.asarray(1.0 / (1.0 + np.exp(-moved)))


def solve(rising: Callable[[float], float], goal: float, low: float = -100.0, high: float = 100.0) -> float:
    """Where a rising function reaches a goal, or the nearer end where it does not."""
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < goal else (low, middle)
    return (low + high) / 2


def lowering(index: Index, cuts: F8, reach: F8, loss: float) -> float:
    """How far latents must fall (times `reach` by domain) for the mean index to fall by `loss`, in log odds."""
    top = index.expected(cuts, np.zeros(len(reach)))
    return solve(lambda size: top - index.expected(cuts, -size * reach), loss, 0.0)


def raising(index: Index, cuts: F8, reach: F8) -> float:
    """How much the mean index rises for one log odds along `reach`, near where people are."""
    step = 1.0 / 100
    up, down = index.expected(cuts, step * reach), index.expected(cuts, -step * reach)
    return (up - down) / (2 * step)


def learn_cuts(cuts: F8, centres: F8, found: F8) -> F8:
    """One step of the cuts towards where people with these centres [people, domain] answer as was found."""
    above = 1.0 / (1.0 + np.exp(cuts[None] - centres[:, :, None]))
    slope = np.maximum((above * (1.0 - above)).mean(axis=0), 1.0 / 1000)
    moved = cuts + np.clip((above.mean(axis=0) - found) / slope, -1.0, 1.0)
    return np.asarray(np.minimum.accumulate(moved, axis=1))
