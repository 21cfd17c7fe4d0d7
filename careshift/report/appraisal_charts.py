"""Pictures of how sure an appraisal is: the plane of cost and effect, and what is best at each worth of a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import FuncFormatter

from careshift.report.charts import DASHES, GREY, INK, ORANGE, TEAL, TEXT, _tick, drawing, svg, wrapped

MARKS = (("o", INK), ("s", ORANGE), ("^", TEAL), ("D", "#8a3b0a"), ("v", "#6b4a86"))  # the plan first, then its rivals, in both pictures
NEUTRAL = ("x", GREY)  # doing nothing


def plane(points: Mapping[str, tuple[np.ndarray, np.ndarray]], name: str, title: str, words: str) -> str:
    """Each world a mark: what people gain across, what the public purse pays more upwards (£m); each plan its own mark."""
    with drawing(4.8) as (figure, axes):
        ax = axes[0, 0]
        for (label, (effect, cost)), (mark, colour) in zip(points.items(), MARKS):
            ax.plot(effect, cost, linestyle="", marker=mark, color=colour, markersize=6, markerfacecolor="none", label=wrapped(label, 60))
            ax.plot(effect.mean(), cost.mean(), marker=mark, color=colour, markersize=12, markeredgecolor="white", linestyle="")
        ax.axhline(0, color=TEXT, linewidth=1)
        ax.axvline(0, color=TEXT, linewidth=1)
        for low, axis in ((ax.get_ylim(), "y"), (ax.get_xlim(), "x")):  # room on both sides of no difference
            pad = 0.12 * (max(low[1], 0) - min(low[0], 0))
            getattr(ax, f"set_{axis}lim")(min(low[0], -pad), max(low[1], pad))
        for x, y, said in ((0.99, 0.99, "better, dearer"), (0.99, 0.02, "better, cheaper"), (0.01, 0.99, "worse, dearer"), (0.01, 0.02, "worse, cheaper")):
            ax.annotate(said, (x, y), xycoords="axes fraction", ha="right" if x > 0.5 else "left", va="top" if y > 0.5 else "bottom", fontsize=10,
                        color=GREY, fontstyle="italic")
        ax.set_xlabel("ASCOT-years gained, all years")
        ax.set_ylabel("Public purse, £ million more")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(FuncFormatter(_tick))
        figure.legend(loc="outside lower left", ncols=1, frameon=False, fontsize=10)
        return svg(figure, name, title, words)


def curves(at: np.ndarray, panels: Sequence[tuple[str, Mapping[str, np.ndarray]]], below: str, name: str, title: str, words: str) -> str:
    """Panels of courses over the worth of one more ASCOT-year (£ thousand), doing nothing first, told apart by dashes and marks."""
    with drawing(3.9, len(panels)) as (figure, axes):
        every = max(1, len(at) // 8)
        for ax, (head, courses) in zip(axes.flat, panels):
            for (label, values), (mark, colour), dash in zip(courses.items(), (NEUTRAL, *MARKS), (DASHES[2], *DASHES[:2], *DASHES[3:])):
                ax.plot(at / 1000, values, color=colour, linestyle=dash, marker=mark, markevery=every, markersize=5, linewidth=2, label=wrapped(label, 60))
            ax.set_title(head, loc="left", fontsize=10.5, fontweight="bold")
            ax.set_xlabel(below)
            ax.set_ylim(0, None)
            ax.grid(axis="y", color="#e4e4e4", linewidth=0.7)
            for axis in (ax.xaxis, ax.yaxis):
                axis.set_major_formatter(FuncFormatter(_tick))
        figure.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside lower left", ncols=1, frameon=False, fontsize=10, handlelength=3.6)
        return svg(figure, name, title, words)
