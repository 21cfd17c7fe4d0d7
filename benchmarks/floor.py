"""How little time a week could take on this machine: the bytes it must touch over the memory's speed, plus its luck.

Counted is what the rules themselves ask of everybody every week, each column once, as if all processes were one pass.
What only a few people need (those whose luck comes near an event) is left out, so this is a floor and no estimate.
"""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from benchmarks.given import EVERY
from simulation.draws import Draws, uniform
from simulation.world.residents import Resident
from simulation.world.town import Town

# Columns of everybody: read, and written. Loneliness is looked at once a month.
READ: dict[str, tuple[str, ...]] = {
    "ageing": ("present", "age"),
    "dying": ("present",),
    "needing": ("present", "need", "age", "acute", "worsened", "bed_days", "recovering"),
    "falling": ("present", "age", "hospital", "falls"),
    "loneliness": ("present", "arrives", "age", "need", "limiting", "alone", "partner", "friends", "tie_strength",
                   "company", "outlook", "loneliness"),
    "hospital": ("present", "hospital", "age", "need", "frailty", "setting", "acute", "unmet", "lonely", "discharged"),
}
WRITTEN: dict[str, tuple[str, ...]] = {
    "ageing": ("age",), "dying": (), "needing": ("acute", "worsened"), "falling": (),
    "loneliness": ("loneliness", "lonely"), "hospital": ("stay_days", "delayed_days"),
}
DRAWS_ADULT, OLDER = 4, 65  # a week: death, a move of need, ups and downs, A&E; one more from 65 on: a fall
RARE = 1e-3  # the chance of something in a week, for the measured draw
BIG = 2**26  # bytes, well beyond what a core keeps close


class Floor(NamedTuple):
    """What was measured, and the least seconds a week of so many people could take."""

    bytes_a_person: float
    draws_a_person: float
    gigabytes_a_second: float
    gigabytes_a_second_big: float
    nanoseconds_a_draw: float
    seconds_a_week: float


def bytes_a_person() -> float:
    """Bytes read and written for one person in a mean week, each column once."""
    weekly_read: set[str] = set()
    weekly_written: set[str] = set()
    now_and_then = 0.0
    for name, columns in READ.items():
        if EVERY.get(name, 1) == 1:
            weekly_read.update(columns)
            weekly_written.update(WRITTEN[name])
    for name, every in EVERY.items():
        now_and_then += (_size(set(READ[name]) - weekly_read) + _size(WRITTEN[name])) / every
    return _size(weekly_read) + _size(weekly_written) + now_and_then


def _size(columns: Any) -> int:
    kinds = vars(Resident)
    return sum(kinds[name].dtype.itemsize * kinds[name].slots for name in columns)


@njit(nogil=True)
def _lots(key: np.uint64, people: int, chance: float) -> int:
    """So many people draw, and it happens to a few: counted, since a sum of draws would measure the summing."""
    happens = 0
    for i in range(people):
        happens += uniform(key, i) < chance
    return happens


def floor(town: Town, rounds: int = 7) -> Floor:
    """The floor for the people of this town, measured now; the least of several rounds each."""
    r = town.residents
    people, older = int(r.present.sum()), int((r.present & (r.age >= OLDER)).sum())
    size = bytes_a_person()
    draws = DRAWS_ADULT + older / people
    speed, big = bandwidth(int(size * people), rounds), bandwidth(BIG, rounds)
    draws_key = Draws(town.draws.seed)
    draws_key.begin(0)
    key = draws_key.key("benchmark: a draw")
    _lots(key, 1, RARE)
    a_draw = least(lambda: _lots(key, people, RARE), rounds) / people
    return Floor(size, draws, speed / 1e9, big / 1e9, a_draw * 1e9, people * (size / speed + draws * a_draw))


def bandwidth(size: int, rounds: int = 7) -> float:
    """Bytes a second through one core, reading and writing both counted, for a block of so many bytes."""
    here = np.ones(max(size // 8, 1024), dtype=np.float32)  # half is read, half is written
    there = np.empty_like(here)
    return 2 * here.nbytes / least(lambda: np.copyto(there, here), rounds)


def least(act: Callable[[], object], rounds: int) -> float:
    """The least seconds of several rounds: what else the machine did is noise on one side only."""
    seconds = []
    for _ in range(rounds):
        began = thread_time()
        act()
        seconds.append(thread_time() - began)
    return min(seconds)
