"""Pictures of what a plan does, as inline SVG in one style; each has words and a table beside it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

INK, PALE, ORANGE, TEAL, GREY = "#1b3a57", "#a9c3d9", "#c4561a", "#147a6c", "#6b7280"
STYLE = {"svg.hashsalt": "careshift", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 11,
         "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": "#222222"}


def svg(figure: plt.Figure, name: str, alt: str) -> str:
    """The figure as an SVG element with its own ids and a text alternative; the same bytes for the same numbers."""
    out = io.StringIO()
    figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    text = out.getvalue()
    text = text[text.index("<svg"):]
    text = re.sub(r'\b(id="|url\(#|href="#)', rf"\1{name}-", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{alt}" ', 1)


def fan(values: np.ndarray, years: Sequence[str], unit: str, name: str, alt: str, scale: float = 1.0) -> str:
    """Differences by year: the line of means, and bands that hold 8 and 9 in 10 of the worlds."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 3.0))
        x = np.arange(len(years))
        shown = values / scale
        q = np.nanquantile(shown, (0.05, 0.1, 0.9, 0.95), axis=0)
        axes.fill_between(x, q[0], q[3], color=PALE, alpha=0.45, linewidth=0)
        axes.fill_between(x, q[1], q[2], color=PALE, linewidth=0)
        axes.plot(x, np.nanmean(shown, axis=0), color=INK, linewidth=2, marker="o", markersize=4)
        axes.axhline(0, color=GREY, linewidth=1)
        axes.set_xticks(x, [y[2:] for y in years], fontsize=9)
        axes.set_ylabel(unit)
        return svg(figure, name, alt)


def bars(parts: Sequence[tuple[str, float]], unit: str, name: str, alt: str) -> str:
    """Steps from what moves to what is left: what comes in to the right, what goes out to the left."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 0.55 * len(parts) + 0.9))
        for k, (_, value) in enumerate(parts):
            axes.barh(k, value, color=TEAL if value >= 0 else ORANGE, hatch="" if value >= 0 else "//", edgecolor="white")
            axes.text(value, k, f" {value:+,.2f}", va="center", ha="left" if value >= 0 else "right")
        axes.set_yticks(range(len(parts)), [p[0] for p in parts])
        axes.invert_yaxis()
        axes.margins(x=0.25)
        axes.axvline(0, color=GREY, linewidth=1)
        axes.set_xlabel(unit)
        return svg(figure, name, alt)


def stack(series: Sequence[tuple[str, np.ndarray]], years: Sequence[str], unit: str, name: str, alt: str) -> str:
    """Money by year, one on another, told apart by hatching as well as by colour."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 3.2))
        x, base = np.arange(len(years)), np.zeros(len(years))
        for (label, values), colour, hatch in zip(series, (ORANGE, PALE, TEAL, INK), ("//", "..", "", "xx"), strict=False):
            axes.bar(x, values, bottom=base, color=colour, hatch=hatch, edgecolor="white", label=label)
            base = base + values
        axes.set_xticks(x, [y[2:] for y in years], fontsize=9)
        axes.set_ylabel(unit)
        axes.legend(frameon=False, fontsize=9)
        return svg(figure, name, alt)


def lines(series: Sequence[tuple[str, np.ndarray]], years: Sequence[str], unit: str, name: str, alt: str) -> str:
    """Several runs by year, each named at its end, told apart by line as well as by colour."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 3.2))
        x = np.arange(len(years))
        for (label, values), colour, dash in zip(series, (INK, ORANGE, TEAL, GREY, "#7a3e9d", "#222222"),
                                                 ("-", "--", ":", "-.", (0, (1, 1)), (0, (5, 1))), strict=False):
            axes.plot(x, values, color=colour, linestyle=dash, linewidth=2, label=label)
        axes.axhline(0, color=GREY, linewidth=1)
        axes.set_xticks(x, [y[2:] for y in years], fontsize=9)
        axes.set_ylabel(unit)
        axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(0, -0.15))
        return svg(figure, name, alt)
