"""Write appraisal.html: what a plan costs, when it pays back, who pays and how sure that is, then everything behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, select_autoescape

from careshift.report import appraisal_figures as figures
from careshift.report.figures import Table
from careshift.report.report import FOLDER, true_minus
from scenarios import answers, as_shipped, attributing, keeping
from scenarios.answers_words import listed
from scenarios.appraisal import told, told_parts
from scenarios.appraisal.saving import lowers_spending
from scenarios.appraisal.switching import two_way, worth
from scenarios.appraisal.values import TITLES
from scenarios.appraisal.whole import Appraisal
from scenarios.attributing import Shared
from simulation import places
from simulation.evidence import register

PAGE = "appraisal.html"
TIMES = (0.5, 1.0, 1.5)  # so many times the believed price of a family's hour, where two values switch at once
NOT_BOOKABLE = ("Only cash-releasing savings can be booked. Growth avoided is not in the budget yet; what is moved is paid by somebody else; capacity "
                "that is freed is filled again; families' hours are no money.")


def write(a: Appraisal, folder: Path) -> Path:
    """The page of an appraisal, in the folder of its results. Returns the path."""
    return keeping.whole_text(folder / PAGE, render(a, attributing.taken_up(folder, dict(a.about))))


def render(a: Appraisal, shared: Shared | None = None) -> str:
    """The page as text; the same for the same results. `shared` is what each part of the plan does, where that was run."""
    env = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True)
    env.filters["figures"] = true_minus
    r, ratio = a.results, a.over_down_payment
    shown: dict[str, Any] = {
        "lines": Table(told.LINES, told.lines(a)), "natural": Table(("What", "Doing nothing", "Difference", "Mean"), told.natural(a)),
        "affordable": Table(*told.affordable(a)), "kinds": Table(*told.kind_rows(a)), "sources": Table(told.SOURCE, told.source_rows(a)),
        "added": Table(told.ADDED, told.added(a)), "variations": Table(("Counted otherwise", "Range", "Mean"), told.variation_rows(a)),
        "values": Table(("What it is", "Value", "Range", "Grade", "Source", "Doubt"), told.value_rows(a)),
        "says": Table(("Line", "What it is"), [(line.title, line.says) for line in a.ledger.lines]),
        "payers": figures.payers(a), "added_up": figures.added_up(a), "bridge": figures.bridge(a)}
    return env.get_template("appraisal.html").render(
        a=a, r=r, about=a.about, place=places.load(a.about["place"]), kind=answers.plan_type(r), plan_line=answers.plan_line(r), years=answers.years(r),
        points=told.points(a), first_look=told.first_look(a), needed=answers.ENOUGH, range_name=answers.range_name(r), weighted=a.weighted,
        way_title=TITLES[a.way], not_bookable=NOT_BOOKABLE, conventions=told.conventions(a), lowers=lowers_spending(r),
        as_shipped=as_shipped.told(r, a.about), same_cut=answers.same_cut_was_run(r),
        ratio=f"{'-' if ratio < 0 else ''}£{abs(ratio):,.1f}" if np.isfinite(ratio) and a.enough else "",
        values_hash=register.load(register.APPRAISAL).hash[:12],
        **shown, **(_sure(a) if a.enough else {}), **(_parts(shared) if shared else {}))


def _sure(a: Appraisal) -> dict[str, Any]:
    """What may be told from enough pairs only."""
    head, rows = told.share_rows(a)
    return {"chances": Table(("What", "In how many worlds", "Share, for chance"), told.chance_rows(a)), "plane": figures.plane(a),
            "tornado": figures.tornado(a), "worth_it": figures.worth_it(a), "switches": Table(told.SWITCH, told.switch_rows(a)),
            "regret": Table(*told.regret_rows(a)),
            "regret_worlds": Table(told.WORLDS, told.regret_world_rows(a)),
            "who": Table(head, rows), "two_way": _two_way(a)}


def _parts(shared: Shared) -> dict[str, Any]:
    """Which part of the plan does what: a picture, a table for each figure, and what parts do together."""
    tables = [(told_parts.titled(f), Table(told_parts.HEAD, told_parts.rows(shared, f)), told_parts.between(shared, f)) for f in shared.found]
    return {"parts": figures.parts(shared), "parts_tables": tables, "parts_said": told_parts.first_words(shared)}


def _two_way(a: Appraisal) -> str:
    """Two values at once, in a sentence: the worth of wellbeing that breaks even at other prices of a family's hour."""
    believed = a.ledger.values.of(a.way)
    said = [f"at {k:g} times the price of a family's hour, " + (f"£{float(f'{believed * x:.2g}'):,.0f}" if np.isfinite(x) else "none does it")
            for k, x in two_way(worth(a.ledger), "families", "wellbeing", TIMES)]
    return f"Two values at once. Worth of a year of wellbeing ({a.way.value.upper()}) at which it breaks even: {listed(said)}."
