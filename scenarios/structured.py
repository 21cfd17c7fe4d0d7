"""A run under choices of structure: the plan and doing nothing alike, in the same world, from the first week after the burn-in.

A choice of structure is no number of the register that could be drawn: `scenarios/structures.yaml` has each with its two ways. A run
keeps its plan as it was asked; which choices go the other way is part of its name, and is put in just before it is run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from scenarios.design import Run
from scenarios.packing import plan_as_text
from scenarios.parameters import Changes, changed
from scenarios.structures import choices, combinations, net_of_contributions, of
from simulation.evidence.register import Beliefs

WORD, OTHER, USUAL = "structure.", "other", "as usual"  # how a stored parameter set says that a choice goes the other way
Ways = tuple[str, ...]  # the names of choices that go the other way, in the order of the file


@dataclass(frozen=True)
class Structured(Run):
    """A run in which some choices of structure go the other way."""

    ways: Ways = ()

    @property
    def key(self) -> str:
        return "|".join((super().key, *self.ways))

    @property
    def label(self) -> str:
        """The scenario as tables name it, with the choices that go the other way."""
        return ":".join((super().label, "+".join(self.ways)))


def names() -> list[str]:
    """Every choice of structure by name, in the order of the file."""
    return [choice.name for choice in choices()]


def every(chosen: Sequence[str]) -> tuple[Ways, ...]:
    """Every combination of these choices, all usual first; other choices stay as usual."""
    mine = [name for name in names() if name in chosen]
    return tuple(tuple(name for name, other in zip(mine, flags) if other) for flags in combinations(len(mine)))


def under(run: Run, ways: Ways) -> Run:
    """The same run with these choices going the other way; of doing nothing, those alone that touch it."""
    touching = tuple(c.name for c in choices() if c.name in ways and not c.of_the_plan_alone)
    mine = ways if run.against else touching
    if not mine:
        return run
    told = {f.name: getattr(run, f.name) for f in fields(Run)}
    return Structured(**told | {"against": "|".join((run.against, *touching)) if run.against else ""}, ways=mine)


def sets(key: str) -> set[str]:
    """The choices that set this number of the register."""
    return {choice.name for choice in choices() if key in choice.beliefs}


def marks(run: Run) -> dict[str, str]:
    """What a stored parameter set says of a run's structure; nothing where all is as usual."""
    return {WORD + name: OTHER for name in run.ways} if isinstance(run, Structured) else {}


def parted(stored: Mapping[str, Any]) -> tuple[dict[str, Any], Ways]:
    """A stored parameter set as numbers of the register, and the choices that go the other way."""
    ways = tuple(name for name in names() if stored.get(WORD + name) == OTHER)
    return {key: value for key, value in stored.items() if not key.startswith(WORD)}, ways


def told(ways: Ways) -> str:
    """Which choices go the other way, in words short enough for a table."""
    return " + ".join(ways) or USUAL


def decides(run: Run) -> str:
    """What a run's structure changes, to the last bit, whatever its choices are called; nothing where all is as usual."""
    if not isinstance(run, Structured):
        return ""
    budget, believed, net = _changes(run)
    return json.dumps([plan_as_text(replace(run.plan, name="", title="", budget=budget)), dict(sorted(believed.items())), net])


def ready(run: Run, beliefs: Beliefs, spent: Mapping[str, Any] | None) -> tuple[Run, Beliefs]:
    """A run as it is forked: its budget rule, the money that moves, and what is believed after the burn-in.

    `spent` is what the run it is held against spent, by line and week.
    """
    if not isinstance(run, Structured):
        return run, beliefs
    budget, believed, net = _changes(run)
    plan = replace(run.plan, budget=budget)
    if net and run.against:
        plan = net_of_contributions(plan, spent or {})
    return replace(run, plan=plan), changed(beliefs, believed)


def _changes(run: Structured) -> tuple[Any, Changes, bool]:
    return of(tuple(name in run.ways for name in names()), run.plan.budget)
