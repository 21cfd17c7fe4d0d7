"""Small care-like simulators whose truth is known, on which a calibration can be judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from calibration import Target

REPORTING = 0.05


@dataclass(frozen=True)
class Synthetic:
    """A problem: priors, what the model expects at given parameters, chance, and how its figures are reported."""

    name: str
    priors: Mapping[str, Any]
    mean: Callable[[np.ndarray], np.ndarray]
    chance: Callable[[np.ndarray], np.ndarray]
    sd: np.ndarray
    transform: str = "identity"
    held: int = 0
    together: np.ndarray | None = None
    effect: Callable[[np.ndarray], float] | None = None  # what a plan would change, in the mean, with and without under the same numbers

    @property
    def figures(self) -> list[str]:
        return [f"{self.name}_{k}" for k in range(len(self.sd))]

    def simulate(self, parameters: Mapping[str, float], seed: int) -> dict[str, float]:
        """One run."""
        x = np.array([parameters[name] for name in self.priors])
        luck = np.random.default_rng(seed)
        noise = luck.standard_normal(len(self.sd))
        if self.together is not None:
            noise = np.linalg.cholesky(self.together) @ noise
        y = self.mean(x) + self.chance(x) * noise
        return dict(zip(self.figures, (np.exp(y) if self.transform == "log" else y).tolist()))

    def truth(self, seed: int) -> tuple[dict[str, float], list[Target]]:
        """A truth drawn from the priors and what is published of it: one run, with reporting error."""
        luck = np.random.default_rng([seed, 99])
        truth = {name: float(prior.ppf(luck.random())) for name, prior in self.priors.items()}
        seen = self.simulate(truth, int(luck.integers(2**31)))
        targets = []
        for k, (name, value) in enumerate(seen.items()):
            error = self.sd[k] * luck.standard_normal()
            value = value * np.exp(error) if self.transform == "log" else value + error
            role = "holdout" if k >= len(self.sd) - self.held else "calibrate"
            targets.append(Target(name, float(value), float(self.sd[k]), transform=self.transform, role=role))
        return truth, targets


def linear() -> Synthetic:
    """Straight lines and normal luck: the posterior has a closed form."""
    a = np.random.default_rng(3).normal(size=(6, 4))
    sd = np.full(6, 0.5)
    return Synthetic("linear", {f"p{j}": stats.norm(j, 1 + j / 2) for j in range(4)}, lambda x: a @ x, lambda x: np.full(6, 0.7), sd)


def closed_form(problem: Synthetic, targets: list[Target]) -> tuple[np.ndarray, np.ndarray]:
    """The exact posterior mean and sd of the linear problem."""
    size = len(problem.priors)
    a = np.column_stack([problem.mean(row) for row in np.eye(size)])
    m = np.array([prior.mean() for prior in problem.priors.values()])
    precision = np.diag([1 / prior.var() for prior in problem.priors.values()])
    noise = problem.sd**2 + problem.chance(m) ** 2
    y = np.array([target.value for target in targets])
    cover = np.linalg.inv(precision + a.T @ (a / noise[:, None]))
    return cover @ (precision @ m + a.T @ (y / noise)), np.sqrt(np.diag(cover))


def cohort() -> Synthetic:
    """Eight rates of a care system (onset, worsening, recovery, death and so on), chance about as large as reporting error."""
    ranges = {"onset": (0.02, 0.10), "worsening": (0.05, 0.3), "recovery": (0.02, 0.25), "frail_death": (0.1, 0.4), "home_entry": (0.03, 0.25),
              "take_up": (0.2, 0.8), "crisis": (0.1, 0.6), "support_effect": (0.0, 0.5)}
    priors = {name: stats.uniform(low, high - low) for name, (low, high) in ranges.items()}

    def mean(x: np.ndarray) -> np.ndarray:
        onset, worsening, recovery, death, entry, take_up, crisis, effect = x
        some = onset / (onset + recovery + worsening * (1 - effect * take_up))
        much = some * worsening * (1 - effect * take_up) / (death + entry)
        home = much * entry / (death + 0.1)
        return np.log(np.array([
            some, much, home, some * take_up, much * crisis, (some + much) * death, home * death, some * crisis * (1 - effect) + much * crisis,
            some * recovery, much * take_up / (1 + effect), home + much * 0.5, some * (1 - take_up), much * (1 - take_up * effect), home * crisis]))

    sd = np.full(14, REPORTING)
    noise = np.linspace(0.04, 0.10, 14)
    together = 0.7 * np.eye(14) + 0.3

    def effect(x: np.ndarray) -> float:
        """People in homes, where a quarter more of those who could take support up do so: no figure shows it."""
        more = x.copy()
        more[5] = min(1.25 * x[5], 1.0)
        return float(np.exp(mean(more)[2]) - np.exp(mean(x)[2]))

    return Synthetic("cohort", priors, mean, lambda x: noise * (0.8 + 2 * x[0]), sd, "log", held=4, together=together, effect=effect)


def capacity() -> Synthetic:
    """Support has places for so many: beyond that people wait, fall ill and go to hospital. The response bends."""
    priors = {"demand": stats.lognorm(0.4, scale=100), "places": stats.uniform(50, 120), "stay": stats.gamma(9, scale=1 / 9),
              "harm": stats.uniform(0, 1), "price": stats.norm(20, 3)}

    def mean(x: np.ndarray) -> np.ndarray:
        demand, places, stay, harm, price = x
        need = demand * stay
        served = min(need, places)
        waiting = max(need - places, 0.0)
        return np.array([served, waiting, 30 + harm * waiting + 0.1 * need, served * price / 10, need, served * price / 10 + 3 * harm * waiting])

    sd = np.array([3.0, 4.0, 4.0, 6.0, 6.0, 8.0])

    def effect(x: np.ndarray) -> float:
        """Hospital use with twenty places more, which is nought wherever places were enough."""
        return float(mean(x + np.array([0, 20, 0, 0, 0]))[2] - mean(x)[2])

    return Synthetic("capacity", priors, mean, lambda x: sd, sd, held=1, effect=effect)


def noisy() -> Synthetic:
    """Counts of rare events: chance is as large as reporting error and grows with the rate."""
    priors = {f"rate{j}": stats.loguniform(5, 100) for j in range(3)}
    a = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [0, 0.5, 0.5]], dtype=float)
    return Synthetic("noisy", priors, lambda x: a @ x, lambda x: np.sqrt(a @ x), np.full(5, 5.0))


def thirty() -> Synthetic:
    """Thirty inputs of which eight matter much and the others a little."""
    luck = np.random.default_rng(8)
    a = np.where(np.arange(30) < 8, 1.0, 0.06) * luck.normal(size=(16, 30))
    b = 0.25 * luck.normal(size=(16, 8))
    return Synthetic("thirty", {f"p{j}": stats.uniform(-1, 2) for j in range(30)},
                     lambda x: a @ x + b @ x[:8] ** 2 + 0.2 * x[0] * x[1], lambda x: np.full(16, 0.25), np.full(16, 0.25), held=3)


EVERY = {"linear": (linear, 160), "cohort": (cohort, 400), "capacity": (capacity, 300), "noisy": (noisy, 150), "thirty": (thirty, 500)}
