"""Write report.html: the answer, what it rests on, and a table behind every picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from careshift.report import charts
from scenarios import answers
from scenarios.results import Results

if TYPE_CHECKING:
    from careshift.api import Comparison

FOLDER = Path(__file__).parent
MILLION = 1e6


def write(comparison: Comparison) -> Path:
    """The page of a comparison, in its folder. Returns the path."""
    html = render(comparison.results, comparison.about)
    page = comparison.folder / "report.html"
    part = page.with_suffix(".part")
    part.write_text(html, encoding="utf-8")
    part.replace(page)
    return page


def render(r: Results, about: dict[str, Any]) -> str:
    """The page as text; the same for the same results."""
    from simulation import places
    from simulation.evidence import register

    env = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]), trim_blocks=True,
                      lstrip_blocks=True)
    place, entries = places.load(about["place"]), list(register.load().entries.values())
    nothing = answers.changes_nothing(r)
    return env.get_template("report.html").render(
        r=r, about=about, place=place, kind=answers.plan_type(r), sentence=answers.sentence(r),
        table=answers.small_table(r), caveats=answers.caveats(r, about), rests=answers.rests_on(entries),
        england=sorted(place.from_england(), key=lambda f: f.name), figures=[] if nothing else figures(r),
        beside=[] if nothing else answers.beside(r, BESIDE), beside_heads=[t for t, _, _ in BESIDE],
        enough=answers.ENOUGH, grades=grades(entries))


BESIDE = tuple(h for h in answers.HEADLINES if h[1] in ("council_net", "ascot_years", "unpaid_hours", "bed_days",
                                                       "care_home_council"))


def grades(entries: Sequence[Any]) -> list[tuple[str, int, int]]:
    """How many numbers of each grade, and how many of them are effects."""
    return [(g, sum(e.grade == g for e in entries), sum(e.grade == g and e.is_effect for e in entries)) for g in "ABCD"]


def figures(r: Results) -> list[dict[str, Any]]:
    """The page's pictures: title, SVG, caption, and the table behind each."""
    years = [r.scenario.financial_year(k) for k in range(r.scenario.years)]
    out = [_fan(r, years, *spec) for spec in FANS]
    return [*out[:1], _cash(r, years), _waterfall(r), *out[1:], _setting(r, years), _rivals(r, years)]


# measure, title, unit, divided by
FANS = (
    ("council_net", "What the plan does to net council spending", "£m a year", MILLION),
    ("ascot_years", "What it does to quality of life", "ASCOT-years a year", 1.0),
    ("unpaid_hours", "What families do more or less of", "hours a week", 1.0),
    ("bed_days", "What it does to days in hospital", "days a year", 1.0),
    ("delayed_days", "What it does to waiting to leave hospital", "days a year", 1.0),
)


def _fan(r: Results, years: list[str], measure: str, title: str, unit: str, scale: float) -> dict[str, Any]:
    values = r.paired(answers.main_run(r), measure)
    q = np.quantile(values / scale, (0.1, 0.9), axis=0)
    mean = values.mean(axis=0) / scale
    rows = [(y, f"{m:+,.2f}", f"{a:+,.2f} to {b:+,.2f}") for y, m, a, b in zip(years, mean, *q, strict=True)]
    picture = charts.fan(values, years, unit, measure, f"{title}: mean {mean[0]:+,.2f} in {years[0]}, {mean[-1]:+,.2f} in "
                         f"{years[-1]} ({unit})", scale)
    return _figure(title, picture, f"Difference from doing nothing, {unit}. Dark band: 8 in 10 of the worlds run; pale: 9 in 10.",
                   ("year", "mean", "8 in 10"), rows)


def _cash(r: Results, years: list[str]) -> dict[str, Any]:
    names = (("set_up", "set-up before first use"), ("new_places_empty", "new places standing empty"),
             ("block_places_empty", "old places paid for and empty"))
    run = answers.main_run(r)
    series = [(label, np.maximum(np.nan_to_num(r.paired(run, m)).mean(axis=0), 0) / MILLION) for m, label in names]
    rows = [(y, *(f"{s[k]:,.2f}" for _, s in series)) for k, y in enumerate(years)]
    return _figure("Double running: paying twice while one replaces the other",
                   charts.stack(series, years, "£m a year", "double", "Double running by year, three kinds"),
                   "Read from the ledger, more than in doing nothing, £m a year.", ("year", *(n for _, n in names)), rows)


def _waterfall(r: Results) -> dict[str, Any]:
    parts = [(title, value / MILLION) for title, value in answers.waterfall(r)]
    return _figure("From money released to what is left",
                   charts.bars(parts, "£m in the last year", "waterfall", "Steps from money released to what is left"),
                   "Money follows the person first. Mean over the worlds run, £m in the last year.", ("step", "£m"),
                   [(t, f"{v:+,.2f}") for t, v in parts])


def _setting(r: Results, years: list[str]) -> dict[str, Any]:
    run = answers.main_run(r)
    names = (("care_home_council", "care home, council pays"), ("care_home_own", "care home, own money"),
             ("supported_at_home", "supported at home"))
    series = [(label, r.paired(run, m).mean(axis=0)) for m, label in names]
    rows = [(y, *(f"{s[k]:+,.0f}" for _, s in series)) for k, y in enumerate(years)]
    return _figure("Where people live and are supported",
                   charts.lines(series, years, "people, difference", "setting", "People by setting, difference by year"),
                   "Difference from doing nothing in people, mean over the worlds run.", ("year", *(n for _, n in names)), rows)


def _rivals(r: Results, years: list[str]) -> dict[str, Any]:
    own = r.scenario.plan.budget.name
    runs = [x for x in r.runs if x.against and x.budget_rule == own]
    series = [(x.title[:60] + answers._belief(x.variant), r.paired(x, "council_net").mean(axis=0) / MILLION) for x in runs]
    rows = [(label, *(f"{v:+,.2f}" for v in values)) for label, values in series]
    return _figure("The rivals beside it: net council spending",
                   charts.lines(series, years, "£m a year, difference", "rivals", "Net council spending of the plan and rivals"),
                   "Difference from doing nothing, £m a year, mean over the worlds run.", ("run", *years), rows)


def _figure(title: str, picture: str, caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    return {"title": title, "svg": Markup(picture), "caption": caption, "head": head, "rows": rows}
