"""docs/evaluations.md: what was published and what the model says by the same design, as a table and a picture.

What is missed and why is written by people, in `docs/notes/evaluations.md`, and is set into the page each time it is made.
"""

from __future__ import annotations

import math
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scenarios.answers_words import Range
from scenarios.evaluations import Line, lines, published
from scenarios.evaluations_done import Says
from scenarios.evaluations_runs import LARGE, YEARS

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, PICTURE, NOTES = "evaluations.md", "evaluations.svg", "notes/evaluations.md"
PANELS = (("Change against the comparison", ("change",)), ("Standard deviations, or points of ASCOT", ("sd", "points")))
INK, ORANGE, TEAL = "#12395b", "#b8500f", "#0f7063"
STYLE = {"svg.hashsalt": "careshift", "svg.fonttype": "none", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
WIDEST = 1.0  # what lies beyond stands at the edge of the picture


def write(worlds: list[dict[str, Says]], one_in: int, seed: int, docs: Path = DOCS) -> Path:
    """The page and its picture; the notes beside it are kept."""
    found = lines(worlds)
    (docs / PICTURE).write_text(picture(found), encoding="utf-8")
    own = docs / NOTES
    notes = own.read_text(encoding="utf-8").strip() if own.is_file() else "Nothing is written yet."
    where = docs / PAGE
    where.write_text(page(found, len(worlds), one_in, seed, notes), encoding="utf-8")
    return where


def page(found: list[Line], worlds: int, one_in: int, seed: int, notes: str) -> str:
    """The page as text."""
    _, not_done = published()
    agree = sum(line.agrees for line in found)
    rows = "\n".join(_row(line) for line in found)
    doses = ", ".join(f"{name.replace('_', ' ')} {pounds / 1e6:.1f}" for name, pounds in LARGE.items())
    return f"""# Published evaluations, done again inside the model

Made by `python -m scenarios.evaluations --write` from {worlds} worlds (drawn values of the evidence, seed {seed}) of one adult in {one_in} of
Doncaster, {YEARS} years each. Every evaluation is done as its authors did: same design, same kind of people, same follow-up. *Here* is what
that design finds in the model: the median over worlds, and what 8 in 10 of them hold. *In truth* is what no evaluator sees: the same people in
the same weeks with the same luck, without the service.

Three numbers were set by hand to what these studies saw: who is named for Living Well after a stay and how unwell (the falls before and after, and
matched), and how often a call-out ends in a request (the trial of technology in dementia). Those rows are no test. Other numbers of the register come
from these studies: the ratio for health support in care homes, the gain from home care, how befriending's company fades, and, as a
direction, that Living Well brings illness to light. There the row shows whether what was put in comes out.

![Published figures and what the model says by the same design]({PICTURE})

In {agree} of {len(found)} what the model says over its worlds and what was published have something in common. So few worlds, and few people in
some rows, make wide ranges: to overlap is little to ask.

| evaluation | design, people, follow-up | outcome | published | here, same design | in truth | people | grade | in common |
|---|---|---|---|---|---|---|---|---|
{rows}

Grade as in the register: A randomised, B matched, C uncontrolled. *To be verified* marks a figure that is recalled, or whose size is our reading
of a direction. Services are given more money than in the library, for enough people to count (million pounds a year, the whole place): {doses}.

## What agrees, what does not, and why

{notes}

## Not done again, and why

""" + "\n".join(f"* **{name}**. {why}" for name, why in not_done.items()) + "\n\n## Sources\n\n" + "\n".join(
        f"* {line.told['title']}: {line.told['source']}{' (to be verified)' if line.told.get('verify') else ''}." for line in found) + "\n"


def _row(line: Line) -> str:
    t, kind = line.told, line.told["kind"]
    told = f"{figure(t['value'], kind)} ({figure(t['low'], kind)} to {figure(t['high'], kind)})" + (", to be verified" if t.get("verify") else "")
    return (f"| {t['title']} | {t['design']}; {t['who']}; {t['follow_up']} | {t['outcome']} | {told} | {_range(line.model, kind)} | "
            f"{_range(line.truth, kind)} | {line.people:,} | {t['grade']} | {'yes' if line.agrees else 'no'} |")


def _range(x: Range, kind: str) -> str:
    return f"{figure(x.mean, kind)} ({figure(x.low, kind)} to {figure(x.high, kind)})" if x.known else "not known"


def figure(value: float, kind: str) -> str:
    """A figure of one kind as it is written: -34%, +0.27 sd, +0.20, 62%, +128 pounds a week."""
    if not math.isfinite(value):
        return "not known"
    if kind == "change":
        return f"{value:+.0%}" if abs(value) >= 0.005 else "0%"
    if kind == "share":
        return f"{value:.0%}"
    return f"{value:+.0f} pounds a week" if kind == "pounds" else f"{value:+.2f} sd" if kind == "sd" else f"{value:+.2f}"


def picture(found: list[Line]) -> str:
    """Each evaluation as two whiskers, published above and the model below, with the truth as a cross."""
    import io

    held = [(head, [line for line in found if line.told["kind"] in kinds]) for head, kinds in PANELS]
    with rc_context(STYLE):
        figure_ = Figure(figsize=(9.0, 0.55 * sum(len(some) for _, some in held) + 1.8), layout="constrained")
        axes = figure_.subplots(len(held), 1, height_ratios=[max(len(some), 1) for _, some in held], squeeze=False)
        for ax, (head, some) in zip(axes[:, 0], held):
            _panel(ax, head, some)
        figure_.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower left", ncols=3, frameon=False)
        out = io.StringIO()
        figure_.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return out.getvalue()


def _panel(ax: Axes, head: str, some: list[Line]) -> None:
    def kept(x: float) -> float:
        return min(max(x, -WIDEST), WIDEST)

    for k, line in enumerate(some):
        low, value, high = line.published
        for y, (left, mid, right), colour, mark, label in ((k - 0.16, (low, value, high), INK, "o", "published"),
                                                           (k + 0.16, (line.model.low, line.model.mean, line.model.high), ORANGE, "D", "here, same design")):
            if math.isfinite(mid):
                ax.plot([kept(left), kept(right)], [y, y], color=colour, linewidth=2.2, linestyle="-" if mark == "o" else (0, (4, 1)))
                ax.plot(kept(mid), y, marker=mark, color=colour, markersize=7, markeredgecolor="white", linestyle="none", label=label if not k else None)
        if line.truth.known:
            ax.plot(kept(line.truth.mean), k + 0.16, marker="x", color=TEAL, markersize=7, markeredgewidth=2, linestyle="none",
                    label="here, in truth" if not k else None)
    ax.axvline(0, color="#1c1c1c", linewidth=1)
    ax.set_yticks(range(len(some)), [f"{line.told['title']}\n({line.told['design']}: {line.told['outcome']})" for line in some], fontsize=8)
    ax.set_ylim(len(some) - 0.5, -0.5)
    ax.set_title(head, loc="left", fontsize=10.5, fontweight="bold")
    ax.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    ax.set_axisbelow(True)
