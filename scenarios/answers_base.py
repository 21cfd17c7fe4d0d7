"""What every answer is made of: the plan's run, a difference in its last year, and what kind of plan it is."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy.special import stdtrit

from scenarios.answers_words import How, Range, middle
from scenarios.design import SAME_CUT, Run
from scenarios.results import Results
from scenarios.split import by_set
from simulation.measures import BUDGET_LINES

CHANCE = 0.05  # how often a line of which nothing is true may be taken for changed
ENOUGH = 20  # pairs of runs below which an answer is a first look
PlanType = Literal["SHIFT", "INVESTMENT", "CUT", "NO CHANGE", "TYPE NOT CLEAR"]
LINES = (*(f"spend_{name}" for name in BUDGET_LINES), "spend_other")


class Headline(NamedTuple):
    """A line of the small table: what it is called, which measure, how it is written, of whom."""

    title: str
    measure: str
    how: How
    group: str = "all"


HEADLINES = (
    Headline("Council, net spending", "council_net", "money"),
    Headline("Council, gross spending", "council_gross", "money"),
    Headline("Contributions people pay the council", "contributions", "money"),
    Headline("NHS, everything it pays", "nhs_pays", "money"),
    Headline("NHS, care placements it pays for", "nhs_continuing_care", "money"),
    Headline("NHS, cash that hospital work moves", "nhs_cash", "money"),
    Headline("Benefits system (DWP)", "dwp", "money"),
    Headline("People's own money", "people_pay", "money"),
    Headline("Quality of life (ASCOT-years)", "ascot_years", "count"),
    Headline("Adults often or always lonely", "lonely_often", "share"),
    Headline("Families' unpaid hours a week", "unpaid_hours", "count"),
    Headline("Emergency stays in hospital", "emergency_stays", "count"),
    Headline("Days in a hospital bed", "bed_days", "count"),
    Headline("Days ready to leave hospital, waiting", "delayed_days", "count"),
    Headline("People 65+ in care homes, council pays", "care_home_council", "count", "65+"),
)


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


def enough(r: Results) -> bool:
    """Whether a result may be told: sets of numbers count, not the seeds of each."""
    return r.sets >= ENOUGH


def pairs_told(r: Results) -> str:
    """How many pairs of runs there are, and where several share a set of numbers, how many sets."""
    pairs = f"{r.count} {'pair' if r.count == 1 else 'pairs'} of runs"
    return pairs if r.sets == r.count else f"{pairs} with {r.sets} {'set' if r.sets == 1 else 'sets'} of numbers"


def range_name(r: Results) -> str:
    """What a range is called: 8 in 10 of the worlds; with few pairs, no more than the middle of them."""
    return "8 in 10" if enough(r) else "one pair" if r.count == 1 else f"middle of {r.count} pairs"


def band_words(r: Results) -> str:
    """What the bands of a picture hold."""
    if enough(r):
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
    changes = by_set(np.nan_to_num(np.array([difference(r, line).sum(axis=1) for line in LINES])), r.set_of)
    one_of = 1 if enough(r) else len(LINES)
    mean, off = changes.mean(axis=1), may_be_chance(changes, one_of)
    told = np.where(np.abs(mean) > off, mean, 0.0)
    lost, gained, net = float(-told[told < 0].sum()), float(told[told > 0].sum()), float(mean.sum())
    if lost == gained == 0:
        return 0.0, 0.0, 0.0, bool(mean.any())
    most = max(lost, gained)
    lost, gained = (most, max(most + net, 0.0)) if lost >= gained else (max(most - net, 0.0), most)
    return lost, gained, float(may_be_chance(changes.sum(axis=0), 1)), True


def may_be_chance(changes: np.ndarray, one_of: int) -> np.ndarray:
    """How far a mean over independent worlds (the last axis) may be from nought by chance, 1 in 20 for so many of them together."""
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
        return "TYPE NOT CLEAR" if any_change and not enough(r) else "NO CHANGE"
    line, apart_from = max(lost, gained) / 2, abs(gained - lost)
    if not enough(r) and abs(apart_from - line) < chance:
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
