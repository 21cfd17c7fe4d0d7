"""Who lives otherwise with a plan than without it: the same people found in both runs, by how they live in each."""

from __future__ import annotations

import numpy as np

from scenarios.answers_base import difference, main_run
from scenarios.answers_words import Range, middle
from scenarios.results import Results
from simulation.evidence.lists import FIFTH
from simulation.measures.twins import BROADLY, PLACE

FIFTHS = tuple(f"fifth: {name}" for name in FIFTH)
Pair = tuple[str, str]  # how people live without the plan, and with it


def flows(r: Results) -> dict[Pair, np.ndarray]:
    """People by how they live without the plan and with it, where these differ, at the last year's end [worlds]; nothing where it was not recorded."""
    run, last = main_run(r), [r.scenario.years - 1]
    found = {(a, b): r.of(run, f"flow_{a}_to_{b}", "all", last)[:, 0] for a in BROADLY for b in BROADLY if a != b}
    return {pair: np.nan_to_num(x) for pair, x in found.items()} if any(np.isfinite(x).any() for x in found.values()) else {}


def left_and_entered(held: dict[Pair, np.ndarray], kind: str = PLACE) -> tuple[Range, Range]:
    """People who live so without the plan and not with it, and the other way round."""
    def whole(side: int) -> Range:
        return middle(sum((x for pair, x in held.items() if pair[side] == kind), np.zeros_like(next(iter(held.values())))))

    return whole(0), whole(1)


def by_fifth(r: Results, measure: str) -> list[np.ndarray]:
    """A measure's difference in each fifth of neighbourhoods, most deprived first [worlds, years]; nothing where it was not recorded."""
    return [x for x in (difference(r, measure, None, group) for group in recorded_fifths(r)) if np.isfinite(x).any()]


def recorded_fifths(r: Results) -> list[str]:
    """The fifths of neighbourhoods that anything was recorded for: a small place may not have all five."""
    return [group for group in FIFTHS if np.isfinite(difference(r, "ascot_years", None, group)).any()]
