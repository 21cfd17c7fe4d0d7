"""What the same luck in both runs is worth, and what a plan does to people it never touched: `python -m benchmarks.pairing [--write]`.

Paired: plan minus doing nothing in the same world. Independent: the plan in one world, doing nothing in another, as with a
seed of its own for each run; that variance is the sum of the two. Towns of two seeds differ in who was founded, which flatters
pairing, so a harder comparison stands beside it: the same burnt-in town, and other luck from then on. Central beliefs: chance alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.plan import load as load_scenario
from simulation.evidence.register import central
from simulation.measures.lives import UNTOUCHED
from simulation.model import CareSystem, State, from_state
from simulation.places import known
from simulation.places import load as load_place
from simulation.plan import Plan
from simulation.shift import reference_lines

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
BEGINS, ENDS = "<!-- pairing: begins (python -m benchmarks.pairing --write) -->", "<!-- pairing: ends -->"
GOALS = {"council_net": ("Council, net expenditure", 10.0), "ascot_years": ("ASCOT-years", 5.0), "bed_days": ("Bed days", 3.0)}
MONTH, RESAMPLED, LEAST = 4, 2000, 3
OTHER = 1_000_000  # added to a replication's number, for luck that no other has
END = ("need", "lonely", "setting", "hospital", "strain", "savings", "left")


@dataclass
class Lived:
    """One run: each measure by year, and of each person what was lived."""

    years: Mapping[str, np.ndarray]
    bed_days: np.ndarray
    quality: np.ndarray  # ASCOT-years over the whole plan
    supported: np.ndarray  # had support in some week, waited for it, or cared for somebody who did
    here: np.ndarray
    end: Mapping[str, np.ndarray]
    spent: Mapping[str, np.ndarray]
    size: int


def lived(state: State, plan: Plan) -> Lived:
    """Run a plan from a burnt-in town, and add up each person's weeks."""
    system = from_state(state, plan)
    r, town = system.town.residents, system.town
    bed, quality, supported, here = np.zeros(len(r)), np.zeros(len(r)), np.zeros(len(r), dtype=bool), np.zeros(len(r), dtype=bool)
    while town.week < town.weeks:
        week = town.week
        system.step()
        bed += np.maximum(r.stay_days, 0.0)
        here |= r.present
        supported |= r.supports != 0
        if week % MONTH == 0:
            index = np.where(np.isfinite(r.scrqol), r.scrqol, town.memory.get(UNTOUCHED, 1.0))
            quality += np.where(r.present, index, 0.0) * MONTH / 52
    years: dict[str, np.ndarray] = {name: np.zeros(plan.years) for name in GOALS}
    for year, measure, _, group, value in system.recorder.yearly(town):
        if measure in years and group == "all" and year >= 0:
            years[measure][year] = value
    out = Lived(years, bed, quality, supported | r.touched, here, {name: r.arrays[name].copy() for name in END}, reference_lines(town), town.one_in)
    system.close()
    return out


def pair(scenario: str, place: str, one_in: int, years: int, replication: int) -> tuple[Lived, Lived, Lived]:
    """Doing nothing and the plan in one world, and the plan once more from the same town with other luck."""
    base = CareSystem(load_place(place), central(), Plan(years=years), seed=1, replication=replication, one_in=one_in, events="counts").burn_in()
    state = base.state()
    base.close()
    nothing = lived(state, Plan(years=years))
    plan = replace(load_scenario(scenario, places=known()).plan, years=years, reference=nothing.spent)
    place_, beliefs, seed, mine, *rest = state.made_with
    other = replace(state, made_with=(place_, beliefs, seed, mine + OTHER, *rest))  # type: ignore[arg-type]
    return nothing, lived(state, plan), lived(other, plan)


def gains(nothing: np.ndarray, plan: np.ndarray, other: np.ndarray) -> tuple[str, str, float]:
    """How many times smaller the variance of the difference is with paired luck: against independent seeds, against the same
    town with other luck, each with a 90% interval from resampled worlds; and the smaller of the two."""
    def ratios(k: Any) -> tuple[float, float]:
        paired = (plan[k] - nothing[k]).var(ddof=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return (nothing[k].var(ddof=1) + plan[k].var(ddof=1)) / paired, (other[k] - nothing[k]).var(ddof=1) / paired

    luck = np.random.default_rng(1)
    several = np.array([ratios(luck.integers(0, len(plan), len(plan))) for _ in range(RESAMPLED)])
    low, high = np.nanquantile(several, (0.05, 0.95), axis=0)
    found = ratios(slice(None))
    said = [f"{x:,.1f} ({a:,.1f} to {b:,.1f})" for x, a, b in zip(found, low, high)]
    return said[0], said[1], min(found)


@dataclass
class Spill:
    """People whom no support touched in either run: how many, how many lives differ, and their part of the differences."""

    untouched: float
    differ: float
    bed_days: tuple[float, float]  # among the untouched, among everybody
    quality: tuple[float, float]


def spill(nothing: Lived, plan: Lived) -> Spill:
    """What a plan does through shared places, staff, friends and budgets to people it never reached. Counts are of the whole place."""
    nobody = (nothing.here | plan.here) & ~nothing.supported & ~plan.supported
    other = (nothing.bed_days != plan.bed_days) | (nothing.quality != plan.quality)
    for name in END:
        other |= nothing.end[name] != plan.end[name]
    beds, quality = plan.bed_days - nothing.bed_days, plan.quality - nothing.quality
    k = nothing.size
    return Spill(float(nobody.sum()) * k, float(other[nobody].sum()) * k, (float(beds[nobody].sum()) * k, float(beds.sum()) * k),
                 (float(quality[nobody].sum()) * k, float(quality.sum()) * k))


def table(pairs: Sequence[tuple[Lived, Lived, Lived]], told: str) -> str:
    """Both tables as Markdown, the goals beside the values."""
    rows = ["| Variance of the whole plan's difference in | goal: times smaller | than with independent seeds | than in the same town with other luck | by the "
            "smaller |", "|---|---:|---:|---:|---|"]
    for measure, (title, goal) in GOALS.items():
        seeds, luck, least = gains(*(np.array([p[i].years[measure].sum() for p in pairs]) for i in range(3)))
        rows.append(f"| {title} | {goal:g} | {seeds} | {luck} | {'met' if least >= goal else '**not met**'} |")
    spills = [spill(nothing, plan) for nothing, plan, _ in pairs]
    untouched, differ = (np.mean([getattr(s, n) for s in spills]) for n in ("untouched", "differ"))
    lines = [_both("Bed days over the plan", [s.bed_days for s in spills]), _both("ASCOT-years over the plan", [s.quality for s in spills])]
    everybody = np.mean([p[0].here.sum() * p[0].size for p in pairs])
    return (f"{told}\n\n" + "\n".join(rows) + "\n\n**Spillover.** People who in neither run had support, waited for it or cared for somebody who did, "
            f"in any week of the plan: {untouched:,.0f} of {everybody:,.0f}. Of them {differ:,.0f} ({differ / max(untouched, 1):.2%}) lived otherwise in "
            "some way because of the plan, through places, staff, friends and budgets that are shared.\n\n"
            "| Plan minus doing nothing, mean and standard error | the untouched | everybody |\n|---|---:|---:|\n" + "\n".join(lines) + "\n")


def _both(title: str, values: Sequence[tuple[float, float]]) -> str:
    parts = [np.array([v[i] for v in values]) for i in (0, 1)]
    return f"| {title} | " + " | ".join(f"{x.mean():+,.1f} ({x.std(ddof=1) / np.sqrt(len(x)):,.1f})" for x in parts) + " |"


def put_in(page: str, text: str) -> str:
    """The page with these tables between their marks, at its end where it has none."""
    before, found, rest = page.partition(BEGINS)
    after = rest.partition(ENDS)[2] if found else "\n"
    return f"{before if found else before.rstrip() + chr(10) * 2}{BEGINS}\n\n{text}\n{ENDS}{after}"


def main(words: Sequence[str] | None = None, say: Callable[[str], None] = print) -> None:
    """Measure, print, and with --write put the tables into docs/performance.md."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.pairing", description=__doc__)
    for name, default in (("--one-in", 1), ("--replications", 20), ("--years", 10)):
        ask.add_argument(name, type=int, default=default)
    ask.add_argument("--scenario", default="ten_percent_to_community")
    ask.add_argument("--place", default="doncaster")
    ask.add_argument("--write", action="store_true", help="into docs/performance.md as well")
    asked = ask.parse_args(words)
    if asked.replications < LEAST:
        ask.error(f"--replications: a variance needs at least {LEAST}")
    pairs = [pair(asked.scenario, asked.place, asked.one_in, asked.years, k) for k in range(asked.replications)]
    size = "everybody" if asked.one_in == 1 else f"one adult in {asked.one_in}"
    text = table(pairs, f"`{asked.scenario}` in {load_place(asked.place).title}, {size}, {asked.years} years, {asked.replications} worlds, central beliefs; in "
                        "brackets 90% intervals from resampled worlds.")
    say(text)
    if asked.write:
        PAGE.write_text(put_in(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
