"""Pictures of people: how they would have lived and how they live, and one small picture for each fifth of neighbourhoods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from careshift.report.charts import EDGE, GREY, INK, ORANGE, TEAL, TEXT, _fan, drawing, svg, wrapped

RIBBONS = ((INK, ""), (TEAL, "//"), (ORANGE, ""), ("#8a3b0a", "\\\\"), (GREY, ""), (EDGE, ".."))
GAP, PITCH, NODE = 0.045, 0.13, 0.022  # of the height between two groups, and between the middles of two names; of the width a group's bar takes
SHOWN = 0.01  # of all who move: thinner ribbons would be hairs, and are told in the table alone


def alluvial(flows: Mapping[tuple[str, str], float], kinds: Mapping[str, str], heads: tuple[str, str], name: str, title: str, words: str) -> str:
    """People flow from how they would live to how they live: a ribbon as thick as it holds people, each group named at both ends."""
    with drawing(5.2) as (figure, axes):
        ax, whole = axes[0, 0], sum(flows.values()) or 1.0
        sides = [{k: sum(n for pair, n in flows.items() if pair[side] == k) for k in kinds} for side in (0, 1)]
        tops = [_stacked(one, whole) for one in sides]
        for side, x in ((0, 0.0), (1, 1.0 - NODE)):
            for kind, count in sides[side].items():
                if count > 0:
                    top, high = tops[side][kind], count / whole
                    ax.add_patch(Rectangle((x, top - high), NODE, high, color=INK, linewidth=0))
                    ax.text(-0.02 if side == 0 else 1.02, top - high / 2, wrapped(f"{kinds[kind]}: {count:,.0f}", 25), ha="right" if side == 0 else "left",
                            va="center", fontsize=10, linespacing=1.15)
        at = [dict(one) for one in tops]
        for (there, here), count in sorted(flows.items(), key=lambda f: (list(kinds).index(f[0][0]), list(kinds).index(f[0][1]))):
            high = count / whole
            if high >= SHOWN:
                colour, hatch = RIBBONS[list(kinds).index(there) % len(RIBBONS)]
                _ribbon(ax, at[0][there], at[1][here], high, colour, hatch)
            at[0][there] -= high
            at[1][here] -= high
        for x, head, ha in ((0.0, heads[0], "left"), (1.0, heads[1], "right")):
            ax.text(x, 1.09, head, ha=ha, va="bottom", fontsize=11, fontweight="bold")
        low = min(min(top - sides[k][kind] / whole for kind, top in one.items()) for k, one in enumerate(tops))
        ax.set_xlim(-0.42, 1.42)
        ax.set_ylim(low - 0.02, 1.16)
        ax.set_axis_off()
        return svg(figure, name, title, words)


def _stacked(counts: Mapping[str, float], whole: float) -> dict[str, float]:
    """Where each group's bar begins, from the top down, with room between the bars, and between their middles for their names."""
    out, top, middle = {}, 1.04, np.inf
    for kind, count in counts.items():
        high = count / whole
        if high > 0:
            top = min(top, middle - PITCH + high / 2)
            middle = top - high / 2
        out[kind] = top
        top -= high + (GAP if high > 0 else 0.0)
    return out


def _ribbon(ax: Axes, left: float, right: float, high: float, colour: str, hatch: str) -> None:
    a, b, mid = NODE, 1.0 - NODE, 0.5
    points = [(a, left), (mid, left), (mid, right), (b, right), (b, right - high), (mid, right - high), (mid, left - high), (a, left - high), (a, left)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.55, hatch=hatch, edgecolor="white", linewidth=0.8))


def grid(rows: Sequence[tuple[str, Sequence[np.ndarray]]], heads: Sequence[str], years: Sequence[str], name: str, title: str, words: str) -> str:
    """Small multiples: a row for each measure on one scale, a column for each group; each a fan of differences by year."""
    with drawing(2.1 * len(rows) + 0.3, len(heads), len(rows), sharey="row") as (figure, axes):
        for i, (label, columns) in enumerate(rows):
            for j, values in enumerate(columns):
                ax = axes[i, j]
                _fan(ax, values, [y[2:] for y in years], every=max(1, len(years) - 1))
                if i == 0:
                    ax.set_title(wrapped(heads[j], 12), loc="left", fontsize=10.5, fontweight="bold", color=TEXT)
            axes[i, 0].set_ylabel(wrapped(label, 18), fontsize=10)
        return svg(figure, name, title, words)


def tornado(rows: Sequence[tuple[str, float, float, str, str]], base: float, unit: str, name: str, title: str, words: str) -> str:
    """One thing moved at a time, the widest first: from the base to either end, each end named."""
    with drawing(0.62 * len(rows) + 1.0) as (figure, axes):
        ax = axes[0, 0]
        ends = [x for _, low, high, *_ in rows for x in (low, high)] + [base, 0.0]
        room = (max(ends) - min(ends)) or 1.0
        for k, (_, low, high, said_low, said_high) in enumerate(rows):
            for value, said, colour, hatch in ((low, said_low, ORANGE, "////"), (high, said_high, TEAL, "")):
                if value != base:
                    ax.barh(k, value - base, left=base, color=colour, hatch=hatch, edgecolor="white", linewidth=0.6, height=0.62)
                if said and value != base:
                    ax.text(value + 0.012 * room * np.sign(value - base), k, wrapped(said, 24), va="center", fontsize=9.5,
                            ha="left" if value > base else "right")
        ax.axvline(base, color=TEXT, linewidth=1.2)
        if base:
            ax.axvline(0, color=GREY, linewidth=1, linestyle=":")
        ax.text(base, -0.72, f"as told: {base:+,.1f}".replace("-", "\N{MINUS SIGN}"), ha="center", va="bottom", fontsize=10, fontweight="bold")
        ax.set_yticks(range(len(rows)), [wrapped(row[0], 30) for row in rows])
        ax.set_ylim(len(rows) - 0.5, -1.1)
        ax.set_xlim(min(ends) - 0.42 * room, max(ends) + 0.42 * room)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel(unit)
        return svg(figure, name, title, words)
