"""What a model is asked to reproduce: published figures, how surely they are known, and which of them are kept aside."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from simulation.errors import BadInput, CareshiftError, Problem, did_you_mean

Transform = Literal["identity", "log", "logit"]
Role = Literal["calibrate", "holdout"]

HELD_OUT_SHARE = 1 / 3
WIDEST = 2.0
FEW = 0.10


@dataclass(frozen=True)
class Target:
    """A published figure that the model should meet, and how far it may be from the truth.

    `value` is as published. `sd` is the reporting error and `discrepancy` how far even the best version of the model is thought
    to be off, both as standard deviations on the scale that `transform` names: with "log" an sd of 0.05 is about five per cent,
    with "identity" it is in the figure's own units. `family` names what is measured; figures of one family are either all
    calibrated to or all held out, so that last year's value cannot give away this year's.
    """

    name: str
    value: float
    sd: float
    discrepancy: float = 0.0
    transform: Transform = "identity"
    role: Role = "calibrate"
    family: str | None = None

    @property
    def y(self) -> float:
        """The published figure on the scale it is compared on."""
        return float(scaled(np.array([self.value]), self.transform)[0])

    @property
    def variance(self) -> float:
        """Reporting error and discrepancy together."""
        return self.sd**2 + self.discrepancy**2


@dataclass(frozen=True)
class Conflict:
    """A published figure that the model cannot meet, together with the others or at all."""

    name: str
    value: float
    nearest: float
    sds: float
    alone: bool

    def told(self) -> Problem:
        """The conflict as a sentence, with what can be done about it."""
        how = "even on its own" if self.alone else "together with the other targets"
        return Problem("", 0, self.name, f"the model cannot meet this target {how}: the figure is {self.value:.6g}, the nearest it comes "
                       f"is {self.nearest:.6g}, {self.sds:.1f} standard deviations away",
                       "check the figure and its sd, widen the priors, give it a discrepancy you can defend, or mend the model")


class CalibrationFailed(CareshiftError):
    """No version of the model within the priors fits what was published; names what cannot be met. There is no posterior."""

    exit_code = 3

    def __init__(self, conflicts: Sequence[Conflict]):
        self.conflicts = list(conflicts)
        super().__init__(*(conflict.told() for conflict in conflicts))


def held_out(place: str, family: str, share: float = HELD_OUT_SHARE) -> bool:
    """Whether this measure of this place is kept aside. Fixed by its name alone, before any run and whatever its value."""
    digest = hashlib.sha256(f"{place.strip().lower()}|{family.strip().lower()}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def register(targets: Iterable[Target], place: str, derived: Collection[str] = ()) -> list[Target]:
    """The targets of a place with about a third of its measures held out; figures derived from other figures are dropped."""
    kept = [target for target in targets if target.name not in set(derived)]
    return [replace(t, role="holdout" if held_out(place, t.family or t.name) else "calibrate") for t in kept]


def checked(targets: Sequence[Target]) -> list[Target]:
    """The targets if they can be used as they stand. Raises BadInput with everything that is wrong with them."""
    wrong = [problem for target in targets for problem in _wrong_with(target)]
    names = [target.name for target in targets]
    wrong += [Problem("", 0, name, "there are two targets of this name") for name in sorted({n for n in names if names.count(n) > 1})]
    roles: dict[str, set[str]] = {}
    for target in targets:
        roles.setdefault(target.family or f"name:{target.name}", set()).add(target.role)
    wrong += [Problem("", 0, family, "this family is both calibrated to and held out", "give all its targets one role")
              for family, found in roles.items() if len(found) > 1]
    if not wrong and not any(target.role == "calibrate" for target in targets):
        wrong = [Problem("", 0, "targets", "there is nothing to calibrate to", 'give at least one target the role "calibrate"')]
    if wrong:
        raise BadInput(*wrong)
    return list(targets)


def _wrong_with(target: Target) -> list[Problem]:
    wrong = []
    if target.transform not in ("identity", "log", "logit"):
        wrong.append(Problem("", 0, target.name, f"transform {target.transform!r} is not known", did_you_mean(target.transform, ("identity", "log", "logit"))))
    elif not math.isfinite(target.value) or not (target.transform == "identity" or target.value > 0) \
            or (target.transform == "logit" and target.value >= 1):
        wrong.append(Problem("", 0, target.name, f"value {target.value} has no {target.transform}", "use another transform or check the figure"))
    if target.role not in ("calibrate", "holdout"):
        wrong.append(Problem("", 0, target.name, f"role {target.role!r} is not known", 'write "calibrate" or "holdout"'))
    if not (math.isfinite(target.sd) and math.isfinite(target.discrepancy) and target.sd >= 0 and target.discrepancy >= 0):
        wrong.append(Problem("", 0, target.name, "sd and discrepancy must be numbers, nought or more"))
    elif target.transform != "identity" and max(target.sd, target.discrepancy) > WIDEST:
        wrong.append(Problem("", 0, target.name, f"an sd of {max(target.sd, target.discrepancy):g} on the {target.transform} scale says nothing",
                             "sd and discrepancy are on the scale of the transform: five per cent of a figure is 0.05"))
    return wrong


def scaled(values: np.ndarray, transform: Transform) -> np.ndarray:
    """Figures on the scale they are compared on."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if transform == "log":
            return np.log(values)
        if transform == "logit":
            return np.log(values) - np.log1p(-values)
    return np.asarray(values, dtype=float)


def unscaled(y: np.ndarray, transform: Transform) -> np.ndarray:
    """The way back: figures as they are published."""
    if transform == "log":
        return np.exp(y)
    if transform == "logit":
        return 1 / (1 + np.exp(-y))
    return np.asarray(y, dtype=float)


def on_scale(target: Target, raw: np.ndarray) -> tuple[np.ndarray, str]:
    """What the runs gave for a target, on its scale, and a note where a few runs gave a figure that has no logarithm.

    Such figures (nobody moved in) are read as half the least that was seen. Where they are more than one in ten the transform
    does not suit the figure. Raises BadInput then.
    """
    known = np.isfinite(raw)
    low = known & (raw <= 0) if target.transform != "identity" else np.zeros_like(known)
    high = known & (raw >= 1) if target.transform == "logit" else np.zeros_like(known)
    bad = int(low.sum() + high.sum())
    if not bad:
        return scaled(np.where(known, raw, np.nan), target.transform), ""
    usual = known & ~low & ~high
    if bad > FEW * known.sum() or not usual.any():
        raise BadInput(Problem("", 0, target.name, f"{bad} of {int(known.sum())} runs gave a figure without {target.transform}",
                               'use transform="identity" for this target'))
    raw = np.where(low, raw[usual].min() / 2, raw)
    raw = np.where(high, 1 - (1 - raw[usual].max()) / 2, raw)
    return scaled(raw, target.transform), f"{target.name}: {bad} of {int(known.sum())} runs gave nought or one, read as half a step from it"
