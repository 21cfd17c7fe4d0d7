"""What a store of answers holds, table by table: what was asked, what was run, what was found, with what it was made.

Read by scenarios/store.py alone. A change here needs a migration beside it, in scenarios/migrations/versions.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Float, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

META = MetaData()
KEY = String(32)
EXPERIMENTS = Table("experiments", META, Column("key", KEY, primary_key=True), *(
    Column(name, Text, nullable=False) for name in ("name", "title", "question", "text", "begun")))
SCENARIOS = Table(
    "scenarios", META, Column("key", KEY, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("place", "name", "title", "budget_rule", "plan", "begun", "deleted", "why_deleted")),
    Column("number", Integer), UniqueConstraint("place", "number", name="one_number_each"))
PARAMETER_SETS = Table("parameter_sets", META, Column("key", KEY, primary_key=True), Column("changes", Text, nullable=False))
PROVENANCE = Table("provenance", META, Column("key", KEY, primary_key=True), *(
    Column(name, Text, nullable=False) for name in ("code_hash", "evidence_hash", "place_hash", "made_with")))
RUNS = Table(
    "runs", META, Column("id", Integer, primary_key=True), Column("key", KEY, nullable=False, unique=True),
    Column("scenario", KEY, ForeignKey("scenarios.key"), nullable=False), Column("against", KEY, nullable=False),
    Column("parameter_set", KEY, ForeignKey("parameter_sets.key"), nullable=False),
    Column("provenance", KEY, ForeignKey("provenance.key"), nullable=False), Column("seed", BigInteger, nullable=False),
    *(Column(name, Integer, nullable=False) for name in ("replication", "one_in", "years", "tries")), Column("seconds", Float), Column("drawn_set", Integer),
    *(Column(name, Text, nullable=False) for name in ("place", "worlds", "first_year", "state", "ended", "world", "error_kind", "error")))
EXPERIMENT_RUNS = Table(
    "experiment_runs", META, Column("experiment", KEY, ForeignKey("experiments.key"), primary_key=True),
    Column("run", KEY, ForeignKey("runs.key"), primary_key=True), Column("place_in_order", Integer, nullable=False))
FIGURES = Table("figures", META, Column("id", Integer, primary_key=True), Column("year", Integer, nullable=False),
                *(Column(name, Text, nullable=False) for name in ("measure", "unit", "group")),
                UniqueConstraint("year", "measure", "unit", "group", name="one_figure_each"))
RESULTS = Table("results", META, Column("run", Integer, ForeignKey("runs.id"), primary_key=True),
                Column("figure", Integer, ForeignKey("figures.id"), primary_key=True), Column("value", Double, nullable=False),
                sqlite_with_rowid=False)
SERIES = Table("series", META, Column("run", Integer, ForeignKey("runs.id"), primary_key=True), Column("kind", Text, primary_key=True),
               Column("packed", LargeBinary, nullable=False))
