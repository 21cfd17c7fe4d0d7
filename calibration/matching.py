"""History matching: which versions of the model are ruled out, where to run next, when to stop, and what cannot be met at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.stats import chi2, norm

from calibration.posterior import Cloud, Likelihood
from calibration.targets import Conflict, Target, unscaled

CUTOFF = 3.0
RARE = 1e-4
WEAK_LINK = 0.20
TAIL = 3.3


def plausible(implausible: np.ndarray) -> np.ndarray:
    """Points that are not ruled out: at most one figure is more than three standard deviations away. The cutoff is fixed."""
    if implausible.shape[1] == 1:
        return implausible[:, 0] < CUTOFF
    return np.partition(implausible, -2, axis=1)[:, -2] < CUTOFF


def weak_link(likelihood: Likelihood, z: np.ndarray) -> np.ndarray:
    """For each target, the emulator's own variance as a share of chance, reporting error and discrepancy, where it matters."""
    _, unsure, chance = likelihood.parts(z)
    return np.mean(unsure, axis=0) / np.maximum(np.mean(chance, axis=0) + likelihood.own, 1e-300)


def next_points(likelihood: Likelihood, clouds: Sequence[Cloud], n: int, seed: np.random.SeedSequence) -> np.ndarray:
    """Where to run next: half from all that is not ruled out, half from the posterior so far."""
    luck = np.random.default_rng(seed)
    wide = np.vstack([cloud.z for cloud in clouds if cloud.heat <= 0.5] or [clouds[0].z])
    wide = wide[plausible(likelihood.implausible(wide))]
    last = clouds[-1].z
    if len(wide) < n // 2:
        wide = np.vstack([wide, clouds[-2].z])
    half = luck.choice(len(wide), n // 2, replace=False)
    return np.vstack([wide[half], last[luck.choice(len(last), n - n // 2, replace=n - n // 2 > len(last))]])


def not_met(likelihood: Likelihood, clouds: Sequence[Cloud]) -> list[Conflict]:
    """The targets that no version of the model within its priors meets, and by how much; an empty list where all can be met.

    All targets together must be possible (a chi-squared that a true model exceeds once in ten thousand), no more than one may be
    three standard deviations away, and none farther than chance explains among so many. Otherwise the fewest targets are
    looked for without which the rest can be met, one at a time.
    """
    points = np.vstack([clouds[0].z[:256], *(cloud.z[::4] for cloud in clouds[1:])])
    kept = list(range(len(likelihood.targets)))
    dropped: list[int] = []
    while kept:
        best = _best(likelihood, points, kept)
        if _met(likelihood, best, kept):
            break
        worst = _worth_dropping(likelihood, points, kept)
        dropped.append(worst)
        kept.remove(worst)
        points = np.vstack([points, best])
    if not dropped:
        return []
    at = _best(likelihood, points, kept) if kept else points[:1]
    return [_told(likelihood, points, at, t) for t in dropped]


def _miss(likelihood: Likelihood, z: np.ndarray, kept: Sequence[int]) -> np.ndarray:
    mean, unsure, chance = likelihood.parts(z)
    cover = likelihood.spread(unsure, chance)[:, kept][:, :, kept]
    miss = (likelihood.y - mean)[:, kept]
    return (miss * np.linalg.solve(cover, miss[:, :, None])[:, :, 0]).sum(axis=1)


def _best(likelihood: Likelihood, points: np.ndarray, kept: Sequence[int]) -> np.ndarray:
    """The point within the priors where these targets are best met together."""
    start = np.clip(points[np.argmin(_miss(likelihood, points, kept))], -TAIL, TAIL)
    if _met(likelihood, start[None], kept):
        return start[None]
    found = minimize(lambda z: float(_miss(likelihood, z[None], kept)[0]), start, method="L-BFGS-B",
                     bounds=[(-TAIL, TAIL)] * len(start), options={"maxiter": 25})
    return found.x[None]


def _met(likelihood: Likelihood, z: np.ndarray, kept: Sequence[int]) -> bool:
    far = likelihood.implausible(z)[:, kept]
    most = norm.isf(RARE / (2 * len(kept)))
    return bool(plausible(far)[0] and far.max() < most and _miss(likelihood, z, kept)[0] < chi2.isf(RARE, len(kept)))


def _worth_dropping(likelihood: Likelihood, points: np.ndarray, kept: list[int]) -> int:
    """The target without which the others are met best."""
    if len(kept) == 1:
        return kept[0]
    without = [_miss(likelihood, _best(likelihood, points, rest), rest)[0] for t in kept if (rest := [k for k in kept if k != t])]
    return kept[int(np.argmin(without))]


def _told(likelihood: Likelihood, points: np.ndarray, at: np.ndarray, t: int) -> Conflict:
    target: Target = likelihood.targets[t]
    alone = not _met(likelihood, _best(likelihood, points, [t]), [t])
    where = _best(likelihood, points, [t]) if alone else at
    mean, unsure, chance = likelihood.parts(where)
    nearest = float(unscaled(mean[:, t], target.transform)[0])
    sds = float(abs(likelihood.y[t] - mean[0, t]) / np.sqrt(unsure[0, t] + chance[0, t] + likelihood.own[t]))
    return Conflict(target.name, target.value, nearest, sds, alone)
