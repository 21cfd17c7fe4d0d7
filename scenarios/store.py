"""What every run found is kept once and for good, with where it came from. The only file that asks in SQL.

SQLite in one file by default, with one writer at a time; PostgreSQL by URL. A run is named by the hash of all that
determines it, so writing it twice changes nothing. Scenarios are numbered as they are put to a place: "scenario k of n"
counts every plan ever tried there, and one that is deleted leaves a tombstone and keeps its number.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from scenarios.database import Database, address, bad, now
from scenarios.packing import packed, unpacked
from scenarios.tables import EXPERIMENT_RUNS, EXPERIMENTS, FIGURES, PARAMETER_SETS, PROVENANCE, RESULTS, RUNS, SCENARIOS, SERIES

__all__ = ["Asked", "Figure", "Said", "Store", "address", "now"]

Figure = tuple[int, str, str, str]  # year of the plan, measure, unit, group
ONE_WRITER = 5_160_773  # the number of the lock that writers of one PostgreSQL store take while scenarios are numbered


@dataclass(frozen=True)
class Said:
    """What one run said: a value for each figure, weekly series, and what a baseline spent, for plans held against it."""

    key: str
    values: Mapping[Figure, float]
    weekly: Mapping[str, np.ndarray]
    lines: Mapping[str, np.ndarray] = field(default_factory=dict)
    seconds: float = 0.0
    world: str = ""


@dataclass(frozen=True)
class Asked:
    """An experiment as it is put to a place: rows for what is asked, in the order in which it is asked."""

    experiment: Mapping[str, Any]
    scenarios: Sequence[Mapping[str, Any]]  # with "changes_nothing", which decides whether it is numbered
    parameter_sets: Sequence[Mapping[str, Any]]
    provenance: Sequence[Mapping[str, Any]]
    runs: Sequence[Mapping[str, Any]]


class Store(Database):
    """One store of answers. `with Store(url) as store: ...`; `writing()` holds it for one writer."""

    def __init__(self, given: str | Path | None = None, *, make: bool = True):
        self._figures: dict[Figure, int] = {}
        super().__init__(given, make=make)

    # What is asked -------------------------------------------------------------------------------------------------
    def begin(self, asked: Asked) -> None:
        """Write down an experiment and all its runs, as planned; what is written down already stays as it is."""
        def work(c: sa.Connection) -> None:
            self._new(c, EXPERIMENTS, [asked.experiment])
            self._number(c, asked.scenarios)
            self._new(c, PARAMETER_SETS, asked.parameter_sets)
            self._new(c, PROVENANCE, asked.provenance)
            blank = {"state": "planned", "tries": 0, "seconds": None, "ended": "", "world": "", "error_kind": "", "error": "", "drawn_set": None}
            self._new(c, RUNS, [{**blank, **run} for run in asked.runs])
            self._new(c, EXPERIMENT_RUNS, [{"experiment": asked.experiment["key"], "run": run["key"], "place_in_order": k}
                                           for k, run in enumerate(asked.runs)])
        self._do(work)

    def _number(self, c: sa.Connection, scenarios: Sequence[Mapping[str, Any]]) -> None:
        if not self.file:
            c.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_WRITER)))
        for row in scenarios:
            if c.scalar(sa.select(SCENARIOS.c.key).where(SCENARIOS.c.key == row["key"])) is None:
                last = c.scalar(sa.select(sa.func.max(SCENARIOS.c.number)).where(SCENARIOS.c.place == row["place"])) or 0
                kept = {"deleted": "", "why_deleted": "", **{k: v for k, v in row.items() if k != "changes_nothing"}}
                c.execute(SCENARIOS.insert().values({**kept, "number": None if row["changes_nothing"] else last + 1}))

    def count(self, scenarios: Sequence[Mapping[str, Any]]) -> list[tuple[int | None, int]]:
        """Number plans that are put to a place outside any experiment. Gives for each its number (none for a baseline) and how many there are."""
        self._do(lambda c: self._number(c, scenarios))
        numbers = {s["key"]: (s["number"], s["of"]) for s in self.scenarios()}
        return [numbers[row["key"]] for row in scenarios]

    def forget(self, place: str, name: str, why: str) -> int:
        """Delete what a scenario's runs found at a place; its number and a tombstone stay. Returns how many runs went."""
        def work(c: sa.Connection) -> int:
            keys = list(c.scalars(sa.select(SCENARIOS.c.key).where(SCENARIOS.c.place == place, SCENARIOS.c.name == name)))
            if not keys:
                raise bad(self, f"no scenario {name!r} was ever put to {place!r}", "careshift experiment status lists them")
            ids = list(c.scalars(sa.select(RUNS.c.id).where(RUNS.c.scenario.in_(keys))))
            gone = sa.select(RUNS.c.id).where(RUNS.c.scenario.in_(keys))
            c.execute(RESULTS.delete().where(RESULTS.c.run.in_(gone)))
            c.execute(SERIES.delete().where(SERIES.c.run.in_(gone)))
            c.execute(EXPERIMENT_RUNS.delete().where(EXPERIMENT_RUNS.c.run.in_(
                sa.select(RUNS.c.key).where(RUNS.c.scenario.in_(keys)))))
            c.execute(RUNS.delete().where(RUNS.c.scenario.in_(keys)))
            c.execute(SCENARIOS.update().where(SCENARIOS.c.key.in_(keys)).values(deleted=now(), why_deleted=why))
            return len(ids)
        return self._do(work)

    # What is found -------------------------------------------------------------------------------------------------
    def finish(self, found: Collection[Said]) -> int:
        """Keep what runs said, all of it or nothing; a run that is kept already is left alone. Returns how many are new."""
        self._know({figure for said in found for figure in said.values})

        def work(c: sa.Connection) -> int:
            return sum(self._keep(c, said) for said in found)
        return self._do(work)

    def _keep(self, c: sa.Connection, said: Said) -> bool:  # + 0.0: minus nought is kept as nought, for SQLite keeps no sign of it
        mine = RUNS.update().where(RUNS.c.key == said.key, RUNS.c.state != "finished").values(
            state="finished", tries=RUNS.c.tries + 1, seconds=said.seconds, ended=now(), world=said.world, error_kind="", error="")
        if c.execute(mine).rowcount == 0:
            return False
        run = c.scalar(sa.select(RUNS.c.id).where(RUNS.c.key == said.key))
        c.execute(RESULTS.insert(), [{"run": run, "figure": self._figures[k], "value": float(v) + 0.0}
                                     for k, v in said.values.items() if not np.isnan(v)])
        kinds = {"weekly": said.weekly, "lines": said.lines}
        c.execute(SERIES.insert(), [{"run": run, "kind": k, "packed": packed(s)} for k, s in kinds.items() if s or k == "weekly"])
        return True

    def fail(self, keys: Collection[str], kind: str, error: str) -> None:
        """Write down that runs ended in an error, each with the error itself; a finished run stays finished."""
        self._do(lambda c: c.execute(RUNS.update().where(RUNS.c.key.in_(keys), RUNS.c.state != "finished").values(
            state="failed", tries=RUNS.c.tries + 1, ended=now(), error_kind=kind, error=error)))

    def _know(self, figures: Collection[Figure]) -> None:
        new = sorted(set(figures) - set(self._figures))
        if not new:
            return
        if new := sorted(set(new) - set(self._all_figures())):
            self._do(lambda c: self._new(c, FIGURES, [dict(zip(("year", "measure", "unit", "group"), f)) for f in new]))
            self._all_figures()

    def _all_figures(self) -> dict[Figure, int]:
        rows = self._do(lambda c: c.execute(sa.select(FIGURES)).all())
        self._figures = {(r.year, r.measure, r.unit, r.group): r.id for r in rows}
        return self._figures

    # What is kept --------------------------------------------------------------------------------------------------
    def states(self, experiment: str) -> dict[str, str]:
        """Each run of an experiment, and whether it is planned, finished or failed."""
        query = sa.select(RUNS.c.key, RUNS.c.state).join(EXPERIMENT_RUNS, EXPERIMENT_RUNS.c.run == RUNS.c.key).where(
            EXPERIMENT_RUNS.c.experiment == experiment)
        return {r.key: r.state for r in self._do(lambda c: c.execute(query).all())}

    def finished(self, keys: Collection[str]) -> set[str]:
        """Which of these runs the store has the answers of, whatever experiment asked."""
        every, wanted = sa.select(RUNS.c.key).where(RUNS.c.state == "finished"), set(keys)
        return wanted & set(self._do(lambda c: c.scalars(every).all()))

    def experiments(self) -> list[dict[str, Any]]:
        """Every experiment, with how many of its runs are planned, finished and failed."""
        rows = self._rows(sa.select(EXPERIMENTS).order_by(EXPERIMENTS.c.begun, EXPERIMENTS.c.name))
        query = sa.select(EXPERIMENT_RUNS.c.experiment, RUNS.c.state, sa.func.count().label("runs"), sa.func.sum(RUNS.c.seconds).label("seconds")
                          ).join(RUNS, RUNS.c.key == EXPERIMENT_RUNS.c.run).group_by(EXPERIMENT_RUNS.c.experiment, RUNS.c.state)
        counts = {(r["experiment"], r["state"]): r for r in self._rows(query)}
        for row in rows:
            for state in ("planned", "finished", "failed"):
                row[state] = counts.get((row["key"], state), {}).get("runs", 0)
            row["seconds"] = counts.get((row["key"], "finished"), {}).get("seconds") or 0.0
        return rows

    def experiment(self, name: str) -> dict[str, Any]:
        """The latest experiment of this name, or the one whose key begins so. Raises BadInput."""
        every = self.experiments()
        found = [e for e in every if e["name"] == name] or [e for e in every if name and e["key"].startswith(name)]
        if not found:
            raise bad(self, f"there is no experiment {name!r} in this store",
                       f"choose from {', '.join(sorted({e['name'] for e in every}))}" if every else "run one first")
        return found[-1]

    def runs(self, experiment: str, state: str | None = None) -> list[dict[str, Any]]:
        """The runs of an experiment in their order, each with its scenario and its parameter set."""
        query = _whole_runs().join(EXPERIMENT_RUNS, EXPERIMENT_RUNS.c.run == RUNS.c.key).where(
            EXPERIMENT_RUNS.c.experiment == experiment).order_by(EXPERIMENT_RUNS.c.place_in_order)
        return [_told(r) for r in self._rows(query if state is None else query.where(RUNS.c.state == state))]

    def run(self, key: str) -> dict[str, Any]:
        """One run by its key or the beginning of it. Raises BadInput where none or several begin so."""
        found = self._rows(_whole_runs().where(RUNS.c.key.startswith(key, autoescape=True)).limit(2))
        if len(found) != 1:
            raise bad(self, f"{'several runs begin' if found else 'no run begins'} with {key!r}", "write more of its key")
        return _told(found[0])

    def values(self, run: int) -> dict[Figure, float]:
        """Every figure of a finished run, by its number in this store."""
        query = sa.select(FIGURES.c.year, FIGURES.c.measure, FIGURES.c.unit, FIGURES.c.group, RESULTS.c.value).join(
            RESULTS, RESULTS.c.figure == FIGURES.c.id).where(RESULTS.c.run == run)
        return {(r[0], r[1], r[2], r[3]): r[4] for r in self._do(lambda c: c.execute(query).all())}

    def series(self, run: int, kind: str = "weekly") -> dict[str, np.ndarray]:
        """The weekly series of a finished run; `lines` is what a baseline spent."""
        raw = self._do(lambda c: c.scalar(sa.select(SERIES.c.packed).where(SERIES.c.run == run, SERIES.c.kind == kind)))
        return unpacked(bytes(raw)) if raw else {}

    def lines(self, key: str) -> dict[str, np.ndarray] | None:
        """What a finished baseline spent week by week, or None where it is not finished."""
        run = self._do(lambda c: c.scalar(sa.select(RUNS.c.id).where(RUNS.c.key == key, RUNS.c.state == "finished")))
        return self.series(run, "lines") or None if run is not None else None

    def scenarios(self, place: str | None = None) -> list[dict[str, Any]]:
        """Every plan ever put to a place, with its number, tombstones too; `of` is how many there are."""
        rows = self._rows(sa.select(SCENARIOS).order_by(SCENARIOS.c.place, SCENARIOS.c.number, SCENARIOS.c.name))
        of: dict[str, int] = {}
        for row in rows:
            of[row["place"]] = max(of.get(row["place"], 0), row["number"] or 0)
        return [{**row, "of": of[row["place"]]} for row in rows if place in (None, row["place"])]

    def provenance(self, key: str) -> dict[str, Any]:
        """The code, evidence, place and libraries a run was made with."""
        return self._rows(sa.select(PROVENANCE).where(PROVENANCE.c.key == key))[0]

    # Two stores put together ---------------------------------------------------------------------------------------
    def take(self, other: Store) -> int:
        """Take in all that another store has and this one has not. Returns how many finished runs are new here."""
        scenarios = [{**s, "changes_nothing": s["number"] is None} for s in other.scenarios()]
        scenarios = [{k: v for k, v in s.items() if k not in ("of", "number")} for s in scenarios]
        sets, origins = (other._rows(sa.select(t)) for t in (PARAMETER_SETS, PROVENANCE))
        columns = {c.name for c in RUNS.columns} - {"id", "state", "tries", "seconds", "ended", "world", "error_kind", "error"}
        new = 0
        self._do(lambda c: self._number(c, scenarios))
        for e in other.experiments():
            kept = other.runs(e["key"])
            bare = {c.name: e[c.name] for c in EXPERIMENTS.columns}
            self.begin(Asked(bare, scenarios, sets, origins, [{k: v for k, v in r.items() if k in columns} for r in kept]))
            here = self.states(e["key"])
            for r in kept:
                if r["state"] == "finished" and here[r["key"]] != "finished":
                    new += self.finish([Said(r["key"], other.values(r["id"]), other.series(r["id"]), other.series(r["id"], "lines"),
                                             r["seconds"], r["world"])])
                elif r["state"] == "failed" and here[r["key"]] == "planned":
                    self.fail([r["key"]], r["error_kind"], r["error"])
        return new

def _whole_runs() -> Any:
    return sa.select(RUNS, SCENARIOS.c.name.label("scenario_name"), SCENARIOS.c.title, SCENARIOS.c.budget_rule, SCENARIOS.c.plan,
                     SCENARIOS.c.number, PARAMETER_SETS.c.changes).join(SCENARIOS, SCENARIOS.c.key == RUNS.c.scenario).join(
                         PARAMETER_SETS, PARAMETER_SETS.c.key == RUNS.c.parameter_set)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "changes": json.loads(row["changes"])}
