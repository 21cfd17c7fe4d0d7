"""A fast stand-in for the model: what a run would give at parameter values that were never run, and how surely.

For each figure: a quadratic surface in the parameters that move it most and a plane in the rest, shrunk as far as the runs ask
for; a Gaussian process on what the surface leaves, where there is structure left (a capacity limit bends what a quadratic
cannot); and a model of chance, larger in some places than in others. What chance does to two figures at once is a correlation.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.spatial.distance import cdist

ACTIVE = 10
SLOPE_SD = 0.4
WORTH_A_PROCESS = 4.0
LEARN, NOTHING_TOLD = 160, 1e-3
FLOOR = 1e-6


@dataclass
class Terms:
    """Which terms a surface has: a plane in everything, squares and products of the most active parameters."""

    active: np.ndarray

    def __post_init__(self) -> None:
        self.pairs = np.triu_indices(len(self.active), 1)

    def of(self, v: np.ndarray) -> np.ndarray:
        """The terms at these points, the constant first."""
        a = v[:, self.active]
        return np.hstack([np.ones((len(v), 1)), v, a**2 - 1 / 3, a[:, self.pairs[0]] * a[:, self.pairs[1]]])

    def groups(self, size: int) -> np.ndarray:
        """Terms that are shrunk alike: active slopes, other slopes, squares, products; -1 is the constant, never shrunk."""
        slopes = np.where(np.isin(np.arange(size), self.active), 0, 1)
        return np.concatenate([[-1], slopes, np.full(len(self.active), 2), np.full(len(self.pairs[0]), 3)])


class Surface:
    """The stand-in for one figure."""

    def __init__(self, v: np.ndarray, y: np.ndarray):
        self.middle, self.spread = float(y.mean()), float(y.std()) or 1.0
        t = (y - self.middle) / self.spread
        self.terms = Terms(_most_active(v, t))
        x = self.terms.of(v)
        log_noise = np.full(len(t), np.log(0.1))
        shrink = np.full(x.shape[1], 0.3)
        self.noise_at = np.concatenate([[log_noise[0]], np.zeros(len(self.terms.active))])
        for _ in range(4):
            noise = np.exp(log_noise)
            self.weights, self.cover, shrink, scale = _shrunk(x, t, noise, self.terms.groups(v.shape[1]), shrink)
            noise = noise * scale
            rest = t - x @ self.weights
            leverage = np.clip(np.einsum("ij,jk,ik->i", x, self.cover, x) / noise, 0, 0.95)
            self.noise_at = _chance(v[:, self.terms.active], rest**2 / (1 - leverage), self.noise_at)
            log_noise = self._log_noise(v)
        sd = np.exp(log_noise / 2)
        self.loo = rest / (1 - leverage) / np.sqrt(noise / (1 - leverage))
        self.process = Process.where_needed(v[:, self.terms.active], rest / sd)
        if self.process is not None:
            self.noise_at[0] += np.log(self.process.chance)
            self.cover *= self.process.chance
            self.loo = self.process.loo

    def _log_noise(self, v: np.ndarray) -> np.ndarray:
        return np.clip(self.noise_at[0] + v[:, self.terms.active] @ self.noise_at[1:], np.log(FLOOR**2), 3.0)

    def at(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean, variance of our not knowing the surface, and variance of chance, at these points."""
        x = self.terms.of(v)
        mean, unsure, chance = x @ self.weights, ((x @ self.cover) * x).sum(axis=1), np.exp(self._log_noise(v))
        if self.process is not None:
            sd = np.sqrt(chance / self.process.chance)
            add, unsure_add = self.process.at(v[:, self.terms.active])
            mean, unsure = mean + sd * add, unsure + sd**2 * unsure_add
        return self.middle + self.spread * mean, self.spread**2 * unsure, self.spread**2 * chance


def _most_active(v: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The parameters that move a figure most, by slope and curve together."""
    size = v.shape[1]
    if size <= ACTIVE:
        return np.arange(size)
    x = np.hstack([v - v.mean(axis=0), v**2 - (v**2).mean(axis=0)])
    w = np.linalg.solve(x.T @ x + 1.0 * np.eye(2 * size), x.T @ t)
    move = (w**2 * x.var(axis=0)).reshape(2, size).sum(axis=0)
    return np.sort(np.argsort(-move, kind="stable")[:ACTIVE])


def _shrunk(x: np.ndarray, t: np.ndarray, noise: np.ndarray, groups: np.ndarray, shrink: np.ndarray) -> tuple[Any, ...]:
    """Weighted least squares in which each group of terms is shrunk as much as the runs ask for (evidence, by EM)."""
    xw = x / noise[:, None]
    gram, moment = x.T @ xw, xw.T @ t
    scale = 1.0
    for _ in range(30):
        inverse = np.linalg.inv(gram / scale + np.diag(np.where(groups < 0, 1e-8, 1 / shrink)))
        weights = inverse @ moment / scale
        spent = np.einsum("ij,ji->", inverse, gram) / scale
        scale = max(float(((t - x @ weights) ** 2 / noise).sum() / max(len(t) - spent, 1.0)), FLOOR**2)
        second = weights**2 + np.diag(inverse)
        for group in range(4):
            mine = groups == group
            if mine.any():
                shrink = np.where(mine, max(float(second[mine].mean()), 1e-8), shrink)
    return weights, inverse, shrink, scale


def _chance(v: np.ndarray, squares: np.ndarray, start: np.ndarray) -> np.ndarray:
    """How the logarithm of the variance of chance depends on the parameters: gamma regression on squared misses, slopes shrunk."""
    x = np.hstack([np.ones((len(v), 1)), v])
    penalty = np.diag([1e-8] + [1 / SLOPE_SD**2] * v.shape[1])
    squares = np.maximum(squares, FLOOR**2)
    eta = start.copy()
    eta[0] = np.log(np.mean(squares / np.exp(x[:, 1:] @ eta[1:])))
    for _ in range(20):
        q = squares / np.exp(x @ eta)
        step = np.linalg.solve(0.5 * x.T @ x + penalty, 0.5 * x.T @ (q - 1) - penalty @ eta)
        eta = eta + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-6:
            break
    return eta


class Process:
    """A Gaussian process on what a surface leaves over, in units of chance.

    How far it reaches in each direction is learned from at most 160 of the runs; all of them then say where it lies.
    """

    def __init__(self, v: np.ndarray, rest: np.ndarray, start: tuple[float, float]):
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

        kernel = ConstantKernel(start[0], (1e-3, 1e3)) * Matern(np.full(v.shape[1], start[1]), (0.2, 30.0), nu=2.5) + WhiteKernel(0.8, (1e-6, 2.0))
        some = np.arange(len(v)) if len(v) <= LEARN else np.linspace(0, len(v) - 1, LEARN).astype(int)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            learned = GaussianProcessRegressor(kernel, optimizer=_few_steps).fit(v[some], rest[some]).kernel_
        self.size, self.reach, self.chance = learned.k1.k1.constant_value, learned.k1.k2.length_scale, float(learned.k2.noise_level)
        self.v = v / self.reach
        values, vectors = np.linalg.eigh(_matern(cdist(self.v, self.v), self.size))
        values = np.maximum(values, 0)
        turned = vectors.T @ rest
        self.alpha = vectors @ (turned / (values + self.chance))
        self.loo = self.alpha / np.sqrt((vectors**2) @ (1 / (values + self.chance)))
        told = values > NOTHING_TOLD * self.chance
        self.told = vectors[:, told] / np.sqrt(values[told] + self.chance)
        self.evidence = float(-0.5 * (np.log(2 * np.pi * (values + self.chance)) + turned**2 / (values + self.chance)).sum())

    @classmethod
    def where_needed(cls, v: np.ndarray, rest: np.ndarray) -> Process | None:
        """A process where the runs speak clearly for one, else none."""
        plain = -0.5 * len(rest) * (np.log(2 * np.pi * max(np.mean(rest**2), 1e-12)) + 1)
        far = cdist(v, v)
        found = max((_evidence(far, rest, size, reach), size, reach) for size in (0.2, 1.0, 5.0) for reach in (0.7, 1.5, 4.0))
        if found[0] - plain < WORTH_A_PROCESS / 2:
            return None
        process = cls(v, rest, (found[1], found[2]))
        return process if process.evidence - plain > WORTH_A_PROCESS else None

    def at(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What to add to the surface and how sure that is, in units of chance."""
        near = _matern(cdist(v / self.reach, self.v), self.size)
        return near @ self.alpha, np.maximum(self.size - ((near @ self.told) ** 2).sum(axis=1), 0.0)


def _matern(far: np.ndarray, size: float) -> np.ndarray:
    """How alike a process is at two points so far apart (smoothness 5/2)."""
    r = np.sqrt(5) * far
    return size * (1 + r + r**2 / 3) * np.exp(-r)


def _few_steps(objective: Any, start: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, float]:
    found = minimize(objective, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 15})
    return found.x, found.fun


def _evidence(far: np.ndarray, rest: np.ndarray, size: float, reach: float) -> float:
    """How probable the leftovers are under one process with the same reach in every direction."""
    k = _matern(far / reach, size)
    k[np.diag_indices(len(k))] += 1.0
    low = cho_factor(k, lower=True, check_finite=False)
    scale = max(float(rest @ cho_solve(low, rest)) / len(rest), 1e-12)
    return float(-0.5 * len(rest) * (np.log(2 * np.pi * scale) + 1) - np.log(np.diag(low[0])).sum())


class Emulator:
    """The stand-in for all figures together."""

    def __init__(self, v: np.ndarray, y: np.ndarray):
        """Fit to runs: coordinates v (a row a run), figures y (a column a target, NaN where a run gave none)."""
        known = np.isfinite(y)
        self.surfaces = [Surface(v[known[:, t]], y[known[:, t], t]) for t in range(y.shape[1])]
        loo = np.full(y.shape, np.nan)
        for t, surface in enumerate(self.surfaces):
            loo[known[:, t], t] = surface.loo
        self.loo = loo
        self.together = _correlation(loo[known.all(axis=1)])

    def at(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Means, variances of not knowing, variances of chance: a row a point, a column a target."""
        told = [surface.at(v) for surface in self.surfaces]
        mean, unsure, chance = (np.column_stack([one[k] for one in told]) for k in range(3))
        return mean, unsure, chance


def _correlation(loo: np.ndarray) -> np.ndarray:
    """What chance does to figures at once, shrunk towards nothing as far as few runs demand (Ledoit and Wolf)."""
    from sklearn.covariance import ledoit_wolf

    if loo.shape[1] == 1 or len(loo) < 5:
        return np.eye(loo.shape[1])
    z = np.clip(loo / np.maximum(loo.std(axis=0), 1e-12), -4, 4)
    cover, _ = ledoit_wolf(z)
    sd = np.sqrt(np.diag(cover))
    return cover / np.outer(sd, sd)
