"""The appraisal's pictures: who pays when, what adds up to the net present social value, and how sure it is."""

from __future__ import annotations

import numpy as np

from careshift.report import appraisal_charts, charts, people_charts
from careshift.report.charts import INK, ORANGE, TEAL
from careshift.report.figures import Picture, Table, picture
from scenarios.answers_base import ENOUGH, years
from scenarios.answers_words import MILLION, middle, span
from scenarios.appraisal import sure, told
from scenarios.appraisal.discounting import factors
from scenarios.appraisal.lines import FISCAL, PUBLIC, SOCIAL
from scenarios.appraisal.tornado import base, swings
from scenarios.appraisal.whole import Appraisal, curves, options, worths
from scenarios.attributing import Shared

SHORT = {name: f"{text[0].upper()}{text[1:]}" for name, text in told.SHORT.items()}


LOOKS = ((ORANGE, "////"), (ORANGE, ""), (INK, "////"), (INK, ""), (TEAL, ".."), ("#858c96", ""))  # hatched alone: paid for twice


def paid_by(a: Appraisal) -> list[tuple[str, np.ndarray]]:
    """What each purse pays more by year, with double running apart; the grant pays for double running first, as a plan has it [years], pounds."""
    more = {line.name: -line.gain.mean(axis=0) for line in a.ledger.held_by(PUBLIC)}
    double = np.maximum(sum((tag.more.mean(axis=0) for tag in a.tags), np.zeros(len(years(a.r)))), 0.0)
    granted = np.clip(np.minimum(more["grant"], double), 0.0, None)
    own = double - granted
    parts = [("National grant: double running", granted), ("National grant: everything else", more["grant"] - granted),
             ("Council: double running", own), ("Council: everything else", more["council"] - own)]
    return [*parts, *((SHORT[name], values) for name, values in more.items() if name not in ("council", "grant"))]


def payers(a: Appraisal) -> Picture:
    """What each purse pays more each year, double running hatched, payback marked: who pays, and when it turns."""
    names = years(a.r)
    parts = [(name, values / MILLION) for name, values in paid_by(a)]
    whole = -a.public.mean(axis=0) / MILLION
    worst = int(np.argmax(whole))
    title = f"The public purse pays most in {names[worst]}, £{whole[worst]:,.1f}m more" if whole[worst] > 0 else "The public purse pays more in no year"
    half = np.sort(a.paid_back())[(a.r.count - 1) // 2]
    back = (int(half), f"paid back by {names[int(half)]}\nin half of the worlds") if np.isfinite(half) else (
        None, f"not paid back within {len(names)} years in most worlds")
    words = "Parts above the line cost more than doing nothing, parts below cost less. In all: " + "; ".join(
        f"{name} {charts.signed(x)}" for name, x in zip(names, whole)) + f". {back[1]}.".replace("\n", " ")
    drawn = charts.stack(parts, whole, names, "£ million a year", "payers", title, words, looks=LOOKS, mark=back if whole[worst] > 0 else None)
    rows = [(name, *(charts.signed(values[k]) for _, values in parts), charts.signed(whole[k])) for k, name in enumerate(names)]
    return picture(title, drawn, "More (+) or less (-) than doing nothing, real terms, not discounted; means over the worlds run. Hatched: double running, "
                   "set-up and places paid for while empty.",
                   Table(("£ million", *(label for label, _ in parts), "Public purse"), rows), words)


def added_up(a: Appraisal) -> Picture:
    """How far the public purse is out of pocket since the start, as a fan: payback is where it comes back to nought."""
    names = years(a.r)
    paid = np.cumsum(-a.public, axis=1) / MILLION
    back = int(np.isfinite(a.paid_back()).sum())
    title = f"Paid back within {len(names)} years in {back} of {a.r.count} worlds" if back else f"Not paid back within {len(names)} years in any world"
    ends = ("mean", "8 in 10", "9 in 10") if a.enough else ("mean", "middle", "wider")
    drawn = charts.fan(paid, names, "£ million since the start", "added-up", title, f"{title}. In {names[-1]}: {span(middle(paid[:, -1] * MILLION), 'money')}.",
                       signs=("out of pocket", "ahead"), ends=ends)
    later = np.cumsum(-a.public * factors(a.ledger.values.discount_costs, len(names)), axis=1)
    rows = [(name, span(middle(paid[:, k] * MILLION), "money"), span(middle(later[:, k]), "money")) for k, name in enumerate(names)]
    return picture(title, drawn, "Council, national grant, NHS and benefits together: what the plan has cost them since it began.",
                   Table(("Year", "Added up", "Added up, discounted"), rows))


def bridge(a: Appraisal) -> Picture:
    """From each line to the net present social value, in the mean over worlds."""
    found = [(SHORT[line.name], float(line.value(a.ledger.values).mean()) / MILLION) for line in a.ledger.held_by((*FISCAL, *SOCIAL))]
    whole = float(a.ledger.social_value.mean()) / MILLION
    title = f"What makes up the £{abs(whole):,.1f}m {'lost' if whole < 0 else 'gained'} in all" if a.enough else "What adds up: a first look"
    parts = [*found, ("Net present social value", whole)]
    drawn = charts.steps(parts, "£ million, worth in the first year; gained (+) or lost (-)", "bridge", title,
                         "; ".join(f"{name} {charts.signed(x)}" for name, x in parts))
    return picture(title, drawn, "Means over the worlds run; the ranges are in the table above. Lines may be far surer than their sum.",
                   Table(("Line", "£ million"), [(name, charts.signed(x)) for name, x in parts]))


PARTS = (("council", "Council gains, £m", MILLION), ("ascot", "ASCOT-years", 1), ("hours", "Families' hours a week", 1))


def parts(shared: Shared) -> Picture:
    """What each part of a plan adds to what it does: shares that add up to the whole, with the range over worlds."""
    def bars(name: str, kind: str, values: list[np.ndarray]) -> charts.Bars:
        return charts.Bars(name, kind, [(x.low / by, x.high / by, x.mean / by) for x, (_, _, by) in zip(map(middle, values), PARTS)])

    found = [shared.found[figure] for figure, *_ in PARTS]
    rows = [bars(title, "budget", [x.shares[:, k] for x in found]) for k, title in enumerate(shared.titles)]
    rows.append(bars("The whole plan", "plan", [x.whole for x in found]))
    most = int(np.argmax(np.abs(found[0].shares.mean(axis=0))))
    title = f"{shared.titles[most]} moves council spending most" if shared.worlds >= ENOUGH else "Which part does what: a first look"
    words = "Means. " + "; ".join(f"{name}: {charts.signed(x.shares[:, k].mean() / MILLION)} £m for the council" for x in found[:1]
                                  for k, name in enumerate(shared.titles))
    drawn = charts.whiskers(rows, [head for _, head, _ in PARTS], "parts", title, words)
    table = [(row.label, *(f"{charts.signed(low)} to {charts.signed(high)} (mean {charts.signed(mean)})" for low, high, mean in row.values)) for row in rows]
    return picture(title, drawn, f"Square: a part's share, gained (+) or lost (-); round: the whole, which they add up to. Line: {range_of(shared.worlds)}.",
                   Table(("Part", *(head for _, head, _ in PARTS)), table))


def range_of(worlds: int) -> str:
    """What a line holds of so many worlds."""
    return "8 in 10 worlds" if worlds >= ENOUGH else f"the middle of {worlds} worlds"


def plane(a: Appraisal) -> Picture:
    """Cost and effect of the plan and its rivals in every world."""
    found = options(a)
    corners = sure.plane(*found["This plan"])
    n = a.r.count
    best = max(zip(corners, ("better and cheaper", "better and dearer", "worse and cheaper", "worse and dearer")))
    title = f"{best[1].capitalize()} in {best[0]} of {n} worlds"
    drawn = appraisal_charts.plane({name: (effect, cost / MILLION) for name, (effect, cost) in found.items()}, "plane", title,
                                   f"{title}. Each small mark is one world; the large one is the mean.")
    rows = [(name, span(middle(effect), "count"), span(middle(cost), "money"), *(str(k) for k in sure.plane(effect, cost)))
            for name, (effect, cost) in found.items()]
    return picture(title, drawn, "Against doing nothing, all years, worth in the first. Small marks: worlds; large: the mean. It ranks nothing.",
                   Table(("Plan", "ASCOT-years", "Public purse", "Better, cheaper", "Better, dearer", "Worse, cheaper", "Worse, dearer"), rows))


def tornado(a: Appraisal) -> Picture:
    """One thing moved at a time: how far the net present social value goes, the widest first."""
    found, middle_ = swings(a), base(a)
    title = f"It hangs most on {found[0].title[0].lower()}{found[0].title[1:]}" if found else "Nothing moves it"
    words = f"From {charts.signed(middle_ / MILLION)} £ million. " + "; ".join(
        f"{s.title}: {charts.signed(s.low / MILLION)} ({s.at_low or 'as told'}) to {charts.signed(s.high / MILLION)} ({s.at_high or 'as told'})" for s in found)
    drawn = people_charts.tornado([(s.title, s.low / MILLION, s.high / MILLION, s.at_low, s.at_high) for s in found], middle_ / MILLION,
                                  "Net present social value, £ million", "tornado", title, words)
    rows = [(s.title, charts.signed(s.low / MILLION), s.at_low or "as told", charts.signed(s.high / MILLION), s.at_high or "as told") for s in found]
    return picture(title, drawn, "Mean net present social value when one thing alone is otherwise; hatched: the lower end. Values go to the ends of "
                   "their ranges in the register; rules and beliefs are those that were run.",
                   Table(("What", "Lowest, £m", "At", "Highest, £m", "At"), rows), words)


def worth_it(a: Appraisal) -> Picture:
    """At each worth of an ASCOT-year: how often each choice is best, and what is lost by making it."""
    best, lost = curves(a)
    at = worths()
    mine = best["This plan"]
    title = f"The plan is best in at most {mine.max():.0%} of worlds"
    shown = {name: x / MILLION for name, x in lost.items()}
    drawn = appraisal_charts.curves(at, (("Share of worlds in which it is best", best), ("Expected loss, £ million", shown)),
                                    "Worth of one more ASCOT-year, £ thousand", "worth-it", title,
                                    f"Up to £{at[-1]:,.0f} for one more year, the plan is best in {mine.min():.0%} to {mine.max():.0%} of the worlds run.")
    rows = [(f"£{x:,.0f}", *(f"{course[k]:.0%}" for course in best.values()), *(f"£{course[k] / MILLION:,.1f}m" for course in lost.values()))
            for k, x in enumerate(at) if k % 5 == 0]
    return picture(title, drawn, "Left: acceptability. Right: what is lost on average when another choice would have been better. It recommends none.",
                   Table(("One more ASCOT-year", *(f"Best: {n}" for n in best), *(f"Loss: {n}" for n in lost)), rows))
