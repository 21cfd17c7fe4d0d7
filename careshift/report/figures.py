"""The report's pictures: each has a title that says what it shows, words for who cannot see it, and its table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup

from careshift.report import charts
from scenarios import answers, answers_money, answers_sure
from scenarios.answers_beside import rule_words
from scenarios.answers_words import MILLION, How, Range, middle, plain, span, step
from scenarios.results import Results

MOST_WORDS = 10
POUNDS = "£ million a year"


class Table(NamedTuple):
    """A table as it is printed: heads, and rows whose first cell names them."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


class Picture(NamedTuple):
    """A chart of the report, the words under it and the table behind it; for papers without SVG, its words and its figure."""

    title: str
    svg: Markup
    caption: str
    table: Table
    words: str = ""
    figure: Any = None


def picture(title: str, drawn: str, caption: str, table: Table, words: str = "") -> Picture:
    """A chart as it was drawn, with all that belongs to it."""
    return Picture(title, Markup(drawn), caption, table, words, getattr(drawn, "figure", None))


# Money --------------------------------------------------------------------------------------------------------------
STANDS: tuple[tuple[str, str, How], ...] = (
    ("Net spending, £ million a year", "council_net", "money"), ("Hours of need nobody meets, a week", "unmet_hours", "count"),
    ("People waiting", "waiting", "count"))


def doing_nothing(r: Results) -> Picture:
    """Present policy by year, under each budget rule that was run: what the plan is held against."""
    years, runs = answers.years(r), answers.baselines(r)
    held = [(head, how, [(rule_words(run.budget_rule), r.of(run, m)) for run in runs]) for head, m, how in STANDS]
    own = r.of(runs[0], "council_net").mean(axis=0)
    title = f"Doing nothing: {_round(own[0])} in {years[0]}, {_round(own[-1])} in {years[-1]}"
    shown = [(head, [(rule, v.mean(axis=0) / (MILLION if how == "money" else 1)) for rule, v in lines]) for head, how, lines in held]
    words = f"In {years[-1]}: " + "; ".join(f"if {rule}, {_round(v[:, -1].mean())} net" for rule, v in held[0][2])
    rows = [(rule, y, *(_base(lines[k][1][:, j], how) for _, how, lines in held))
            for k, (rule, _) in enumerate(held[0][2]) for j, y in enumerate(years)]
    return _picture("doing-nothing", title, charts.lines, (shown, years), words + ".",
                    "Present policy, mean over the worlds run: prices, pay, the number of older people and how complex needs are all move. "
                    "Where the budget grows more slowly than need, look at who waits and what need goes unmet.",
                    Table(("What", "Year", *(head.replace(", £ million a year", "") for head, *_ in STANDS)),
                          [(f"If {rule}", *rest) for rule, *rest in rows]))


def _base(values: np.ndarray, how: How) -> str:
    x = middle(values)
    return plain(x.mean, how, step(x, how))


def _round(pounds: float) -> str:
    return f"£{pounds / MILLION:,.0f}m"


def net(r: Results) -> Picture:
    """What the plan does to net council spending, year by year: the picture that answers when it pays back."""
    years, values = answers.years(r), answers.difference(r, "council_net") / MILLION
    ranges = answers.by_year(r, "council_net")
    title = _net_title(r, answers.dearer(ranges))
    words = f"Mean difference {_m(ranges[0].mean)} in {years[0]} and {_m(ranges[-1].mean)} in {years[-1]}. {answers.points(r)[0].answer}"
    owed, own = answers_money.added_up(r), answers.by_year(r, "council_net_own")
    base = answers.baseline(r, "council_net").mean(axis=0)
    rows = [(y, plain(b, "money", step(x, "money")), *_three(x, v), span(o, "money"), span(a, "money"))
            for y, b, x, v, o, a in zip(years, base, ranges, values.T * MILLION, own, owed)]
    few = answers.range_name(r)
    head = ("Year", "Doing nothing", few, _wider(r), "Mean", f"Without what transition money paid, {few}",
            f"Added up since the start, {few}")
    caption = f"Council, net current expenditure: difference from doing nothing. {answers.band_words(r)}"
    ends = ("mean", "8 in 10", "9 in 10") if answers.enough(r) else ("mean", "middle", "wider")
    drawn = charts.fan(values, years, POUNDS, "net", title, words, ends=ends)
    return picture(title, drawn, caption, Table(head, rows), words)


def _net_title(r: Results, up: list[int]) -> str:
    years, last = answers.years(r), answers.last_year(r, "council_net")
    if len(up) == len(years) or not up:
        return f"Net spending is {'higher' if up else 'not higher'} in {'every' if up else 'any'} year"
    if up != list(range(len(up))):
        return f"Net spending is higher in {len(up)} of {len(years)} years"
    then = _change(r, last, "then lower", "then higher", "then not clearly lower")
    return f"Net spending: higher until {years[len(up)]}, {then}"


def cash(r: Results) -> Picture:
    """What the plan costs by year in its parts: paying twice for a while, then what is left."""
    years, parts = answers.years(r), answers.cash_flow(r)
    double = sum((p.by_year for p in parts[:3]), np.zeros(len(years)))
    worst = int(np.argmax(double))
    title = (f"Double running peaks at {_short(double[worst])} in {years[worst]}" if double[worst] * 20 > MILLION
             else "Next to nothing is paid for twice")
    whole = sum((p.by_year for p in parts), np.zeros(len(years)))
    grant = np.nan_to_num(answers.difference(r, "transition_money").mean(axis=0))
    unspent = np.nan_to_num(answers.difference(r, "unspent").mean(axis=0))
    rows = [(y, *(_m(p.by_year[k]) for p in parts), _m(whole[k]), _m(grant[k], False), _m(unspent[k]))
            for k, y in enumerate(years)]
    head = ("Year", *(p.title for p in parts), "Net, what it comes to", "Transition money received", "Unspent at the year's end")
    words = "Parts above the line cost more than doing nothing, parts below cost less. " + "; ".join(
        f"{p.title}: {_m(p.by_year[0])} in {years[0]}, {_m(p.by_year[-1])} in {years[-1]}" for p in parts)
    return _picture("cash", title, charts.stack, ([(p.title, p.by_year / MILLION) for p in parts], whole / MILLION, years, POUNDS),
                    words, "Read from the ledger, more (+) or less (-) than doing nothing; means over the worlds run.",
                    Table(head, rows))


def waterfall(r: Results) -> Picture:
    """From gross money moved to what is left to the council in the last year."""
    parts, year = answers.waterfall(r), answers.years(r)[-1]
    first, last = parts[0].amount, parts[-1].amount
    if not r.scenario.plan.shifts:
        title = f"Where the money goes in {year}"
    elif first.mean <= 0:
        title = f"Care homes set nothing free in {year}"
    elif last.mean > first.mean:
        title = f"{_short(first.mean)} from care homes, {_short(last.mean)} left in all"
    else:
        left = f"{_short(last.mean)} is" if last.mean > 0 else "nothing is"
        title = f"Of {_short(first.mean)} from care homes, {left} left"
    words = f"In {year}, from the first step to the last: " + "; ".join(f"{s.title} {_m(s.amount.mean)}" for s in parts)
    rows = [(s.title, span(s.amount, "money"), plain(s.amount.mean, "money", step(s.amount, "money"), True)) for s in parts]
    return _picture("waterfall", title, charts.steps, ([(s.title, s.amount.mean / MILLION) for s in parts], f"{POUNDS}, {year}"),
                    words, f"Gained (+) or spent (-) by the council in {year}, beside doing nothing; means over the worlds run. "
                    "The steps add up to the last bar.", Table(("Step", answers.range_name(r), "Mean"), rows))


def asked(r: Results) -> Picture | None:
    """What the plan asks to move, and what really moved: places fall empty in their own time."""
    found = answers_money.asked_and_moved(r)
    if found is None:
        return None
    wish, fell = found
    years = answers.years(r)
    title = f"In {years[-1]}: {_short(wish[-1])} asked, {_short(fell[-1].mean) if fell[-1].mean > 0 else 'nothing'} moved"
    free, few = answers_money.released(r), answers.range_name(r)
    values = -sum((answers.difference(r, m) for m in answers_money.spending_lines(r)[0]), np.zeros((r.count, len(years))))
    rows = [(y, _m(a, False), span(f, "money"), plain(f.mean, "money", step(f, "money"), True), span(x, "money"))
            for y, a, f, x in zip(years, wish, fell, free)]
    return _picture("asked", title, charts.asked, (wish / MILLION, values / MILLION, years, POUNDS),
                    f"The plan asks {_m(wish[0], False)} in {years[0]} and {_m(wish[-1], False)} in {years[-1]}; the lines fall by "
                    f"{span(fell[-1], 'money')} in {years[-1]}.",
                    "Fall in the gross budget of the care home lines that the plan moves money from, beside doing nothing. "
                    "Nobody is moved out: money comes free as places fall empty.",
                    Table(("Year", "Asked", f"Moved, {few}", "Moved, mean", f"Set free for use, {few}"), rows))


PURSES: tuple[tuple[str, str], ...] = (
    ("Council, net", "council_net"), ("NHS, everything it pays", "nhs_pays"),
    ("NHS, care placements it pays for", "nhs_continuing_care"), ("NHS, cash that hospital work moves", "nhs_cash"),
    ("Benefits system (DWP)", "dwp"), ("People's own money", "people_pay"))


def payers(r: Results) -> Picture:
    """Who pays more and who pays less, on one scale."""
    states = [(name, answers.last_year(r, m)) for name, m in (("NHS", "nhs_pays"), ("benefits", "dwp"), ("people", "people_pay"))]
    ways = ", ".join(f"{name} {_change(r, x, 'less', 'more', 'unclear')}" for name, x in states)
    title = f"Who else pays: {ways if answers.enough(r) else 'a first look'}"
    return _panels(r, "payers", title, PURSES, "money", "Difference from doing nothing, £ million a year, all on one scale.", True)


# People -------------------------------------------------------------------------------------------------------------
HOSPITAL = (("Emergency stays a year", "emergency_stays"), ("Days in a bed a year", "bed_days"),
            ("Days waiting to leave a year", "delayed_days"), ("Visits to A&E a year", "ae_visits"))
WELL = (("Quality of life, ASCOT-years", "ascot_years"), ("Adults often lonely, points", "lonely_often"),
        ("Satisfaction with life, touched, 0-10", "life_satisfaction_touched"),
        ("People supported, 0-24 (ASCOF 1A)", "ascof_1a"))
HOMES = (("Care homes, council pays", "care_home_council"), ("Care homes, own money", "care_home_own"),
         ("Own home or with family", "supported_at_home"), ("Supported living", "users_supported_living"),
         ("Shared Lives", "users_shared_lives"), ("Waiting for support", "waiting"))
CARE = (("Unpaid hours a week", "unpaid_hours"), ("Carers under heavy strain, points", "carers_strained"),
        ("Carers who could not go on a year", "carers_could_not_go_on"), ("Hours of need nobody meets a week", "unmet_hours"))


def hospital(r: Results) -> Picture:
    """What it does to stays, days in a bed, waits to leave and visits to A&E."""
    title = f"Days in a hospital bed: {_change(r, answers.last_year(r, 'bed_days'), 'fewer', 'more')}"
    return _panels(r, "hospital", title, HOSPITAL, "count", "Difference from doing nothing, each on its own scale.")


def wellbeing(r: Results) -> Picture:
    """What it does to quality of life and loneliness."""
    title = f"Quality of life: {_change(r, answers.last_year(r, 'ascot_years'), 'lower', 'higher')}"
    return _panels(r, "wellbeing", title, WELL, "count", "Difference from doing nothing, each on its own scale. One ASCOT-year is a "
                   "year of one person's life at full quality.")


def settings(r: Results) -> Picture:
    """Where people are supported."""
    title = f"Council-paid care home residents: {_change(r, answers.last_year(r, 'care_home_council'), 'fewer', 'more')}"
    return _panels(r, "settings", title, HOMES, "count", "Difference from doing nothing in people, all on one scale.", True)


def families(r: Results) -> Picture:
    """What families do more or less of, and how they hold out."""
    title = f"Families' unpaid hours: {_change(r, answers.last_year(r, 'unpaid_hours'), 'fewer', 'more')}"
    return _panels(r, "families", title, CARE, "count", "Difference from doing nothing, each on its own scale. Hours are never "
                   "added to money.")


# Beside it, and what it rests on --------------------------------------------------------------------------------------
BESIDE: tuple[tuple[str, str, str, How], ...] = (
    ("Net, £m a year", "council_net", "Net council spending", "money"),
    ("ASCOT-years", "ascot_years", "ASCOT-years", "count"),
    ("Bed days a year", "bed_days", "Hospital bed days", "count"))
MORE = (("unpaid_hours", "Unpaid hours a week"), ("care_home_council", "In care homes, council pays"))


def beside(r: Results) -> Picture | None:
    """The plan in its last year beside other budget rules, rivals and other beliefs; None where nothing else was run."""
    found = answers.beside(r)
    if len(found) < 2:
        return None
    rows = [charts.Bars(b.title, b.kind, [tuple(v / (MILLION if how == "money" else 1) for v in b.differences[m])
                                          for _, m, _, how in BESIDE]) for b in found]
    table = [(b.title, *(span(b.differences[m], how) for _, m, _, how in BESIDE),
              *(span(b.differences[m], "count") for m, _ in MORE)) for b in found]
    words = f"Net spending in {answers.years(r)[-1]}: " + "; ".join(f"{b.title}, {span(b.differences['council_net'], 'money')}" for b in found)
    return _picture("beside", "Other budgets, rivals and beliefs, beside the plan", charts.whiskers,
                    (rows, [h for h, *_ in BESIDE]), words,
                    f"{answers.years(r)[-1]}, each against doing nothing under the same rule and beliefs. Mark: mean; line: {answers.range_name(r)}. "
                    "Round: the plan; square: other budget; diamond: rival; triangle: other beliefs.",
                    Table(("Run", *(t for _, _, t, _ in BESIDE), *(t for _, t in MORE)), table))


def rests(entries: Sequence[object]) -> Picture:
    """What the numbers behind the answer rest on."""
    parts, n = answers_sure.shares(entries), len(entries)
    assumed = next(s.numbers for s in parts if s.title == "Assumption")
    rows = [(s.title, str(s.numbers), f"{s.numbers / n:.0%}", str(s.effects)) for s in parts]
    return _picture("rests", f"{assumed} of {n} numbers are assumptions", charts.share_bar,
                    ([(s.title, s.numbers) for s in parts],), answers.rests_on(list(entries)) + ".",
                    "Numbers the model believes, each in one part.", Table(("Rests on", "Numbers", "Share", "Of them effects of support"), rows))


# Parts --------------------------------------------------------------------------------------------------------------
def _picture(name: str, title: str, draw: object, given: tuple[object, ...], words: str, caption: str, table: Table) -> Picture:
    drawn = draw(*given, name, title, words)  # type: ignore[operator]
    return picture(title, drawn, caption, table, words)


def _panels(r: Results, name: str, title: str, parts: Sequence[tuple[str, str]], how: How, caption: str,
            together: bool = False) -> Picture:
    years = answers.years(r)
    held = [(head, measure, answers.difference(r, measure)) for head, measure in parts]
    held = [(head, measure, values) for head, measure, values in held if np.isfinite(values).any()]
    rows = []
    for head, measure, values in held:
        ranges, kind = [middle(c) for c in values.T], _how(r, measure, how)
        base = answers.baseline(r, measure).mean(axis=0)
        rows += [(head, y, plain(b, kind, step(x, kind)), *_three(x, v, kind))
                 for y, b, x, v in zip(years, base, ranges, values.T)]
    shown = [(head, values / _scale(r, measure, how)) for head, measure, values in held]
    words = f"Differences in {years[-1]}: " + "; ".join(
        f"{head}, {span(middle(v[:, -1]), _how(r, m, how))}" for head, m, v in held)
    drawn = charts.panels(shown, years, name, title, words, together=together)
    return picture(title, drawn, f"{caption} {answers.band_words(r)}",
                   Table(("What", "Year", "Doing nothing", answers.range_name(r), _wider(r), "Mean"), rows))


def _how(r: Results, measure: str, how: How) -> How:
    unit = r.units.get(measure, "")
    return "share" if unit == "share" else "score" if unit.startswith("score") else how


def _scale(r: Results, measure: str, how: How) -> float:
    return MILLION if how == "money" else 1 / 100 if _how(r, measure, how) == "share" else 1.0


def _three(x: Range, values: np.ndarray, how: How = "money") -> tuple[str, str, str]:
    """8 in 10, 9 in 10, mean: range before point."""
    wide = charts.bands(values[:, None])[:, 0]
    nine = Range(float(wide[0]), float(wide[1]), x.mean)
    to = step(x, how)
    return span(x, how), f"{plain(nine.low, how, to, True).removesuffix(' points')} to {plain(nine.high, how, to, True)}", \
        plain(x.mean, how, to, True)


def _wider(r: Results) -> str:
    return "9 in 10" if answers.enough(r) else "wider"


def _change(r: Results, x: Range, less: str, more: str, unclear: str = "no clear change") -> str:
    """What a title may claim: nothing from a few pairs, nor where worlds lie on both sides of no difference."""
    if not answers.enough(r):
        return "a first look"
    return unclear if not x.of_one_sign else less if x.high < 0 else more


def _short(pounds: float) -> str:
    return f"£{pounds / MILLION:,.1f}m"


def _m(pounds: float, sign: bool = True) -> str:
    """Pounds as millions with two decimals, for parts that must add up."""
    mark = ("+" if pounds > 0 else "-" if pounds < 0 else "") if sign else ("-" if pounds < 0 else "")
    return f"{mark}£{abs(pounds) / MILLION:,.2f}m"
