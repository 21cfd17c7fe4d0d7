"""What a comparison found: paired differences with intervals, tidy enough for any reader's own tools.

Differences are taken within each replication, run minus baseline, so luck that both share cancels. An interval holds
chance and, where worlds were drawn, what we do not know; `mc_se` is the standard error of the mean difference,
reckoned over sets of numbers where each had several seeds.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from scenarios import keeping
from scenarios.design import Run
from scenarios.plan import Scenario
from scenarios.runs import Replication
from scenarios.split import error

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMNS = ("scenario", "budget_rule", "year", "measure", "unit", "group", "baseline_mean", "scenario_mean",
           "difference_mean", "difference_low80", "difference_high80", "difference_low90", "difference_high90", "mc_se",
           "replications")
Key = tuple[int, str, str, str]


@dataclass
class Results:
    """A comparison's answers. `rows` and `difference` give summary.csv; `write` puts everything in a folder."""

    scenario: Scenario
    runs: Sequence[Run]
    replications: Sequence[Replication]
    one_in: int
    worlds: str
    seeds_per_set: int = 1

    def __post_init__(self) -> None:
        self.keys: list[Key] = sorted(set().union(*(r.index for r in self.replications)))
        self.at = {k: i for i, k in enumerate(self.keys)}
        order = [r.key for r in self.runs]
        self.values = np.full((len(self.replications), len(order), len(self.keys)), np.nan)
        for i, r in enumerate(self.replications):
            columns = [self.at[tuple(k)] for k in r.index]
            rows = [order.index(k) for k in r.keys]
            self.values[i][np.ix_(rows, columns)] = r.values
        self.row = {k: j for j, k in enumerate(order)}
        self.units = {m: u for _, m, u, _ in self.keys}
        self.set_of = np.array([k if self.seeds_per_set == 1 else r.replication // self.seeds_per_set for k, r in enumerate(self.replications)])

    @property
    def count(self) -> int:
        return len(self.replications)

    @property
    def sets(self) -> int:
        """How many of the worlds are independent: seeds that share one set of numbers count once."""
        return len(np.unique(self.set_of))

    def run(self, label: str, budget_rule: str) -> Run:
        """The run of this name (as in summary.csv) under this budget rule."""
        return next(r for r in self.runs if r.label == label and r.budget_rule == budget_rule)

    def paired(self, run: Run, measure: str, group: str = "all", years: Sequence[int] | None = None) -> np.ndarray:
        """Run minus baseline for each replication and year [replications, years]; nan where it was not recorded."""
        return self.of(run, measure, group, years) - self.of_key(run.against, measure, group, years)

    def of(self, run: Run, measure: str, group: str = "all", years: Sequence[int] | None = None) -> np.ndarray:
        return self.of_key(run.key, measure, group, years)

    def of_key(self, key: str, measure: str, group: str = "all", years: Sequence[int] | None = None) -> np.ndarray:
        """A measure of one run for each replication and year [replications, years]."""
        years = list(years if years is not None else range(self.scenario.years))
        unit = self.units.get(measure, "")
        cols = [self.at.get((y, measure, unit, group), -1) for y in years]
        whole = self.values[:, self.row[key], :]
        return np.stack([whole[:, c] if c >= 0 else np.full(self.count, np.nan) for c in cols], axis=1)

    def rows(self, measures: Collection[str] | None = None) -> list[dict[str, Any]]:
        """The rows of summary.csv, for every run that has a baseline; of these measures alone, where they are named.

        A group in which nothing of a measure is found in either run of any replication has no row: it is nought.
        Replications in which there was nothing to measure (a share of nobody) are left out, and `replications` says so.
        """
        out = []
        wanted = np.array([i for i, key in enumerate(self.keys) if measures is None or key[1] in measures], dtype=np.int64)
        for run in self.runs:
            if not run.against:
                continue
            base, plan = self.values[:, self.row[run.against], wanted], self.values[:, self.row[run.key], wanted]
            table = _paired_table(base, plan, self.set_of)
            nothing = ((base == 0) | np.isnan(base)).all(axis=0) & ((plan == 0) | np.isnan(plan)).all(axis=0)
            paired = np.isfinite(plan - base).sum(axis=0)
            for k, (year, measure, unit, group) in enumerate(self.keys[i] for i in wanted):
                if year < 0 or not paired[k] or (nothing[k] and group != "all"):
                    continue
                numbers = dict(zip(COLUMNS[6:14], (_six(x) for x in table[:, k]), strict=True))
                out.append({"scenario": run.label, "budget_rule": run.budget_rule,
                            "year": self.scenario.financial_year(year), "measure": measure, "unit": unit, "group": group,
                            **numbers, "replications": int(paired[k])})
        return out

    def difference(self, measure: str, group: str | None = None) -> DataFrame:
        """The rows of summary.csv for one measure (and one group), as a table for notebooks."""
        from pandas import DataFrame

        found = [row for row in self.rows((measure,)) if group in (None, row["group"])]
        return DataFrame(found, columns=list(COLUMNS))

    def write(self, folder: Path, about: dict[str, Any], codebook: Sequence[dict[str, str]]) -> list[Path]:
        """summary.csv, codebook.csv, weekly.csv.gz and run.json in this folder, each whole; returns what was written.

        The same results give the same bytes, but for run.json, which tells how long they took.
        """
        folder.mkdir(parents=True, exist_ok=True)
        files = [folder / n for n in ("summary.csv", "codebook.csv", "weekly.csv.gz", "run.json")]
        keeping.whole(files[0], lambda out: _write_rows(out, COLUMNS, self.rows()))
        keeping.whole(files[1], lambda out: _write_rows(out, tuple(codebook[0]) if codebook else ("measure",), codebook))
        keeping.whole(files[2], self._write_weekly)
        keeping.whole_text(files[3], json.dumps(about, indent=1, default=str) + "\n")
        return files

    def _write_weekly(self, out: IO[bytes]) -> None:
        with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as packed, _as_text(packed) as text:
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(("scenario", "budget_rule", "week", "measure", "mean", "replications"))
            for run in self.runs:
                names = [n for n in self.replications[0].weekly if n.startswith(run.key + "\t")]
                for name in names:
                    series = np.mean([r.weekly[name] for r in self.replications if name in r.weekly], axis=0)
                    measure = name.split("\t", 1)[1]
                    writer.writerows((run.label, run.budget_rule, w, measure, f"{x:.6g}", self.count)
                                     for w, x in enumerate(series))


def _six(x: float) -> float | int:
    """Six digits, and no point where none is needed."""
    short = float(f"{x:.6g}")
    return int(short) if short.is_integer() else short


def _paired_table(base: np.ndarray, plan: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """[8, keys]: baseline mean, plan mean, mean difference, 80% and 90% limits, standard error of the mean."""
    both = np.isfinite(plan - base)
    table = _whole_table(base, plan, sets)
    for k in np.flatnonzero(both.any(axis=0) & ~both.all(axis=0)):
        table[:, k] = _whole_table(base[both[:, k], k:k + 1], plan[both[:, k], k:k + 1], sets[both[:, k]])[:, 0]
    return table


def _whole_table(base: np.ndarray, plan: np.ndarray, sets: np.ndarray) -> np.ndarray:
    diff = plan - base
    with np.errstate(invalid="ignore"):
        low80, high80, low90, high90 = np.quantile(diff, (0.1, 0.9, 0.05, 0.95), axis=0)
        return np.stack([base.mean(axis=0), plan.mean(axis=0), diff.mean(axis=0), low80, high80, low90, high90, error(diff, sets)])


def _write_rows(out: IO[bytes], columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    with _as_text(out) as text:
        writer = csv.DictWriter(text, fieldnames=list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@contextmanager
def _as_text(out: IO[bytes]) -> Iterator[io.TextIOWrapper]:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    try:
        yield text
    finally:
        text.flush()
        text.detach()
