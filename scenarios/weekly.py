"""The weekly series of an experiment as one Parquet file beside the store: for R, Julia, pandas or a database that reads columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scenarios import keeping
from scenarios.parameters import from_stored, told
from scenarios.store import Store
from scenarios.structured import parted
from scenarios.structured import told as told_of
from simulation.errors import BadInput, Problem

WORDS = ("experiment", "place", "scenario", "budget_rule", "parameter_set", "parameters", "structures", "run", "measure")


def write(file: Path, store: Store, experiment: Mapping[str, Any], measures: Iterable[str] = ()) -> int:
    """One row for each finished run, measure and week, whole or not at all. Returns how many. Raises BadInput without pyarrow.

    Values keep all the bits of the store (32 each). Week 0 is the first of the plan; the burn-in is not in it.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise BadInput(Problem("", 0, "--parquet", f"{(error.name or 'pyarrow').split('.')[0]} is needed for Parquet and is not installed",
                               "pip install 'careshift[parquet]'")) from None
    form = pa.schema([*((name, pa.dictionary(pa.int32(), pa.string())) for name in WORDS), ("replication", pa.int32()), ("week", pa.int32()),
                      ("value", pa.float32())])
    only, count = set(measures), 0

    def work(out: Any) -> None:
        nonlocal count
        with parquet.ParquetWriter(out, form, compression="zstd") as writer:
            for run in store.runs(experiment["key"], "finished"):
                series = {m: s for m, s in store.series(run["id"]).items() if not only or m in only}
                if series:
                    rows = _columns(experiment["name"], run, series)
                    writer.write_table(pa.table([pa.array(rows[f.name]).cast(f.type) if f.name not in WORDS else
                                                 pa.DictionaryArray.from_arrays(*map(pa.array, rows[f.name])) for f in form], schema=form))
                    count += sum(map(len, series.values()))
    with keeping.written(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        keeping.whole(file, work)
    return count


def _columns(name: str, run: Mapping[str, Any], series: Mapping[str, np.ndarray]) -> dict[str, Any]:
    lengths = [len(s) for s in series.values()]
    n, (changes, ways) = sum(lengths), parted(run["changes"])
    head = {"experiment": name, "place": run["place"], "scenario": run["scenario_name"], "budget_rule": run["budget_rule"],
            "parameter_set": run["parameter_set"][:8], "parameters": told(from_stored(changes)), "structures": told_of(ways), "run": run["key"][:12]}
    out: dict[str, Any] = {k: (np.zeros(n, dtype=np.int32), [v]) for k, v in head.items()}
    out["measure"] = (np.repeat(np.arange(len(series), dtype=np.int32), lengths), list(series))
    out["replication"] = np.full(n, run["replication"], dtype=np.int32)
    out["week"] = np.concatenate([np.arange(k, dtype=np.int32) for k in lengths])
    out["value"] = np.concatenate([np.asarray(s, dtype=np.float32) for s in series.values()])
    return out
