"""What is recorded of a care system: costs, wellbeing, hospital, system; each measure with unit and meaning."""

from __future__ import annotations

from simulation.measures import costs, lives, supply, systems
from simulation.measures.costs import BESIDE, BUDGET_LINES, WATERFALL
from simulation.measures.kinds import MEASURES, Measure, Now
from simulation.measures.recorder import GROUPS, Recorder

__all__ = ["BESIDE", "BUDGET_LINES", "GROUPS", "MEASURES", "WATERFALL", "Measure", "Now", "Recorder", "codebook",
           "costs", "lives", "supply", "systems"]


def codebook() -> list[dict[str, str]]:
    """Every measure in words: one row each for codebook.csv."""
    good = {"up": "more is better", "down": "less is better", "neither": "neither way"}
    over = {"sum": "added up over the year", "mean": "mean of the year", "end": "at the last look of the year",
            "ratio": "one sum over another"}
    return [{"name": m.name, "title": m.title, "unit": m.unit, "family": m.family, "better": good[m.good],
             "year": over[m.over], "says": m.says} for m in MEASURES.values()]
