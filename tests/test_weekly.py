"""Weekly series as Parquet: every bit of the store, and told plainly where the library is not there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scenarios.store import Store
from tests.test_command import Told
from tests.test_experiment import careshift, peace

__all__ = ["careshift", "peace"]  # fixtures


def test_the_weekly_series_of_every_run_come_back_from_parquet_to_the_last_bit(peace: tuple[bytes, bytes], tmp_path: Path,
                                                                              careshift: Callable[..., Told]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed; pip install 'careshift[parquet]'")
    where = tmp_path / "peace" / "s.db"
    told = careshift("export", "tiny", "--store", str(where), "--parquet", "--to", "w.parquet")
    assert told.code == 0 and told.out == "w.parquet: 30,000 rows, weekly series of 6 finished runs\n", told
    rows = parquet.read_table(tmp_path / "w.parquet").to_pandas()
    with Store(where) as store:
        for run in store.runs(store.experiment("tiny")["key"]):
            mine = rows[rows["run"] == run["key"][:12]]
            assert mine["value"].to_numpy().tobytes() == store.series(run["id"])["people"].tobytes()
            assert mine["week"].tolist() == list(range(5000)) and set(mine["measure"]) == {"people"} and set(mine["replication"]) == {run["replication"]}
            assert set(mine["scenario"]) == {run["scenario_name"]} and mine["value"].dtype == np.float32
    assert "0 rows" in careshift("export", "tiny", "--store", str(where), "--parquet", "--to", "n.parquet", "--measure", "council_net").out


def test_without_the_library_or_with_both_forms_it_says_what_to_do(peace: tuple[bytes, bytes], tmp_path: Path, careshift: Callable[..., Told],
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    store = str(tmp_path / "peace" / "s.db")
    told = careshift("export", "tiny", "--store", store, "--parquet")
    assert told.code == 2 and told.err == "--parquet: pyarrow is needed for Parquet and is not installed; pip install 'careshift[parquet]'\n"
    told = careshift("export", "tiny", "--store", store, "--parquet", "--runs")
    assert told.code == 2 and told.err == "--parquet: holds weekly series, and --runs writes yearly figures; give one of them\n"
