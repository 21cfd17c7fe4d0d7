"""Calibration from beginning to end: from priors and published figures to a posterior, or to the names of what cannot be met."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import pandas as pd

from calibration import checks
from calibration.design import Space, first_design
from calibration.emulator import Emulator, Surface
from calibration.matching import WEAK_LINK, can_be_met, next_points, not_met, weak_link
from calibration.posterior import Cloud, Likelihood, tempered
from calibration.result import Posterior
from calibration.rival import compared, second_opinion
from calibration.runs import FileStore, Runs, Simulator
from calibration.targets import CalibrationFailed, Target, checked, on_scale
from simulation.errors import BadInput, Problem

WAVES, SETS, TIMES, DRAWS, DRAWS_ON_THE_WAY = 5, 200, 5, 1000, 400
ENOUGH_TO_PREDICT, LARGE_DESIGN, LARGE_WAVE = 60, 500, 250


def calibrate(simulator: Simulator, priors: Mapping[str, Any], targets: Sequence[Target], *, budget: int, seed: int,
              store: MutableMapping[str, Any] | str | os.PathLike[str] | None = None, executor: Executor | None = None) -> Posterior:
    """Learn what published figures say about the parameters of a model, with honest intervals.

    `simulator(parameters, seed)` runs the model once and returns its figures by name. `priors` are frozen scipy.stats
    distributions. No more than `budget` runs are made. `store` (a dict, a mapping of your own, or the name of a file) keeps
    finished runs: the same call again adds none, and a call that was killed goes on where it stopped. `executor` (of
    concurrent.futures) runs several at once; the answer is the same.

    Raises CalibrationFailed, naming the targets and how far off they are, where nothing within the priors fits.
    """
    _the_extra_is_there()
    space, targets = Space(priors), checked(targets)
    enough(budget, space.size)
    kept: MutableMapping[str, Any] = {} if store is None else FileStore(store) if isinstance(store, str | os.PathLike) else store
    runs = Runs(simulator, space.names, budget, seed, kept, executor, [target.name for target in targets])
    return Calibration(space, targets, runs, seed).go()


def enough(budget: int, parameters: int) -> None:
    """Refuses a budget that can learn nothing of so many parameters."""
    least = max(3 * parameters, 20) + 10
    if budget < least:
        raise BadInput(Problem("", 0, "budget", f"{budget} runs are too few for {parameters} parameters",
                               f"give at least {least}; ten runs a parameter and as many again is a good start"))


def _the_extra_is_there() -> None:
    try:
        import sklearn  # noqa: F401
    except ImportError:
        raise BadInput(Problem("", 0, "calibration", "scikit-learn is not installed", "pip install 'careshift[calibration]'")) from None


class Calibration:
    """One calibration under way: what has been run, and what is believed so far."""

    def __init__(self, space: Space, targets: Sequence[Target], runs: Runs, seed: int):
        self.space, self.runs, self.seed = space, runs, seed
        self.fitted = [target for target in targets if target.role == "calibrate"]
        self.aside = [target for target in targets if target.role == "holdout"]
        self.z = np.empty((0, space.size))
        self.notes: list[str] = []
        self.waves: list[dict[str, Any]] = []
        budget = runs.budget
        self.reserve = min(max(budget // 5, 10), SETS * TIMES)
        self.first = min(max(10 * space.size, min(budget // 2, LARGE_DESIGN)), budget - self.reserve)
        room = budget - self.first - self.reserve
        self.wave = min(max(room // 2, min(2 * space.size, room), 1), LARGE_WAVE)

    def luck(self, *where: int) -> np.random.SeedSequence:
        """Luck of its own for each part of the work, so that no part can disturb another."""
        return np.random.SeedSequence(entropy=self.seed, spawn_key=(11, *where))

    def go(self) -> Posterior:
        """Design, waves, posterior, its sets through the real model, posterior again with those runs, checks."""
        self.add(first_design(self.first, self.space.size, self.luck(0)), "design")
        likelihood, clouds = self.believe(DRAWS_ON_THE_WAY)
        likelihood, clouds = self.match(likelihood, clouds)
        misses, first = [], len(self.runs.keys)
        for turn in range(2):
            before, start = likelihood.emulator, len(self.runs.keys)
            self.add(self.again(clouds[-1].z, turn), f"posterior {turn + 1}")
            likelihood, clouds = self.believe(DRAWS)
            misses.append(checks.emulator_misses(before, self.space.coordinates(self.z[start:]), self.figures(self.fitted)[start:]))
            if misses[-1]["good"] or self.runs.left < 2 * self.space.size:
                break
        self.stop_if_impossible(likelihood, clouds)
        return self.result(likelihood, clouds[-1].z, misses, first)

    def add(self, z: np.ndarray, origin: str) -> None:
        """Run the model at these points."""
        z = z[: self.runs.left]
        self.runs.run(self.space.values(z), origin)
        self.z = np.vstack([self.z, z])

    def figures(self, targets: Sequence[Target]) -> np.ndarray:
        """What all runs so far gave for these targets, on their scales."""
        told = [on_scale(target, self.runs.column(target.name)) for target in targets]
        self.notes = list(dict.fromkeys([*(n for n in self.notes if n not in [note for _, note in told]), *(note for _, note in told if note)]))
        return np.column_stack([y for y, _ in told])

    def believe(self, draws: int) -> tuple[Likelihood, list[Cloud]]:
        """Fit the emulator to all runs so far and draw from the posterior it gives."""
        with one_thread():
            emulator = Emulator(self.space.coordinates(self.z), self.figures(self.fitted))
            likelihood = Likelihood(self.space, emulator, self.fitted)
            return likelihood, tempered(likelihood.log, self.space.size, draws, self.luck(1, len(self.z)))

    def match(self, likelihood: Likelihood, clouds: list[Cloud]) -> tuple[Likelihood, list[Cloud]]:
        """Waves of further runs where the model is not ruled out, while the emulator is the weak link; stops where nothing fits."""
        for wave in range(1, WAVES + 1):
            with one_thread():
                weak, stuck = weak_link(likelihood, clouds[-1].z), not can_be_met(likelihood, clouds)
            room = self.runs.left - self.reserve
            self.waves.append({"wave": wave - 1, "runs": len(self.z), "emulator_share": float(weak.max()),
                               "weakest": self.fitted[int(weak.argmax())].name, "all_can_be_met": not stuck})
            if stuck and (wave > 2 or room < self.space.size):
                self.stop_if_impossible(likelihood, clouds)
            if not stuck and (weak.max() < WEAK_LINK or room < self.space.size):
                if weak.max() >= WEAK_LINK:
                    self.notes.append(f"the budget ended while the emulator was still the weak link for {self.fitted[int(weak.argmax())].name}")
                break
            self.add(next_points(likelihood, clouds, min(self.wave, room), self.luck(2, wave)), f"wave {wave}")
            likelihood, clouds = self.believe(DRAWS_ON_THE_WAY)
        return likelihood, clouds

    def stop_if_impossible(self, likelihood: Likelihood, clouds: Sequence[Cloud]) -> None:
        """End with the names of the targets that cannot be met, where there are any."""
        with one_thread():
            conflicts = not_met(likelihood, clouds)
        if conflicts:
            raise CalibrationFailed(conflicts)

    def again(self, z: np.ndarray, turn: int) -> np.ndarray:
        """Sets of the posterior to put through the real model: up to 200, each up to five times, as the budget allows."""
        room = min(self.runs.left, SETS * TIMES)
        if turn == 0 and room > 4 * self.reserve:
            room = max(room * 3 // 4, 1)
        sets, times = min(room, SETS, len(z)), max(min(room // SETS, TIMES), 1)
        return np.repeat(z[:sets], times, axis=0)

    def result(self, likelihood: Likelihood, z: np.ndarray, misses: list[dict[str, Any]], first: int) -> Posterior:
        """The posterior with everything that was checked. Held-out figures are looked at here for the first time."""
        with one_thread():
            design = np.array([origin == "design" for origin in self.runs.origins])
            other, errors = second_opinion(self.z[design], self.figures(self.fitted)[design], self.fitted, self.luck(3))
            second = compared(self.space.names, z, other, errors)
            fit, aside = self.predictions(self.fitted, likelihood, z, first), self.predictions(self.aside, likelihood, z, first)
            told = {"parameters": checks.parameters(self.space, z), "emulator": checks.emulator_fit(likelihood.emulator, self.fitted),
                    "emulator_on_new_runs": misses, "waves": self.waves, "second_method": second, "fit": fit, "fit_summary": checks.summary(fit),
                    "held_out": aside, "held_out_summary": checks.summary(aside), "runs_used": len(self.z),
                    "runs_failed": len(self.runs.failures), "runs_made_now": self.runs.made, "seed": self.seed}
        self.warn(told)
        told["notes"] = self.notes
        values = self.space.values(self.z)
        runs = pd.DataFrame({"key": self.runs.keys, "seed": self.runs.seeds, "stage": self.runs.origins,
                             "failed": [out is None for out in self.runs.outputs],
                             **{name: values[:, j] for j, name in enumerate(self.space.names)}})
        return Posterior(pd.DataFrame(self.space.values(z), columns=self.space.names), runs, told)

    def predictions(self, targets: Sequence[Target], likelihood: Likelihood, z: np.ndarray, first: int) -> list[dict[str, Any]]:
        """Each figure beside what real runs of posterior sets say of it; beside the emulator's word where such runs are few."""
        rows = []
        for number, target in enumerate(targets):
            luck = np.random.default_rng(self.luck(4, int(target.role == "holdout"), number))
            y = self.figures([target])[:, 0]
            known = np.isfinite(y)
            again, by = y[first:][known[first:]], "runs of the model"
            if len(again) < ENOUGH_TO_PREDICT:
                v = self.space.coordinates(self.z)
                again, by = checks.predictive_runs(Surface(v[known], y[known]), self.space.coordinates(z), luck), "emulator"
            prior = y[[origin == "design" for origin in self.runs.origins]]
            row = checks.predicted(target, again, luck)
            before = np.random.default_rng(self.luck(5, number))
            rows.append({**row, "by": by, "width_before": checks.predicted(target, prior, before)["width"]})
        return rows

    def warn(self, told: dict[str, Any]) -> None:
        """Sentences a reader should see first."""
        if told["runs_failed"]:
            self.notes.append(f"{told['runs_failed']} of {told['runs_used']} runs failed and were left out")
        poor = [row["target"] for row in told["emulator"] if not row["good"]]
        if poor:
            self.notes.append(f"the emulator misjudges its own errors for {', '.join(poor)}")
        if not told["emulator_on_new_runs"][-1]["good"]:
            self.notes.append("runs of the posterior's sets fell farther from the emulator than it said: give a larger budget")
        apart = [row["parameter"] for row in told["second_method"] if not row["agrees"]]
        if apart:
            self.notes.append("a second method, without the emulator, disagrees by more than half a posterior sd and its own error about "
                              + ", ".join(apart))
        missed = [row["target"] for row in told["fit"] + told["held_out"] if not row["inside"]]
        if missed:
            self.notes.append(f"outside their 90% predictive interval: {', '.join(missed)}")
        vague = [row["parameter"] for row in told["parameters"] if row["identified"] != "informed by data"]
        if vague:
            self.notes.append(f"not informed by data: {', '.join(vague)}")


def one_thread() -> Any:
    """Linear algebra on one thread: the same bits whatever else the machine does, and no fight over cores."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)
