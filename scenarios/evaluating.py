"""What an evaluation of a plan could find, before anybody pays for it: designs tried on councils that never were.

An evaluator of a programme sees one figure a year from each council, some of which begin the plan. A design turns these
into an estimate. Here the truth is known, so each design is tried thousands of times: what it says in the mean, how often it
finds what is there, how often it finds what is not. Figures are logarithms throughout: -0.05 is five per cent less.

Councils are alike but for where they stand (`apart`), how they drift from year to year (`drift`) and what is off in one year
alone (`blur`). Pioneers are drawn by lot, or are those for whom the year before was the worst: whoever is desperate applies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.special import stdtrit

from simulation.errors import BadInput, Problem

Floats = NDArray[np.float64]
TRIALS = 4000
BY_LOT, BAD_TIME = "by lot", "at a bad time"
BEFORE_AFTER, MATCHED, STEPPED = "before and after", "matched councils", "stepped pioneers"
DESIGNS = (BEFORE_AFTER, MATCHED, STEPPED)
SURE, FOUND, AMISS = 0.05, 0.8, 0.2  # two-sided error; wanted chance of finding what is there; error at a gate
GO, AGAIN, STOP = "go on", "look again", "stop"


@dataclass(frozen=True)
class Programme:
    """Councils that take part: pioneers in waves a year apart, and councils that wait until the end."""

    pioneers: int = 12
    waiting: int = 12
    waves: int = 3
    before: int = 2  # years that are seen before the first begins
    follow: int = 4  # years after each begins

    def __post_init__(self) -> None:
        wrong = []
        for name, least in (("pioneers", 2), ("waiting", 2), ("waves", 1), ("before", 2), ("follow", 1)):
            if getattr(self, name) < least:
                wrong.append(Problem("", 0, f"--{name}", f"{getattr(self, name)} is too few", f"give {least} or more"))
        if not wrong and self.pioneers < 2 * self.waves:
            wrong.append(Problem("", 0, "--pioneers", f"{self.pioneers} pioneers in {self.waves} waves leave a wave with fewer than two councils",
                                 f"give at least {2 * self.waves}, or fewer waves"))
        if wrong:
            raise BadInput(*wrong)

    @property
    def years(self) -> int:
        """Years that are seen in all."""
        return self.before + self.waves - 1 + self.follow

    @property
    def sizes(self) -> list[int]:
        """How many councils begin in each wave."""
        return [len(part) for part in np.array_split(np.arange(self.pioneers), self.waves)]

    def start(self, wave: int) -> int:
        """The year in which a wave begins, counted from 0."""
        return self.before + wave


class Noise(NamedTuple):
    """How councils differ though nobody begins anything: standard deviations of logarithms."""

    apart: float
    drift: float
    blur: float

    def draw(self, luck: np.random.Generator, trials: int, councils: int, years: int) -> Floats:
        """Councils in so many trials [trials, councils, years]."""
        steps = luck.normal(0.0, 1.0, (trials, councils, years)) * self.drift
        steps[:, :, 0] = luck.normal(0.0, 1.0, (trials, councils)) * self.apart
        return np.asarray(np.cumsum(steps, axis=2) + luck.normal(0.0, 1.0, (trials, councils, years)) * self.blur)


def drift_and_blur(logs: Floats) -> tuple[float, float]:
    """What moves councils that are alike [councils, years] year by year, and what is off in one year alone.

    Changes over k years have the variance k drift^2 + 2 blur^2, once what all do together is taken out.
    """
    own = logs - logs.mean(axis=0)
    spans = range(1, own.shape[1])
    share = (len(own) - 1) / len(own)  # the mean of few councils has taken a part of each
    var = np.array([np.mean((own[:, k:] - own[:, :-k]) ** 2) / share for k in spans])
    weights = np.sqrt([own.shape[1] - k for k in spans])
    (drift, blur), _ = nnls(np.array([[k, 2.0] for k in spans]) * weights[:, None], var * weights)
    return float(np.sqrt(drift)), float(np.sqrt(blur))


class Estimate(NamedTuple):
    """What a design says of one year after the start where nobody began anything, trial by trial, and what it would be in truth."""

    value: Floats
    error: Floats  # standard errors, as the evaluator works them out
    freedom: int
    truth: float

    @property
    def sure(self) -> Floats:
        """How far from nought an estimate must be to be told from it."""
        return np.asarray(self.error * stdtrit(self.freedom, 1 - SURE / 2))


# Designs -------------------------------------------------------------------------------------------------------------------
def chosen(y: Floats, pioneers: int, way: str, year: int, worse: float) -> Floats:
    """The same councils with the pioneers first: as they were drawn, or those whose last year before the start went worst."""
    if way == BY_LOT:
        return y
    went = worse * (y[:, :, year - 1] - y[:, :, year - 2])
    order = np.argsort(-went, axis=1, kind="stable")
    return np.asarray(np.take_along_axis(y, order[:, :, None], axis=1))


def before_after(y: Floats, trend: Floats, p: Programme, k: int, effects: Floats) -> Estimate:
    """The pioneers' own change since the year before they began, all of them in the first wave; nobody stands beside them."""
    change = _since(y[:, :p.pioneers], p, k) + trend[p.before + k - 1] - trend[p.before - 1]
    return Estimate(change.mean(axis=1), change.std(axis=1, ddof=1) / np.sqrt(p.pioneers), p.pioneers - 1, float(effects[0, k - 1]))


def matched(y: Floats, trend: Floats, p: Programme, k: int, effects: Floats) -> Estimate:
    """The pioneers' change less that of the waiting council that was most like each in the year before and in how it got there."""
    like = np.stack([y[:, :, p.before - 1], y[:, :, p.before - 1] - y[:, :, p.before - 2]], axis=-1)
    like = like / np.maximum(like.std(axis=1, keepdims=True), 1e-12)
    mine, others = like[:, :p.pioneers], like[:, p.pioneers:]
    nearest = ((mine[:, :, None] - others[:, None]) ** 2).sum(axis=-1).argmin(axis=2)
    one, beside = _since(y[:, :p.pioneers], p, k), _since(y[:, p.pioneers:], p, k)
    times = np.stack([np.bincount(row, minlength=p.waiting) for row in nearest]) / p.pioneers
    value = one.mean(axis=1) - (times * beside).sum(axis=1)
    error = np.sqrt(one.var(axis=1, ddof=1) / p.pioneers + beside.var(axis=1, ddof=1) * (times**2).sum(axis=1))
    return Estimate(value, error, p.pioneers + p.waiting - 2, float(effects[0, k - 1]))


def _since(y: Floats, p: Programme, k: int) -> Floats:
    return np.asarray(y[:, :, p.before + k - 1] - y[:, :, p.before - 1])


def stepped(y: Floats, trend: Floats, p: Programme, k: int, effects: Floats) -> Estimate:
    """Each wave's change since the year before it began, less that of all who have not begun by then; waves by their size.

    This is the estimator of Callaway and Sant'Anna (2021) with those not yet treated beside each wave. The error goes by the
    spread of councils within their wave.
    """
    sizes = [*p.sizes, p.waiting]
    ends = np.cumsum(sizes)
    weights = np.zeros((len(sizes), p.years))  # of each council of a group, by year
    share = np.array(p.sizes) / p.pioneers
    for wave, part in enumerate(share):
        year, last = p.start(wave) + k - 1, p.start(wave) - 1
        beside = [g for g in range(len(sizes)) if g == p.waves or p.start(g) > year]
        many = sum(sizes[g] for g in beside)
        for group, each in ((wave, part / sizes[wave]), *((g, -part / many) for g in beside)):
            weights[group, year] += each
            weights[group, last] -= each
    value, variance = np.zeros(len(y)), np.zeros(len(y))
    for group, end in enumerate(ends):
        each = y[:, end - sizes[group]:end] @ weights[group]
        value += each.sum(axis=1)
        variance += each.var(axis=1, ddof=1) * sizes[group]
    return Estimate(value, np.sqrt(variance), int(ends[-1]) - len(sizes), float(share @ effects[:, k - 1]))


DONE = {BEFORE_AFTER: before_after, MATCHED: matched, STEPPED: stepped}


# What they would find --------------------------------------------------------------------------------------------------------
class Says(NamedTuple):
    """One design, one way of choosing pioneers, one year after the start: what an evaluation would say of one figure."""

    outcome: str
    design: str
    chosen: str
    year: int  # after the start, from 1
    truth: float
    mean: float
    low: float  # 8 in 10 evaluations lie between low and high
    high: float
    finds: float  # how often it tells the change from none, in the true direction
    mistaken: float  # how often it tells a change where there is none
    detectable: float  # the least change that would be found in 8 of 10 evaluations
    councils: float  # pioneers needed, with as many more waiting in proportion, to find this change in 8 of 10

    @property
    def bias(self) -> float:
        return self.mean - self.truth


class Gate(NamedTuple):
    """What the rule at the end of a year would say, if the plan does so much of what is promised."""

    outcome: str
    year: int
    does: float  # 1 all that is promised, 0 nothing
    go: float
    again: float
    stop: float


def evaluations(outcome: str, noise: Noise, trend: Floats, effects: Floats, p: Programme, worse: float, seed: int = 1) -> Iterator[Says]:
    """Every design, each way of choosing and each year of one figure.

    `trend` is what councils do without the plan [years]; `effects` what it changes in each wave by year after the start [waves,
    follow]; `worse` is 1 where more of the figure is worse, -1 where less is.
    """
    for way in (BY_LOT, BAD_TIME):
        y = chosen(noise.draw(np.random.default_rng(seed), TRIALS, p.pioneers + p.waiting, p.years), p.pioneers, way, p.before, worse)
        for design, done in DONE.items():
            for k in range(1, p.follow + 1):
                yield _says(outcome, design, way, k, done(y, trend, p, k, effects), p)


def _says(outcome: str, design: str, way: str, k: int, e: Estimate, p: Programme) -> Says:
    found = e.value + e.truth
    low, high = np.quantile(found, (0.1, 0.9))
    with_power = (stdtrit(e.freedom, 1 - SURE / 2) + stdtrit(e.freedom, FOUND)) * float(np.sqrt(np.mean(e.error**2)))
    return Says(outcome, design, way, k, e.truth, float(found.mean()), float(low), float(high), float(np.mean(np.sign(e.truth) * found > e.sure)),
                float(np.mean(np.abs(e.value) > e.sure)), with_power, p.pioneers * (with_power / e.truth) ** 2 if e.truth else np.inf)


def gates(outcome: str, noise: Noise, trend: Floats, effects: Floats, p: Programme, seed: int = 1) -> Iterator[Gate]:
    """What a rule would decide at the end of each year of stepped pioneers by lot, if the plan does all, half or nothing of its promise.

    The rule: stop, where the best the figures allow (end of the 8 in 10 interval) is less than half of what was promised; go on,
    where even the worst they allow is better than nothing; look again in a year, else.
    """
    y = noise.draw(np.random.default_rng(seed), TRIALS, p.pioneers + p.waiting, p.years)
    for k in range(1, p.follow + 1):
        e = stepped(y, trend, p, k, effects)
        wide = e.error * stdtrit(e.freedom, 1 - AMISS / 2)
        for does in (1.0, 0.5, 0.0):
            good = np.sign(e.truth) * e.value + does * abs(e.truth)
            stop = good + wide < abs(e.truth) / 2
            go = (good - wide > 0) & ~stop
            yield Gate(outcome, k, does, float(go.mean()), float((~go & ~stop).mean()), float(stop.mean()))


def seen_from(says: Sequence[Says]) -> int | None:
    """The first year after the start from which a design finds the change in 8 of 10 evaluations, and in every later year; None where never."""
    by_year = sorted(says, key=lambda s: s.year)
    held = [s.year for s in by_year if all(later.finds >= FOUND for later in by_year if later.year >= s.year)]
    return held[0] if held else None
