"""A second opinion: regression-adjusted approximate Bayesian computation on the runs already made, which shares no emulator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calibration.targets import Target

COPIES, ACCEPTED, RIDGE = 8, 0.35, 1.0
DISAGREE, ERRORS = 0.5, 2.5


def second_opinion(z: np.ndarray, y: np.ndarray, targets: Sequence[Target], seed: np.random.SeedSequence) -> tuple[np.ndarray, np.ndarray]:
    """Weighted draws from the posterior by another road (normal scores, weight last), and the standard errors of their middles.

    Every run of the first design gets reporting error added several times over; the parameters are regressed on such figures
    (learned summaries); the draws nearest to what was published are kept and slid along a second regression to it.
    """
    known = np.isfinite(y).all(axis=1)
    z, y = np.repeat(z[known], COPIES, axis=0), np.repeat(y[known], COPIES, axis=0)
    luck = np.random.default_rng(seed)
    y = y + luck.standard_normal(y.shape) * np.sqrt([target.variance for target in targets])
    middle, spread = y.mean(axis=0), np.maximum(y.std(axis=0), 1e-12)
    x, seen = (y - middle) / spread, (np.array([target.y for target in targets]) - middle) / spread
    summaries, wanted = _regressed(_curved(x), z, _curved(seen[None]))
    apart = np.sqrt((((summaries - wanted) / np.maximum(summaries.std(axis=0), 1e-12)) ** 2).sum(axis=1))
    reach = np.quantile(apart, ACCEPTED)
    near = apart <= reach
    weight = np.maximum(1 - (apart[near] / max(reach, 1e-12)) ** 2, 1e-9)
    design = np.hstack([np.ones((near.sum(), 1)), summaries[near] - wanted])
    inverse = np.linalg.inv(design.T @ (design * weight[:, None]) + 1e-6 * np.eye(design.shape[1]))
    slopes = inverse @ design.T @ (z[near] * weight[:, None])
    rest = z[near] - design @ slopes
    own = (inverse @ design.T * weight)[0] ** 2 @ rest**2
    return np.hstack([slopes[0] + rest, weight[:, None]]), np.sqrt(COPIES * own)


def _curved(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, -6, 6)
    return np.hstack([x, x**2])


def _regressed(x: np.ndarray, z: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    middle = x.mean(axis=0)
    gram = (x - middle).T @ (x - middle)
    slopes = np.linalg.solve(gram + RIDGE * COPIES * np.eye(len(gram)), (x - middle).T @ (z - z.mean(axis=0)))
    return z.mean(axis=0) + (x - middle) @ slopes, z.mean(axis=0) + (at - middle) @ slopes


def compared(names: Sequence[str], mine: np.ndarray, other: np.ndarray, errors: np.ndarray) -> list[dict[str, object]]:
    """For each parameter, how far the two methods' middles are apart in posterior standard deviations, and whether that is much.

    They disagree where the distance is more than half a posterior sd and more than the second method's own error explains,
    which is large where runs are few.
    """
    draws, weight = other[:, :-1], other[:, -1]
    middle = (draws * weight[:, None]).sum(axis=0) / weight.sum()
    sd = np.sqrt(((draws - middle) ** 2 * weight[:, None]).sum(axis=0) / weight.sum())
    rows: list[dict[str, object]] = []
    for j, name in enumerate(names):
        apart = float((middle[j] - mine[:, j].mean()) / max(mine[:, j].std(), 1e-12))
        error = float(errors[j] / max(mine[:, j].std(), 1e-12))
        rows.append({"parameter": name, "apart_sds": apart, "own_error_sds": error, "sd_ratio": float(sd[j] / max(mine[:, j].std(), 1e-12)),
                     "agrees": abs(apart) <= max(DISAGREE, ERRORS * error)})
    return rows
