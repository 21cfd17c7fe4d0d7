"""Lots drawn evenly, so that a founded town differs from the published one by rounding and not by luck."""

from __future__ import annotations

import numpy as np

from simulation.draws import Draws
from simulation.process import F8, I4
from simulation.world.columns import Array


def whole(expected: Array, luck: float) -> I4:
    """Whole people from expected numbers: every cell is rounded up or down, and their sum is kept to within one.

    `luck` in [0, 1) is where the walk along the cells begins; whole expectations come back unchanged.
    """
    walked = np.cumsum(np.asarray(expected, dtype=np.float64).ravel())
    steps = np.floor(np.round(walked, 9) + luck)
    return np.diff(steps, prepend=np.floor(luck)).astype(np.int32).reshape(np.shape(expected))


def evenly(draws: Draws, purpose: str, strata: Array) -> F8:
    """A number in [0, 1) for each person, spread evenly over the people of one stratum, in an order left to luck.

    Compared with a chance, it gives every stratum the number of people it should have, rounded up or down.
    """
    n = len(strata)
    if not n:
        return np.empty(0)
    order = np.lexsort((draws.uniforms(purpose, np.arange(n)), strata))
    told = strata[order]
    first = np.flatnonzero(np.concatenate([[True], told[1:] != told[:-1]]))
    size = np.diff(first, append=n)
    begin = draws.uniforms(f"{purpose}: where each count begins", np.arange(len(first)))
    out = np.empty(n)
    out[order] = (np.arange(n) - np.repeat(first, size) + np.repeat(begin, size)) / np.repeat(size, size)
    return out


def chosen(shares: Array, luck: Array) -> Array:
    """Which of several kinds each person is: `shares[n, kinds]` (or one row for all), `luck[n]` in [0, 1)."""
    walked = np.cumsum(shares, axis=-1)
    walked = walked / walked[..., -1:]
    if walked.ndim == 1:
        return np.asarray(np.minimum(np.searchsorted(walked, luck, side="right"), len(walked) - 1))
    return np.asarray(np.minimum((luck[:, None] >= walked).sum(axis=1), walked.shape[1] - 1))


def band(age: Array, bounds: tuple[int, ...]) -> Array:
    """The place of each age in a list of age bands that begin at these ages."""
    return np.asarray(np.maximum(np.searchsorted(np.asarray(bounds), np.floor(age), side="right") - 1, 0))
