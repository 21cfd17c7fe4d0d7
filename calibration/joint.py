"""Several places at once: numbers that all share are learned from every place's own figures, and how far councils are apart from what is left.

A run founds each place with the same numbers and burns it in. A figure of a place is named "devon: delayed_patients". England's
rate put to a place tells nothing of that place, so such figures are added up over the places that have them and count once:
"together: requests_65_plus". A place effect is one figure's: each place has one figure of a kind, so an effect on it, not known
beforehand, is a further spread of that figure. Its size is taken from what fits without effects leave over, and from nothing else.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, MutableMapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from calibration import care
from calibration.calibrate import DRAWS, Calibration, calibrate, enough, one_thread
from calibration.design import Space, first_design
from calibration.matching import not_met
from calibration.result import Posterior
from calibration.runs import Runs
from calibration.targets import Conflict, Target, checked, held_out
from simulation.errors import BadInput, Problem, did_you_mean
from simulation.evidence.register import Z90, Entry
from simulation.evidence.register import load as load_register

FIVE = ("doncaster", "wigan", "somerset", "devon", "birmingham")
# Such samples that every place has some 5,000 to 7,000 people of 65 and over in a run, and none drowns the others.
SAMPLE = {"doncaster": 10, "wigan": 10, "somerset": 20, "devon": 30, "birmingham": 25, "bristol": 10, "derby": 7}
# What counts of several places can inform: requests; who comes into a care home and how long they stay; how home care ends between
# two counts; the level of stays in hospital; days to arrange leaving; what is billed over the means test.
SHARED = ("asking.scale_requests", "door.scale_care_home", "founding_care.slow_deaths", "home_care.ends_needed", "hospital.arranging",
          "hospital.stays", "means.third_parties")
TOGETHER = "together"
LEAST = 1e-12  # how near to 0 and 1 the place of a value within its prior may come
STEP = 7919  # between the luck of one place and of the next in a run
PER_PERSON = {"ae_65_plus_per_1000": "people_65_plus"}  # added up over places by the people they are told for


@dataclass(frozen=True)
class Several:
    """The base runs of several places under the same numbers, as one simulator."""

    places: tuple[str, ...] = FIVE
    samples: tuple[int, ...] = ()

    @property
    def shares(self) -> dict[str, int]:
        """Of each place, one person in how many is in the run."""
        return dict(zip(self.places, self.samples)) if self.samples else {place: SAMPLE[place] for place in self.places}

    @cached_property
    def simulators(self) -> list[care.Simulator]:
        """A simulator for each place."""
        return [care.Simulator(place, one_in) for place, one_in in self.shares.items()]

    @cached_property
    def version(self) -> str:
        """Names all that decides a run but its parameters and luck."""
        told = [one.version for one in self.simulators]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:20]

    @cached_property
    def lent(self) -> dict[str, dict[str, float]]:
        """For each figure that is England's rate somewhere: the places it is lent to, and their weights in the sum."""
        found: dict[str, dict[str, float]] = {}
        for one in self.simulators:
            there = one.there
            for target in care.targets(there):
                if there.figures[target.name].basis == "england":
                    found.setdefault(target.name, {})[one.place] = there[PER_PERSON[target.name]] / 1000 if target.name in PER_PERSON else 1.0
        return found

    def __call__(self, parameters: Mapping[str, float], seed: int) -> dict[str, float]:
        """The year's figures of every place, and of the places together where England's rate stands in."""
        alone = {one.place: one(parameters, seed + STEP * k) for k, one in enumerate(self.simulators)}
        out = {f"{place}: {name}": figure for place, figures in alone.items() for name, figure in figures.items()}
        for name, weights in self.lent.items():
            out[f"{TOGETHER}: {name}"] = sum(weight * alone[place][name] for place, weight in weights.items())
        return out


def priors(shared: Sequence[str] = SHARED) -> dict[str, Any]:
    """What is believed of the shared numbers before any figure is seen: the register's ranges, a whole table's as one ratio."""
    known = load_register().entries
    single = care.priors(care.entries([name for name in shared if not isinstance(known[name].value, tuple)]))
    return {name: single[name] if name in single else as_one(known[name]) for name in shared}


def as_one(entry: Entry) -> Any:
    """The prior of a whole table's ratio to the register's values: the middle of its ranges, on the log scale."""
    from scipy import stats

    spreads = sorted(math.log(high / low) / (2 * Z90) for low, high in zip(entry.low, entry.high) if low > 0)
    return stats.lognorm(spreads[len(spreads) // 2], scale=1.0)


def targets(simulator: Several, without: Sequence[str] = ()) -> list[Target]:
    """Every place's own figures and, once each, what England's rates say of the places together; a third of families held out.

    `without`: places none of whose own figures is fitted. A figure's own range, where it has one, is its reporting error.
    """
    found: list[Target] = []
    lent: dict[str, dict[str, Target]] = {}
    for one in simulator.simulators:
        place, there = one.place, one.there
        for target in care.targets(there):
            figure = there.figures[target.name]
            if figure.basis == "england":
                lent.setdefault(target.name, {})[place] = target
                continue
            sd = math.log(figure.high / figure.low) / (2 * Z90) if figure.low and figure.high else care.COUNTED
            found.append(replace(target, name=f"{place}: {target.name}", family=f"{place}: {target.family}", sd=max(sd, care.COUNTED),
                                 role="holdout" if place in without else target.role))
    for name, by_place in lent.items():
        target = next(iter(by_place.values()))
        value = sum(simulator.lent[name][place] * rate.value for place, rate in by_place.items())
        role = "holdout" if held_out("england", target.family or name) else "calibrate"
        found.append(replace(target, name=f"{TOGETHER}: {name}", family=f"{TOGETHER}: {target.family}", value=value, role=role))
    return found


def chosen(places: Sequence[str]) -> tuple[str, ...]:
    """The places learned from. Raises BadInput where one is not known or named twice, or there are not two."""
    if len(set(places)) < max(len(places), 2):
        raise BadInput(Problem("", 0, "--places", f"{', '.join(places) or 'nothing'}: two places or more are learned from, each once",
                               "name two or more, or leave the option out for the five"))
    return known("--places", places)


def known(option: str, places: Sequence[str]) -> tuple[str, ...]:
    """These places, if a sample is set for each of them. Raises BadInput naming every one that has none."""
    wrong = [Problem("", 0, option, f"{place}: no sample is set for such a place", did_you_mean(place, SAMPLE) or f"choose from {', '.join(SAMPLE)}")
             for place in places if place not in SAMPLE]
    if wrong:
        raise BadInput(*wrong)
    return tuple(places)


# Learning -----------------------------------------------------------------------------------------------------------
@dataclass
class Learned:
    """What several places' figures say together, and how it came about: what a fit without place effects left over."""

    posterior: Posterior
    apart: dict[str, float]
    conflicts: list[Conflict]
    left_over: list[dict[str, Any]]


def learn(simulator: Any, beliefs: Mapping[str, Any], asked: Sequence[Target], *, budget: int, seed: int, store: MutableMapping[str, Any],
          executor: Executor | None = None) -> Learned:
    """Fit without place effects, see what is left over between places, and calibrate with as much place effect as that asks for.

    The first fit and the second share their design runs. Raises CalibrationFailed where place effects do not mend it.
    """
    first = after_design(simulator, beliefs, asked, budget=budget, seed=seed, store=store, executor=executor)
    apart = spreads(first.left_over)
    posterior = calibrate(simulator, beliefs, with_effects(asked, apart), budget=budget, seed=seed, store=store, executor=executor)
    posterior.diagnostics["place_effects"] = {"apart": apart, "left_over": first.left_over, "conflicts_without": [asdict(c) for c in first.conflicts]}
    return Learned(posterior, apart, first.conflicts, first.left_over)


@dataclass
class Designed:
    """What the design's runs alone say: draws from the posterior by the emulator, and what they leave over of each figure."""

    values: np.ndarray
    conflicts: list[Conflict]
    left_over: list[dict[str, Any]]


def after_design(simulator: Any, beliefs: Mapping[str, Any], asked: Sequence[Target], *, budget: int, seed: int, store: MutableMapping[str, Any],
                 executor: Executor | None = None, more: pd.DataFrame | None = None) -> Designed:
    """A first fit by the emulator on the design of a calibration with this budget: no run that the calibration would not make.

    `more`: the runs of such a calibration once it is finished, for the emulator to learn from as well. What a fit leaves over is held
    against the chance of a whole place, which is that of the sample over as many people as one in it stands for: what is published
    is of everybody.
    """
    space = Space(beliefs)
    enough(budget, space.size)
    runs = Runs(simulator, space.names, budget, seed, store, executor, [target.name for target in asked])
    begun = Calibration(space, checked(asked), runs, seed)
    begun.add(first_design(begun.first, space.size, begun.luck(0)), "design")
    if more is not None:
        values = more[space.names].to_numpy(dtype=float)[len(begun.z):]
        runs.run(values, "later")
        scores = [norm.ppf(np.clip(prior.cdf(values[:, j]), LEAST, 1 - LEAST)) for j, prior in enumerate(space.priors)]
        begun.z = np.vstack([begun.z, np.column_stack(scores)])
    likelihood, clouds = begun.believe(DRAWS)
    with one_thread():
        mean, unsure, chance = likelihood.parts(clouds[-1].z)
        conflicts = not_met(likelihood, clouds)
    shares = getattr(simulator, "shares", {})
    rows = [{"target": target.name, "off": float(target.y - mean[:, t].mean()),
             "variance": float(target.variance + unsure[:, t].mean() + chance[:, t].mean() / shares.get(target.name.partition(": ")[0], 1) + mean[:, t].var())}
            for t, target in enumerate(likelihood.targets)]
    return Designed(space.values(clouds[-1].z), conflicts, rows)


def spreads(left_over: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """How far councils are apart in each kind of figure beyond what error, chance and the common discrepancy explain.

    A standard deviation on the log scale by moments (DerSimonian and Laird 1986, about nought); kinds with one figure say nothing,
    and kinds that need none are left out.
    """
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for row in left_over:
        place, _, kind = row["target"].partition(": ")
        if place != TOGETHER:
            kinds.setdefault(kind, []).append(row)
    found = {}
    for kind, rows in kinds.items():
        off, variance = np.array([row["off"] for row in rows]), np.array([row["variance"] for row in rows])
        between = float(((off**2 - variance) / variance).sum() / (1 / variance).sum())
        if len(rows) > 1 and between > 0:
            found[kind] = math.sqrt(between)
    return found


def with_effects(asked: Sequence[Target], apart: Mapping[str, float]) -> list[Target]:
    """The targets of places with a place effect of this size on each kind of figure, held out or not; sums over places keep none."""
    return [target if target.name.startswith(f"{TOGETHER}: ") else
            replace(target, discrepancy=math.hypot(target.discrepancy, apart.get(target.name.partition(": ")[2], 0.0))) for target in asked]
