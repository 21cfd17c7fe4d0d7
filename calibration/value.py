"""What knowing more would be worth: how much better a choice would turn out on average if what is not known were known.

Net benefit is in pounds, a row for each equally likely set of parameters, a column for each plan that may be chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulation.errors import BadInput, Problem

LEAST, KNOTS, AGAIN = 30, 5, 50


@dataclass(frozen=True)
class Worth:
    """What knowing something is worth, in the units of net benefit, and how surely that is computed (its standard error)."""

    name: str
    value: float
    error: float


def evpi(benefit: np.ndarray) -> float:
    """What knowing everything would be worth: the mean of the best in each world, less the best of the means."""
    benefit = _checked(benefit)
    return float(benefit.max(axis=1).mean() - benefit.mean(axis=0).max())


def evppi(benefit: np.ndarray, known: np.ndarray, name: str = "", seed: int = 1) -> Worth:
    """What knowing these numbers would be worth: net benefit is regressed on them by splines, chance and all else left out.

    `known` has a column for each number. The error comes from regressing resampled worlds again.
    """
    benefit = _checked(benefit)
    known = np.asarray(known, dtype=float).reshape(len(benefit), -1)
    if not np.isfinite(known).all():
        raise BadInput(Problem("", 0, name or "known", "has values that are not numbers"))
    if (known.std(axis=0) == 0).all():
        return Worth(name, 0.0, 0.0)
    # Differences from the first plan: what is common to all plans says nothing of the choice, and only adds chance.
    apart = benefit - benefit[:, :1]
    luck = np.random.default_rng(seed)
    again = []
    for _ in range(AGAIN):
        rows = luck.integers(0, len(apart), len(apart))
        again.append(_of(apart[rows], known[rows]))
    return Worth(name, _of(apart, known), float(np.std(again, ddof=1)))


def _of(apart: np.ndarray, known: np.ndarray) -> float:
    fitted = _smoothed(apart, known)
    return max(float(fitted.max(axis=1).mean() - fitted.mean(axis=0).max()), 0.0)


def _smoothed(apart: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Net benefit as these numbers alone would have it: cubic splines in each and products of pairs, shrunk as the data ask."""
    from sklearn.linear_model import RidgeCV
    from sklearn.preprocessing import SplineTransformer, StandardScaler

    z = StandardScaler().fit_transform(known)
    splines = SplineTransformer(n_knots=KNOTS, degree=3, knots="quantile", extrapolation="linear", include_bias=False).fit_transform(z)
    first, second = np.triu_indices(z.shape[1], 1)
    x = np.hstack([z, splines, z[:, first] * z[:, second]])
    return np.column_stack([RidgeCV(alphas=np.logspace(-3, 3, 13)).fit(x, column).predict(x) if column.std() else column for column in apart.T])


def _checked(benefit: np.ndarray) -> np.ndarray:
    benefit = np.asarray(benefit, dtype=float)
    if benefit.ndim != 2 or benefit.shape[1] < 2:
        raise BadInput(Problem("", 0, "net benefit", "needs a column for each plan, two at least", "put doing nothing beside the plan"))
    if len(benefit) < LEAST:
        raise BadInput(Problem("", 0, "net benefit", f"{len(benefit)} worlds are too few to value knowledge", f"give at least {LEAST}"))
    if not np.isfinite(benefit).all():
        raise BadInput(Problem("", 0, "net benefit", "has values that are not numbers"))
    return benefit
