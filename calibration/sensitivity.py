"""Which numbers a decision hangs on: shares of what is not known of a plan's effect, by number, on a stand-in for the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from calibration.design import Space
from calibration.emulator import Surface
from simulation.errors import BadInput, Problem

POINTS, FEWER_POINTS, WIDEST, PAWN_POINTS, RESAMPLED, DOUBTED = 2**12, 2**10, 0.1, 2**13, 100, 20
EDGE = 1e-9
METHODS = ("total", "first", "PAWN", "Shapley")
NORMAL_90 = 1.645
REFUSED = "too unsure to print"


@dataclass(frozen=True)
class Index:
    """How much of an effect's variation one number is behind, and the width of the 90% interval of that share."""

    name: str
    method: str
    value: float
    width: float

    @property
    def told(self) -> str:
        """The index, or that its interval is wider than a tenth: then it is not printed."""
        return f"{self.value:.2f}" if np.isfinite(self.width) and self.width <= WIDEST else REFUSED


@dataclass(frozen=True)
class Sensitivity:
    """The indices of one effect, and how much of what was run the numbers explain at all (the rest is chance)."""

    figure: str
    explained: float
    indices: tuple[Index, ...]

    def of(self, name: str, method: str) -> Index:
        """One index by number and method."""
        return next(index for index in self.indices if index.name == name and index.method == method)


def sensitivity(space: Space, z: np.ndarray, y: np.ndarray, figure: str = "", seed: int = 1) -> Sensitivity:
    """Sobol's total and first-order indices, PAWN's and Shapley effects, on an emulator of these runs (z: normal scores, y: each one's effect).

    Shapley effects share out evenly what numbers do together, so they add up to all that numbers cause. The interval of an
    index holds both sampling and how little the emulator knows: the runs are drawn again, the emulator fitted again and the
    indices computed again. Numbers are independent here, as in the register; after a calibration they are not, and these
    indices speak of the priors.
    """
    _the_extra_is_there()
    known = np.isfinite(y)
    z, y = z[known], y[known]
    if len(y) < max(20, 3 * space.size):
        raise BadInput(Problem("", 0, figure or "runs", f"{len(y)} runs are too few for {space.size} numbers", f"give {max(20, 3 * space.size)} or more"))
    if y.std() == 0:
        return Sensitivity(figure, 0.0, tuple(Index(name, method, 0.0, 0.0) for name in space.names for method in METHODS))
    surface = Surface(space.coordinates(z), y)
    best, sampling = _indices(space, surface, seed)
    luck = np.random.default_rng(seed)
    others = []
    for _ in range(DOUBTED):
        rows = luck.integers(0, len(y), len(y))
        others.append(_indices(space, Surface(space.coordinates(z[rows]), y[rows]), seed, FEWER_POINTS)[0])
    doubt = np.quantile(others, 0.95, axis=0) - np.quantile(others, 0.05, axis=0)
    width = np.hypot(doubt, sampling)
    mean, _, chance = surface.at(space.coordinates(z))
    explained = float(mean.var() / (mean.var() + chance.mean()))
    return Sensitivity(figure, explained, tuple(Index(name, method, float(best[m, j]), float(width[m, j]))
                                                for j, name in enumerate(space.names) for m, method in enumerate(METHODS)))


def _indices(space: Space, surface: Surface, seed: int, count: int = POINTS) -> tuple[np.ndarray, np.ndarray]:
    """Total, first-order, PAWN and Shapley indices [method, number], and the widths of their 90% intervals from sampling alone."""
    from SALib.analyze import pawn
    from SALib.analyze import sobol as analysed
    from SALib.sample import sobol as sampled

    problem: dict[str, Any] = {"num_vars": space.size, "names": space.names, "bounds": [[0.0, 1.0]] * space.size}
    points = sampled.sample(problem, count, calc_second_order=False, seed=seed)
    y = _at(space, surface, points)
    if y.std() == 0:
        return np.zeros((len(METHODS), space.size)), np.zeros((len(METHODS), space.size))
    found = analysed.analyze(problem, y, calc_second_order=False, num_resamples=RESAMPLED, conf_level=0.9, seed=seed)
    even = np.random.default_rng(seed).random((PAWN_POINTS, space.size))
    steps = pawn.analyze(problem, even, _at(space, surface, even), S=10, seed=seed)
    shares, unsure = shapley_effects(lambda x: _at(space, surface, x), space.size, count, seed)
    both = np.array([found["ST_conf"], found["S1_conf"]]) * 2
    return np.array([found["ST"], found["S1"], steps["median"], shares]), np.vstack([both, np.zeros(space.size), unsure])


def shapley_effects(function: Callable[[np.ndarray], np.ndarray], size: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Each number's even part of what all of them cause, of numbers that are independent and even from 0 to 1; and the 90% intervals' widths.

    By one random order of the numbers for each of `count` pairs of points (Goda 2021, Reliability Engineering and System Safety 213): going
    from one point to the other number by number, each takes what its own step does. Parts add up to the variance of `function`.
    """
    luck = np.random.default_rng(seed)
    here, there = luck.random((2, count, size))
    order = luck.permuted(np.tile(np.arange(size), (count, 1)), axis=1)
    rows, point, parts = np.arange(count), here.copy(), np.empty((count, size))
    start = before = function(here)
    middle = start.mean()
    for step in order.T:
        point[rows, step] = there[rows, step]
        after = function(point)
        parts[rows, step] = (start - middle - (before + after - 2 * middle) / 2) * (before - after)
        before = after
    whole = parts.sum(axis=1).mean()
    shares = parts.mean(axis=0) / whole
    return shares, 2 * NORMAL_90 * (parts - shares * parts.sum(axis=1, keepdims=True)).std(axis=0, ddof=1) / whole / np.sqrt(count)


def _at(space: Space, surface: Surface, points: np.ndarray) -> np.ndarray:
    return surface.at(space.coordinates(ndtri(np.clip(points, EDGE, 1 - EDGE))))[0]


def _the_extra_is_there() -> None:
    try:
        import SALib  # noqa: F401
    except ImportError:
        raise BadInput(Problem("", 0, "sensitivity", "SALib is not installed", "pip install 'careshift[calibration]'")) from None
