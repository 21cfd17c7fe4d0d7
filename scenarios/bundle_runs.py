"""One replication of a paper's plan is run again for its bundle: every figure is held against the kept ones, every event written down."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scenarios import runs, structured
from scenarios.experiment import Task, burnt_in
from scenarios.store import Figure, Store
from simulation.errors import BadInput, Problem

EVENTS = ("week", "kind", "cause", "person", "service", "amount")


@dataclass
class Again:
    """A run done again: its figures and series, and its events as a table."""

    values: Mapping[Figure, float]
    weekly: Mapping[str, np.ndarray]
    events: bytes
    count: int


def again(task: Task) -> Again:
    """The last run of a task, after the baseline it is held against where what that spent is not known."""
    state, beliefs = burnt_in(task)
    *before, run = task.runs
    lines = next(iter(task.known.values()), None)
    if lines is None and before:
        lines = runs.forked(state, *structured.ready(before[0], beliefs, None), None)[2]
    kept: list[Any] = []
    reference = lines if run.against else None
    values, weekly, _ = runs.forked(state, *structured.ready(run, beliefs, reference), reference, look=lambda town: kept.append(town.events))
    return Again(values, weekly, _table(kept[0]), len(kept[0].table()))


def _table(events: Any) -> bytes:
    """Every event in order, as CSV under gzip: the same bits for the same events."""
    out, table = io.BytesIO(), events.table()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0, compresslevel=6) as packed, io.TextIOWrapper(packed, "utf-8", newline="") as text:
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(EVENTS)
        kinds, causes, services = events.kinds, events.causes, events.services
        rows.writerows((w, kinds[k], causes[c], p, services[s], f"{a:.6g}") for w, k, c, p, s, a in table.tolist())
    return out.getvalue()


def same(run: str, mine: Again, values: Mapping[Figure, float], weekly: Mapping[str, np.ndarray]) -> None:
    """Refuse to pack answers that this code does not give. Raises BadInput."""
    here = {k: v + 0.0 for k, v in mine.values.items() if not np.isnan(v)}
    there = {k: v + 0.0 for k, v in values.items() if not np.isnan(v)}
    bad = sorted({k[1] for k in here.keys() | there.keys() if _bits(here.get(k)) != _bits(there.get(k))})
    bad += sorted(k for k in mine.weekly.keys() | weekly.keys() if _series(mine.weekly.get(k)) != _series(weekly.get(k)))
    if bad:
        raise BadInput(Problem("", 0, "", f"run again, {run} does not give the figures that are kept ({len(bad)} measures differ, the first is {bad[0]})",
                               "the libraries may be others than then (careshift experiment verify tells); run it afresh, or give --no-events"))


def _bits(x: float | None) -> bytes:
    return b"" if x is None else np.float64(x).tobytes()


def _series(x: np.ndarray | None) -> bytes:
    return b"" if x is None else np.asarray(x, dtype=np.float32).tobytes()


def of_replication(folder: Path, task: Task, keys: tuple[str, ...]) -> tuple[dict[Figure, float], dict[str, np.ndarray]] | None:
    """What a folder of results keeps of the last run of a task, or None where the replication was cleared away."""
    for file in sorted(folder.glob(f"replications/replication_{task.replication:04d}_*.npz")):
        found = runs.load_replication(file)
        if found and tuple(found.keys) == keys:
            key = task.runs[-1].key
            values = dict(zip(map(tuple, found.index), found.values[found.keys.index(key)]))
            return values, {n.split("\t", 1)[1]: a for n, a in found.weekly.items() if n.startswith(key + "\t")}
    return None


def of_store(store: Store, key: str) -> tuple[dict[Figure, float], dict[str, np.ndarray]]:
    """What a store keeps of a run."""
    run = store.run(key)["id"]
    return store.values(run), store.series(run)
