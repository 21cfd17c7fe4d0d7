"""The page of an evaluation tried beforehand: what each design would say of a plan, when it would be seen, and when to stop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, select_autoescape

from careshift.report import charts
from careshift.report.figures import Picture, Table, picture
from careshift.report.report import true_minus
from scenarios import keeping
from scenarios.evaluating import BAD_TIME, BY_LOT, DESIGNS, FOUND, STEPPED, TRIALS, Says, seen_from
from scenarios.evaluating_runs import Evaluation, Figure

FOLDER = Path(__file__).parent
LOOKS = {"before and after": (charts.ORANGE, "s", "--"), "matched councils": (charts.TEAL, "^", ":"), "stepped pioneers": (charts.INK, "o", "-")}
MANY = 200  # councils with care duties in England are about 150: more than that is no programme


def write(file: Path, e: Evaluation) -> Path:
    """The page. Returns its path."""
    env = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True)
    env.filters["figures"] = true_minus
    lead = e.lead()
    return keeping.whole_text(file, env.get_template("evaluate.html").render(
        e=e, p=e.programme, asked=e.asked, sentences=sentences(e), designs=designs(e), power=power(e), sizes=sizes(e), mistaken=mistaken(e),
        gates=gates(e, lead) if lead else None, lead=lead, noise=noise(e)))


# Words -----------------------------------------------------------------------------------------------------------------------
def share(log: float) -> str:
    """A logarithm as a per cent more or less."""
    value = float(np.expm1(log)) * 100
    return f"{value:+.{1 if abs(value) < 9.95 else 0}f}%"


def amount(f: Figure, log: float) -> str:
    """The same in the figure's own unit, of what it stood at before the first wave."""
    value = f.level * float(np.expm1(log)) / f.outcome.per
    digits = 0 if abs(value) >= 20 else 1 if abs(value) >= 1 else 2
    return f"{'-' if value < 0 else '+'}{told_in(f.outcome.unit, f'{abs(value):,.{digits}f}')}"


def told_in(unit: str, number: str) -> str:
    """A number with its unit: £1.3m a year, 12 people."""
    return unit.replace("£m", f"£{number}m") if unit.startswith("£m") else f"{number} {unit}"


def sentences(e: Evaluation) -> list[str]:
    """Each figure in a sentence or two: what is true, whether it would be seen, and what the easy designs would say."""
    return [_sentence(e, f) for f in e.figures]


def _sentence(e: Evaluation, f: Figure) -> str:
    o, year = f.outcome, e.programme.follow
    says = e.of(o.name)
    at, first = says[-1], seen_from(says)
    if abs(at.truth) <= f.unsure:
        return (f"{o.title}: {share(at.truth)} in year {year} of a council's own plan, which is within the luck of the {e.settings.councils} councils "
                f"that were run: too little to plan an evaluation on. The least that stepped pioneers by lot could find is {least(at)} either way.")
    told = f"{o.title}: in truth {share(at.truth)} ({amount(f, at.truth)}) in year {year} of a council's own plan. Stepped pioneers by lot tell it from none in"
    told += f" 8 of 10 evaluations from year {first} on." if first is not None else f" {100 * at.finds:.0f} of 100 evaluations: {_needed(at)}."
    worst = max((s for d in DESIGNS for w in (BY_LOT, BAD_TIME) for s in e.of(o.name, d, w)[-1:]), key=lambda s: abs(s.bias))
    return told + f" Furthest off in the mean: {worst.design}, pioneers {_way(worst.chosen)}: {share(worst.mean)}."


def _way(way: str) -> str:
    return "drawn by lot" if way == BY_LOT else "chosen at a bad time"


def _needed(s: Says) -> str:
    if s.councils > MANY:
        return f"England has too few councils to see it; the least these could find is {least(s)}"
    return f"it would take {int(np.ceil(s.councils))} pioneers, and as many more waiting in proportion"


def least(s: Says) -> str:
    """The least change that would be found, on the side on which the true one is."""
    return share(np.copysign(s.detectable, s.truth)).lstrip("+-")


# Pictures --------------------------------------------------------------------------------------------------------------------
def designs(e: Evaluation) -> Picture:
    """What each design would say of each figure in the last year, beside the truth that only the model knows."""
    ways = [(d, w) for w in (BY_LOT, BAD_TIME) for d in DESIGNS]
    rows = -(-len(e.figures) // 2)
    with charts.drawing(2.5 * rows + 0.4, 2, rows, sharey=True) as (figure, axes):
        for ax, f in zip(axes.flat, e.figures):
            for y, (design, way) in enumerate(ways):
                s, (colour, mark, _) = e.of(f.outcome.name, design, way)[-1], LOOKS[design]
                low, mean, high = (100 * np.expm1(x) for x in (s.low, s.mean, s.high))
                ax.plot([low, high], [-y, -y], color=colour, linewidth=2)
                ax.plot(mean, -y, mark, color=colour, markersize=7, markerfacecolor="white" if way == BAD_TIME else colour, markeredgewidth=1.6)
            truth = 100 * np.expm1(e.of(f.outcome.name)[-1].truth)
            ax.axvline(0, color=charts.GREY, linewidth=0.8)
            ax.axvline(truth, color=charts.TEXT, linewidth=1.6, linestyle=(0, (4, 2)))
            ax.set_title(charts.wrapped(f.outcome.title, 38), loc="left", fontsize=10, fontweight="bold")
            ax.set_yticks([-y for y in range(len(ways))], [f"{d}, {w}" for d, w in ways], fontsize=9)
            ax.set_xlabel("per cent; dashed: the truth", fontsize=9)
            ax.tick_params(axis="x", labelsize=9)
        for ax in axes.flat[len(e.figures):]:
            ax.remove()
        title = "What each design would say, beside the truth"
        words = " ".join(sentences(e))
        drawn = charts.svg(figure, "designs", title, words)
    caption = (f"Year {e.programme.follow} after a council begins. A mark: the mean over {TRIALS:,} evaluations; its line: 8 in 10 of them. Open marks: "
               "pioneers for whom the year before was the worst. A design whose mark is off the dashed line misleads, however narrow its line.")
    table = Table(("Figure", "design", "pioneers", "truth", "says, mean", "8 in 10", "tells it from none", "where nothing changes"),
                  [[f.outcome.title, s.design, _way(s.chosen), share(s.truth), share(s.mean), f"{share(s.low)} to {share(s.high)}", f"{s.finds:.0%}",
                    f"{s.mistaken:.0%}"] for f in e.figures for d, w in ways for s in e.of(f.outcome.name, d, w)[-1:]])
    return picture(title, drawn, caption, table, words)


def power(e: Evaluation) -> Picture:
    """By year after the start, how often stepped pioneers tell each figure's change from none."""
    years = range(1, e.programme.follow + 1)
    marks = ("o", "s", "^", "D", "v", "P")
    colours = (charts.INK, charts.ORANGE, charts.TEAL, charts.EDGE, "#8a3b0a", charts.GREY)
    with charts.drawing(3.9) as (figure, axes):
        ax = axes[0, 0]
        for f, mark, colour, dash in zip(e.figures, marks, colours, charts.DASHES):
            ax.plot(years, [100 * s.finds for s in e.of(f.outcome.name)], marker=mark, color=colour, linestyle=dash, linewidth=1.8, label=f.outcome.title)
        ax.axhline(100 * FOUND, color=charts.TEXT, linewidth=1, linestyle=(0, (4, 2)))
        ax.annotate("8 in 10, the usual wish", (years[0], 100 * FOUND), xytext=(0, 3), textcoords="offset points", fontsize=9)
        ax.set_xticks(years, [f"year {k}" for k in years])
        ax.set_ylim(0, 103)
        ax.set_ylabel("evaluations in 100")
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=9)
        title = "When stepped pioneers would show the change"
        words = "; ".join(f"{f.outcome.title}: " + ", ".join(f"year {s.year} {s.finds:.0%}" for s in e.of(f.outcome.name)) for f in e.figures)
        drawn = charts.svg(figure, "power", title, words)
    table = Table(("Figure", *(f"year {k}" for k in years), *(f"year {k}, steady councils" for k in years)),
                  [[f.outcome.title, *(f"{s.finds:.0%}" for steady in (False, True) for s in e.of(f.outcome.name, steady=steady))] for f in e.figures])
    return picture(title, drawn, "Out of 100 evaluations, those that tell the plan's change from none (1 in 20 by chance). The table also has it were real "
                   "councils as steady as the model's: no evaluation can do better than that.", table, words)


# Tables ----------------------------------------------------------------------------------------------------------------------
def sizes(e: Evaluation) -> Table:
    """What can be found with so many councils, and how many it takes."""
    years = range(1, e.programme.follow + 1)
    return Table(("Figure", *(f"least change found, year {k}" for k in years), "true change", "pioneers needed"),
                 [[f.outcome.title, *(least(s) for s in e.of(f.outcome.name)), share(e.of(f.outcome.name)[-1].truth),
                   f"{int(np.ceil(at.councils))}" if at.councils <= MANY else f"over {MANY}"] for f in e.figures for at in e.of(f.outcome.name)[-1:]])


def mistaken(e: Evaluation) -> Table:
    """How often each design tells a change in the last year where the plan does nothing at all."""
    return Table(("Figure", *(f"{d}, {w}" for w in (BY_LOT, BAD_TIME) for d in DESIGNS)),
                 [[f.outcome.title, *(f"{e.of(f.outcome.name, d, w)[-1].mistaken:.0%}" for w in (BY_LOT, BAD_TIME) for d in DESIGNS)] for f in e.figures])


def gates(e: Evaluation, lead: Figure) -> Table:
    """What the rule says at the end of each year, if the plan does all, half or nothing of its promise."""
    rows: Sequence[Any] = [g for g in e.gates if g.outcome == lead.outcome.name]
    named = {1.0: "all it promises", 0.5: "half of it", 0.0: "nothing"}
    return Table(("Gate", "the plan does", "go on", "look again in a year", "stop"),
                 [[f"end of year {g.year}", named[g.does], f"{g.go:.0%}", f"{g.again:.0%}", f"{g.stop:.0%}"] for g in rows])


def noise(e: Evaluation) -> Table:
    """How councils differ though nobody begins: by the model's luck alone, and with what real ones do besides."""
    def level(f: Figure) -> str:
        at = f.level / f.outcome.per
        return told_in(f.outcome.unit, f"{at:,.{1 if at < 100 else 0}f}")

    head = ("Figure", "before the first wave", "drifts a year, the model", "real councils", "off in one year, the model", "with the survey", "stand apart")
    return Table(head, [[f.outcome.title, level(f), *(f"{100 * x:.1f}%" for x in (f.luck.drift, f.noise.drift, f.luck.blur, f.noise.blur, f.noise.apart))]
                        for f in e.figures])


def told(e: Evaluation) -> dict[str, Any]:
    """The same as numbers, for another program."""
    lead = e.lead()
    return {"figures": {f.outcome.name: {"truth": [float(s.truth) for s in e.of(f.outcome.name)], "level": f.level,
                                         "seen_from_year": seen_from(e.of(f.outcome.name)),
                                         "says": [{**s._asdict(), "bias": s.bias, "councils": s.councils if np.isfinite(s.councils) else None}
                                                  for s in e.says if s.outcome == f.outcome.name]} for f in e.figures},
            "lead": lead.outcome.name if lead else None, "gates": [g._asdict() for g in e.gates if lead and g.outcome == lead.outcome.name],
            "skipped": dict(e.skipped), "design": STEPPED}
