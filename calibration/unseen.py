"""A place that nothing was fitted to: what the calibrated model says of it, beside the forecasts of somebody who has no model."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from calibration import care, checks
from calibration.joint import Several, targets, with_effects
from calibration.runs import Runs
from calibration.targets import Target

EARLIER = Path(__file__).with_name("earlier.csv")
# Larger samples than a calibration can afford: a place is run alone, and chance of a sample should not be what makes intervals wide.
FINER = {"doncaster": 5, "wigan": 5, "somerset": 10, "devon": 15, "birmingham": 12, "bristol": 5, "derby": 4}
SETS = 40
ENGLAND, LAST_YEAR = "England's rate", "last year's value"


def predicted(place: str, names: Sequence[str], sets: np.ndarray, apart: Mapping[str, float], *, seed: int, store: MutableMapping[str, Any],
              one_in: int | None = None) -> list[dict[str, Any]]:
    """What the model says of a place's figures with these sets of numbers: middles and 90% intervals, and whose figure stands beside.

    An interval holds what the sets do not agree on, chance in a sample of the place, the common discrepancy, how far councils are
    apart, and the reporting error of the figure.
    """
    simulator = Several((place,), (one_in or FINER[place],))
    asked = with_effects(everything(simulator), apart)
    runs = Runs(simulator, list(names), len(sets), seed, store, None, [target.name for target in asked])
    runs.run(sets, "predicted")
    rows = []
    for number, target in enumerate(asked):
        luck = np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(13, number)))
        row = checks.predicted(target, np.log(np.maximum(runs.column(target.name), 1e-9)), luck)
        rows.append({**row, "place": place, "figure": target.name.partition(": ")[2], "own": target.family == target.name})
    return rows


def everything(simulator: Several) -> list[Target]:
    """All outcomes of one place: its own figures, to be tested by, and England's rates, to stand beside. `family` tells its own."""
    from simulation.places import load

    place = simulator.places[0]
    there = load(place)
    own = [replace(target, family=target.name) for target in targets(simulator, without=simulator.places) if target.name.startswith(f"{place}: ")]
    lent = [replace(target, name=f"{place}: {target.name}", family="England's", sd=care.COUNTED, role="holdout")
            for target in care.targets(there) if there.figures[target.name].basis == "england"]
    return own + lent


# Rivals -------------------------------------------------------------------------------------------------------------
Forecast = Callable[[str, str], float | None]


def of_england(place: str, figure: str) -> float | None:
    """England's rate put to this place, where the figure is its own."""
    return _rates(place).get(figure)


@lru_cache(maxsize=16)
def _rates(place: str) -> dict[str, float]:
    from simulation.places import load

    return care.of_england(load(place))


def of_last_year(place: str, figure: str) -> float | None:
    """What was published of the year before, where that was found."""
    return _earlier().get((place, figure))


@lru_cache(maxsize=1)
def _earlier() -> dict[tuple[str, str], float]:
    with EARLIER.open(encoding="utf-8", newline="") as lines:
        return {(row["place"], row["figure"]): float(row["value"]) for row in csv.DictReader(lines)}


RIVALS: dict[str, Forecast] = {ENGLAND: of_england, LAST_YEAR: of_last_year}


def rival(who: Forecast, place: str, figure: str, value: float, others: Mapping[str, float]) -> dict[str, Any] | None:
    """A naive forecast with an interval as wide as the same rival's errors at the other places whose figure is their own.

    None where the rival has nothing to say, or fewer than two other places tell how far it is usually off.
    """
    middle = who(place, figure)
    off = [math.log(theirs / told) for other, told in others.items() if other != place and (theirs := who(other, figure)) is not None]
    if middle is None or len(off) < 2:
        return None
    sd = math.sqrt(sum(x * x for x in off) / len(off))
    half = checks.TAIL * sd
    miss = max(abs(math.log(value / middle)) - half, 0.0)
    return {"median": middle, "low": middle * math.exp(-half), "high": middle * math.exp(half), "width": 2 * half, "inside": miss == 0.0,
            "error": middle - value, "interval_score": 2 * half + 2 / 0.1 * miss, "value": value}


def published(figure: str, places: Sequence[str]) -> dict[str, float]:
    """The figure of every one of these places that has one of its own."""
    from simulation.places import load

    found = {place: load(place).figures.get(figure) for place in places}
    return {place: one.value for place, one in found.items() if one is not None and one.basis == "local"}


def beside(rows: Sequence[Mapping[str, Any]], places: Sequence[str]) -> list[dict[str, Any]]:
    """Each figure of a place's own with the model's forecast and every rival's that can be made from the other places."""
    out = []
    for row in rows:
        if not row["own"]:
            continue
        others = published(row["figure"], places)
        made = {name: rival(who, row["place"], row["figure"], row["value"], others) for name, who in RIVALS.items()}
        out.append({**row, "rivals": {name: one for name, one in made.items() if one is not None}})
    return out


def score(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Coverage, mean error, width and interval score over forecasts, on the log scale; nothing of no forecast."""
    if not rows:
        return {}
    return {"figures": len(rows), "coverage": float(np.mean([row["inside"] for row in rows])),
            "error": float(np.mean([abs(row["error"] / row["value"]) for row in rows])),
            "width": float(np.mean([row["width"] for row in rows])),
            "interval_score": float(np.mean([row["interval_score"] for row in rows]))}


def scores(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[dict[str, float], dict[str, float]]]:
    """For each rival, the model's score and the rival's on the figures of which both speak: like with like."""
    found = {}
    for name in RIVALS:
        both = [row for row in rows if name in row["rivals"]]
        if both:
            found[name] = (score(both), score([row["rivals"][name] for row in both]))
    return found
