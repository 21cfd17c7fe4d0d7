"""Which beliefs an experiment tries: values, ranges or the evidence's own ranges, combined into parameter sets.

A parameter set is a handful of numbers of the register, by key, held at other values than the replication's world holds
them; all others stay as they are. Money is in pounds of the register's price year, as the register holds it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from scenarios.words import nearest, refuse, shown
from simulation.evidence.register import Beliefs, Entry
from simulation.evidence.units import NON_NEGATIVE, SCALARS, Quantity

COMBINE = ("none", "row_by_row", "one_at_a_time", "full_grid", "space_filling")
STEPS, MOST_STEPS, MOST_POINTS, MOST_SETS = 3, 1000, 2**16, 100_000
EDGE = 1e-6  # how near to 0 and 1 a chance may come when a value is taken from the evidence's own distribution
Value = float | tuple[float, ...]
Changes = Mapping[str, Value]


@dataclass(frozen=True)
class Parameter:
    """One number of the register, and the values an experiment gives it: a list, a range, or the evidence's own."""

    entry: Entry
    values: tuple[Value, ...] = ()  # given one by one
    low: float = 0.0  # of a range; where `quantiles`, of the chance along the evidence's own distribution
    high: float = 0.0
    steps: int = STEPS
    quantiles: bool = False

    def at(self, u: float) -> Value:
        """The value that stands the share `u` of the way along the range."""
        along = self.low + u * (self.high - self.low)
        if not self.quantiles:
            return along
        value: Value = self.entry.at(min(max(along, EDGE), 1 - EDGE))
        return value

    @property
    def levels(self) -> tuple[Value, ...]:
        """The values one by one; a range gives equal steps from end to end."""
        return self.values or tuple(self.at(float(u)) for u in np.linspace(0, 1, self.steps))


def parameter(entry: Entry, given: Any) -> Parameter:
    """What an experiment file says of one number, read strictly. Raises the reader's own error where it cannot be used."""
    if given == "evidence":
        found = Parameter(entry, low=0.05, high=0.95, quantiles=True)
    elif isinstance(given, list):
        if not given:
            raise refuse("the list is empty", "write at least one value")
        found = Parameter(entry, tuple(_value(entry, one) for one in given))
        if len(set(found.values)) < len(found.values):
            raise refuse("a value is said twice", "keep one of them")
    elif isinstance(given, dict):
        found = _range(entry, given)
    else:
        raise refuse(f"{shown(given)} is not a list of values or a range",
                     "write [0.1, 0.2], {low: 0.1, high: 0.2}, or evidence for the register's own range")
    if found.quantiles and entry.shape == "fixed":
        raise refuse(f"the register gives {entry.key} no range", "write the values to try, or {low: ..., high: ...}")
    return found


def _range(entry: Entry, given: Mapping[str, Any]) -> Parameter:
    for word in given:
        if word not in ("low", "high", "steps"):
            raise refuse(f"{shown(word)} is not part of a range", nearest(word, ("low", "high", "steps")))
    if isinstance(entry.value, tuple):
        raise refuse(f"{entry.key} is a table by {entry.by}", "write whole tables in a list, or evidence to move it as one")
    if not {"low", "high"} <= set(given):
        raise refuse("a range has a low and a high end", "write {low: ..., high: ...}")
    low, high = (_number(entry, given[end]) for end in ("low", "high"))
    steps = given.get("steps", STEPS)
    if low >= high:
        raise refuse(f"the range ends at {high:g}, before it begins at {low:g}", "write the lower end as low")
    if not isinstance(steps, int) or isinstance(steps, bool) or not 2 <= steps <= MOST_STEPS:
        raise refuse(f"{shown(steps)} is not a number of steps", f"write a whole number from 2 to {MOST_STEPS}")
    return Parameter(entry, low=low, high=high, steps=steps)


def _value(entry: Entry, given: Any) -> Value:
    if not isinstance(entry.value, tuple):
        return _number(entry, given)
    if not isinstance(given, list) or len(given) != len(entry.value):
        raise refuse(f"{entry.key} is a table of {len(entry.value)} by {entry.by}", f"write a list of {len(entry.value)} numbers in each place")
    return tuple(_number(entry, one) for one in given)


def _number(entry: Entry, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise refuse(f"{shown(given)} is not a number", f"write a plain number, in the register's unit ({entry.unit})")
    kind = SCALARS.get(entry.unit, Quantity)
    if not kind.lowest <= given <= kind.highest or (entry.unit in NON_NEGATIVE and given < 0):
        raise refuse(f"{given:g} cannot be a {entry.unit}", f"the register holds {entry.low} to {entry.high}")
    return float(given)


def sets(combine: str, parameters: Sequence[Parameter], points: int, seed: int) -> list[Changes]:
    """Every parameter set of an experiment, in order. An empty one is the world as it stands."""
    keys = [p.entry.key for p in parameters]
    match combine:
        case "row_by_row":
            rows: Any = zip(*(p.levels for p in parameters), strict=True)
        case "one_at_a_time":
            return [{}, *({p.entry.key: v} for p in parameters for v in p.levels)]
        case "full_grid":
            rows = product(*(p.levels for p in parameters))
        case "space_filling":
            rows = ([p.at(float(u)) for p, u in zip(parameters, us)] for us in _spread(len(parameters), points, seed))
        case _:
            return [{}]
    return [dict(zip(keys, row)) for row in rows]


def how_many(combine: str, parameters: Sequence[Parameter], points: int) -> int:
    """How many parameter sets there will be, without making them."""
    levels = [len(p.values) or p.steps for p in parameters]
    return {"none": 1, "row_by_row": min(levels, default=0), "one_at_a_time": 1 + sum(levels), "full_grid": math.prod(levels),
            "space_filling": points}[combine]


def _spread(dimensions: int, points: int, seed: int) -> np.ndarray:
    """Scrambled Sobol points, the same for the same seed: they leave no corner of the ranges untried for long."""
    from scipy.stats import qmc

    return qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed)).random_base2(points.bit_length() - 1)


def changed(beliefs: Beliefs, changes: Changes) -> Beliefs:
    """The same beliefs with some numbers held at other values."""
    return Beliefs(beliefs.register, {**beliefs.values, **changes}, beliefs.variant) if changes else beliefs


def told(changes: Changes) -> str:
    """A parameter set in words: "falling.serious=0.1; shared.x=2", or "as they stand"."""
    return "; ".join(f"{k}={_short(v)}" for k, v in changes.items()) or "as they stand"


def _short(value: Value) -> str:
    return f"{value:.6g}" if isinstance(value, float | int) else "(" + " ".join(f"{v:.6g}" for v in value) + ")"


def as_text(changes: Changes) -> str:
    """A parameter set as it is stored, by key, to the last bit."""
    return json.dumps(dict(sorted(changes.items())))


def from_stored(changes: Mapping[str, Any]) -> Changes:
    """A stored parameter set as the register holds values: tables are tuples."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in changes.items()}
