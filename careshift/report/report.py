"""Write report.html: the answer first, what it rests on, and a table behind every picture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape

from careshift.report import figures, people_figures
from careshift.report.figures import Picture, Table
from scenarios import answers, answers_models, answers_money, answers_people, answers_places, answers_split, answers_supply, as_shipped, keeping
from scenarios.answers_words import How, number, plain, span, step
from scenarios.results import Results

if TYPE_CHECKING:
    from careshift.api import Comparison

FOLDER = Path(__file__).parent
COMMAND = re.compile(r"(careshift compare .+)$")
OPTION = re.compile(r"(?<=\s)(--[\w-]+)")
MINUS = re.compile(r"(?<![\w\N{MINUS SIGN}-])-(?=[£\d])")


def write(comparison: Comparison) -> Path:
    """The page of a comparison, in its folder. Returns the path."""
    html = render(comparison.results, comparison.about)
    return keeping.whole_text(comparison.folder / "report.html", html)


def render(r: Results, about: dict[str, Any]) -> str:
    """The page as text; the same for the same results."""
    from simulation import places
    from simulation.evidence import register

    env = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True)
    env.filters["figures"], env.filters["command"] = true_minus, command
    place, entries = places.load(about["place"]), list(register.load().entries.values())
    moves = not answers.changes_nothing(r)
    shown: dict[str, Any] = {"who": _who, "settings": _settings, "families": _families, "beside_money": _beside_money, "places": _places,
                             "sections": lambda r: sections(r, about), "structures_said": lambda _: _structures_said(about),
                             "places_said": _places_said, "supply": _supply, "supply_said": answers_supply.said, "places_ages": answers_places.ages,
                             "split": _split, "models": _models, "models_said": answers_models.said}
    return env.get_template("report.html").render(
        r=r, about=about, place=place, kind=answers.plan_type(r), plan_line=answers.plan_line(r), points=answers.points(r),
        headline=_headline(r), caveats=answers.caveats(r, about), rests=answers.rests_on(entries), enough=answers.ENOUGH,
        as_shipped=as_shipped.told(r, about), lowers=moves and answers.lowers_spending(r), same_cut=answers.same_cut_was_run(r),
        moves=moves, split_said=answers_split.CAPTION, rests_picture=figures.rests(entries), years=answers.years(r), range_name=answers.range_name(r),
        **{name: make(r) if moves else None for name, make in shown.items()}, **_numbers(place, entries))


def sections(r: Results, about: Mapping[str, Any] | None = None) -> list[tuple[str, str, str, list[Picture]]]:
    """The page's chapters with pictures: name, heading, what to bear in mind, pictures."""
    money = [figures.net(r), figures.doing_nothing(r), figures.asked(r), figures.cash(r), figures.waterfall(r), figures.payers(r)]
    rival = figures.beside(r)
    return [
        ("money", "Money", "Financial years, April to March. Real terms: what growth in prices alone would add is left out. "
         "Not discounted.", [p for p in money if p]),
        ("people", "People and families", "", [p for p in (figures.settings(r), people_figures.moved(r), figures.families(r), figures.wellbeing(r),
                                                              people_figures.fifths(r)) if p]),
        ("hospital", "Hospital", "A bed that is freed is filled again, so fewer days in bed set little hospital cash free.",
         [figures.hospital(r)]),
        ("beside", "Beside it", "Under a flat budget lower spending is mostly rationing avoided; under one that follows demand it is "
         "cash. Health support in care homes comes on top of the budget: compare what it does for people, not its total." if rival
         else "Only the plan and doing nothing were run; other budget rules, rivals, a sceptic's run and one on evidence alone "
              "were not.", [rival] if rival else []),
        *_structures((about or {}).get("structures")),
    ]


def _structures(held: Sequence[Sequence[Any]] | None) -> list[tuple[str, str, str, list[Picture]]]:
    """The strip of dots, where the plan was run under every choice of structure too."""
    if not held:
        return []
    from careshift.report import structures_page
    from scenarios import structures

    rows = structures.from_data(held)
    note = f"The same question, asked in {len(structures.dots(rows))} ways, in the same worlds. {structures_page.HOW}"
    return [("structures", "What the question means", note, [structures_page.strip(rows)])]


def _structures_said(about: Mapping[str, Any]) -> list[str]:
    from careshift.report import structures_page
    from scenarios import structures

    return structures_page.sentences(structures.from_data(about["structures"])) if about.get("structures") else []


def true_minus(text: object) -> str:
    """Figures with a true minus sign, so that none is read as a dash."""
    return MINUS.sub("\N{MINUS SIGN}", str(text))


def command(text: str) -> Markup:
    """A line with the command in it set as one, so that it can be copied."""
    told = COMMAND.sub(r"<code>\1</code>", str(escape(true_minus(text))))
    return Markup(OPTION.sub(r'<span class="option">\1</span>', told))


# Tables -------------------------------------------------------------------------------------------------------------
def _headline(r: Results) -> Table:
    return Table(("What", "Doing nothing", _head(r), "Mean"),
                 [(row.title, row.baseline, row.interval, row.difference) for row in answers.small_table(r)])


def _split(r: Results) -> Table | None:
    return Table(answers_split.COLUMNS, rows) if (rows := answers_split.rows(r)) else None


def _settings(r: Results) -> Table:
    rows = [(s.title, s.age, plain(s.baseline, "count", step(s.difference, "count")), span(s.difference, "count"))
            for s in answers_people.settings(r) if s.difference.known]
    return Table(("Where", "Age", "Doing nothing", _head(r)), rows)


def _families(r: Results) -> Table:
    rows = []
    for title, measure, how in answers_people.FAMILIES:
        x, base = answers.last_year(r, measure), float(answers.baseline(r, measure)[:, -1].mean())
        rows.append((title, plain(base, how, step(x, how)), span(x, how), plain(x.mean, how, step(x, how), True)))
    return Table(("What", "Doing nothing", _head(r), "Mean"), rows)


def _models(r: Results) -> Table:
    head = (*answers_models.COLUMNS[:-1], _head(r))
    return Table(head, answers_models.written(r))


def _places(r: Results) -> Table | None:
    return Table(answers_places.columns(r), answers_places.written(r)) if answers_places.recorded(r) else None


def _places_said(r: Results) -> str:
    return answers_places.said(r) if answers_places.recorded(r) else ""


def _supply(r: Results) -> Table:
    return Table(answers_supply.PAGE, answers_supply.for_page(r))


def _who(r: Results) -> Table:
    rows = [(f"{w.kind}: {w.group}", *(span(x, how) for x, (_, _, how) in zip(w.differences, answers_people.WHO)))
            for w in answers_people.who_gains(r)]
    return Table(("Who", *(title for title, _, _ in answers_people.WHO)), rows)


def _beside_money(r: Results) -> Table:
    hows: dict[str, tuple[How, str]] = {"pounds": ("money", "a year"), "pounds an hour": ("price", "an hour")}
    rows = []
    for title, unit, x in answers_money.beside_money(r):
        how, said = hows.get(unit, ("count", unit))
        rows += [(title, said, span(x, how))] if x.known else []
    return Table(("What", "Unit", _head(r)), rows)


def _head(r: Results) -> str:
    return f"Difference, {answers.range_name(r)}"


def _numbers(place: Any, entries: Sequence[Any]) -> dict[str, Table]:
    """Every number that is England's rate, calibrated, or an assumed effect: what a sceptic asks for first."""
    england = [(f.says.rstrip("."), number(f.value), f.unit, f.year) for f in sorted(place.from_england(), key=lambda f: f.name)]
    return {"england": Table(("Figure", "Value", "Unit", "Year"), england),
            "published": Table(("Figure", "Value", "Unit", "Year"), [
                (f.says.rstrip("."), number(f.value), f.unit, f.year)
                for f in sorted(place.figures.values(), key=lambda f: f.name) if f.basis != "england"]),
            "calibrated": _entries(e for e in entries if e.kind == "calibrated"),
            "effects": _entries(e for e in entries if e.is_effect)}


def _entries(entries: Any) -> Table:
    rows = [(e.says.rstrip("."), number(e.value), _range(e), e.unit, f"{e.grade}, {e.kind}") for e in sorted(entries, key=lambda e: e.key)]
    return Table(("Number", "Value", "Range", "Unit", "Grade"), rows)


def _range(e: Any) -> str:
    return "" if e.low == e.high else f"{number(e.low)} to {number(e.high)}"
