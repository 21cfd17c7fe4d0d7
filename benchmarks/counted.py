"""A simulator that counts what is asked of it, so that no method is charged for fewer runs than it made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.problems import Synthetic
from calibration.targets import Target, scaled


class Spent(Exception):
    """The budget of runs is spent."""


class Counted:
    """A simulator that counts every run asked of it, each with luck of its own, and refuses when the budget is spent."""

    def __init__(self, problem: Synthetic, targets: Sequence[Target], seed: int, budget: int, blurred: bool = False):
        self.problem, self.budget, self.blurred, self.runs = problem, budget, blurred, 0
        self.targets = [target for target in targets if target.role == "calibrate"]
        self.luck = np.random.default_rng([seed, 7])

    def __call__(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """One run: the figures that are calibrated to, on the scale they are compared on; blurred by reporting error where asked."""
        if self.runs >= self.budget:
            raise Spent
        self.runs += 1
        found = self.problem.simulate(parameters, int(self.luck.integers(2**31)))
        y = {t.name: float(scaled(np.array([found[t.name]]), t.transform)[0]) for t in self.targets}
        return {t.name: y[t.name] + np.sqrt(t.variance) * self.luck.standard_normal() for t in self.targets} if self.blurred else y
