"""Pictures of who lives otherwise with a plan than without, and of each fifth of neighbourhoods; with words and tables."""

from __future__ import annotations

import numpy as np

from careshift.report import people_charts
from careshift.report.figures import Picture, Table, picture
from scenarios import answers
from scenarios.answers_flows import by_fifth, flows, left_and_entered, recorded_fifths
from scenarios.answers_words import MILLION, How, apart, middle, plain, span, step
from scenarios.results import Results
from simulation.measures.twins import BROADLY

BY_FIFTH: tuple[tuple[str, str, How], ...] = (("Quality of life, ASCOT-years", "ascot_years", "count"), ("Own money, £ million", "people_pay", "money"),
                                              ("Families' unpaid hours a week", "unpaid_hours", "count"))


def moved(r: Results) -> Picture | None:
    """How the same people would live without the plan, and how they live with it; None where it was not recorded."""
    held = flows(r)
    if not held or not any(x.any() for x in held.values()):
        return None
    left, entered = left_and_entered(held)
    last, means = answers.years(r)[-1], {pair: float(x.mean()) for pair, x in held.items()}
    title = (f"Council-paid homes: {left.mean:,.0f} live elsewhere, {entered.mean:,.0f} come instead" if answers.enough(r) else
             "Who lives otherwise: a first look")
    words = f"{title}. Largest flows in {last}: " + "; ".join(
        f"{BROADLY[a]} to {BROADLY[b]}, {n:,.0f} people" for (a, b), n in sorted(means.items(), key=lambda f: -f[1])[:6])
    drawn = people_charts.alluvial(means, {k: v[0].upper() + v[1:] for k, v in BROADLY.items()}, ("Without the plan", "With the plan"), "moved", title, words)
    rows = [(BROADLY[a].capitalize(), BROADLY[b], plain(middle(x).low, "count", 1), plain(middle(x).high, "count", 1), plain(float(x.mean()), "count", 1))
            for (a, b), x in held.items() if x.any()]
    few = "low, 8 in 10" if answers.enough(r) else "low"
    return picture(title, drawn, f"The same people in both runs at the end of {last}, means over the worlds run: those who live otherwise. Nobody is moved, "
                   "but lives part. Some part by luck alone, in both directions; read what is left over.",
                   Table(("Without the plan", "With the plan", few, few.replace("low", "high"), "Mean"), rows), words)


def fifths(r: Results) -> Picture | None:
    """What the plan does in each fifth of neighbourhoods, measure by measure; None where it was not recorded."""
    found = [(label, how, by_fifth(r, measure)) for label, measure, how in BY_FIFTH]
    names = [group.removeprefix("fifth: ").capitalize() for group in recorded_fifths(r)]
    found = [row for row in found if len(row[2]) == len(names) > 1]
    if not found:
        return None
    years = answers.years(r)
    first, last = (middle(found[0][2][k][:, -1]) for k in (0, -1))
    title = _fifth_title(r, found[0][2])
    words = (f"{found[0][0]} in {years[-1]}: most deprived fifth {apart(first, 'count', 'fewer', 'more')}, "
             f"least deprived {apart(last, 'count', 'fewer', 'more')}.")
    drawn = people_charts.grid([(label, [x / (MILLION if how == "money" else 1) for x in columns]) for label, how, columns in found], names, years,
                               "fifths", title, words)
    rows = [(label, name, *_row(columns[k], how)) for label, how, columns in found for k, name in enumerate(names)]
    return picture(title, drawn, f"Difference from doing nothing, most deprived fifth of neighbourhoods first; one scale a row. {answers.band_words(r)}",
                   Table(("What", "Neighbourhoods", f"{years[0]}, {answers.range_name(r)}", f"{years[-1]}, {answers.range_name(r)}", "Mean"), rows), words)


def _row(values: np.ndarray, how: How) -> tuple[str, str, str]:
    first, last = middle(values[:, 0]), middle(values[:, -1])
    return span(first, how), span(last, how), plain(last.mean, how, step(last, how), True)


def _fifth_title(r: Results, columns: list[np.ndarray]) -> str:
    """Whether the most and the least deprived fifths part, world by world; nothing from a few pairs."""
    if not answers.enough(r):
        return "Most and least deprived: a first look"
    apart_ = middle((columns[0] - columns[-1])[:, -1])
    if not apart_.of_one_sign:
        return "Poorer and richer neighbourhoods: no clear difference"
    return f"The most deprived gain {'more' if apart_.low > 0 else 'less'} than the least"
