"""The strip of dots: one plan's answer under every combination of choices of structure, with the choices behind each dot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from careshift.report import charts
from careshift.report.figures import Picture, Table
from careshift.report.report import true_minus
from scenarios import keeping
from scenarios.plan import Scenario
from scenarios.structures import FIGURES, Row, Settings, choices, dots, most, moved

FOLDER = Path(__file__).parent
HOW = "None of these choices is evidence: they say what the question means. So no dot is the answer."


def write(file: Path, asked: Scenario, settings: Settings, rows: Sequence[Row]) -> Path:
    """The page of a plan's 32 answers. Returns the path."""
    env = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True)
    env.filters["figures"] = true_minus
    return keeping.whole_text(file, env.get_template("structures.html").render(
        asked=asked, settings=settings, count=len(dots(rows)), choices=choices(), sentences=sentences(rows), picture_of=strip(rows), effects=effects(rows)))


def sentences(rows: Sequence[Row]) -> list[str]:
    """What the answers have in common, and which choice moves each figure most, where worlds are enough to tell it from luck."""
    held, out = dots(rows), []
    for k, f in enumerate(FIGURES):
        means = np.array([values[:, k].mean() for values in held.values()])
        choice = most(rows, k)
        moves = f"what moves it most is {choice.title[0].lower()}{choice.title[1:]}" if choice else "no choice moves it further than luck could have"
        below = int((means < 0).sum())
        out.append(f"{f.title}: from {means.min():{f.form}} to {means.max():{f.form}}, below nought in {below} of {len(means)}; {moves}.")
    return out


def told(rows: Sequence[Row]) -> dict[str, Any]:
    """The same as numbers, for another program."""
    held, by = dots(rows), np.nanmean(moved(rows), axis=2)
    return {"dots": [{"ways": {c.name: c.other if o else c.usual for c, o in zip(choices(), ways)},
                      **{f.name: float(values[:, k].mean()) for k, f in enumerate(FIGURES)}} for ways, values in held.items()],
            "moved_by_the_other_way": {c.name: {f.name: float(by[i, k]) for k, f in enumerate(FIGURES)} for i, c in enumerate(choices())}}


def strip(rows: Sequence[Row]) -> Picture:
    """Each combination a dot for each figure, its worlds a line through it.

    Shape and colour go by the choice that moves the first figure most; by the first choice, where none does.
    """
    held, apart = dots(rows), most(rows) or choices()[0]
    at = choices().index(apart)
    with charts.drawing(5.2, len(FIGURES)) as (figure, axes):
        for k, (ax, f) in enumerate(zip(axes.flat, FIGURES)):
            order = sorted(held, key=lambda ways: held[ways][:, k].mean())
            for y, ways in enumerate(order):
                values, other = held[ways][:, k], ways[at]
                ax.plot([values.min(), values.max()], [y, y], color=charts.EDGE if not other else charts.ORANGE, linewidth=0.9)
                ax.plot(values.mean(), y, "s" if other else "o", color=charts.ORANGE if other else charts.INK, markersize=5,
                        markerfacecolor="white" if other else charts.INK, markeredgewidth=1.4)
            ax.axvline(0, color=charts.TEXT, linewidth=1)
            ax.set_title(charts.wrapped(f.title, 18), loc="left", fontsize=10, fontweight="bold")
            ax.set_yticks([])
            ax.tick_params(labelsize=8.5)
            ax.margins(y=0.03)
        handles = [figure.axes[0].plot([], [], mark, color=colour, markerfacecolor=face, markeredgewidth=1.4, linestyle="none", label=label)[0]
                   for mark, colour, face, label in (("o", charts.INK, charts.INK, apart.usual), ("s", charts.ORANGE, "white", apart.other))]
        figure.legend(handles=handles, title=apart.title, loc="outside lower left", ncols=2, frameon=False, fontsize=9, title_fontsize=9)
        words = "; ".join(sentences(rows))
        drawn = charts.svg(figure, "strip", f"{len(held)} answers to one question", words)
    table = Table(("Combination: what goes the other way", *(f.title for f in FIGURES)),
                  [[", ".join(c.name for c, o in zip(choices(), ways) if o) or "nothing: all as usual",
                      *(f"{values[:, k].mean():{f.form}} ({values[:, k].min():{f.form}} to {values[:, k].max():{f.form}})" for k, f in enumerate(FIGURES))]
                   for ways, values in held.items()])
    return Picture(f"{len(held)} answers to one question", Markup(drawn), "A dot: the mean over worlds of the plan less doing nothing; the line through it: "
                   "its least and greatest world. Each panel is in an order of its own.", table, words)


def effects(rows: Sequence[Row]) -> Table:
    """How far each choice's other way moves each figure: the mean over all ways of the others, and over worlds."""
    by = moved(rows)
    return Table(("The other way", *(f.title for f in FIGURES)),
                 [[f"{c.told(True)}, not {c.usual}", *(f"{np.nanmean(by[i, k]):{f.form}} ({np.nanmin(by[i, k]):{f.form}} to {np.nanmax(by[i, k]):{f.form}})"
                  for k, f in enumerate(FIGURES))] for i, c in enumerate(choices())])
