"""What an experiment found, as tables: every figure with its Monte Carlo error and the replications a wished precision needs.

Differences are taken within each replication, run minus the baseline of the same people, luck and beliefs.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scenarios import keeping, structured, words
from scenarios.parameters import from_stored, told
from scenarios.split import error, split
from scenarios.store import Figure, Store
from scenarios.words import year_name

PRECISION = 0.05  # the Monte Carlo error wished for, as a share of the figure itself
COLUMNS = ("experiment", "place", "scenario", "scenario_number", "scenarios_of_place", "budget_rule", "parameter_set", "parameters", "structures", "year",
           "measure", "unit", "group", "mean", "mean_mc_se", "difference_mean", "difference_mc_se", "replications", "replications_needed",
           "mean_replications_needed", "one_in", "worlds", "sets", "difference_chance_share")
RUN_COLUMNS = ("experiment", "place", "scenario", "budget_rule", "parameter_set", "structures", "replication", "year", "measure", "unit", "group", "value",
               "run")
Values = Mapping[int, Mapping[Figure, float]]  # by replication


def needed(values: np.ndarray, precision: float, sets: np.ndarray | None = None) -> int | str:
    """How many replications bring the standard error of the mean down to this share of it; nothing where the mean is nought.

    Where several share a set of numbers (`sets`): how many with as many seeds for each set.
    """
    if len(values) < 2 or not values.mean():
        return ""
    spread = values.std(ddof=1) if sets is None else mc_se(values, sets) * math.sqrt(len(values))
    if not math.isfinite(spread) or abs(values.mean()) <= spread * 1e-9:
        return ""
    return max(2, math.ceil((spread / (precision * abs(values.mean()))) ** 2))


def mc_se(values: np.ndarray, sets: np.ndarray | None = None) -> float:
    """The standard error of the mean over replications, or over the sets of numbers they share; not a number where there is one alone."""
    return float(error(values, np.arange(len(values)) if sets is None else sets))


def rows(store: Store, experiment: Mapping[str, Any], *, precision: float = PRECISION, measures: Iterable[str] = ()) -> Iterator[dict[str, Any]]:
    """One row for each scenario, place, parameter set, year, measure and group, over all replications that are finished."""
    finished = store.runs(experiment["key"], "finished")
    of = {(s["place"], s["name"]): s["of"] for s in store.scenarios()}
    at = {r["key"]: r for r in finished}
    only, held, held_of = set(measures), dict[str, Mapping[Figure, float]](), ("", "", "")  # baselines, read once for their plans
    for cell in _cells(finished):
        first = cell[0]
        mine = {r["replication"]: store.values(r["id"]) for r in cell}
        where = (first["place"], first["parameter_set"], at[first["against"]]["scenario"] if first["against"] in at else "")
        if where != held_of:
            held, held_of = {}, where
        for key in {r["against"] for r in cell} & at.keys() - held.keys():
            held[key] = store.values(at[key]["id"])
        sets = {r["replication"]: r["drawn_set"] for r in cell if r["drawn_set"] is not None}
        base = {r["replication"]: held[r["against"]] for r in cell if r["against"] in held}
        start = words.year(first["first_year"])
        changes, ways = structured.parted(first["changes"])
        head = {"experiment": experiment["name"], "place": first["place"], "scenario": first["scenario_name"],
                "scenario_number": first["number"] or "", "scenarios_of_place": of[first["place"], first["scenario_name"]],
                "budget_rule": first["budget_rule"], "parameter_set": first["parameter_set"][:8],
                "parameters": told(from_stored(changes)), "structures": structured.told(ways), "one_in": first["one_in"], "worlds": first["worlds"]}
        for figure in sorted(set().union(*mine.values())):
            year, measure, unit, group = figure
            if year >= 0 and (not only or measure in only):
                yield {**head, "year": year_name(start + year), "measure": measure, "unit": unit, "group": group,
                       **_told(figure, mine, base, precision, sets)}


def _told(figure: Figure, mine: Values, base: Values, precision: float, shared: Mapping[int, int]) -> dict[str, Any]:
    there = [k for k, v in mine.items() if figure in v]
    both = [k for k in there if figure in base.get(k, {})]
    values, pairs = np.array([mine[k][figure] for k in there]), np.array([mine[k][figure] - base[k][figure] for k in both])
    own, paired = (np.array([shared.get(k, k) for k in some]) if shared else None for some in (there, both))
    out = {"mean": _six(values.mean()), "mean_mc_se": _six(mc_se(values, own)), "mean_replications_needed": needed(values, precision, own),
           "replications": len(values), "difference_mean": "", "difference_mc_se": "", "replications_needed": "", "difference_chance_share": "",
           "sets": len(there) if own is None else len(np.unique(own))}
    if len(pairs):
        parted = None if paired is None else split(pairs, paired)
        out.update(difference_mean=_six(pairs.mean()), difference_mc_se=_six(mc_se(pairs, paired)), replications=len(pairs),
                   replications_needed=needed(pairs, precision, paired), difference_chance_share=_six(parted.chance) if parted else "",
                   sets=len(pairs) if paired is None else len(np.unique(paired)))
    return out


def run_rows(store: Store, experiment: Mapping[str, Any], measures: Iterable[str] = ()) -> Iterator[dict[str, Any]]:
    """One row for each figure of each finished run, to the last bit."""
    only = set(measures)
    for r in store.runs(experiment["key"], "finished"):
        start, ways = words.year(r["first_year"]), structured.told(structured.parted(r["changes"])[1])
        for (year, measure, unit, group), value in sorted(store.values(r["id"]).items()):
            if year >= 0 and (not only or measure in only):
                yield {"experiment": experiment["name"], "place": r["place"], "scenario": r["scenario_name"], "budget_rule": r["budget_rule"],
                       "parameter_set": r["parameter_set"][:8], "structures": ways, "replication": r["replication"], "year": year_name(start + year),
                       "measure": measure, "unit": unit, "group": group, "value": repr(value), "run": r["key"][:12]}


def _cells(finished: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    cells: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for r in finished:
        against = "plan" if r["against"] else "baseline"
        cells.setdefault((r["place"], r["parameter_set"], r["scenario"], against), []).append(r)
    return [sorted(cell, key=lambda r: r["replication"]) for cell in cells.values()]


def _six(x: float) -> str:
    return "" if math.isnan(x) else f"{x:.6g}"


def write(file: Path, columns: tuple[str, ...], table: Iterable[Mapping[str, Any]]) -> int:
    """A table as CSV, whole or not at all. Returns how many rows it has."""
    count = 0

    def work(out: Any) -> None:
        nonlocal count
        text = io.TextIOWrapper(out, encoding="utf-8", newline="")
        writer = csv.DictWriter(text, fieldnames=columns, lineterminator="\n")
        writer.writeheader()
        for row in table:
            writer.writerow(row)
            count += 1
        text.flush()
        text.detach()
    with keeping.written(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        keeping.whole(file, work)
    return count
