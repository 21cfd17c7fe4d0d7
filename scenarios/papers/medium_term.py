"""A plan as lines of a council's medium-term financial strategy: April to March, one-off or recurrent, and what may be booked.

Amounts are what the council pays more (+) or less (-) than doing nothing, net of what people contribute, in real terms
of the price year [worlds, years]; `in_cash` turns them into money of each year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenarios import answers_money
from scenarios.answers_base import ENOUGH, LINES, baseline, main_run, years
from scenarios.appraisal.ledger import more
from scenarios.appraisal.whole import Appraisal
from scenarios.results import Results
from simulation.evidence import register
from simulation.measures import MEASURES
from simulation.plan import WEEKS_A_YEAR

ONE_OFF, RECURRENT = "one-off", "recurrent"
QUARTER = 13  # weeks at the end of a year that show at which rate it ends
SURE, LIKELY = 0.8, 0.6  # shares of worlds with a saving from which delivery is called green, and amber
RATINGS = ("high (green)", "medium (amber)", "low (red)")
UNRATED = f"not rated: fewer than {ENOUGH} pairs"


class Line(NamedTuple):
    """One line: what it is, whether it comes again every year, and pounds more (+) or less (-) [worlds, years]."""

    title: str
    nature: str
    amount: np.ndarray


class Saving(NamedTuple):
    """One budget line that falls or rises: in the last year, at the rate at which that year ends, and how sure that is."""

    title: str
    last_year: np.ndarray
    full_year: np.ndarray
    confidence: str


def doing_nothing(r: Results) -> np.ndarray:
    """What the council spends net without the plan [worlds, years]."""
    return np.nan_to_num(baseline(r, "council_net"))


def lines(a: Appraisal) -> list[Line]:
    """What the plan does to net spending, in lines that add up to the last but one; grants are taken off after it."""
    r = a.results
    set_up, tags = more(r, "set_up"), more(r, "new_places_empty") + more(r, "block_places_empty")
    coordination, net = more(r, "coordination"), more(r, "council_net")
    homes = sum((more(r, m) for m in answers_money.spending_lines(r)[0]), np.zeros_like(net)) - more(r, "block_places_empty")
    contributions = -more(r, "contributions")
    rest = net - set_up - tags - coordination - homes - contributions
    return [Line("Set-up before anybody is helped", ONE_OFF, set_up),
            Line("Double running: new and old capacity paid for and empty", ONE_OFF, tags),
            Line("Coordination of what the plan adds", RECURRENT, coordination),
            Line("Care home places no longer paid for", RECURRENT, homes),
            Line("Support in place of them, and everything else", RECURRENT, rest),
            Line("Contributions from people that fall away", RECURRENT, contributions),
            Line("Change in net spending", "", net),
            Line("Paid by transition money", ONE_OFF, more(r, "council_net_own") - net),
            Line("Effect on the budget gap", "", more(r, "council_net_own"))]


def bookable(a: Appraisal) -> np.ndarray | None:
    """Pounds a year by which the gap falls in nine worlds of ten, and no less than nought: the most that may be booked [years].

    None where there are too few pairs to book anything.
    """
    own = more(a.results, "council_net_own")
    return np.maximum(-np.quantile(own, 0.9, axis=0), 0.0) if a.enough else None


def savings(a: Appraisal) -> list[Saving]:
    """Each budget line that the plan moves, largest fall first; full-year is the rate at which the last year ends."""
    r = a.results
    out = []
    for measure in (*LINES, "contributions"):
        sign = -1.0 if measure == "contributions" else 1.0
        change = sign * more(r, measure)[:, -1]
        if not np.any(np.abs(change) >= 1):
            continue
        title = "Contributions from people" if measure == "contributions" else MEASURES[measure].title
        out.append(Saving(title, change, sign * _ending_rate(r, measure), confidence(change, a.enough)))
    return sorted(out, key=lambda s: float(s.last_year.mean()))


def _ending_rate(r: Results, measure: str) -> np.ndarray:
    """Pounds a year at the rate of the last thirteen weeks of the plan, plan less doing nothing [worlds]; nan if not kept by week."""
    run = main_run(r)
    found = []
    for one in r.replications:
        plan, base = (one.weekly.get(f"{key}\t{measure}") for key in (run.key, run.against))
        kept = plan is not None and base is not None
        found.append(float((plan[-QUARTER:] - base[-QUARTER:]).mean()) * WEEKS_A_YEAR if kept else np.nan)  # type: ignore[index,operator]
    return np.array(found)


def confidence(change: np.ndarray, enough: bool) -> str:
    """How sure it is that a line falls (or rises, if that is what it does in the mean), over the worlds run."""
    if not enough:
        return UNRATED
    share = float((np.sign(change) == np.sign(change.mean())).mean())
    return RATINGS[0] if share >= SURE else RATINGS[1] if share >= LIKELY else RATINGS[2]


def cash_factors(r: Results) -> np.ndarray:
    """What a pound of the price year is in the money of each of the plan's years: published deflators, then a steady rise."""
    table = register.deflators()["prices"]["years"]
    grows = register.load(register.APPRAISAL).page("appraisal")["general_prices_grow"].value
    out, last = [], 1.0
    for name in years(r):
        last = 1.0 / table[name] if name in table else last * (1.0 + float(grows))
        out.append(last)
    return np.array(out)
