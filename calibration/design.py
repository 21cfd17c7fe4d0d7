"""Where in the space of what we do not know the model is run: priors, and points spread evenly over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from simulation.errors import BadInput, Problem

EDGE = 7.5
DECADE = 10.0


class Space:
    """All that is not known about the model: a prior for each parameter, and how a value lies within its prior.

    Inside, each parameter is its normal score z under the prior (0 is the median, 1.64 the 95th percentile), so that every prior
    looks the same to the sampler and no draw can leave it. The emulator sees a coordinate about -1 to 1 in which the model's
    answer is likely to be straight: the value itself where the prior has two ends, its score where it has not.
    """

    def __init__(self, priors: Mapping[str, Any]):
        self.names = list(priors)
        self.priors = [priors[name] for name in self.names]
        wrong = [Problem("", 0, name, why) for name, prior in priors.items() if (why := _unusable(prior))]
        if wrong or not self.names:
            raise BadInput(*(wrong or [Problem("", 0, "priors", "there is no parameter to learn about")]))
        self.forms = [_form(prior) for prior in self.priors]

    @property
    def size(self) -> int:
        """The number of parameters."""
        return len(self.names)

    def values(self, z: np.ndarray) -> np.ndarray:
        """Parameter values from normal scores, a column a parameter."""
        u = ndtr(np.clip(z, -EDGE, EDGE))
        return np.column_stack([prior.ppf(u[:, j]) for j, prior in enumerate(self.priors)]).astype(float)

    def coordinates(self, z: np.ndarray) -> np.ndarray:
        """The coordinates the emulator sees."""
        z = np.clip(z, -EDGE, EDGE)
        columns = []
        for j, (form, low, high) in enumerate(self.forms):
            if form == "value":
                columns.append((self.priors[j].ppf(ndtr(z[:, j])) - (low + high) / 2) / ((high - low) / 2))
            else:
                columns.append(2 * ndtr(z[:, j]) - 1 if form == "share" else z[:, j] / 2)
        return np.column_stack(columns)


def _unusable(prior: Any) -> str:
    if not hasattr(prior, "ppf") or not hasattr(prior, "support"):
        return "a prior must be a frozen scipy.stats distribution, such as scipy.stats.uniform(0, 1)"
    low, middle, high = (float(prior.ppf(p)) for p in (0.05, 0.5, 0.95))
    if not np.isfinite([low, middle, high]).all():
        return "this prior has no percentiles; check its numbers"
    return "this prior leaves nothing open; leave the parameter out" if low == high else ""


def _form(prior: Any) -> tuple[str, float, float]:
    """Which coordinate suits a prior: (value, share or score, lower end, upper end)."""
    low, high = (float(end) for end in prior.support())
    if not np.isfinite([low, high]).all():
        return "score", 0.0, 0.0
    p5, p95 = float(prior.ppf(0.05)), float(prior.ppf(0.95))
    if p5 > 0 and p95 > DECADE * p5:
        return "share", low, high
    if p95 - p5 < 0.3 * (high - low):
        return "score", low, high
    return "value", low, high


def sobol(n: int, size: int, seed: np.random.SeedSequence) -> np.ndarray:
    """Points spread evenly over the prior (scrambled Sobol), as normal scores."""
    points = qmc.Sobol(size, scramble=True, rng=np.random.default_rng(seed)).random_base2(int(np.ceil(np.log2(max(n, 2)))))[:n]
    return ndtri(np.clip(points, 1e-9, 1 - 1e-9))


def first_design(n: int, size: int, seed: np.random.SeedSequence, share: float = 0.05, times: int = 3) -> np.ndarray:
    """The first wave of n runs; one point in twenty is run three times, so that chance can be told from bad fit."""
    repeated = int(share * n / (1 + share * (times - 1)))
    points = sobol(n - repeated * (times - 1), size, seed)
    return np.vstack([points] + [points[:repeated]] * (times - 1))
