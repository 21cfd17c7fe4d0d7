"""The short paper for a council's board: fixed headings, computed words, and a first line that its officers write.

The model never recommends: the decision asked for is left blank. Headings and their order are the same for every plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scenarios import answers, answers_people, answers_pressures, as_shipped
from scenarios.answers_base import baseline, last_year, pairs_told, range_name, years
from scenarios.answers_beside import beside, rule_words
from scenarios.answers_sure import rests_on
from scenarios.answers_words import MILLION, NOT_KNOWN, How, Range, listed, middle, plain, span, step
from scenarios.appraisal import told
from scenarios.appraisal.ledger import more
from scenarios.appraisal.saving import lowers_spending
from scenarios.appraisal.whole import Appraisal
from scenarios.papers import medium_term, monitoring
from scenarios.results import Results
from simulation import places
from simulation.evidence import register

Rows = list[tuple[str, ...]]
BLANK = "Decision asked for: (the officer writes this; the model never recommends)"
FUNDED = "Funded from: earmarked reserve (  )   capital receipts (  )   grant (  )   unfunded (  )"
SHOWN_YEARS = 5
CAUSES = ("price", "people", "complexity")
SOURCES = "3 Where the saving comes from"
NO_VALUE = "no value does it"
FIRST_WHO = ("Age: 18-64", "Age: 65+", "Neighbourhoods: most deprived", "Neighbourhoods: least deprived")


class Table(NamedTuple):
    """A table as it is printed: what it shows, heads, and rows whose first cell names them."""

    caption: str
    head: Sequence[str]
    rows: Rows


class Part(NamedTuple):
    """One numbered part of the paper: a fixed heading, sentences, and a table where there is one."""

    heading: str
    says: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Paper:
    """A board paper: whose, which kind of plan, its parts in fixed order, and what stands at its foot."""

    place: str
    made: str
    kind: str
    title: str
    plan_line: str
    warnings: tuple[str, ...]
    parts: tuple[Part, ...]
    annex: tuple[Part, ...]
    foot: tuple[str, ...]


def board_paper(a: Appraisal) -> Paper:
    """The paper of a plan that was appraised. From fewer than twenty pairs it says so first and claims no chance."""
    r, about = a.results, a.about
    place = places.load(str(about["place"]))
    made = (f"careshift {about['careshift']}, run {str(about['scenario_hash'])[:8]}-{str(about['code_hash'])[:8]}, seed {about['seed']}, "
            f"{r.count} pairs of runs")
    parts = (_sentence(a), _money(a), _sources(a), _people(a), _options(a), _who(a), _stops(a), _sure(a))
    annex = (Part("Annex A Pictures"), _money_in_full(a), _sources_in_full(a), _options_in_full(a), _stops_in_full(a), _everybody(a),
             Part("Annex G What to know before believing a figure", tuple(answers.caveats(r, dict(about)))), _tried(a))
    return Paper(place.title, made, answers.plan_type(r), r.scenario.heading, answers.plan_line(r), tuple(_warnings(a)), parts, annex,
                 ("A model, not a forecast. Not for decisions about anyone.",
                  "Input to consultation, co-production and the equality impact assessment, not a substitute for them.",
                  f"Real terms, prices of {about['price_year']}, unless a line says cash. Years run April to March. "
                  f"Ranges: {range_name(r)}."))


def _warnings(a: Appraisal) -> list[str]:
    r, out = a.results, []
    if not a.enough:
        out.append(f"A first look, not a result: {pairs_told(r)}; a paper for decision needs {answers.ENOUGH}.")
    if r.one_in > 1:
        out.append(f"A sample: one adult in {r.one_in}. Money and hospital use of a sample are no result.")
    if lowers_spending(r):
        out.append("This plan lowers total spending on support. " + ("The same cut without reform stands beside it (5)." if answers.same_cut_was_run(r) else
                   "The same cut without reform was not run: run it (--beside rivals) before calling this a reform."))
    unmet = middle(more(r, "unmet_eligible_hours")[:, -1])
    if unmet.low > 0:
        out.append(f"Care Act risk: {_told(unmet, 'count')} more hours a week of eligible need go unmet in {years(r)[-1]}.")
    return [*out, *(f"{flag[:1].upper()}{flag[1:]}." for flag in r.scenario.flags)]


def _sentence(a: Appraisal) -> Part:
    said = {p.question: p.answer for p in answers.points(a.results)}
    changed = as_shipped.told(a.results, a.about)
    return Part("1 In a sentence", (*(said[q] for q in ("What it costs", "When it pays back") if q in said), *([changed] if changed else [])))


def _money(a: Appraisal) -> Part:
    """Money of each year, which is what a budget is made in; recurrent and one-off apart. Lines that come again each year are one here."""
    r, held = a.results, medium_term.lines(a)
    every = [line for line in held if line.nature == medium_term.RECURRENT]
    again = medium_term.Line("Support and coordination, less care home places", medium_term.RECURRENT, sum((x.amount for x in every), 0.0 * every[0].amount))
    shown = [*held[:2], again, *held[-3:]]
    rows = [_row(a, "Doing nothing, net", medium_term.doing_nothing(r), "", False), *(_row(a, x.title, x.amount, x.nature) for x in shown)]
    book, names = medium_term.bookable(a), years(r)[:SHOWN_YEARS]
    most = ["none: too few pairs"] * len(names) if book is None else [_m(x) for x in -(book * medium_term.cash_factors(r))[:SHOWN_YEARS]]
    saved = -more(r, "council_net_own")[:, -1]
    says = (f"Delivery confidence that the gap is smaller in {years(r)[-1]}: {medium_term.confidence(saved, a.enough)}. {FUNDED}", _not_bookable(a))
    return Part("2 Money", (*says, *_pressures(r)), _money_table(a, [*rows, ("Book no more than (lower spending)", *most, "")]))


def _money_in_full(a: Appraisal) -> Part:
    rows = [*_pressure_rows(a), *(_row(a, x.title, x.amount, x.nature) for x in medium_term.lines(a))]
    return Part("Annex B Money, line by line", _pressures_in_full(a.results), _money_table(a, rows))


def _pressures(r: Results) -> tuple[str, ...]:
    """Of which price, people, complexity: why doing nothing is dearer in the last year shown than in the first."""
    found, last = answers_pressures.pressures(r, medium_term.cash_factors(r)), min(r.scenario.years, SHOWN_YEARS) - 1
    if found is None or not last:
        return ()
    whole, *parts = (_m(float(x[:, last].mean())) for x in (found.whole, found.price, found.people, found.complexity))
    return (f"Doing nothing, net, {years(r)[last]} beside {years(r)[0]}, £ million in cash: {whole}, of which "
            f"{', '.join(f'{cause} {part}' for cause, part in zip(CAUSES, parts))} (by year: annex B).",)


def _pressure_rows(a: Appraisal) -> Rows:
    """Doing nothing by year, and by how much it is dearer than in its first year, in cash: three rows that add up to it."""
    r = a.results
    found, out = answers_pressures.pressures(r, medium_term.cash_factors(r)), [_row(a, "Doing nothing, net", medium_term.doing_nothing(r), "", False)]
    if found is not None:
        out += [(f"of which {cause}, more than in {years(r)[0]}", *(_m(x) for x in amounts.mean(axis=0)[:SHOWN_YEARS]), "")
                for cause, amounts in zip(CAUSES, (found.price, found.people, found.complexity))]
    return out


def _pressures_in_full(r: Results) -> tuple[str, ...]:
    """The same for the plan's last year with its range, and what each word holds."""
    found = answers_pressures.pressures(r, medium_term.cash_factors(r))
    if found is None:
        return ("What makes doing nothing dearer cannot be parted: people or prices were not recorded in these runs.",)
    whole, *parts = (span(middle(x[:, -1]), "money") for x in (found.whole, found.price, found.people, found.complexity))
    said = "; ".join(f"{cause} {part}" for cause, part in zip(CAUSES, parts))
    return (f"Doing nothing, {years(r)[-1]} beside {years(r)[0]}, in cash, {range_name(r)}: {whole}. Of it {said}. Price: fees, the cost of care, "
            "and prices in general. People: how many are supported at each age. Complexity: hours and weeks for each, in which setting, how complex, "
            "less what each contributes. Each is its mean over every order in which the three could have moved, so they add up in each world.",)


def _row(a: Appraisal, title: str, amounts: np.ndarray, nature: str, signed: bool = True) -> tuple[str, ...]:
    return (title, *(_m(x, signed) for x in (amounts * medium_term.cash_factors(a.results)).mean(axis=0)[:SHOWN_YEARS]), nature)


def _money_table(a: Appraisal, rows: Rows) -> Table:
    return Table("£ million in cash, April to March: more (+) or less (-) than doing nothing, means over the worlds run",
                 ("What", *years(a.results)[:SHOWN_YEARS], "Again each year?"), rows)


def _not_bookable(a: Appraisal) -> str:
    r, last = a.results, years(a.results)[-1]
    council = a.kinds[0].parts
    avoided, freed, paid, hours = (middle(x[:, -1]) for x in (council["avoided"], a.ledger["capacity"].gain, more(r, "people_pay"), more(r, "unpaid_hours")))
    return (f"Not bookable, {last}: growth avoided {_told(avoided, 'money')}; hospital and nursing capacity freed, and used again, "
            f"{span(freed, 'money')} at average cost; paid by people {span(paid, 'money')}; family care {span(hours, 'count')} hours a week.")


def _sources(a: Appraisal) -> Part:
    """On one line: need less, eligible need unmet, families, others, a lower price. In full: annex C."""
    *parts, whole = told.source_rows(a)
    said = "; ".join(f"{title[0].lower()}{title[1:]} {amount}" for title, amount, *_ in parts)
    return Part(SOURCES, (f"By how much the council pays less (+) or more (-) in {years(a.results)[-1]}, {range_name(a.results)}: {said}. In all {whole[1]}.",))


def _sources_in_full(a: Appraisal) -> Part:
    return Part("Annex C Where the saving comes from, in full", ("How much less (+) or more (-) the council pays, parted by why; the parts add up.",),
                Table(f"{years(a.results)[-1]}, a year, {range_name(a.results)}", ("From what", "Range", "Mean"),
                      [(title, span_, mean) for title, span_, mean, *_ in told.source_rows(a)]))


def _people(a: Appraisal) -> Part:
    r = a.results
    shown: tuple[tuple[str, str, How], ...] = (
        ("Supported at home or with family", "supported_at_home", "count"), ("In care homes, council pays", "care_home_council", "count"),
        ("Admitted to a care home, a year", "council_admissions", "count"), ("Waiting for assessment or support", "waiting", "count"),
        ("Hours of need not met, a week", "unmet_hours", "count"), ("Quality of life, ASCOT-years a year", "ascot_years", "count"),
        ("Days in a hospital bed, a year", "bed_days", "count"))
    carers: tuple[tuple[str, str, How], ...] = (
        ("Families' unpaid hours a week, for all", "unpaid_hours", "count"), ("Unpaid carers under heavy strain, all", "carers_strained", "share"),
        ("Carers of working age in paid work", "carers_in_work", "share"))
    rows = [(title, *(_beside_base(a, measure, how, group) for group in answers_people.AGES)) for title, measure, how in shown]
    rows += [(title, _beside_base(a, measure, how, "all"), "") for title, measure, how in carers]
    return Part(f"4 People by {years(r)[-1]}", (), Table(f"Doing nothing, and the difference ({range_name(r)})", ("What", *answers_people.AGES), rows))


def _beside_base(a: Appraisal, measure: str, how: How, group: str) -> str:
    change, base = last_year(a.results, measure, group=group), baseline(a.results, measure, group=group)[:, -1]
    if not change.known:
        return NOT_KNOWN
    return f"{plain(float(np.nan_to_num(base).mean()), how, step(change, how))} ({span(change, how)})"


def _options(a: Appraisal) -> Part:
    """As now, the plan, and its rivals; other budgets and beliefs are in an annex."""
    rows = _beside_rows(a, ("plan", "rival"))
    doing = middle(np.nan_to_num(baseline(a.results, "council_net")[:, -1]))
    rows.insert(0, ("As now (net spending, nothing to compare with)", plain(doing.mean, "money", MILLION), "", ""))
    says = ("Rivals were not run.",) if len(rows) == 2 else ("In the order they were run; no ranking. Other budgets and beliefs: annex D.",)
    return Part("5 Options", says, _option_table(a, rows))


def _options_in_full(a: Appraisal) -> Part:
    rows = _beside_rows(a, ("budget", "belief"))
    return Part("Annex D Other budgets and beliefs", () if rows else ("None were run.",), _option_table(a, rows) if rows else None)


def _beside_rows(a: Appraisal, kinds: Sequence[str]) -> Rows:
    return [(b.title, span(b.differences["council_net"], "money"), span(b.differences["ascot_years"], "count"), span(b.differences["unpaid_hours"], "count"))
            for b in beside(a.results) if b.kind in kinds]


def _option_table(a: Appraisal, rows: Rows) -> Table:
    return Table(f"{years(a.results)[-1]}, beside doing nothing, {range_name(a.results)}",
                 ("Option", "Net spending", "ASCOT-years", "Families' hours a week"), rows)


def _who(a: Appraisal) -> Part:
    rows = [row for row in _by_group(a) if row[0] in FIRST_WHO]
    return Part("6 Who gains, who loses", ("Input to the equality impact assessment, not a substitute for it. Everybody: annex F.",), _who_table(a, rows))


def _everybody(a: Appraisal) -> Part:
    return Part("Annex F Who gains, who loses, in full", (), _who_table(a, _by_group(a)))


def _by_group(a: Appraisal) -> Rows:
    return [(f"{w.kind}: {w.group}", *(span(x, how) for x, (_, _, how) in zip(w.differences, answers_people.WHO))) for w in answers_people.who_gains(a.results)]


def _who_table(a: Appraisal, rows: Rows) -> Table:
    return Table(f"Difference in {years(a.results)[-1]}, {range_name(a.results)}", ("Who", *(t for t, *_ in answers_people.WHO)), rows)


def _stops(a: Appraisal) -> Part:
    """Where it breaks even, and the sign that would show first; the table of values is an annex."""
    if not a.enough:
        return Part("7 What would stop it", (f"Not told from {a.results.count} pairs: no break-even and no chance.",))
    rows = [row[:3] for row in told.switch_rows(a)]
    some = [f"{title[0].lower()}{title[1:]} at {at} (believed: {believed})" for title, believed, at in rows if at != NO_VALUE]
    none = [f"{title[0].lower()}{title[1:]}" for title, _, at in rows if at == NO_VALUE]
    said = f"Each alone, all else as believed, brings what everybody gains and loses to nought: {'; '.join(some) or 'none of those looked at'}."
    return Part("7 What would stop it", (said + (f" No value does it of: {listed(none)}." if none else ""), _first_sign(a)))


def _first_sign(a: Appraisal) -> str:
    """Which of the signs that are watched parts first from doing nothing, and when; so that somebody knows when to look."""
    if not all(one.weekly for one in a.results.replications):
        return "Signs to watch were not recorded in these runs."
    held = monitoring.expected(a.results, {})
    titles = {e.sign.name: e.sign.title for e in held}
    seen = sorted((quarter, name) for name, quarter in monitoring.visible(held).items() if quarter)
    first = f"First of six signs to part from doing nothing: {titles[seen[0][1]].lower()}, from {seen[0][0]}." if seen else (
        "None of the six signs watched parts from doing nothing for a year: counts alone will not tell whether it works.")
    return f"{first} Quarter by quarter: careshift track."


def _stops_in_full(a: Appraisal) -> Part:
    if not a.enough:
        return Part("Annex E What would stop it, in full", (f"Not told from {a.results.count} pairs.",))
    return Part("Annex E What would stop it, in full", ("Each value alone, all else as believed: where what everybody gains and loses comes to nought.",),
                Table("Switching values", told.SWITCH[:3], [row[:3] for row in told.switch_rows(a)]))


def _sure(a: Appraisal) -> Part:
    entries = list(register.load().entries.values())
    there = places.load(str(a.about["place"]))
    england, own = len(there.from_england()), len(there.figures) - len(there.from_england())
    tried = a.about.get("tried") or {}
    count = (f"This is scenario {tried['number']} of {tried['of']} ever put to this place in this store of answers (all: annex H).",) if tried else ()
    return Part("8 How sure", (*count, f"Figures of the place: {own} its own, {england} the rate of England or of a wider area. The model believes "
                               f"{rests_on(entries)}. What else to know: annex G.",))


def _tried(a: Appraisal) -> Part:
    """Every plan that was ever put to this place in this store of answers, deleted ones too."""
    every = (a.about.get("tried") or {}).get("all") or []
    rows = [(str(s["number"]), f"{s['title']} ({s['name']})", rule_words(s["budget_rule"]), f"yes: {s['why_deleted']}" if s["deleted"] else "no")
            for s in every]
    table = Table("In the order in which they were first tried", ("Number", "Plan", "Budget", "Deleted"), rows) if rows else None
    return Part("Annex H Every scenario put to this place", () if rows else ("Not recorded with these runs.",), table)


def _m(pounds: float, signed: bool = True) -> str:
    text = f"{pounds / MILLION:+,.1f}" if signed else f"{pounds / MILLION:,.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def _told(x: Range, how: How) -> str:
    to = step(x, how)
    low, high = plain(x.low, how, to), plain(x.high, how, to)
    return low if low == high else f"{low} to {high}"


__all__ = ["BLANK", "Paper", "Part", "Table", "board_paper"]
