"""A calibration as one page: what was learned of each number, how figures come out, what cannot be met, how good the emulator is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, select_autoescape

from careshift.report.calibration_answers import seven
from careshift.report.charts import BAND, GREY, INK, ORANGE, TEXT, drawing, svg
from careshift.report.figures import Picture, Table, picture
from scenarios import keeping
from scenarios.answers_words import number

if TYPE_CHECKING:
    from calibration import Posterior
    from calibration.targets import Conflict

FOLDER = Path(__file__).parent
LEARNED = ("Number", "word", "sd, of prior's", "before", "90% before", "after", "90% after")
FIGURES = ("Figure", "published", "basis", "model", "90% interval", "inside", "error", "England's rate")
COLUMNS = 4


def learned(posterior: Posterior, effects: Sequence[str]) -> Table:
    """Prior and posterior of each number. An effect of support that no figure touched is never called calibrated."""
    rows = []
    for row in posterior.diagnostics["parameters"]:
        word = "calibrated" if row["identified"] == "informed by data" else "not informed by data"
        if row["parameter"] in effects:
            word += " (an effect of support)"
        rows.append((row["parameter"], word, f"{row['sd_ratio']:.2f}", short(row["prior_median"]), f"{short(row['prior_low'])} to {short(row['prior_high'])}",
                     short(row["median"]), f"{short(row['low'])} to {short(row['high'])}"))
    return Table(LEARNED, rows)


def short(value: float) -> str:
    """A number to three digits: no calibration knows more."""
    return f"{value:.3g}"


def figures(rows: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> Table:
    """Published figures beside what the calibrated model says of them, and beside England's rate where the figure is the place's own."""
    out = []
    for row in rows:
        rate = about["england"].get(row["target"])
        rival = f"{rate / row['value'] - 1:+.0%}" if rate else "not told"
        out.append((row["target"].replace("_", " "), number(row["value"]), about["basis"].get(row["target"], ""), number(row["median"]),
                    f"{number(row['low'])} to {number(row['high'])}", "yes" if row["inside"] else "no", f"{row['error'] / row['value']:+.1%}",
                    rival))
    return Table(FIGURES, out)


def naive(posterior: Posterior, about: Mapping[str, Any]) -> str:
    """Errors on held-out figures beside the forecast of somebody who has no model, in one sentence."""
    rows = [row for row in posterior.diagnostics["held_out"] if row["target"] in about["england"]]
    if not rows:
        return ("No held-out figure is the place's own with a rate of England beside it, so the model cannot be compared with England's rate here. "
                "Of held-out figures none of an earlier year is kept, so last year's value cannot be carried forward either.")
    ours = np.mean([abs(row["error"] / row["value"]) for row in rows])
    theirs = np.mean([abs(about["england"][row["target"]] / row["value"] - 1) for row in rows])
    return f"Held-out figures of the place's own ({len(rows)}): the model is {ours:.1%} off, England's rate {theirs:.1%}."


def write(file: Path, about: Mapping[str, Any], posterior: Posterior) -> Path:
    """The page of a finished calibration. Returns its path."""
    told = posterior.diagnostics
    return _page(file, about, pictures=[_numbers(about, posterior), _beside("fit", "Figures the calibration used", told["fit"], about),
                                       *([_beside("held", "Figures held aside", told["held_out"], about)] if told["held_out"] else []),
                                       _emulator(told)],
                 notes=posterior.notes, naive=naive(posterior, about), runs=told["runs_used"], learned=learned(posterior, about["effects"]),
                 conflicts=None, seven=seven(posterior, about))


def write_conflicts(file: Path, about: Mapping[str, Any], conflicts: Sequence[Conflict]) -> Path:
    """The page of a calibration that ended with what cannot be met: there is no posterior. Returns its path."""
    rows = [(c.name.replace("_", " "), number(c.value), number(c.nearest), f"{c.sds:.1f}", "alone" if c.alone else "with the others") for c in conflicts]
    return _page(file, about, pictures=[], notes=[], naive="", runs=None, learned=None,
                 conflicts=Table(("Figure", "published", "the model's nearest", "sds away", "not met"), rows))


def _page(file: Path, about: Mapping[str, Any], **told: Any) -> Path:
    env = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True)
    env.filters["figures"] = str
    return keeping.whole_text(file, env.get_template("calibration.html").render(about=about, **told))


def _numbers(about: Mapping[str, Any], posterior: Posterior) -> Picture:
    """Each number's distribution before and after, side by side."""
    names = posterior.parameters
    down = -(-len(names) // COLUMNS)
    title = "What was believed before, and after the figures were seen"
    known = sum(row["identified"] == "informed by data" for row in posterior.diagnostics["parameters"])
    words = f"{known} of {len(names)} numbers were informed by the figures; the others are as wide as before."
    with drawing(1.9 * down, min(COLUMNS, len(names)), down) as (figure, axes):
        for ax in axes.flat[len(names):]:
            ax.set_axis_off()
        for ax, row in zip(axes.flat, posterior.diagnostics["parameters"]):
            name = row["parameter"]
            prior, values = about["priors"][name], posterior.samples[name].to_numpy()
            at = np.linspace(float(prior.ppf(0.002)), float(prior.ppf(0.998)), 120)
            ax.hist(values, bins=24, density=True, color=BAND)
            ax.plot(at, prior.pdf(at), color=GREY if row["identified"] != "informed by data" else INK, linestyle="--")
            ax.set_title(name.replace(".", "\n").replace("_", " "), fontsize=9, loc="left")
            ax.set_yticks([])
            ax.tick_params(labelsize=8)
        return picture(title, svg(figure, "numbers", title, words), words + " Dashed: before. Filled: after.", learned(posterior, about["effects"]), words)


def _beside(name: str, what: str, rows: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> Picture:
    """Published figures as marks on the model's 90% intervals, all as a share of what was published."""
    inside = sum(row["inside"] for row in rows)
    title = f"{what}: {inside} of {len(rows)} inside the model's 90% interval"
    with drawing(0.9 + 0.36 * len(rows)) as (figure, axes):
        ax = axes[0, 0]
        for k, row in enumerate(rows[::-1]):
            colour = INK if row["inside"] else ORANGE
            ax.plot([row["low"] / row["value"], row["high"] / row["value"]], [k, k], color=colour, linewidth=5, alpha=0.5, solid_capstyle="butt")
            ax.plot(row["median"] / row["value"], k, marker="o" if row["inside"] else "s", color=colour)
        ax.axvline(1, color=TEXT, linewidth=1)
        ax.set_yticks(range(len(rows)), [row["target"].replace("_", " ") for row in rows[::-1]])
        ax.set_xlabel("Model over published")
        words = f"{inside} of {len(rows)} published figures lie inside the interval the calibrated model gives."
        return picture(title, svg(figure, name, title, words), "Bar: 90% of what the calibrated model says, chance, reporting error and discrepancy "
                       "included. Mark: its middle. Squares and orange: outside. The line: as published.", figures(rows, about), words)


def _emulator(told: Mapping[str, Any]) -> Picture:
    """Leave-one-out errors of each figure's emulator in its own standard deviations: about one is right."""
    rows = told["emulator"]
    good = sum(row["good"] for row in rows)
    title = f"The emulator judges its own errors well for {good} of {len(rows)} figures"
    new = told["emulator_on_new_runs"][-1]
    with drawing(0.9 + 0.32 * len(rows)) as (figure, axes):
        ax = axes[0, 0]
        ax.barh(range(len(rows)), [row["loo_sd"] for row in rows[::-1]], color=[INK if row["good"] else ORANGE for row in rows[::-1]])
        ax.axvline(1, color=TEXT, linewidth=1)
        ax.set_yticks(range(len(rows)), [row["target"].replace("_", " ") for row in rows[::-1]])
        ax.set_xlabel("Spread of leave-one-out errors, in the emulator's own sds")
        words = f"Of {new['runs']} new runs of the posterior's sets, {new['within_3']:.0%} fell within three sds of the emulator's word."
        table = Table(("Figure", "spread", "bends", "good"), [(row["target"].replace("_", " "), f"{row['loo_sd']:.2f}", "yes" if row["process"] else "no",
                                                               "yes" if row["good"] else "no") for row in rows])
        return picture(title, svg(figure, "emulator", title, words), words, table, words)
