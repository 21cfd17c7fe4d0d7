"""Pictures of what a plan does, as inline SVG in one style; each has words and a table beside it.

Nothing is told by colour alone: bands have edges, bars have hatching, lines have dashes and a name at their end. The
same numbers give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

INK, EDGE, BAND, FAINT = "#12395b", "#4d7ea8", "#b9d0e4", "#e3edf5"
ORANGE, TEAL, GREY, TEXT = "#b8500f", "#0f7063", "#5f6670", "#1c1c1c"
LOOKS = ((ORANGE, "//"), ("#e0b48f", ".."), ("#8a3b0a", "xx"), (TEAL, ""), ("#9aa3ad", "\\\\"), (INK, "+"))
DASHES: tuple[Any, ...] = ("-", "--", ":", "-.", (0, (1, 1)), (0, (5, 1)))
STYLE = {"svg.hashsalt": "careshift", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 11,
         "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": TEXT,
         "text.color": TEXT, "xtick.color": TEXT, "ytick.color": TEXT, "hatch.linewidth": 0.7, "axes.axisbelow": True}
WIDE = 8.4
DOTS = 170  # an inch, in pictures for Word


class Bars(NamedTuple):
    """One run of the picture of rivals: its name, its group, and low, high and mean for each panel."""

    label: str
    kind: str
    values: Sequence[tuple[float, float, float]]


class Drawn(str):
    """An SVG element as text that still knows the figure it was drawn from, for papers that cannot hold SVG."""

    __slots__ = ("figure",)
    figure: Figure


@contextmanager
def drawing(high: float, columns: int = 1, rows: int = 1, sharey: bool = False, **how: Any) -> Iterator[tuple[Figure, Any]]:
    """A figure in the house style with its axes, [rows, columns]."""
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDE, high), layout="constrained")
        yield figure, figure.subplots(rows, columns, squeeze=False, sharey=sharey, **how)


def svg(figure: Figure, name: str, title: str, words: str) -> Drawn:
    """The figure as an SVG element with its own ids, a title and a description; no outside address but SVG's own."""
    out = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(out, format="svg", metadata=nothing)
    text = out.getvalue()
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text[text.index("<svg"):], flags=re.S)
    text = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r'\s(?:width|height)="[\d.]+pt"', "", text, count=2)
    head = (f'<svg role="img" aria-labelledby="{name}-title {name}-desc" ', f'<title id="{name}-title">{escape(title)}</title>'
            f'<desc id="{name}-desc">{escape(words)}</desc>')
    text = text.replace("<svg ", head[0], 1)
    end = text.index(">") + 1
    drawn = Drawn(text[:end] + head[1] + text[end:])
    drawn.figure = figure
    return drawn


def as_png(figure: Figure) -> io.BytesIO:
    """The same figure as PNG, sharp enough for print; the same numbers give the same bytes."""
    out = io.BytesIO()
    with rc_context(STYLE):
        figure.savefig(out, format="png", dpi=DOTS, metadata={"Software": None})
    out.seek(0)
    return out


def fan(values: np.ndarray, years: Sequence[str], unit: str, name: str, title: str, words: str, *,
        signs: tuple[str, str] = ("costs more", "costs less"), ends: Sequence[str] = ("mean", "8 in 10", "9 in 10")) -> str:
    """Differences by year: the mean, and bands that hold most of the worlds run, each named where it ends."""
    with drawing(3.7) as (figure, axes):
        ax = axes[0, 0]
        places = _fan(ax, values, years)
        ax.set_ylabel(unit)
        _signs(ax, signs)
        x = len(years) - 1
        for y, what in zip(_spread(ax, places), ends):
            ax.annotate(what, (x, y[0]), xytext=(x + 0.35, y[1]), va="center", fontsize=10,
                        arrowprops={"arrowstyle": "-", "color": GREY, "lw": 0.7})
        ax.set_xlim(-0.3, x + 1.5)
        return svg(figure, name, title, words)


def panels(parts: Sequence[tuple[str, np.ndarray]], years: Sequence[str], name: str, title: str, words: str, *,
           together: bool = False) -> str:
    """Several differences by year side by side, each as the fan has it; `together` gives all one scale."""
    rows = -(-len(parts) // 2)
    with drawing(2.35 * rows + 0.2, 2, rows, sharey=together) as (figure, axes):
        for ax, part in zip(axes.flat, parts):
            _fan(ax, part[1], years, every=3)
            ax.set_title(part[0], loc="left", fontsize=11, fontweight="bold")
            ax.yaxis.set_tick_params(labelleft=True)
        for ax in axes.flat[len(parts):]:
            ax.remove()
        return svg(figure, name, title, words)


def lines(parts: Sequence[tuple[str, Sequence[tuple[str, np.ndarray]]]], years: Sequence[str], name: str, title: str,
          words: str) -> str:
    """Several courses in each panel, told apart by dashes, marks and colour, and named once under the panels."""
    looks = ((INK, "o"), (ORANGE, "s"), (TEAL, "^"))
    with drawing(3.5, len(parts)) as (figure, axes):
        for ax, (head, courses) in zip(axes.flat, parts):
            for (label, values), (colour, mark), dash in zip(courses, looks, DASHES):
                ax.plot(range(len(years)), values, color=colour, marker=mark, markersize=4.5, linestyle=dash, linewidth=2, label=label)
            _years(ax, years, every=max(1, (len(years) - 1) // 2) if len(years) > 3 else 2)
            ax.set_ylim(0, None)
            ax.set_title(wrapped(head, 24), loc="left", fontsize=10.5, fontweight="bold")
        found = axes.flat[0].get_legend_handles_labels()
        figure.legend(*found, loc="outside lower left", ncols=1, frameon=False, fontsize=10, handlelength=3.6)
        return svg(figure, name, title, words)


def stack(parts: Sequence[tuple[str, np.ndarray]], net: np.ndarray, years: Sequence[str], unit: str, name: str, title: str,
          words: str, *, looks: Sequence[tuple[str, str]] = LOOKS, mark: tuple[int | None, str] | None = None) -> str:
    """What costs more above the line, what costs less below it, by year, and what it comes to.

    `mark` names a year by whose end something is so, or where there is none, that it never is.
    """
    with drawing(4.4) as (figure, axes):
        ax, x = axes[0, 0], np.arange(len(years))
        above, below = np.zeros(len(years)), np.zeros(len(years))
        for (label, values), (colour, hatch) in zip(parts, looks):
            bottom = np.where(values >= 0, above, below)
            ax.bar(x, values, bottom=bottom, color=colour, hatch=hatch, edgecolor="white", linewidth=0.6, width=0.72, label=label)
            above, below = above + np.maximum(values, 0), below + np.minimum(values, 0)
        ax.plot(x, net, color="white", linewidth=4.5)
        ax.plot(x, net, color=TEXT, linewidth=2, marker="o", markersize=6, markerfacecolor="white", label="Net, what it comes to")
        _years(ax, years)
        ax.axhline(0, color=TEXT, linewidth=1)
        ax.set_ylabel(unit)
        if mark:
            _marked(ax, *mark)
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=10, handlelength=2.6, handleheight=1.2)
        return svg(figure, name, title, words)


def steps(parts: Sequence[tuple[str, float]], unit: str, name: str, title: str, words: str) -> str:
    """From the first bar to the last: each step begins where the one before ended; the last is what is left."""
    with drawing(0.46 * len(parts) + 0.9) as (figure, axes):
        ax, at = axes[0, 0], 0.0
        ends = np.cumsum([v for _, v in parts[:-1]])
        low, high = min(0.0, ends.min(), parts[-1][1]), max(0.0, ends.max(), parts[-1][1])
        pad = (high - low) * 0.015 or 1.0
        for k, (_, value) in enumerate(parts):
            start = 0.0 if k == len(parts) - 1 else at
            colour, hatch = (INK, "") if k == len(parts) - 1 else (TEAL, "") if value >= 0 else (ORANGE, "////")
            ax.barh(k, value, left=start, color=colour, hatch=hatch, edgecolor="white", linewidth=0.6, height=0.68)
            ax.text(max(start, start + value, 0.0) + pad, k, signed(value), va="center", fontsize=11)
            if k < len(parts) - 2:
                ax.plot([at + value] * 2, [k + 0.34, k + 0.66], color=GREY, linewidth=0.8)
            at = start + value
        ax.set_yticks(range(len(parts)), [p[0] for p in parts])
        ax.invert_yaxis()
        ax.set_xlim(low - 8 * pad, high + 8 * pad)
        ax.axvline(0, color=TEXT, linewidth=1)
        ax.xaxis.set_major_formatter(FuncFormatter(_tick))
        ax.set_xlabel(unit)
        return svg(figure, name, title, words)


def asked(plan: np.ndarray, fell: np.ndarray, years: Sequence[str], unit: str, name: str, title: str, words: str) -> str:
    """What a plan asks to move, dashed, beside what really moved, as a fan."""
    with drawing(3.4) as (figure, axes):
        ax = axes[0, 0]
        ends = _fan(ax, fell, years)
        ax.plot(range(len(years)), plan, color=ORANGE, linestyle="--", linewidth=2.2)
        ax.set_ylabel(unit)
        x = len(years) - 1
        for y, what in zip(_spread(ax, [float(plan[-1]), ends[0]]), ("asked", "moved (mean)")):
            ax.annotate(what, (x, y[0]), xytext=(x + 0.35, y[1]), va="center", fontsize=10,
                        arrowprops={"arrowstyle": "-", "color": GREY, "lw": 0.7})
        ax.set_xlim(-0.3, x + 1.9)
        return svg(figure, name, title, words)


def whiskers(rows: Sequence[Bars], heads: Sequence[str], name: str, title: str, words: str) -> str:
    """Runs one under another: a dot for the mean, a line for 8 in 10, one panel for each measure."""
    marks = {"plan": ("o", INK), "budget": ("s", EDGE), "rival": ("D", ORANGE), "belief": ("^", TEAL)}
    with drawing(0.52 * len(rows) + 1.0, len(heads), sharey=True) as (figure, axes):
        for j, head in enumerate(heads):
            ax = axes[0, j]
            for k, row in enumerate(rows):
                low, high, mean = row.values[j]
                mark, colour = marks[row.kind]
                if np.isfinite(mean):
                    ax.plot([low, high], [k, k], color=colour, linewidth=2.4, solid_capstyle="butt")
                    ax.plot(mean, k, marker=mark, color=colour, markersize=8, markeredgecolor="white")
            ax.axvline(0, color=TEXT, linewidth=1)
            ax.set_title(head, loc="left", fontsize=10.5, fontweight="bold")
            ax.set_yticks(range(len(rows)), [wrapped(row.label) for row in rows], fontsize=10)
            ax.xaxis.set_major_locator(MaxNLocator(3, min_n_ticks=3))
            ax.xaxis.set_major_formatter(FuncFormatter(_tick))
            ax.grid(axis="y", color="#e4e4e4", linewidth=0.7)
            ax.tick_params(axis="y", length=0)
        axes[0, 0].set_ylim(len(rows) - 0.5, -0.5)
        return svg(figure, name, title, words)


def share_bar(parts: Sequence[tuple[str, int]], name: str, title: str, words: str) -> str:
    """One bar of all the numbers, parted by what they rest on, each part named with its share."""
    whole, at = sum(n for _, n in parts) or 1, 0.0
    with drawing(0.42 * len(parts) + 0.3) as (figure, axes):
        ax = axes[0, 0]
        looks = ((TEAL, ""), (BAND, ""), (INK, ""), ("#9aa3ad", "\\\\\\\\"), (ORANGE, "////"))
        for k, ((_, n), (colour, hatch)) in enumerate(zip(parts, looks)):
            ax.barh(k, n / whole, left=at, color=colour, hatch=hatch, edgecolor="white", height=0.72)
            ax.text(1.02, k, f"{n / whole:.0%}  ({n})", va="center")
            at += n / whole
        ax.set_yticks(range(len(parts)), [label for label, _ in parts])
        ax.invert_yaxis()
        ax.set_xlim(0, 1.16)
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="y", length=0)
        return svg(figure, name, title, words)


# Parts of pictures --------------------------------------------------------------------------------------------------
def bands(values: np.ndarray) -> np.ndarray:
    """[5, years]: ends of 9 in 10, ends of 8 in 10, mean; years in which nothing was recorded have none."""
    out = np.full((5, values.shape[1]), np.nan)
    for k, column in enumerate(values.T):
        kept = column[np.isfinite(column)]
        if len(kept):
            out[:4, k], out[4, k] = np.quantile(kept, (0.05, 0.95, 0.1, 0.9)), kept.mean()
    return out


def _fan(ax: Axes, values: np.ndarray, years: Sequence[str], every: int = 1) -> list[float]:
    """Draw a fan; returns where the mean and the upper ends of its bands stand in the last year."""
    x, (low90, high90, low80, high80, mean) = np.arange(len(years)), bands(values)
    ax.fill_between(x, low90, high90, color=FAINT, linewidth=0)
    ax.fill_between(x, low80, high80, color=BAND, linewidth=0)
    for edge in (low80, high80):
        ax.plot(x, edge, color=EDGE, linewidth=0.9)
    ax.plot(x, mean, color=INK, linewidth=2.2, marker="o", markersize=4)
    ax.axhline(0, color=TEXT, linewidth=1)
    _years(ax, years, every)
    return [float(v) if np.isfinite(v) else 0.0 for v in (mean[-1], high80[-1], high90[-1])]


def _marked(ax: Axes, year: int | None, said: str) -> None:
    """A dashed line at the end of a year with its words, or the words alone where there is no such year."""
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.14 * (high - low))
    if year is not None:
        ax.axvline(year + 0.5, color=TEXT, linestyle="--", linewidth=1.4)
    at, near = (0.99, "right") if year is None else ((year + 0.45, "right") if year > 2 else (year + 0.55, "left"))
    ax.annotate(said, (at, 0.985), xycoords=("axes fraction" if year is None else "data", "axes fraction"), ha=near, va="top", fontsize=10.5, fontweight="bold")


def _years(ax: Axes, years: Sequence[str], every: int = 1) -> None:
    places = range(0, len(years), every)
    ax.set_xticks(places, [years[k][2:] if every == 1 else years[k] for k in places], fontsize=10)
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.yaxis.set_major_formatter(FuncFormatter(_tick))
    ax.grid(axis="y", color="#e4e4e4", linewidth=0.7)


def _signs(ax: Axes, signs: tuple[str, str]) -> None:
    low, high = ax.get_ylim()
    room = (high - low) * 0.06
    ax.set_ylim(min(low, -2.5 * room), max(high, 2.5 * room))
    low, high = ax.get_ylim()
    for y, words, where in ((high, signs[0], "top"), (low, signs[1], "bottom")):
        ax.annotate(words, (0, y), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points", va=where,
                    fontsize=10, color=GREY, fontstyle="italic")


def _spread(ax: Axes, ends: Sequence[float]) -> list[tuple[float, float]]:
    """Where labels of line ends stand, moved apart so that none lies on another: (end, label)."""
    low, high = ax.get_ylim()
    apart, out, last = (high - low) * 0.075, {}, -np.inf
    for end in sorted(ends):
        last = max(end, last + apart)
        out[end] = last
    return [(end, out[end]) for end in ends]


def _tick(value: float, _: int) -> str:
    return f"{value:,.10g}".replace("-", "\N{MINUS SIGN}") if value else "0"


def signed(value: float) -> str:
    """A figure with its sign and two decimals: +5.54."""
    text = f"{value:+,.2f}"
    return text[1:] if not text.strip("+-0.") else text.replace("-", "\N{MINUS SIGN}")


def wrapped(label: str, most: int = 36) -> str:
    """A name on as many lines as it needs."""
    lines: list[str] = [""]
    for word in label.split():
        lines.append(word) if len(lines[-1]) + len(word) >= most else lines.__setitem__(-1, f"{lines[-1]} {word}".strip())
    return "\n".join(lines)

