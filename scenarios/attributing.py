"""Which part of a plan does what: runs of the plan with only some of its parts, and what each part's share of the whole is.

Every run of one world shares its people, its luck and its evidence, so that the shares add up to the whole in each world.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scenarios import keeping, runs
from scenarios import plan as files
from scenarios.appraisal.attribution import Pair, attribution, drawn_orders, in_orders
from scenarios.appraisal.discounting import present_value
from scenarios.appraisal.ledger import ledger, more
from scenarios.appraisal.values import Wellbeing
from scenarios.design import Run
from scenarios.plan import Scenario
from scenarios.results import Results
from simulation.errors import BadInput, Problem
from simulation.evidence.register import load as load_register
from simulation.places import load as load_place
from simulation.plan import LEVERS, Plan, Transition
from simulation.services import found

FOLDER, FILE = "attribution", "attribution.json"
MOST_WHOLE = 5  # parts of which all subsets are run; of more, subsets along orders that are drawn
ORDERS = 4  # drawn for each world
TRANSITION, SHOCKS = "transition money", "what else happens"
GOES_WITH = {"home_care_money_to_pay": "home_care"}  # a lever that says how a service's money is used is no part of its own
Progress = Callable[[runs.Replication, int, int], None]


class Figure(NamedTuple):
    """What is shared out: its name, and how it is written."""

    title: str
    how: str


FIGURES: dict[str, Figure] = {
    "council": Figure("The council pays less (+) or more (-), all years", "money"), "public": Figure("Public purse, all years", "money"),
    "social": Figure("Net present social value", "money"), "ascot": Figure("ASCOT-years, all years", "count"),
    "hours": Figure("Families' hours a week, last year", "count"), "homes": Figure("People in care homes, council pays, last year", "count")}


@dataclass(frozen=True)
class Attributed:
    """Shares of one figure: [worlds, parts], what each part does alone, and the whole [worlds]; `pairs` where all subsets were run."""

    figure: str
    shares: np.ndarray
    alone: np.ndarray
    whole: np.ndarray
    pairs: tuple[Pair, ...] = ()

    @property
    def interaction(self) -> np.ndarray:
        """What the parts do together beyond the sum of each alone, in each world."""
        return np.asarray(self.whole - self.alone.sum(axis=1))

    @property
    def errors(self) -> np.ndarray:
        """Standard error of each part's mean share: worlds, chance, and the drawing of orders where they were drawn."""
        n = len(self.shares)
        return np.asarray(self.shares.std(axis=0, ddof=1) / np.sqrt(n)) if n > 1 else np.full(self.shares.shape[1], np.nan)


@dataclass(frozen=True)
class Shared:
    """A plan's parts by name and title, and every figure shared out among them."""

    parts: tuple[str, ...]
    titles: tuple[str, ...]
    found: dict[str, Attributed]
    about: dict[str, Any]

    @property
    def worlds(self) -> int:
        return int(self.about["replications"])


# The parts ------------------------------------------------------------------------------------------------------------
def parts_of(plan: Plan, apart: bool = False) -> tuple[str, ...]:
    """What a plan is made of: services that get money, levers, shocks; transition money of its own where it is kept apart."""
    services = {name for s in plan.shifts for name in s.to} | {name for name, by_year in plan.invest.items() if any(by_year.values())}
    out = [*sorted(services), *sorted(name for name, value in plan.levers.items() if value and name not in GOES_WITH)]
    out += [SHOCKS] if plan.shocks else []
    return (*out, *([TRANSITION] if plan.transition.by_year and (apart or not services) else []))


def title(part: str) -> str:
    """A part as a reader would say it."""
    held = found()
    if part in held:
        named = held[part].title or part
        return named[0].upper() + named[1:]
    return LEVERS[part].split(":")[0].split(";")[0].capitalize() if part in LEVERS else part.capitalize()


def with_parts(plan: Plan, mine: Collection[str], apart: bool = False) -> Plan:
    """The plan with only these parts: money for the others is not moved, not invested and not received in advance.

    Transition money goes with the services, in proportion to their part of the money that is moved, unless it is a part of its own.
    """
    kept = frozenset(mine)
    if kept == frozenset(parts_of(plan, apart)):
        return plan
    shifts = []
    for s in plan.shifts:
        to = {name: share for name, share in s.to.items() if name in kept}
        if (whole := sum(to.values())) > 0:
            shifts.append(replace(s, share=s.share * whole, to={name: share / whole for name, share in to.items()}))
    levers = {name: value for name, value in plan.levers.items() if (GOES_WITH.get(name, name)) in kept}
    return replace(plan, shifts=tuple(shifts), levers=levers, shocks=plan.shocks if SHOCKS in kept else (),
                   invest={name: by_year for name, by_year in plan.invest.items() if name in kept}, transition=_transition(plan, kept, apart))


def _transition(plan: Plan, kept: frozenset[str], apart: bool) -> Transition:
    if TRANSITION in parts_of(plan, apart):
        return plan.transition if TRANSITION in kept else Transition()
    weights: dict[str, float] = {}
    for s in plan.shifts:
        for name, share in s.to.items():
            weights[name] = weights.get(name, 0.0) + s.share * share
    if not weights:
        weights = {name: sum(by_year.values()) for name, by_year in plan.invest.items()}
    whole = sum(weights.values())
    part = sum(w for name, w in weights.items() if name in kept) / whole if whole else 1.0
    return replace(plan.transition, by_year={year: part * pounds for year, pounds in plan.transition.by_year.items()}) if part else Transition()


# The runs -------------------------------------------------------------------------------------------------------------
def subsets(parts: Sequence[str], orders: Sequence[Sequence[str]] | None) -> list[frozenset[str]]:
    """Which subsets one world is run with, smallest first: all of them, or those met along these orders and each part alone."""
    if orders is None:
        return [frozenset(x) for size in range(len(parts) + 1) for x in combinations(parts, size)]
    met = {frozenset(order[:k]) for order in orders for k in range(len(parts) + 1)} | {frozenset({name}) for name in parts}
    return sorted(met, key=lambda mine: (len(mine), sorted(mine)))


def orders_of(parts: Sequence[str], seed: int, world: int, count: int = ORDERS) -> list[tuple[str, ...]] | None:
    """The orders drawn for a world; None where there are few enough parts for every subset."""
    return None if len(parts) <= MOST_WHOLE else drawn_orders(parts, count, seed, world)


def runs_of(scenario: Scenario, places: Collection[str], mine: Sequence[frozenset[str]], apart: bool) -> list[Run]:
    """What the plan is compared with, and the plan with each of these subsets of its parts; the whole plan goes by its own name.

    A plan without any part is doing nothing, and is not run twice.
    """
    base, rule, whole = files.baseline(scenario, places=places), scenario.plan.budget, frozenset(parts_of(scenario.plan, apart))
    nothing = Run(base.name, rule.name, "central", base.plan, "", base.title)
    wanted = [x for x in mine if x or not base.plan.changes_nothing]
    return [nothing, *(Run(scenario.name if x == whole else label(x), rule.name, "central", with_parts(scenario.plan, x, apart), nothing.key,
                           scenario.title) for x in wanted)]


def label(mine: Collection[str]) -> str:
    """The name of a run by its parts."""
    return "only " + " + ".join(sorted(mine)) if mine else "none of its parts"


def share_out(scenario: Scenario, where: str, folder: Path, *, places: Collection[str], replications: int, one_in: int, seed: int, workers: int = 0,
              worlds: str = "drawn", apart: bool = False, progress: Progress | None = None) -> Shared:
    """Run the subsets of a plan's parts in so many worlds and share out what it comes to. What is finished is kept in the folder.

    Raises BadInput for a plan without parts, RunStopped when stopped early.
    """
    parts = parts_of(scenario.plan, apart)
    if not parts:
        raise BadInput(Problem("", 0, scenario.name, "changes nothing, so there is nothing to share out", "give a plan"))
    drawn = {k: orders_of(parts, seed, k) for k in range(replications)}
    chosen = {k: runs_of(scenario, places, subsets(parts, drawn[k]), apart) for k in range(replications)}
    jobs = [runs.Job(where, tuple(chosen[k]), seed, k, one_in, worlds) for k in range(replications)]
    done = runs.run_all(jobs, folder / "replications", workers=workers, progress=progress)
    every = {run.key: run for k in range(replications) for run in chosen[k]}
    r = Results(scenario, list(every.values()), done, one_in, worlds)
    about = {"scenario": scenario.name, "title": scenario.title, "scenario_hash": scenario.hash, "place": where, "seed": seed, "one_in": one_in,
             "worlds": worlds, "replications": replications, "apart": apart, "orders": 0 if drawn[0] is None else len(drawn[0]),
             "runs": sum(len(job.runs) for job in jobs), "code_hash": runs.code_hash(), "evidence_hash": load_register().hash,
             "place_hash": load_place(where).hash}
    shared = Shared(parts, tuple(map(title, parts)), shares(r, parts, drawn, where), about)
    keeping.whole_text(folder / FILE, as_text(shared))
    return shared


# The arithmetic -------------------------------------------------------------------------------------------------------
def shares(r: Results, parts: Sequence[str], drawn: dict[int, list[tuple[str, ...]] | None], place: str) -> dict[str, Attributed]:
    """Every figure shared out in each world. Doing nothing stands for no part at all, unless that was run."""
    nought = dict.fromkeys(FIGURES, np.zeros(r.count))
    held = {label(()): nought} | {label(parts) if run.scenario == r.scenario.name else run.scenario: figures(r, run, place) for run in r.runs if run.against}
    return {figure: _shared(figure, parts, {name: worth[figure] for name, worth in held.items()}, drawn) for figure in FIGURES}


def figures(r: Results, run: Run, place: str) -> dict[str, np.ndarray]:
    """What one run comes to against doing nothing, in each world; discounted where it is added up over years."""
    held = ledger(r, Wellbeing.WELLBY, place=place, run=run)
    v = held.values
    return {"council": present_value(-more(r, "council_net", run), v.discount_costs), "public": held.public_value, "social": held.social_value,
            "ascot": present_value(more(r, "ascot_years", run), v.discount_wellbeing), "hours": more(r, "unpaid_hours", run)[:, -1],
            "homes": more(r, "care_home_council", run)[:, -1]}


def _shared(figure: str, parts: Sequence[str], worth: dict[str, np.ndarray], drawn: dict[int, list[tuple[str, ...]] | None]) -> Attributed:
    count = len(drawn)
    mine, alone, whole, pairs = np.zeros((count, len(parts))), np.zeros((count, len(parts))), np.zeros(count), []
    for k, orders in drawn.items():
        def comes_to(some: frozenset[str], k: int = k) -> float:
            return float(worth[label(some)][k])

        nothing = comes_to(frozenset())
        alone[k] = [comes_to(frozenset({name})) - nothing for name in parts]
        whole[k] = comes_to(frozenset(parts)) - nothing
        if orders is None:
            told = attribution(parts, comes_to)
            mine[k], pairs = [p.share for p in told.parts], [*pairs, told.pairs]
        else:
            mine[k] = in_orders(parts, orders, comes_to).shares
    between = tuple(Pair(x[0].first, x[0].second, float(np.mean([p.interaction for p in x]))) for x in zip(*pairs))
    return Attributed(figure, mine, alone, whole, between)


# Kept and taken up ----------------------------------------------------------------------------------------------------
def as_text(shared: Shared) -> str:
    """Everything that was found, as JSON."""
    found_ = {name: {"shares": x.shares.tolist(), "alone": x.alone.tolist(), "whole": x.whole.tolist(), "pairs": [list(p) for p in x.pairs]}
              for name, x in shared.found.items()}
    return json.dumps({"parts": shared.parts, "titles": shared.titles, "found": found_, "about": shared.about}, indent=1)


def taken_up(folder: Path, about: dict[str, Any]) -> Shared | None:
    """What was shared out beside a comparison, if it is of the same plan, place, code and evidence; None where there is none."""
    try:
        told = json.loads((folder / FOLDER / FILE).read_text(encoding="utf-8"))
        if any(told["about"][k] != about[k] for k in ("scenario_hash", "place_hash", "code_hash", "evidence_hash")):
            return None
        held = {name: Attributed(name, np.array(x["shares"]), np.array(x["alone"]), np.array(x["whole"]), tuple(Pair(*p) for p in x["pairs"]))
                for name, x in told["found"].items()}
        return Shared(tuple(told["parts"]), tuple(told["titles"]), held, told["about"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
