"""History matching: which versions of the model are ruled out, where to run next, when to stop, and what cannot be met at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass
class Seen:
    """Points with what the emulator says there: kept, for many questions are asked of the same points."""

    likelihood: Likelihood
    z: np.ndarray

    def __post_init__(self) -> None:
        self.mean, unsure, chance = self.likelihood.parts(self.z)
        self.cover = self.likelihood.spread(unsure, chance)
        self.sd = np.sqrt(unsure + chance + self.likelihood.own)

    def far(self, kept: Sequence[int]) -> np.ndarray:
        """Standard deviations between each point and each of these targets."""
        return (np.abs(self.likelihood.y - self.mean) / self.sd)[:, kept]

    def miss(self, kept: Sequence[int]) -> np.ndarray:
        """How far these targets together are from met, a chi-squared."""
        miss = (self.likelihood.y - self.mean)[:, kept]
        return (miss * np.linalg.solve(self.cover[:, kept][:, :, kept], miss[:, :, None])[:, :, 0]).sum(axis=1)

    def met(self, kept: Sequence[int]) -> bool:
        """Whether the first point meets these targets, as far as chance and error let one ask."""
        far = self.far(kept)[:1]
        most = norm.isf(RARE / (2 * len(kept)))
        return bool(plausible(far)[0] and far.max() < most and self.miss(kept)[0] < chi2.isf(RARE, len(kept)))


def can_be_met(likelihood: Likelihood, clouds: Sequence[Cloud]) -> bool:
    """Whether some version of the model within its priors meets all targets together.

    All targets together must be possible (a chi-squared that a true model exceeds once in ten thousand), no more than one may be
    three standard deviations away, and none farther than chance explains among so many.
    """
    every = range(len(likelihood.targets))
    return _best(likelihood, _points(likelihood, clouds), list(every)).met(list(every))


def not_met(likelihood: Likelihood, clouds: Sequence[Cloud]) -> list[Conflict]:
    """The targets that no version of the model within its priors meets, and by how much; an empty list where all can be met.

    They are the targets without which the rest can be met, looked for one at a time: each time the one that is most in the way.
    """
    seen = _points(likelihood, clouds)
    kept, dropped = list(range(len(likelihood.targets))), []
    best = _best(likelihood, seen, kept)
    while kept and not best.met(kept):
        rests = [[k for k in kept if k != t] for t in kept]
        bests = [_best(likelihood, seen, rest) if rest else best for rest in rests]
        misses = [one.miss(rest)[0] if rest else 0.0 for one, rest in zip(bests, rests)]
        out = int(np.argmin(misses))
        dropped.append(kept[out])
        kept, best = rests[out], bests[out]
    return [_told(likelihood, seen, best, t) for t in dropped]


def _points(likelihood: Likelihood, clouds: Sequence[Cloud]) -> Seen:
    return Seen(likelihood, np.vstack([clouds[0].z[:256], *(cloud.z[:60] for cloud in clouds[1:-1]), clouds[-1].z[:200]]))


def _best(likelihood: Likelihood, seen: Seen, kept: list[int]) -> Seen:
    """The point within the priors where these targets are best met together, searched for downhill from the best one seen."""
    start = Seen(likelihood, np.clip(seen.z[np.argmin(seen.miss(kept))], -TAIL, TAIL)[None])
    if start.met(kept):
        return start
    steps = 1e-4 * np.vstack([np.zeros(start.z.shape[1]), np.eye(start.z.shape[1])])

    def downhill(z: np.ndarray) -> tuple[float, np.ndarray]:
        miss = Seen(likelihood, z + steps).miss(kept)
        return float(miss[0]), (miss[1:] - miss[0]) / 1e-4

    found = minimize(downhill, start.z[0], jac=True, method="L-BFGS-B", bounds=[(-TAIL, TAIL)] * start.z.shape[1], options={"maxiter": 25})
    return Seen(likelihood, found.x[None])


def _told(likelihood: Likelihood, seen: Seen, best: Seen, t: int) -> Conflict:
    target: Target = likelihood.targets[t]
    own = _best(likelihood, seen, [t])
    alone = not own.met([t])
    at = own if alone else best
    return Conflict(target.name, target.value, float(unscaled(at.mean[:, t], target.transform)[0]), float(at.far([t])[0, 0]), alone)
