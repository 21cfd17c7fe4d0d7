"""The short paper for a council's board: fixed headings, computed words, and a first line that its officers write.

The model never recommends: the decision asked for is left blank. Headings and their order are the same for every plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scenarios import answers, answers_people
from scenarios.answers_base import baseline, last_year, range_name, years
from scenarios.answers_beside import beside
from scenarios.answers_sure import rests_on
from scenarios.answers_words import MILLION, NOT_KNOWN, How, Range, middle, plain, span, step
from scenarios.appraisal import told
from scenarios.appraisal.ledger import more
from scenarios.appraisal.saving import lowers_spending
from scenarios.appraisal.whole import Appraisal
from scenarios.papers import medium_term
from simulation import places
from simulation.evidence import register

Rows = list[tuple[str, ...]]
BLANK = "Decision asked for: (the officer writes this; the model never recommends)"
FUNDED = "Funded from: earmarked reserve (  )   capital receipts (  )   grant (  )   unfunded (  )"
SHOWN_YEARS = 5
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
    annex = (Part("Annex A Pictures"), _everybody(a), Part("Annex C What to know before believing a figure", tuple(answers.caveats(r, dict(about)))))
    return Paper(place.title, made, answers.plan_type(r), r.scenario.heading, answers.plan_line(r), tuple(_warnings(a)), parts, annex,
                 ("A model, not a forecast. Not for decisions about anyone.",
                  "Input to consultation, co-production and the equality impact assessment, not a substitute for them.",
                  f"Real terms, prices of {about['price_year']}, unless a line says cash. Years run April to March. "
                  f"Ranges: {range_name(r)}."))


def _warnings(a: Appraisal) -> list[str]:
    r, out = a.results, []
    if not a.enough:
        out.append(f"A first look, not a result: {r.count} {'pair' if r.count == 1 else 'pairs'} of runs; a paper for decision needs {answers.ENOUGH}.")
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
    return Part("1 In a sentence", tuple(said[q] for q in ("What it costs", "When it pays back") if q in said))


def _money(a: Appraisal) -> Part:
    """Money of each year, which is what a budget is made in; recurrent and one-off apart."""
    r = a.results
    shown, factors = slice(0, SHOWN_YEARS), medium_term.cash_factors(r)
    names = years(r)[shown]

    def row(title: str, amounts: np.ndarray, nature: str, signed: bool = True) -> tuple[str, ...]:
        return (title, *(_m(x, signed) for x in (amounts * factors).mean(axis=0)[shown]), nature)

    rows = [row("Doing nothing, net", medium_term.doing_nothing(r), "", False)]
    rows += [row(line.title, line.amount, line.nature) for line in medium_term.lines(a)]
    book = medium_term.bookable(a)
    most = ["nothing: too few pairs"] * len(names) if book is None else [_m(x) for x in -(book * factors)[shown]]
    rows.append(("Book no more than (lower spending)", *most, ""))
    saved = -more(r, "council_net_own")[:, -1]
    says = (f"Delivery confidence that the gap is smaller in {years(r)[-1]}: {medium_term.confidence(saved, a.enough)}.", FUNDED, _not_bookable(a))
    return Part("2 Money", says, Table("£ million in cash, April to March: more (+) or less (-) than doing nothing, means over the worlds run",
                                      ("What", *names, "Again each year?"), rows))


def _not_bookable(a: Appraisal) -> str:
    r, last = a.results, years(a.results)[-1]
    council = a.kinds[0].parts
    avoided, freed, paid, hours = (middle(x[:, -1]) for x in (council["avoided"], a.ledger["capacity"].gain, more(r, "people_pay"), more(r, "unpaid_hours")))
    return (f"Not bookable, {last}: growth avoided {_told(avoided, 'money')}; hospital and nursing capacity freed, and used again, "
            f"{span(freed, 'money')} at average cost; paid by people {span(paid, 'money')}; family care {span(hours, 'count')} hours a week.")


def _sources(a: Appraisal) -> Part:
    return Part("3 Where the saving comes from", ("How much less (+) or more (-) the council pays, parted by why; the parts add up.",),
                Table(f"{years(a.results)[-1]}, a year, {range_name(a.results)}", ("From what", "Range", "Mean"),
                      [(title, span_, mean) for title, span_, mean, *_ in told.source_rows(a)]))


def _people(a: Appraisal) -> Part:
    r = a.results
    shown: tuple[tuple[str, str, How], ...] = (
        ("Supported in their own home or with family", "supported_at_home", "count"), ("In care homes, council pays", "care_home_council", "count"),
        ("Admitted to a care home by the council, a year", "council_admissions", "count"), ("Waiting for an assessment or support", "waiting", "count"),
        ("Hours of need not met, a week", "unmet_hours", "count"), ("Years of quality-weighted life (ASCOT), a year", "ascot_years", "count"),
        ("Days in a hospital bed, a year", "bed_days", "count"))
    rows = [(title, *(_beside_base(a, measure, how, group) for group in answers_people.AGES)) for title, measure, how in shown]
    rows.append(("Unpaid carers under heavy strain, all ages", _beside_base(a, "carers_strained", "share", "all"), ""))
    return Part(f"4 People by {years(r)[-1]}", (), Table(f"Doing nothing, and the difference ({range_name(r)})", ("What", *answers_people.AGES), rows))


def _beside_base(a: Appraisal, measure: str, how: How, group: str) -> str:
    change, base = last_year(a.results, measure, group=group), baseline(a.results, measure, group=group)[:, -1]
    if not change.known:
        return NOT_KNOWN
    return f"{plain(float(np.nan_to_num(base).mean()), how, step(change, how))} ({span(change, how)})"


def _options(a: Appraisal) -> Part:
    r = a.results
    rows = [(b.title, span(b.differences["council_net"], "money"), span(b.differences["ascot_years"], "count"), span(b.differences["unpaid_hours"], "count"))
            for b in beside(r)]
    doing = middle(np.nan_to_num(baseline(r, "council_net")[:, -1]))
    rows.insert(0, ("As now (net spending, nothing to compare with)", plain(doing.mean, "money", MILLION), "", ""))
    only = len(rows) == 2
    says = ("Other budgets, rivals and other beliefs were not run.",) if only else ("In the order they were run; no ranking.",)
    return Part("5 Options", says, Table(f"{years(r)[-1]}, beside doing nothing, {range_name(r)}",
                                        ("Option", "Net spending", "ASCOT-years", "Families' hours a week"), rows))


def _who(a: Appraisal) -> Part:
    rows = [row for row in _by_group(a) if row[0] in FIRST_WHO]
    return Part("6 Who gains, who loses", ("Input to the equality impact assessment, not a substitute for it. Everybody: annex B.",), _who_table(a, rows))


def _everybody(a: Appraisal) -> Part:
    return Part("Annex B Who gains, who loses, in full", (), _who_table(a, _by_group(a)))


def _by_group(a: Appraisal) -> Rows:
    return [(f"{w.kind}: {w.group}", *(span(x, how) for x, (_, _, how) in zip(w.differences, answers_people.WHO))) for w in answers_people.who_gains(a.results)]


def _who_table(a: Appraisal, rows: Rows) -> Table:
    return Table(f"Difference in {years(a.results)[-1]}, {range_name(a.results)}", ("Who", *(t for t, *_ in answers_people.WHO)), rows)


def _stops(a: Appraisal) -> Part:
    if not a.enough:
        return Part("7 What would stop it", (f"Not told from {a.results.count} pairs: no break-even and no chance.",))
    rows = [row[:3] for row in told.switch_rows(a)]
    return Part("7 What would stop it", ("Each value alone, all else as believed: where what everybody gains and loses comes to nought.",),
                Table("Switching values", told.SWITCH[:3], rows))


def _sure(a: Appraisal) -> Part:
    entries = list(register.load().entries.values())
    there = places.load(str(a.about["place"]))
    england, own = len(there.from_england()), len(there.figures) - len(there.from_england())
    tried = a.about.get("tried") or {}
    count = (f"This is scenario {tried['number']} of {tried['of']} ever put to this place in this store of answers.",) if tried else ()
    return Part("8 How sure", (*count, f"Figures of the place: {own} its own, {england} the rate of England or of a wider area. The model believes "
                               f"{rests_on(entries)}. What else to know: annex C.",))


def _m(pounds: float, signed: bool = True) -> str:
    text = f"{pounds / MILLION:+,.1f}" if signed else f"{pounds / MILLION:,.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def _told(x: Range, how: How) -> str:
    to = step(x, how)
    low, high = plain(x.low, how, to), plain(x.high, how, to)
    return low if low == high else f"{low} to {high}"


__all__ = ["BLANK", "Paper", "Part", "Table", "board_paper"]
