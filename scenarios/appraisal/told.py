"""What an appraisal says, in a minute and in tables: ranges before points, no more digits than they bear, nothing recommended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scenarios.answers_base import ENOUGH, PlanType, baseline, pairs_told, plan_type, years
from scenarios.answers_words import MILLION, NOT_KNOWN, How, Range, apart, listed, mean, middle, plain, span, step
from scenarios.appraisal.discounting import a_year, present_value
from scenarios.appraisal.ledger import more
from scenarios.appraisal.lines import PUBLIC, SOCIAL, Line
from scenarios.appraisal.saving import KINDS, SAID, SOURCES
from scenarios.appraisal.sure import withheld
from scenarios.appraisal.switching import Switch
from scenarios.appraisal.values import EDITION, YEAR_ZERO
from scenarios.appraisal.whole import Appraisal, futures, regret_by_world, variations

Rows = Sequence[tuple[str, ...]]
SHORT = {"council": "the council's own money", "grant": "the national grant", "nhs": "the NHS in cash", "dwp": "the benefits system",
         "people_pay": "people, in what they pay for care", "people_benefits": "people, in benefits for care needs", "families": "families, in hours valued",
         "wellbeing": "wellbeing", "optimism": "allowance for optimism"}


class Point(NamedTuple):
    """A question a reader has in the first minute, and the answer."""

    question: str
    answer: str


def _worlds(a: Appraisal) -> str:
    n = a.r.count
    return f"8 in 10 of the {n} worlds run" if a.enough else f"from only {n} {'pair' if n == 1 else 'pairs'}: a first look, not a result"


def points(a: Appraisal) -> list[Point]:
    """What it costs, when it pays back, who pays, whether it is worth it, where the saving comes from, how sure we are."""
    return [Point("What it costs", _cost(a)), Point("When it pays back", _payback(a)), Point("Who pays", _who(a)),
            Point("Is it worth it", _worth(a)), Point("Where it comes from", _from(a)), Point("How sure", _sure(a))]


def _cost(a: Appraisal) -> str:
    dear, names = a.dearest, years(a.r)
    when = names[int(np.median(dear.year))]
    return (f"Over {len(names)} years the council's net spending is {apart(middle(-a.council_worth), 'money')} in all, at what it is worth in {names[0]} "
            f"({_worlds(a)}). In the dearest year, mostly {when}, it is {_up_to(middle(dear.amount))} higher.")


def _up_to(x: Range) -> str:
    to = step(x, "money")
    low, high = plain(x.low, "money", to), plain(x.high, "money", to)
    return high if low == high else f"{low} to {high}"


def _payback(a: Appraisal) -> str:
    n, horizon = a.r.count, len(years(a.r))
    deep = f"At the worst, added up since the start, it is out of pocket by {_up_to(middle(a.peak.amount))}."
    plainly, later = (int(np.isfinite(a.paid_back(d)).sum()) for d in (False, True))
    if not plainly:
        return f"For the public purse, never within {horizon} years in any of the {n} worlds run. {deep}"
    first = np.sort(a.paid_back())[(n - 1) // 2]
    half = f", by {years(a.r)[int(first)]} in half of them" if np.isfinite(first) and n > 1 else ""
    return (f"For the public purse, within {horizon} years in {plainly} of {n} worlds{half}; counting that later pounds are worth less, in {later} of {n}. "
            f"{deep}")


def _who(a: Appraisal) -> str:
    found = [(SHORT[line.name], middle(line.value(a.ledger.values))) for line in a.ledger.held_by((*PUBLIC, "people", "families"))]
    found = sorted(found, key=lambda one: one[1].mean)
    more_ = [f"{name} ({_up_to(Range(-x.high, -x.low, -x.mean))})" for name, x in found if x.high < 0]
    less = [f"{name} ({_up_to(x)})" for name, x in reversed(found) if x.low > 0]
    open_ = [name for name, x in found if x.low <= 0 <= x.high]
    said = [f"More is paid by {listed(more_) or 'nobody, clearly'}", f"less by {listed(less) or 'nobody, clearly'}"]
    return "; ".join(said + ([f"neither clearly by {listed(open_)}"] if open_ else [])) + f". All years, at {years(a.r)[0]} worth."


def _worth(a: Appraisal) -> str:
    worth = middle(a.ledger.social_value)
    first = f"Net present social value: {span(worth, 'money')} ({_worlds(a)})"
    if not a.enough:
        return f"{first}. Whether it is worth it cannot be told from so few."
    way = next(line for line in a.ledger.lines if line.wellbeing)
    return f"{first}. Of this, wellbeing ({a.way.value.upper()}) is {span(middle(way.value(a.ledger.values)), 'money')}."


def _from(a: Appraisal) -> str:
    """Which sources of what the council pays less are of one sign over the years, and of which kind it is."""
    rate, saved = a.ledger.values.discount_costs, a.kinds[0]
    worth = {s.name: middle(present_value(s.amount, rate)) for s in a.sources}
    up = [f"{SAID[name][0]} ({_up_to(x)})" for name, x in worth.items() if x.low > 0]
    down = [f"{SAID[name][1]} ({_up_to(Range(-x.high, -x.low, -x.mean))})" for name, x in worth.items() if x.high < 0]
    open_ = [SOURCES[name].lower() for name, x in worth.items() if x.low <= 0 <= x.high]
    told = [f"All years together, what lowers the council's net spending: {listed(up) or 'nothing clearly'}",
            f"what raises it: {listed(down) or 'nothing clearly'}"]
    told += [f"not clearly either: {listed(open_)}"] if open_ else []
    cash = middle(present_value(saved.parts["cash"], rate))
    return "; ".join(told) + f". Cash-releasing for the council, below this year's budget: {_up_to(cash)}."


def _sure(a: Appraisal) -> str:
    if not a.enough:
        return f"Not at all: {pairs_told(a.r)}. A result takes at least {ENOUGH}."
    said = [f"{c.title[0].lower()}{c.title[1:]} in {c.words}" for c in a.chances]
    return f"Of the {a.r.count} worlds run: {'; '.join(said)}. {_grades(a)}"


def _grades(a: Appraisal) -> str:
    weak = max((line.effect_grade for line in a.ledger.lines), default="-")
    return f"The weakest effect behind it has grade {weak}" + (", which is assumption." if weak == "D" else ".")


def first_look(a: Appraisal) -> list[str]:
    """What may not be concluded from these runs; nothing from enough of them."""
    return withheld(a.r.sets)


def conventions(a: Appraisal) -> list[str]:
    """How it was worked out: the edition, the year, the rates, the prices."""
    v = a.ledger.values
    return [EDITION + ".", YEAR_ZERO,
            f"Money is discounted at {v.discount_costs:.1%} a year and wellbeing at {v.discount_wellbeing:.1%}, in real terms.",
            f"Pounds are of {a.about['price_year']}: what growth in prices alone would add is left out; what care grows dearer than other things is in.",
            "Every figure is the plan less doing nothing, in the same world. A gain is positive, a loss negative, for whoever is named.",
            "Mean over worlds, unless a range is given; a range holds 8 in 10 of them."]


# Tables -------------------------------------------------------------------------------------------------------------
LINES = ("Line", "Worth in the first year", "Mean", "Equal sum a year", "Prices", "Effects")


def lines(a: Appraisal) -> Rows:
    """Cost and consequence: every line with its grades; subtotals of the public purse and of everything."""
    out: list[tuple[str, ...]] = []
    for holders, title, total in ((PUBLIC, "Public purse", a.ledger.public_value), (("optimism", *SOCIAL), "Net present social value", a.ledger.social_value)):
        out += [_line(a, line) for line in a.ledger.held_by(holders)]
        out.append((title, span(middle(total), "money"), mean(middle(total), "money"), _yearly(a, total), "", ""))
    return out + [_line(a, line, " (beside, not counted)") for line in a.ledger.lines if not line.counted]


def _line(a: Appraisal, line: Line, note: str = "") -> tuple[str, ...]:
    worth = line.value(a.ledger.values)
    return (line.title + note, span(middle(worth), "money"), mean(middle(worth), "money"), _yearly(a, worth, line), line.price_grade, line.effect_grade)


def _yearly(a: Appraisal, worth: np.ndarray, line: Line | None = None) -> str:
    rate = line.rate(a.ledger.values) if line else a.ledger.values.discount_costs
    return mean(middle(a_year(worth, rate, len(years(a.r)))), "money")


def natural(a: Appraisal) -> Rows:
    """Consequences in their own units in the last year, valued or not."""
    shown: tuple[tuple[str, str, How], ...] = (
        ("Years of life weighted by quality (ASCOT), a year", "ascot_years", "count"), ("Years of satisfaction with life (WELLBY), a year", "wellbys", "count"),
        ("The same, people support does not touch (not valued)", "wellbys_others", "count"),
        ("Families' unpaid hours a week", "unpaid_hours", "count"), ("Hours of eligible need not met, a week", "unmet_eligible_hours", "count"),
        ("People 65+ in care homes, council pays", "care_home_council", "count"), ("Days in a hospital bed, a year", "bed_days", "count"),
        ("Visits to A&E, a year", "ae_visits", "count"), ("Days waiting to leave hospital, a year", "delayed_days", "count"))
    rows = []
    for title, measure, how in shown:
        x, base = middle(more(a.r, measure)[:, -1]), middle(np.nan_to_num(baseline(a.r, measure)[:, -1]))
        rows.append((title, plain(base.mean, how, step(x, how)) if measure not in ("wellbys", "wellbys_others") else "", span(x, how), mean(x, how)))
    return rows


def affordable(a: Appraisal) -> tuple[tuple[str, ...], Rows]:
    """What each purse pays more (+) or less (-) each year, in cash of the price year: affordability, beside value for money."""
    names, ends = years(a.r), a.ledger.values.spending_review_ends
    head = ("£m, more (+) or less (-)", *(f"{name}{'' if int(name[:4]) <= ends else ' *'}" for name in names))
    rows = [(line.title, *(_m(-x) for x in line.gain.mean(axis=0))) for line in a.ledger.held_by(PUBLIC)]
    rows.append(("Public purse", *(_m(-x) for x in a.public.mean(axis=0))))
    rows.append(("Council, net: own money and grant", *(_m(-x) for x in a.council.mean(axis=0))))
    rows += [(f"of which double running: {tag.title[0].lower()}{tag.title[1:]}", *(_m(x) for x in tag.more.mean(axis=0))) for tag in a.tags]
    base = baseline(a.r, "council_net").mean(axis=0)
    rows.append(("Council, net, doing nothing", *(f"{x / MILLION:,.1f}" for x in base)))
    rows.append(("Council's change, over doing nothing", *(f"{-x / b:+.1%}" if b else NOT_KNOWN for x, b in zip(a.council.mean(axis=0), base))))
    return head, rows


def _m(pounds: float) -> str:
    text = f"{pounds / MILLION:+,.2f}"
    return text[1:] if not text.strip("+-0.,") else text


def kind_rows(a: Appraisal) -> tuple[tuple[str, ...], Rows]:
    """The five kinds of saving as columns, and what costs more; worth in the first year, means over worlds that add up."""
    head = ("Payer, £m", *KINDS.values(), "In all")
    v, rows = a.ledger.values, []
    for kind in a.kinds:
        worth = {name: _worth_of(kind.parts[name], v.discount_costs) if name in kind.parts else np.nan for name in KINDS}
        rows.append((kind.title, *(_m(x) if np.isfinite(x) else "" for x in worth.values()), _m(_worth_of(kind.total, v.discount_costs))))
    hours = middle(more(a.r, "unpaid_hours")[:, -1])
    rows.append(("Families, hours a week in the last year (never added to money)", "", "", "", f"{mean(hours, 'count')} hours", "", "", ""))
    return head, rows


def _worth_of(amounts: np.ndarray, rate: float) -> float:
    return float(present_value(amounts, rate).mean())


SOURCE = ("Council pays less (+) or more (-)", "Last year", "Mean", "All years, at first-year worth", "How reckoned")


def source_rows(a: Appraisal) -> Rows:
    """Need less, eligible need unmet, families, others, a lower price: they add up to the fall in the council's net spending."""
    rate = a.ledger.values.discount_costs
    rows = [(s.title, span(middle(s.amount[:, -1]), "money"), mean(middle(s.amount[:, -1]), "money"), _m2(_worth_of(s.amount, rate)), s.says)
            for s in a.sources]
    saved = middle(a.council[:, -1])
    return [*rows, ("In all", span(saved, "money"), mean(saved, "money"), _m2(float(a.council_worth.mean())), "The fall in the council's net spending.")]


def _m2(pounds: float) -> str:
    return f"{'-' if pounds < 0 else '+'}£{abs(pounds) / MILLION:,.1f}m"


ADDED = ("Word", "Found in the last year", "How much", "Share", "What it means")


def added(a: Appraisal) -> Rows:
    """Deadweight, displacement, substitution, leakage, and what is left: additional."""
    rows = []
    for t in a.told:
        if t.amount is None:
            rows.append((t.word.capitalize(), t.title, "not measured", "", t.says))
            continue
        x = middle(t.amount[:, -1])
        money = t.unit.startswith("pounds")
        amount = f"{span(x, 'money')} a year" if money else f"{_count(x) if t.share is not None else span(x, 'count')} {t.unit}"
        share = middle(t.share[:, -1]) if t.share is not None else None
        rows.append((t.word.capitalize(), t.title, amount, "" if share is None or not share.known else f"{share.mean:.0%}", t.says))
    return rows


def _count(x: Range) -> str:
    to = step(x, "count")
    low, high = (plain(v, "count", to) for v in (x.low, x.high))
    return low if low == high else f"{low} to {high}"


SWITCH = ("Value", "Believed", "Breaks even at", "Times what is believed")


def switch_rows(a: Appraisal) -> Rows:
    """What each value would have to be for the net present social value to be nought, all else as believed."""
    return [(s.title, _value(s.believed, s), _value(s.breaks_even, s), f"{s.times:.1f}" if np.isfinite(s.times) and s.unit != "a year" else "")
            for s in a.switches]


def _value(x: float, s: Switch) -> str:
    if not np.isfinite(x):
        return "no value does it"
    if s.unit == "pounds":
        return f"£{float(f'{x:.2g}'):,.0f}" if x >= 100 else f"£{x:.0f}"
    return f"{x:.1%}" if s.unit == "a year" else f"{x:.1f} times"


def variation_rows(a: Appraisal) -> Rows:
    """The same net present social value with something counted otherwise."""
    return [(title, span(middle(x), "money"), mean(middle(x), "money")) for title, x in variations(a)]


def share_rows(a: Appraisal) -> tuple[tuple[str, ...], Rows]:
    """Who gains, by group; with welfare weights where they were asked for."""
    head = ("Who", "Own money", "Families' hours, valued", "Wellbeing", "Together", *(("Weight", "With weights") if a.weighted else ()))
    rows = []
    for s in a.shares:
        parts = [span(middle(x), "money") for x in (s.money, s.hours, s.wellbeing, s.whole)]
        more_ = (f"{s.weight:.2f}", span(middle(s.weighted), "money")) if a.weighted else ()
        rows.append((f"{s.kind}: {s.group}", *parts, *more_))
    return head, rows


def chance_rows(a: Appraisal) -> Rows:
    """In how many worlds it pays, for whom, and how far chance alone could move that share."""
    return [(c.title, c.words, f"{c.low:.0%} to {c.high:.0%}") for c in a.chances]


def regret_rows(a: Appraisal) -> tuple[tuple[str, ...], Rows]:
    """What each choice loses in each future against the best one there; the most it can lose last."""
    names, found = futures(a)
    return ("Choice", *names, "Most"), [(g.option, *(_lost(x) for x in g.by_future), _lost(g.most)) for g in found]


def _lost(x: float) -> str:
    return _m2(x).lstrip("+") if np.isfinite(x) else "not run"


WORLDS = ("Choice", "Loses, mean", "In 8 of 10 worlds no more than", "The most in any world", "Best in")


def regret_world_rows(a: Appraisal) -> Rows:
    """What each choice loses against the best one in the same world: the plan, its rivals, doing nothing. No ranking."""
    return [(name, _lost(float(x.mean())), _lost(float(np.quantile(x, 0.8))), _lost(float(x.max())), f"{int((x == 0).sum())} of {len(x)} worlds")
            for name, x in regret_by_world(a).items()]


def value_rows(a: Appraisal) -> Rows:
    """Every value the appraisal uses: what it is, how much, its range, grade, source and doubt."""
    rows = []
    for e in a.ledger.values.entries.values():
        low, high = _written(e.low, e.unit), _written(e.high, e.unit)
        rows.append((e.says.rstrip("."), _written(e.value, e.unit), "" if low == high else f"{low} to {high}", e.grade, e.source, e.doubt))
    return rows


def _written(x: float | tuple[float, ...], unit: str) -> str:
    if isinstance(x, tuple):
        return ", ".join(f"{v:.2f}" for v in x)
    return f"£{x:,.0f}" if unit == "pounds" else f"{x:g}"




def kind(a: Appraisal) -> PlanType:
    """What kind of plan it is, from the arithmetic: fixed in every title."""
    return plan_type(a.r)
