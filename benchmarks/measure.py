"""Everything that is measured, side by side: each round asks every form of the town in turn, and the least counts.

Seconds are those the processor spent on this one thread (`thread_time`), so that a busy machine disturbs less.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import thread_time
from typing import Any, NamedTuple

from benchmarks import alone
from benchmarks.columns import ColumnTown
from benchmarks.engine import FIRST, Subset, found, founded, funded, present, shares
from benchmarks.floor import floor
from benchmarks.given import given
from benchmarks.objects import ObjectTown
from simulation.model import from_state
from simulation.plan import Plan
from simulation.rules import WEEKS

MONTH, YEAR = 4, WEEKS


class Sizes(NamedTuple):
    """How much is measured."""

    one_in: int  # of Doncaster, for the forms side by side
    rounds: int
    grows: tuple[tuple[int, int], ...]  # (one in, times) of Doncaster, for cost against population
    whole: int  # one in, for ten years; 0 for not at all
    cold: bool  # whether to compile from nothing


QUICK = Sizes(one_in=4, rounds=3, grows=((10, 1), (4, 1), (2, 1)), whole=0, cold=False)
FULL = Sizes(one_in=1, rounds=5, grows=((10, 1), (5, 2), (1, 1), (1, 2)), whole=1, cold=True)
GUARD = 50  # one in, for the shares that a test looks at


def everything(sizes: Sizes, say: Callable[[str], None]) -> dict[str, Any]:
    """All the numbers of one run."""
    found: dict[str, Any] = {"quick": sizes == QUICK}
    say("memory and starting, each in a process of its own")
    alone.ask("warm", 200)  # so that nobody below waits for a compiler
    found["held"], found["object"] = alone.ask("held", sizes.one_in), alone.ask("objects", 10)
    found["help"] = alone.help_seconds()
    if sizes.cold:
        say("a first start, with nothing compiled")
        found["first_start"], found["later_start"] = alone.first_start()
    if sizes.whole:
        say("the whole place, ten years and burn-in, on one core")
        found["whole"] = alone.ask("whole", sizes.whole)
    say("the same weeks in every form, in turn")
    found |= forms(sizes.one_in, sizes.rounds)
    say("all services on, against the first seven")
    found["services"] = services(sizes.one_in, sizes.rounds)
    say("cost against population")
    found["grows"] = growth(sizes.grows, sizes.rounds)
    found["shares"] = shares(founded(sizes.one_in))
    found["guard"] = guard_shares()
    return found


def guard_shares(rounds: int = 3) -> dict[str, float]:
    """The share of the week of each process in a small town: the middle of several years."""
    system = founded(GUARD)
    told = [shares(system) for _ in range(rounds)]
    middle = {name: sorted(t[name] for t in told)[rounds // 2] for name in told[0]}
    return {name: share / sum(middle.values()) for name, share in middle.items()}


def forms(one_in: int, rounds: int) -> dict[str, Any]:
    """Seconds a week in each form, the least of the rounds; every form has the same people at the start."""
    system = founded(one_in)
    state, told = system.state(), given(system.town, system.beliefs)
    towns: dict[str, tuple[Any, int]] = {  # form -> (town, weeks a round)
        "objects": (ObjectTown(system.town, told, "stream"), MONTH),
        "objects, addressed luck": (ObjectTown(system.town, told, "addressed"), MONTH),
        "columns": (ColumnTown(system.town, told, "stream"), MONTH * 3),
        "columns, addressed luck": (ColumnTown(system.town, told, "addressed"), MONTH * 3),
        "engine": (Subset(from_state(state, Plan())), YEAR),
        "whole week": (from_state(state, Plan()), YEAR),
    }
    people, least = present(system), dict.fromkeys(towns, math.inf)
    limit = floor(system.town)
    for _ in range(rounds):
        for name, (town, weeks) in towns.items():
            least[name] = min(least[name], weeks_of(town, weeks) / weeks)
    return {"people": people, "seconds": least, "floor": limit._asdict()}


def services(one_in: int, rounds: int) -> dict[str, float]:
    """Seconds of a whole week with all services on, and with the first seven alone; in turn, the least of the rounds."""
    towns = {"first": funded(one_in, FIRST), "all": funded(one_in)}
    least = dict.fromkeys(towns, math.inf)
    for _ in range(rounds):
        for name, town in towns.items():
            least[name] = min(least[name], weeks_of(town, YEAR // 2) / (YEAR // 2))
    return least


def weeks_of(town: Any, weeks: int) -> float:
    """Seconds for so many weeks."""
    began = thread_time()
    for _ in range(weeks):
        town.step()
    return thread_time() - began


def growth(grows: tuple[tuple[int, int], ...], rounds: int) -> dict[str, Any]:
    """Seconds a week and to found at several sizes, in turn, and the exponent between them."""
    towns, rows = [], []
    for one_in, times in grows:
        began = thread_time()
        system = found(one_in, times=times, burn_in=YEAR // 2)
        rows.append({"people": present(system), "founding": thread_time() - began, "week": math.inf})
        towns.append(system.burn_in())
    for _ in range(rounds):
        for row, town in zip(rows, towns, strict=True):
            row["week"] = min(row["week"], weeks_of(town, YEAR // 2) / (YEAR // 2))
    return {"rows": rows, "exponent": exponent([r["people"] for r in rows], [r["week"] for r in rows]),
            "last": exponent([r["people"] for r in rows[-2:]], [r["week"] for r in rows[-2:]])}


def exponent(people: list[float], seconds: list[float]) -> float:
    """The power of the population that cost grows with: the slope of a straight line through the logarithms."""
    x, y = [math.log(p) for p in people], [math.log(s) for s in seconds]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x)
