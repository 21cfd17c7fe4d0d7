"""What we do not know and chance, told apart: several seeds of each set of numbers, and how far sets and seeds differ.

A difference between a plan and doing nothing varies from set to set of numbers (not knowing them) and, with the same numbers, from
seed to seed (chance). With k seeds a set both variances have unbiased estimators (one-way random effects). Seeds of one set share its
numbers and are no independent worlds: errors are reckoned from sets.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit
from scipy.stats import f as variance_ratio

TAIL = 0.1  # of 8 in 10, on either side


class Split(NamedTuple):
    """Variance between sets of numbers and between seeds of one set; `below` where the estimate between sets was negative and is told as nought."""

    sets: int
    pairs: int
    between: float
    within: float
    below: bool
    low: float  # 8-in-10 interval of the share that is chance
    high: float

    @property
    def chance(self) -> float:
        """The share of the variance that is chance; not a number where nothing varies."""
        return self.within / whole if (whole := self.between + self.within) > 0 else np.nan


def split(values: np.ndarray, sets: np.ndarray) -> Split | None:
    """Variance components of paired differences by set; None from fewer than two sets, or where no set has two seeds.

    Unbiased for any numbers of seeds (weighted by their sizes); a component that comes out negative is nought. The interval of the
    share is exact for normal values and as many seeds in each set, and near enough where a few are missing.
    """
    kept = np.isfinite(values)
    values, (_, own, sizes) = values[kept], np.unique(sets[kept], return_inverse=True, return_counts=True)
    count, groups = len(values), len(sizes)
    if groups < 2 or count == groups:
        return None
    means = np.bincount(own, values) / sizes
    seeds = (count - (sizes**2).sum() / count) / (groups - 1)
    across = float((sizes * (means - values.mean()) ** 2).sum() / (groups - 1))
    within = float(((values - means[own]) ** 2).sum() / (count - groups))
    between = (across - within) / seeds
    ends = [_chance(across / within / variance_ratio.ppf(p, groups - 1, count - groups), seeds) for p in (TAIL, 1 - TAIL)] if within > 0 else [0.0, 0.0]
    return Split(groups, count, max(between, 0.0), within, between < 0, *ends)


def _chance(ratio: float, seeds: float) -> float:
    """The share that is chance, from the ratio of what sets vary by to what seeds do."""
    return float(np.clip(seeds / (seeds - 1 + ratio), 0.0, 1.0))


def by_set(values: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """Means over the seeds of each set [..., sets]; the values as they are where each has a set of its own."""
    names, own = np.unique(sets, return_inverse=True)
    if len(names) == len(sets):
        return values
    return np.stack([values[..., own == k].mean(axis=-1) for k in range(len(names))], axis=-1)


def error(values: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """The standard error of the mean over pairs [pairs, ...], with sets as the independent ones; not a number from one set."""
    names, own = np.unique(sets, return_inverse=True)
    groups, count = len(names), len(values)
    if groups < 2:
        return np.full(values.shape[1:], np.nan)
    if groups == count:
        return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(count))
    apart = values - values.mean(axis=0)
    sums = np.stack([apart[own == k].sum(axis=0) for k in range(groups)])
    return np.asarray(np.sqrt((sums**2).sum(axis=0) * groups / (groups - 1)) / count)


def interval(values: np.ndarray, sets: np.ndarray, share: float = 0.8) -> tuple[float, float]:
    """The interval that holds the mean so often, by Student's t over sets."""
    off = float(error(values, sets)) * float(stdtrit(len(np.unique(sets)) - 1, (1 + share) / 2))
    return float(values.mean()) - off, float(values.mean()) + off
