"""What a council's own figures say about one another: worked out, held side by side, and filled with England's rates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from simulation.errors import Problem
from simulation.evidence import register
from simulation.places import england as rates
from simulation.places.figures import Figure
from simulation.places.tables import Neighbourhoods
from simulation.reading import Page

PER = re.compile(r"per (\d+) ")
FAR = 3  # times England's rate that makes a figure worth a second look
Count = Callable[[str], float | None]


class Note(NamedTuple):
    """Something a reader of the page should know of one figure, that is no mistake."""

    name: str
    what: str


def work_out(figures: dict[str, Figure], rules: Mapping[str, Any], count: Count, notes: list[Note]) -> None:
    """Figures that follow from others: wholes of their parts, the part that is left, counts of rates and rates of counts."""
    for whole, parts in rules["sums"].items():
        lacking = [p for p in parts if p not in figures]
        if whole not in figures and not lacking:
            _add(figures, whole, sum(figures[p].value for p in parts), parts, notes)
        elif whole in figures and len(lacking) == 1:
            left = figures[whole].value - sum(figures[p].value for p in parts if p in figures)
            _add(figures, lacking[0], left, [whole, *(p for p in parts if p in figures)], notes)
    for rate, (of, people) in rules["rates"].items():
        each = _each(rate)
        if rate in figures and of not in figures:
            _add(figures, of, figures[rate].value * (count(people) or 0.0) / each, [rate], notes)
        elif of in figures and rate not in figures and count(people):
            _add(figures, rate, figures[of].value * each / (count(people) or 1.0), [of], notes)
    for whole, parts in rules["sums"].items():  # a part alone tells the whole, by England's share
        for part in parts:
            share = rates.england().figures[part].get("rate", {}).get(whole)
            if whole not in figures and part in figures and share:
                _add(figures, whole, figures[part].value / share, [part], notes, basis="england")


def _each(rate: str) -> int:
    found = PER.match(str(rates.england().figures[rate]["unit"]))
    return int(found[1]) if found else 1


def _add(figures: dict[str, Figure], name: str, value: float, of: list[str], notes: list[Note], basis: str = "local") -> None:
    told, first = rates.england().figures[name], figures[of[0]]
    share = " by England's share" if basis == "england" else ""
    figures[name] = Figure(name, rates.rounded(value), told["unit"], first.year, first.source, first.grade, basis, told["use"], None, None,
                           f"Worked out from {' and '.join(of)}{share}.", told["says"])
    notes.append(Note(name, f"worked out from {' and '.join(of)}{share}: {rates.rounded(value):,.6g}"))


def fill(figures: dict[str, Figure], rules: Mapping[str, Any], people: Any, deaths: Any, parts: Neighbourhoods) -> list[str]:
    """England's rate for whatever is not there, and parts brought to the council's own wholes. Returns what was filled."""
    lacking = [name for name in rules["figures"] if name not in figures]
    taken = rates.taken(lacking, figures, people, deaths, parts)
    for whole, names in rules["sums"].items():
        mine = [n for n in names if n in figures]
        theirs = [n for n in names if n in taken]
        if whole in taken and mine:
            taken[whole] = replace(taken[whole], value=rates.rounded(sum((figures | taken)[n].value for n in names)))
        elif whole in figures and theirs and (added := sum(taken[n].value for n in theirs)):
            by = (figures[whole].value - sum(figures[n].value for n in mine)) / added
            for n in theirs:
                told = f"{taken[n].doubt} Brought to the council's own {whole}."
                taken[n] = replace(taken[n], value=rates.rounded(taken[n].value * by), low=None, high=None, doubt=told)
    figures |= taken
    return list(taken)


# Side by side -------------------------------------------------------------------------------------------------------
def disagree(page: Page, figures: Mapping[str, Figure], rules: Mapping[str, Any], count: Count, problems: list[Problem]) -> None:
    """A rate and its count, a figure and its bound, that cannot both be true."""
    for rate, (of, people) in rules["rates"].items():
        if rate in figures and of in figures and count(people):
            told, found = figures[rate].value, figures[of].value * _each(rate) / (count(people) or 1.0)
            if abs(told - found) * 100 > 4 * abs(found):
                problems.append(page.problem(("figures", rate), f"is {told:,.6g}; {of} over {people} makes {found:,.6g}", "one of them is wrong"))
    for name, bound in rules["at_most"].items():
        most, mine = count(bound), figures.get(name)
        theirs = figures.get(bound)
        if mine is not None and mine.basis == "england" and (theirs is None or theirs.basis == "england"):
            continue  # nothing the council could mend
        if mine is not None and most is not None and mine.value > most:
            todo = f"{bound} is England's rate here: give your own" if theirs and theirs.basis == "england" else "one of them is wrong"
            problems.append(page.problem(("figures", name), f"is {mine.value:,.6g}, more than {bound}, {most:,.6g}", todo))


def old_prices(page: Page, figures: Mapping[str, Figure], problems: list[Problem]) -> None:
    """A price of another year than the model's is sent back with what it comes to: it is never changed in silence."""
    for index, told in register.deflators().items():
        for name in told.get("used_for", []):
            mine = figures.get(name)
            if mine is None or mine.basis != "local" or mine.year == register.PRICE_YEAR:
                continue
            factor, at = told["years"].get(mine.year), ("figures", name)
            if factor is None:
                problems.append(page.problem(at, f"is of {mine.year}; prices are of {register.PRICE_YEAR}", "a financial year is written 2023-24"))
            else:
                problems.append(page.problem(at, f"is in prices of {mine.year}; prices are of {register.PRICE_YEAR}", f"by the index of "
                                             f"{index.replace('_', ' ')} it comes to {mine.value * factor:,.2f}: write that and the year"))


def far_off(figures: Mapping[str, Figure], people: Any, deaths: Any, parts: Neighbourhoods, notes: list[Note]) -> None:
    """A figure of the council's own that is several times England's, or a small part of it, is worth a second look."""
    mine = [n for n, f in figures.items() if f.basis == "local" and n in rates.england().gives()]
    theirs = rates.taken(mine, {n: f for n, f in figures.items() if n not in mine} | {n: figures[n] for n in mine}, people, deaths, parts)
    for name in mine:
        own, england = figures[name].value, theirs[name].value
        if name.startswith("net_migration") or own <= 0 or england <= 0:
            continue
        if own > FAR * england or own * FAR < england:
            notes.append(Note(name, f"is {own:,.6g}; England's rate here would be {england:,.6g}. Is it in {figures[name].unit}?"))


def crowded(figures: Mapping[str, Figure], notes: list[Note]) -> None:
    """People in care homes whom the council pays for, and those who pay for themselves, cannot be more than all who live there."""
    council, everybody, own = (figures[n] for n in ("council_residents_65_plus", "care_home_residents_65_plus", "self_funded_share_care_home"))
    room = everybody.value * (1 - own.value)
    if council.value > room:
        theirs = " and ".join(f.name for f in (everybody, own) if f.basis == "england")
        todo = f" ({theirs}: England's rate here, so give your own)" if theirs else ""
        notes.append(Note(council.name, f"is {council.value:,.6g}, but of {everybody.value:,.6g} people of 65 and over in care homes only "
                                        f"{room:,.6g} do not pay for themselves{todo}"))
