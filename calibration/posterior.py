"""What is known about the parameters after the published figures have been seen: likelihood, and draws from the posterior."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.design import EDGE, Space, sobol
from calibration.emulator import Emulator
from calibration.targets import Target

KEEP, ENOUGH_MOVES, MOST_MOVES = 0.5, 3.0, 24


class Likelihood:
    """How probable the published figures are at given parameter values.

    A figure differs from the emulator's mean by four things, all counted: what the emulator does not know, chance in one run of
    a place this size, reporting error, and the model's own discrepancy. The first two are shared between figures.
    """

    def __init__(self, space: Space, emulator: Emulator, targets: Sequence[Target]):
        self.space, self.emulator, self.targets = space, emulator, list(targets)
        self.y = np.array([target.y for target in targets])
        self.own = np.array([target.variance for target in targets])

    def parts(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Means, variances of the emulator, variances of chance at these normal scores."""
        return self.emulator.at(self.space.coordinates(z))

    def spread(self, unsure: np.ndarray, chance: np.ndarray) -> np.ndarray:
        """The covariance of all that can come between a figure and the emulator's mean, a matrix a point."""
        sd = np.sqrt(unsure + chance)
        cover = sd[:, :, None] * self.emulator.together[None] * sd[:, None, :]
        where = np.arange(len(self.y))
        cover[:, where, where] += self.own + 1e-12 * (1e-300 + cover[:, where, where])
        return cover

    def squared(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far all figures together are from met (a chi-squared), and the log determinant that goes with it."""
        mean, unsure, chance = self.parts(z)
        lower = np.linalg.cholesky(self.spread(unsure, chance))
        miss = np.linalg.solve(lower, (self.y - mean)[:, :, None])[:, :, 0]
        return (miss**2).sum(axis=1), 2 * np.log(np.einsum("nii->ni", lower)).sum(axis=1)

    def log(self, z: np.ndarray) -> np.ndarray:
        """The log likelihood at these normal scores."""
        square, determinant = self.squared(z)
        return -0.5 * (square + determinant)

    def implausible(self, z: np.ndarray) -> np.ndarray:
        """For each point and target, how many standard deviations lie between them."""
        mean, unsure, chance = self.parts(z)
        return np.abs(self.y - mean) / np.sqrt(unsure + chance + self.own)


@dataclass
class Cloud:
    """Draws on their way from prior to posterior; `heat` 0 is the prior and 1 the posterior."""

    heat: float
    z: np.ndarray


def tempered(log_likelihood: Callable[[np.ndarray], np.ndarray], size: int, n: int, seed: np.random.SeedSequence) -> list[Cloud]:
    """Sequential Monte Carlo from prior to posterior: let the figures speak a little louder at each stage, and move.

    Stages are as many as keep half the draws effective; at each, draws move by a proposal fitted to the cloud and by a random
    walk in turn, until they have had a fair chance to forget where they came from. The last cloud has equal weights.
    """
    points, rest = seed.spawn(2)
    luck = np.random.default_rng(rest)
    z = luck.permutation(sobol(n, size, points))
    told = log_likelihood(z)
    clouds = [Cloud(0.0, z)]
    heat = 0.0
    while heat < 1.0:
        up = _next_heat(told, heat)
        weights = np.exp((up - heat) * (told - told.max()))
        keep = _systematic(weights / weights.sum(), luck)
        z, told, heat = z[keep], told[keep], up
        z, told = _moved(z, told, heat, log_likelihood, luck, ENOUGH_MOVES * (2 if heat >= 1 else 1))
        clouds.append(Cloud(heat, z))
    clouds[-1].z = luck.permutation(z)
    return clouds


def _next_heat(told: np.ndarray, heat: float) -> float:
    def effective(up: float) -> float:
        w = np.exp((up - heat) * (told - told.max()))
        return float(w.sum() ** 2 / (w**2).sum())

    if effective(1.0) >= KEEP * len(told):
        return 1.0
    low, high = heat, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= KEEP * len(told) else (low, middle)
    return max(high, heat + 1e-9)


def _systematic(weights: np.ndarray, luck: np.random.Generator) -> np.ndarray:
    marks = (np.arange(len(weights)) + luck.random()) / len(weights)
    return np.minimum(np.searchsorted(np.cumsum(weights), marks), len(weights) - 1)


def _moved(z: np.ndarray, told: np.ndarray, heat: float, log_likelihood: Callable[[np.ndarray], np.ndarray],
           luck: np.random.Generator, enough: float) -> tuple[np.ndarray, np.ndarray]:
    n, size = z.shape
    middle = z.mean(axis=0)
    cover = np.cov(z, rowvar=False).reshape(size, size)
    lower = np.linalg.cholesky(cover + 1e-9 * np.eye(size) + 0.02 * np.diag(np.diag(cover)))
    stay, step, moved = 0.0, 2.4 / np.sqrt(size), 0.0

    def score(at: np.ndarray, likelihood: np.ndarray, fitted: bool) -> np.ndarray:
        to = heat * likelihood - 0.5 * (at**2).sum(axis=1)
        if fitted:
            to = to + 0.5 * (np.linalg.solve(lower, (at - middle).T) ** 2).sum(axis=0)
        return to

    for turn in range(MOST_MOVES):
        fitted = turn % 3 != 2
        noise = luck.standard_normal((n, size)) @ lower.T
        new = middle + stay * (z - middle) + np.sqrt(1 - stay**2) * noise if fitted else z + step * noise
        new = np.clip(new, -EDGE, EDGE)
        new_told = log_likelihood(new)
        take = np.log(luck.random(n)) < score(new, new_told, fitted) - score(z, told, fitted)
        z, told = np.where(take[:, None], new, z), np.where(take, new_told, told)
        rate = float(take.mean())
        if fitted:
            moved += rate * (1 - stay)
            stay = min(max(stay + (0.15 if rate < 0.2 else -0.1 if rate > 0.5 else 0.0), 0.0), 0.95)
        else:
            moved += 0.3 * rate
            step *= 0.7 if rate < 0.15 else 1.3 if rate > 0.4 else 1.0
        if moved >= enough:
            break
    return z, told
