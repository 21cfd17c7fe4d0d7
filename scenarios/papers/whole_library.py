"""The tables and the picture of docs/papers/ten_percent.md: every plan of the library beside doing nothing, in the same worlds.

    careshift experiment run whole_library --resume
    python -m scenarios.papers.whole_library --write

Nothing is run here: figures are read from the store. Plans stand in the order of the experiment's file, in no order of merit;
what stands around the tables is written by people.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scenarios.answers_words import MILLION
from scenarios.keeping import whole_text
from scenarios.store import Store

DOCS = Path(__file__).resolve().parents[2] / "docs" / "papers"
PAGE, PICTURE = "ten_percent.md", "ten_percent.svg"
BEGINS, ENDS = "<!-- tables: begin (python -m scenarios.papers.whole_library --write) -->", "<!-- tables: end -->"
INK, ORANGE, TEXT, RULE = "#12395b", "#b8500f", "#1c1c1c", "#e4e4e4"
STYLE: Any = {"svg.hashsalt": "careshift", "svg.fonttype": "none", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
PURSE = ("council_net", "nhs_pays", "dwp")  # transfers between them cancel
ALONE = "_alone"
FIRST_YEARS = 3


class Column(NamedTuple):
    """One column of the table: what is read of a run, and how it is written."""

    head: str
    measures: Sequence[str]
    years: Callable[[np.ndarray], float]  # of the yearly differences of one world
    form: str
    per: float = 1.0


def _sum(x: np.ndarray) -> float:
    return float(x.sum())


def _mean(x: np.ndarray) -> float:
    return float(x.mean())


def _last(x: np.ndarray) -> float:
    return float(x[-1])


def _first(x: np.ndarray) -> float:
    return float(x[:FIRST_YEARS].sum())


NET = Column("council, net, £m", ("council_net",), _sum, "+.1f", MILLION)
QUALITY = Column("ASCOT-years", ("ascot_years",), _sum, "+,.0f")
COLUMNS = (
    Column("council, first three years, £m", ("council_net",), _first, "+.1f", MILLION), NET,
    Column("public purse, £m", PURSE, _sum, "+.1f", MILLION), Column("people's own money, £m", ("people_pay",), _sum, "+.1f", MILLION),
    QUALITY, Column("families, hours a week", ("unpaid_hours",), _mean, "+,.0f"),
    Column("hours of need unmet a week", ("unmet_hours",), _mean, "+,.0f"),
    Column("emergency stays a year", ("emergency_stays",), _mean, "+,.0f"), Column("days delayed a year", ("delayed_days",), _mean, "+,.0f"),
    Column("residents the council pays for, last year", ("care_home_council",), _last, "+,.0f"))


class Told(NamedTuple):
    """A plan and, by column, its difference from doing nothing in each world [worlds]."""

    name: str
    title: str
    rule: str
    values: dict[str, np.ndarray]


def read(store: Store, name: str = "whole_library") -> tuple[list[Told], dict[str, Any]]:
    """Every plan of the experiment with its differences, and the experiment's row with the provenance of its runs. Raises BadInput."""
    experiment = store.experiment(name)
    finished = store.runs(experiment["key"], "finished")
    at, held = {r["key"]: r for r in finished}, dict[str, dict[tuple[str, int], float]]()

    def years(key: str) -> dict[tuple[str, int], float]:
        if key not in held:
            wanted = {m for c in COLUMNS for m in c.measures}
            held[key] = {(m, y): v for (y, m, _, group), v in store.values(at[key]["id"]).items() if group == "all" and y >= 0 and m in wanted}
        return held[key]

    plans: dict[str, list[tuple[int, dict[str, float], Any]]] = {}
    for r in finished:
        if r["against"] in at:
            mine, base = years(r["key"]), years(r["against"])
            one = {c.head: c.years(np.array([sum(mine.get((m, y), 0.0) - base.get((m, y), 0.0) for m in c.measures) for y in range(r["years"])])) / c.per
                   for c in COLUMNS}
            plans.setdefault(r["scenario_name"], []).append((r["replication"], one, r))
    told = [Told(n, rows[0][2]["title"], rows[0][2]["budget_rule"], {c.head: np.array([one[c.head] for _, one, _ in sorted(rows, key=lambda x: x[0])])
                                                                       for c in COLUMNS}) for n, rows in plans.items()]
    first = finished[0] if finished else {}
    return told, {**experiment, **{k: first.get(k) for k in ("place", "one_in", "worlds", "years", "seed")},
                  "made": store.provenance(first["provenance"]) if first else {}}


def tables(told: Sequence[Told], about: dict[str, Any]) -> str:
    """The generated part of the page."""
    worlds = max((len(next(iter(t.values.values()))) for t in told), default=0)
    size = "everybody" if about["one_in"] == 1 else f"one adult in {about['one_in']}, so no result about money"
    made = about["made"]
    head = (f"Experiment `{about['name']}`: {len(told)} plans beside doing nothing in {about['place'].title()}, {size}, {about['years']} years, "
            f"{worlds} {'worlds' if worlds != 1 else 'world'} ({about['worlds']} values of the evidence, seed {about['seed']}); code "
            f"`{made['code_hash'][:12]}`, evidence `{made['evidence_hash'][:12]}`, place `{made['place_hash'][:12]}`. Sums over the plan's years unless a "
            "column says otherwise; pounds of 2024-25, not discounted. First the mean over worlds, then the least and the most. **Bold: the same sign "
            f"in every world**{_luck(worlds)}")
    lines = [head, "", f"![What each plan does to council spending and to quality-weighted years]({PICTURE})", "",
             "| plan | " + " | ".join(c.head for c in COLUMNS) + " |", "|---|" + "---:|" * len(COLUMNS)]
    lines += [f"| {_name(t)} | " + " | ".join(_cell(t.values[c.head], c) for c in COLUMNS) + " |" for t in told]
    return "\n".join(lines)


def _luck(worlds: int) -> str:
    """How often a plan that does nothing would show one sign in every world."""
    return f", which a plan that does nothing would show once in {2 ** (worlds - 1)} times a column." if worlds > 1 else "."


def _name(t: Told) -> str:
    name = t.name.removesuffix(ALONE).replace("_", " ")
    rule = "" if t.rule == "follows_demand" else f" (budget: {t.rule.replace('_', ' ')})"
    return f"{name}{', alone' if t.name.endswith(ALONE) else ''}{rule}"


def _cell(values: np.ndarray, c: Column) -> str:
    low, mean, high = (format(x + 0.0, c.form) for x in (values.min(), values.mean(), values.max()))
    if len(values) == 1:
        return mean
    sure = (values > 0).all() or (values < 0).all()
    return f"{'**' if sure else ''}{mean}{'**' if sure else ''} ({low} to {high})"


def picture(told: Sequence[Told]) -> str:
    """Each plan a line, each world a mark: what the council spends, and quality-weighted years, beside doing nothing."""
    with rc_context(STYLE):
        figure = Figure(figsize=(9.6, 0.27 * len(told) + 1.5), layout="constrained")
        axes = figure.subplots(1, 2, sharey=True)
        for ax, column, title in ((axes[0], NET, "Council, net, £m over the plan"), (axes[1], QUALITY, "ASCOT-years over the plan")):
            _marks(ax, told, column)
            ax.set_title(title, loc="left", fontsize=10.5, fontweight="bold")
        axes[0].set_yticks(range(len(told)), [_name(t) for t in told], fontsize=8.5)
        axes[0].set_ylim(len(told) - 0.4, -0.6)
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower left", ncols=2, frameon=False)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _marks(ax: Axes, told: Sequence[Told], column: Column) -> None:
    for k, t in enumerate(told):
        values = t.values[column.head]
        ax.plot([values.min(), values.max()], [k, k], color=INK, linewidth=1.2)
        ax.plot(values, [k] * len(values), "|", color=INK, markersize=9, markeredgewidth=1.6, label="one world" if not k else None)
        ax.plot(values.mean(), k, "D", color=ORANGE, markersize=6, markeredgecolor="white", label="mean" if not k else None)
    ax.axvline(0, color=TEXT, linewidth=1)
    ax.grid(axis="y", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)


def put_in(page: str, text: str) -> str:
    """The page with these tables between their marks. Raises ValueError where it has none."""
    before, found, rest = page.partition(BEGINS)
    _, closed, after = rest.partition(ENDS)
    if not (found and closed):
        raise ValueError(f"the page has no place for the tables: put {BEGINS} and {ENDS} where they belong")
    return f"{before}{BEGINS}\n\n{text}\n\n{ENDS}{after}"


def main(words: Sequence[str] | None = None, say: Callable[[str], None] = print, docs: Path = DOCS) -> None:
    """Print the tables, and with --write put them into the page and draw its picture."""
    ask = argparse.ArgumentParser(prog="python -m scenarios.papers.whole_library", description=(__doc__ or "").split("\n")[0])
    ask.add_argument("--store", default=None, help="where the experiment is kept; results/store.db unless said")
    ask.add_argument("--experiment", default="whole_library")
    ask.add_argument("--write", action="store_true", help="into docs/papers/ten_percent.md as well")
    asked = ask.parse_args(words)
    told, about = read(Store(asked.store, make=False), asked.experiment)
    if not told:
        ask.error(f"{asked.experiment} has no finished plan yet: careshift experiment run {asked.experiment} --resume")
    text = tables(told, about)
    say(text)
    if asked.write:
        (docs / PICTURE).write_text(picture(told), encoding="utf-8")
        whole_text(docs / PAGE, put_in((docs / PAGE).read_text(encoding="utf-8"), text))


if __name__ == "__main__":
    main()
