"""The first store: experiments, scenarios with tombstones, parameter sets, runs, results, series, provenance."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.String(32)


def _asked() -> None:
    op.create_table("experiments", sa.Column("key", KEY, primary_key=True), sa.Column("name", sa.Text, nullable=False),
                    sa.Column("title", sa.Text, nullable=False), sa.Column("question", sa.Text, nullable=False),
                    sa.Column("text", sa.Text, nullable=False), sa.Column("begun", sa.Text, nullable=False))
    op.create_table("scenarios", sa.Column("key", KEY, primary_key=True), sa.Column("place", sa.Text, nullable=False),
                    sa.Column("name", sa.Text, nullable=False), sa.Column("title", sa.Text, nullable=False),
                    sa.Column("budget_rule", sa.Text, nullable=False), sa.Column("plan", sa.Text, nullable=False),
                    sa.Column("number", sa.Integer), sa.Column("begun", sa.Text, nullable=False),
                    sa.Column("deleted", sa.Text, nullable=False), sa.Column("why_deleted", sa.Text, nullable=False),
                    sa.UniqueConstraint("place", "number", name="one_number_each"))
    op.create_table("parameter_sets", sa.Column("key", KEY, primary_key=True), sa.Column("changes", sa.Text, nullable=False))
    op.create_table("provenance", sa.Column("key", KEY, primary_key=True), sa.Column("code_hash", sa.Text, nullable=False),
                    sa.Column("evidence_hash", sa.Text, nullable=False), sa.Column("place_hash", sa.Text, nullable=False),
                    sa.Column("made_with", sa.Text, nullable=False))


def _found() -> None:
    op.create_table(
        "runs", sa.Column("id", sa.Integer, primary_key=True), sa.Column("key", KEY, nullable=False, unique=True),
        sa.Column("scenario", KEY, sa.ForeignKey("scenarios.key"), nullable=False), sa.Column("against", KEY, nullable=False),
        sa.Column("parameter_set", KEY, sa.ForeignKey("parameter_sets.key"), nullable=False),
        sa.Column("provenance", KEY, sa.ForeignKey("provenance.key"), nullable=False),
        sa.Column("place", sa.Text, nullable=False), sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("replication", sa.Integer, nullable=False), sa.Column("one_in", sa.Integer, nullable=False),
        sa.Column("worlds", sa.Text, nullable=False), sa.Column("years", sa.Integer, nullable=False),
        sa.Column("first_year", sa.Text, nullable=False), sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False), sa.Column("seconds", sa.Float), sa.Column("ended", sa.Text, nullable=False),
        sa.Column("world", sa.Text, nullable=False), sa.Column("error_kind", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False))
    op.create_table("experiment_runs", sa.Column("experiment", KEY, sa.ForeignKey("experiments.key"), primary_key=True),
                    sa.Column("run", KEY, sa.ForeignKey("runs.key"), primary_key=True), sa.Column("place_in_order", sa.Integer, nullable=False))
    op.create_table("figures", sa.Column("id", sa.Integer, primary_key=True), sa.Column("year", sa.Integer, nullable=False),
                    sa.Column("measure", sa.Text, nullable=False), sa.Column("unit", sa.Text, nullable=False),
                    sa.Column("group", sa.Text, nullable=False),
                    sa.UniqueConstraint("year", "measure", "unit", "group", name="one_figure_each"))
    op.create_table("results", sa.Column("run", sa.Integer, sa.ForeignKey("runs.id"), primary_key=True),
                    sa.Column("figure", sa.Integer, sa.ForeignKey("figures.id"), primary_key=True),
                    sa.Column("value", sa.Double, nullable=False), sqlite_with_rowid=False)
    op.create_table("series", sa.Column("run", sa.Integer, sa.ForeignKey("runs.id"), primary_key=True),
                    sa.Column("kind", sa.Text, primary_key=True), sa.Column("packed", sa.LargeBinary, nullable=False))


def upgrade() -> None:
    """Make the tables: what was asked, then what was found."""
    _asked()
    _found()


def downgrade() -> None:
    """Take them away again."""
    for name in ("series", "results", "figures", "experiment_runs", "runs", "provenance", "parameter_sets", "scenarios", "experiments"):
        op.drop_table(name)
