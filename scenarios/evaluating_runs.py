"""The councils an evaluation is planned on: a place with different luck, run without a plan and with it from each wave's year on.

Each council is a replication: founded and burnt in once, forked for doing nothing and for the plan beginning in each wave. All
believe the same evidence, so they differ by luck alone; what real councils do besides is added from the register.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scenarios import design, runs
from scenarios import plan as files
from scenarios.answers_base import may_be_chance
from scenarios.evaluating import BY_LOT, STEPPED, Floats, Gate, Noise, Programme, Says, drift_and_blur, evaluations, gates
from scenarios.plan import Scenario
from simulation.errors import BadInput, Problem
from simulation.evidence import register
from simulation.plan import WEEKS_A_YEAR, Plan

FOLDER = "evaluation"
FEWEST = 4  # councils whose luck tells how they differ


class Outcome(NamedTuple):
    """A figure that councils or hospitals publish every year, and how its real noise is named in the register."""

    name: str
    title: str
    measure: str
    group: str
    worse: float  # 1 where more is worse, -1 where less is
    apart: str
    drift: str
    survey: str = ""
    per: float = 1.0
    unit: str = ""


OUTCOMES = (
    Outcome("net", "Council net spending", "council_net", "all", 1, "apart_other", "drift_spending", per=1e6, unit="£m a year"),
    Outcome("residents", "People of 65 and over in care homes, council pays", "care_home_council", "65+", 1, "apart_care_homes",
            "drift_care_homes", unit="people"),
    Outcome("admissions", "Council-paid admissions to care homes, 65 and over", "council_admissions", "65+", 1, "apart_care_homes",
            "drift_admissions", unit="people a year"),
    Outcome("stays", "Emergency stays in hospital, 65 and over", "emergency_stays", "65+", 1, "apart_other", "drift_hospital", unit="stays a year"),
    Outcome("bed_days", "Days in a hospital bed, 65 and over", "bed_days", "65+", 1, "apart_other", "drift_hospital", unit="days a year"),
    Outcome("quality", "Quality of life of people the council supports (ASCOF 1A)", "ascof_1a", "all", -1, "apart_quality", "drift_quality",
            "survey_quality", unit="points of 24"))


@dataclass(frozen=True)
class Settings:
    """How the runs are made."""

    councils: int = 8
    one_in: int = 1
    seed: int = 1
    workers: int = 0


@dataclass(frozen=True)
class Figure:
    """One outcome in the councils that were run."""

    outcome: Outcome
    level: float  # doing nothing, the year before the first wave, mean of councils
    trend: Floats  # logarithms [years]
    effects: Floats  # logarithms, mean over councils [waves, follow]
    unsure: float  # how far from nought the effect of the last year may be by the luck of so few councils (1 in 20)
    luck: Noise  # of the model alone
    noise: Noise  # with what real councils do besides


@dataclass(frozen=True)
class Evaluation:
    """A programme's evaluation, tried before it is paid for."""

    asked: Scenario
    programme: Programme
    settings: Settings
    figures: tuple[Figure, ...]
    says: tuple[Says, ...]
    gates: tuple[Gate, ...]
    without_drift: tuple[Says, ...]  # the same, were real councils as steady as the model's
    skipped: tuple[tuple[str, str], ...]  # outcome and why

    def of(self, outcome: str, design: str = STEPPED, way: str = BY_LOT, steady: bool = False) -> list[Says]:
        """What one design says of one figure, by year after the start."""
        return [s for s in (self.without_drift if steady else self.says) if (s.outcome, s.design, s.chosen) == (outcome, design, way)]

    def figure(self, outcome: str) -> Figure:
        """One outcome in the councils that were run."""
        return next(f for f in self.figures if f.outcome.name == outcome)

    def lead(self) -> Figure | None:
        """The figure a gate should look at: of those the plan improves beyond luck, the one found most often; None where it improves none."""
        better = [f for f in self.figures if f.outcome.worse * self.of(f.outcome.name)[-1].truth < -f.unsure]
        return max(better, key=lambda f: self.of(f.outcome.name)[-1].finds, default=None)


# Running -------------------------------------------------------------------------------------------------------------------
def delayed(plan: Plan, years: int) -> Plan:
    """The same plan begun so many years later; what happens to a council by itself happens when it happens.

    Raises BadInput for a plan that changes practice or prices from its first week on, since these cannot wait for a wave.
    """
    if plan.levers and any(plan.levers.values()):
        raise BadInput(Problem("", 0, "rules", f"{', '.join(name for name, x in plan.levers.items() if x)}: practice and prices change in the first "
                               "week of a run and cannot begin in waves", "evaluate a plan of shifts, transition money and investment"))

    def later(by_year: Mapping[int, float]) -> dict[int, float]:
        return {year + years: pounds for year, pounds in by_year.items()}

    weeks = years * WEEKS_A_YEAR
    return replace(plan, shifts=tuple(replace(s, start=s.start + weeks, full=s.full + weeks) for s in plan.shifts),
                   transition=replace(plan.transition, by_year=later(plan.transition.by_year)),
                   invest={name: later(by_year) for name, by_year in plan.invest.items()})


def jobs(asked: Scenario, p: Programme, settings: Settings, places: Sequence[str]) -> list[runs.Job]:
    """One replication for each council: doing nothing, and the plan from each wave's first year."""
    if asked.plan.changes_nothing:
        raise BadInput(Problem("", 0, asked.name, "changes nothing, so there is nothing to evaluate", "give a plan"))
    if asked.plan.budget.kind == "given":
        raise BadInput(Problem("", 0, "budget", "is given in pounds, and cannot wait for a wave", "evaluate a plan whose budget follows a rule"))
    if settings.councils < FEWEST:
        raise BadInput(Problem("", 0, "--lucks", f"{settings.councils} runs do not tell how councils differ", f"give {FEWEST} or more"))
    base = files.baseline(asked, places=places)
    none = design.Run(base.name, asked.plan.budget.name, "central", replace(base.plan, budget=asked.plan.budget, years=p.years), "", base.title)
    plans = [design.Run(f"{asked.name}_from_year_{p.start(w) + 1}", asked.plan.budget.name, "central", replace(delayed(asked.plan, p.start(w)), years=p.years),
                        none.key, asked.title) for w in range(p.waves)]
    return [runs.Job(asked.place, (none, *plans), settings.seed, k, settings.one_in, "central") for k in range(settings.councils)]


def evaluate(asked: Scenario, p: Programme, settings: Settings, folder: Path, places: Sequence[str],
             progress: Callable[[runs.Replication, int, int], None] | None = None) -> Evaluation:
    """Run the councils (what is on disk is not run again) and try every design on them."""
    done = runs.run_all(jobs(asked, p, settings, places), folder, workers=settings.workers, progress=progress)
    figures, skipped = list[Figure](), list[tuple[str, str]]()
    for outcome in OUTCOMES:
        levels = table(done, outcome, p)
        if np.isfinite(levels).all() and (levels > 0).all():
            figures.append(figure(outcome, levels, p))
        else:
            skipped.append((outcome.title, "was nought or not known in some year of some council: too few people in the sample"))
    return tried(asked, p, settings, figures, skipped)


def tried(asked: Scenario, p: Programme, settings: Settings, figures: Sequence[Figure], skipped: Sequence[tuple[str, str]] = ()) -> Evaluation:
    """Every design on every figure."""
    says, steady, at_gates = list[Says](), list[Says](), list[Gate]()
    for f in figures:
        o = f.outcome
        says += evaluations(o.name, f.noise, f.trend, f.effects, p, o.worse, settings.seed)
        steady += evaluations(o.name, f.luck, f.trend, f.effects, p, o.worse, settings.seed)
        at_gates += gates(o.name, f.noise, f.trend, f.effects, p, settings.seed)
    return Evaluation(asked, p, settings, tuple(figures), tuple(says), tuple(at_gates), tuple(steady), tuple(skipped))


def table(done: Sequence[runs.Replication], outcome: Outcome, p: Programme) -> Floats:
    """A figure in every council, run and year [councils, 1 + waves, years], doing nothing first."""
    out = np.full((len(done), 1 + p.waves, p.years), np.nan)
    for i, one in enumerate(done):
        for at, (year, measure, _, group) in enumerate(one.index):
            if (measure, group) == (outcome.measure, outcome.group) and year < p.years:
                out[i, :, year] = one.values[:, at]
    return out


def figure(outcome: Outcome, levels: Floats, p: Programme) -> Figure:
    """What an outcome does by itself, what the plan changes in each wave, and how councils differ."""
    logs = np.log(levels)
    changed = logs[:, 1:] - logs[:, :1]  # each council beside itself with the same luck
    by_year = np.stack([changed[:, w, p.start(w):p.start(w) + p.follow] for w in range(p.waves)], axis=1)
    drift, blur = drift_and_blur(logs[:, 0])
    held = {name: float(e.value) for name, e in register.load(register.APPRAISAL).page("evaluating").items()}
    apart, survey = held[outcome.apart], held.get(outcome.survey, 0.0)
    luck = Noise(apart, drift, blur)
    return Figure(outcome, float(levels[:, 0, p.before - 1].mean()), logs[:, 0].mean(axis=0), by_year.mean(axis=0),
                  float(may_be_chance(by_year[:, :, -1] @ (np.array(p.sizes) / p.pioneers), 1)), luck,
                  Noise(apart, max(drift, held[outcome.drift]), float(np.hypot(blur, survey))))


# Keeping -------------------------------------------------------------------------------------------------------------------
def rows(e: Evaluation) -> list[dict[str, Any]]:
    """Everything that was found, a row for each outcome, design, way of choosing and year."""
    return [{**s._asdict(), "bias": s.bias, "councils_vary": vary} for vary, says in (("as real ones", e.says), ("as the model's", e.without_drift))
            for s in says]
