"""Small rules every process may use: yearly rates to weekly chances, logistic and normal curves, bounds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.kernels import rule

WEEKS = 52  # a model year; yearly rates, money and totals all use it


@rule
def weekly(rate: Any) -> Any:
    """The chance in one week of something that happens `rate` times a person-year."""
    return 1.0 - np.exp(-rate / 52.0)


@rule
def logistic(x: Any) -> Any:
    """A chance from log odds."""
    return 1.0 / (1.0 + np.exp(-x))


@rule
def log_linear(age: Any, at: Any, slope: Any, centre: Any) -> Any:
    """A yearly rate whose logarithm is a straight line in age: `at` at the centre age, `slope` a year."""
    return np.exp(at + slope * (age - centre))


@rule
def between(x: Any, low: Any, high: Any) -> Any:
    """x, but never below `low` nor above `high`."""
    return min(max(x, low), high)


@rule
def normal(u: Any) -> Any:
    """A standard normal number from a uniform one (rational approximation, error below 5e-4; tails to 4.7 sd)."""
    p = min(max(u, 1e-6), 1.0 - 1e-6)
    q = p if p < 0.5 else 1.0 - p
    t = math.sqrt(-2.0 * math.log(q))
    x = t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (
        1.0 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t)
    return -x if p < 0.5 else x


def standard_normal(u: NDArray[Any]) -> NDArray[np.float64]:
    """Standard normal numbers from uniform ones, in NumPy: the rule `normal` for arrays."""
    p = np.clip(u, 1e-6, 1.0 - 1e-6)
    t = np.sqrt(-2.0 * np.log(np.minimum(p, 1.0 - p)))
    x = t - (2.515517 + 0.802853 * t + 0.010328 * t**2) / (1.0 + 1.432788 * t + 0.189269 * t**2 + 0.001308 * t**3)
    return np.asarray(np.where(p < 0.5, -x, x))
