"""What every answer is made of: the plan's run, a difference in its last year, and what kind of plan it is."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.special import stdtrit

from scenarios.answers_words import Range, middle
from scenarios.design import SAME_CUT, Run
from scenarios.results import Results
from simulation.measures import BUDGET_LINES

CHANCE = 0.05  # how often a line of which nothing is true may be taken for changed
ENOUGH = 20  # pairs of runs below which an answer is a first look
PlanType = Literal["SHIFT", "INVESTMENT", "CUT", "NO CHANGE", "TYPE NOT CLEAR"]
LINES = (*(f"spend_{name}" for name in BUDGET_LINES), "spend_other")


def main_run(r: Results) -> Run:
    """The run of the plan itself, under its own budget rule."""
    return r.run(r.scenario.name, r.scenario.plan.budget.name)


def changes_nothing(r: Results) -> bool:
    """Whether this plan is what it is compared with."""
    return not main_run(r).against


def baselines(r: Results) -> list[Run]:
    """Doing nothing under each budget rule that was run; the plan's own rule first."""
    return [run for run in r.runs if not run.against and run.variant == "central"]


def years(r: Results) -> list[str]:
    """The plan's financial years, by name."""
    return [r.scenario.financial_year(k) for k in range(r.scenario.years)]


def difference(r: Results, measure: str, run: Run | None = None, group: str = "all") -> np.ndarray:
    """Plan minus doing nothing, by world and year [replications, years]; nought for a plan that changes nothing."""
    run = run or main_run(r)
    return r.paired(run, measure, group) if run.against else r.of(run, measure, group) * 0.0


def baseline(r: Results, measure: str, run: Run | None = None, group: str = "all") -> np.ndarray:
    """Doing nothing, by world and year [replications, years]."""
    run = run or main_run(r)
    return r.of_key(run.against or run.key, measure, group)


def last_year(r: Results, measure: str, run: Run | None = None, group: str = "all") -> Range:
    """The difference in the last year of the plan."""
    return middle(difference(r, measure, run, group)[:, -1])


def by_year(r: Results, measure: str, run: Run | None = None, group: str = "all") -> list[Range]:
    """The difference in each year of the plan."""
    return [middle(column) for column in difference(r, measure, run, group).T]


def range_name(r: Results) -> str:
    """What a range is called: 8 in 10 of the worlds; with few pairs, no more than the middle of them."""
    return "8 in 10" if r.count >= ENOUGH else "one pair" if r.count == 1 else f"middle of {r.count} pairs"


def band_words(r: Results) -> str:
    """What the bands of a picture hold."""
    if r.count >= ENOUGH:
        return "Dark band: 8 in 10 of the worlds run; pale: 9 in 10; line: mean."
    return f"Bands: the middle of only {r.count} {'pair' if r.count == 1 else 'pairs'}; line: mean. A first look."


def total(r: Results, measure: str) -> Range:
    """The difference added up over all years of the plan."""
    return middle(difference(r, measure).sum(axis=1))


def moved(r: Results) -> tuple[float, float, float, bool]:
    """Pounds that budget lines lose, that others gain, how far their sum may be off by chance, and whether any line changed.

    Means over worlds, added up over the plan's years. A line whose mean change may be chance (1 in 20 by Student's t; from
    few pairs, where any line could seem changed, 1 in 20 for all together) does not show how much a plan moves. The larger of
    what is then lost and gained is what it moves; the sum over every line, small ones too, says how much of it goes elsewhere.
    """
    changes = np.nan_to_num(np.array([difference(r, line).sum(axis=1) for line in LINES]))
    one_of = 1 if r.count >= ENOUGH else len(LINES)
    mean, off = changes.mean(axis=1), may_be_chance(changes, one_of)
    told = np.where(np.abs(mean) > off, mean, 0.0)
    lost, gained, net = float(-told[told < 0].sum()), float(told[told > 0].sum()), float(mean.sum())
    if lost == gained == 0:
        return 0.0, 0.0, 0.0, bool(mean.any())
    most = max(lost, gained)
    lost, gained = (most, max(most + net, 0.0)) if lost >= gained else (max(most - net, 0.0), most)
    return lost, gained, float(may_be_chance(changes.sum(axis=0), 1)), True


def may_be_chance(changes: np.ndarray, one_of: int) -> np.ndarray:
    """How far a mean over worlds (the last axis) may be from nought by chance, 1 in 20 for so many of them together."""
    count = changes.shape[-1]
    if count < 2:
        return np.zeros(changes.shape[:-1])
    error = changes.std(axis=-1, ddof=1) / np.sqrt(count)
    return np.asarray(error * stdtrit(count - 1, 1 - CHANCE / 2 / one_of))


def plan_type(r: Results) -> PlanType:
    """What kind of plan this is, from the arithmetic and never from its name.

    A shift: at least half of what some budget lines lose goes to others, and the other way round. An investment: lines
    gain more than twice what others lose. A cut: lines lose more than twice what others gain. From a few pairs whose
    lines change by no more than chance, nothing is claimed.
    """
    lost, gained, chance, any_change = moved(r)
    if changes_nothing(r) or lost == gained == 0:
        return "TYPE NOT CLEAR" if any_change and r.count < ENOUGH else "NO CHANGE"
    line, apart_from = max(lost, gained) / 2, abs(gained - lost)
    if r.count < ENOUGH and abs(apart_from - line) < chance:
        return "TYPE NOT CLEAR"
    if apart_from <= line:
        return "SHIFT"
    return "INVESTMENT" if gained > lost else "CUT"


def lowers_spending(r: Results) -> bool:
    """Whether the plan is a cut, or all spending on support falls over its years in the mean: then the same cut without reform stands beside it."""
    whole = difference(r, "council_total")
    return plan_type(r) == "CUT" or bool(np.isfinite(whole).any() and np.nansum(whole, axis=1).mean() < 0)


def shown_runs(r: Results) -> list[Run]:
    """The plan and what stands beside it, as they were run; the same cut without reform only where the plan lowers spending."""
    kept = lowers_spending(r)
    return [run for run in r.runs if run.against and (run.scenario != SAME_CUT or kept)]


def same_cut_was_run(r: Results) -> bool:
    """Whether the same cut without any reform was run beside the plan."""
    return any(run.scenario == SAME_CUT for run in r.runs)
