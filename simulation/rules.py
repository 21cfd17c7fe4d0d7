"""Small rules every process may use: yearly rates to weekly chances, logistic and normal curves, bounds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

WEEKS = 52  # a model year; yearly rates, money and totals all use it


@njit(cache=True, nogil=True)
def weekly(rate):  # type: ignore[no-untyped-def]
    """The chance in one week of something that happens `rate` times a person-year."""
    return 1.0 - np.exp(-rate / 52.0)


@njit(cache=True, nogil=True)
def logistic(x):  # type: ignore[no-untyped-def]
    """A chance from log odds."""
    return 1.0 / (1.0 + np.exp(-x))


@njit(cache=True, nogil=True)
def log_linear(age, at, slope, centre):  # type: ignore[no-untyped-def]
    """A yearly rate whose logarithm is a straight line in age: `at` at the centre age, `slope` a year."""
    return np.exp(at + slope * (age - centre))


@njit(cache=True, nogil=True)
def between(x, low, high):  # type: ignore[no-untyped-def]
    """x, but never below `low` nor above `high`."""
    return min(max(x, low), high)


@njit(cache=True, nogil=True)
def normal(u):  # type: ignore[no-untyped-def]
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
