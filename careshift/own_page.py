"""The page of a council's own that `careshift place new` writes, commented line by line, and what `careshift place check` says of it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scenarios import keeping
from scenarios.answers_words import number
from simulation.errors import BadInput, Problem
from simulation.places import FOLDER, Place, check_own, england, needed
from simulation.places.own import COUNCIL, Own
from simulation.reading import read_page

BANDS = (*(f"{a}-{a + 4}" for a in range(0, 90, 5)), "90+")
HEAD = """# {title}: a council's own page for careshift. Fill it in, then:   careshift place check {file}
#                                                  and after that:   careshift compare ten_percent_to_community --place {file}
# Only totals for the whole council belong here: nothing about one person, no names, numbers, postcodes or dates of birth. A page
# with such a thing in it is refused.
# Lines that begin with # are not read. Figures further down may stay that way: England's rate, worked out on your people, is taken
# in their place, and every report says which. Give the first ones first: they move the answer most.
# A figure is a number, or {{value: 844, year: 2022-23, source: ascfr, low: 780, high: 950, doubt: "..."}}. Shares are parts of one:
# 26.5% is 0.265. Prices are in pounds of {price_year}.

name: {name}            # one word of small letters, digits and _
council: {title}        # as it should be printed
# title: {title}        # a shorter name, if you like
year: {year}            # of the figures below that do not say their own

# --- Who lives here: needed -------------------------------------------------------------------------------------------------------
# ONS mid-year population estimates (Nomis) or Census 2021. Each band: [men, women], or one number for both. Bands may be wider or
# narrower than these; or instead of bands write   csv: people.csv   with the columns age, men, women, one row a year from 0 to 100.
people:
  year: mid-2023
  source: ons_people_2023
  bands:
{bands}

# --- How deprived it is: needed, unless you give neighbourhoods ---------------------------------------------------------------------
# English Indices of Deprivation, summary by council. One of: the share of small areas in England's most deprived tenth; the share in
# the most deprived fifth; or the shares of all five fifths, most deprived first.
deprivation:
  most_deprived_tenth:
# most_deprived_fifth:
# fifths: [0.2, 0.2, 0.2, 0.2, 0.2]

# --- Neighbourhoods: may be left out, then one for about 9,000 people is made up ------------------------------------------------------
# A csv with the columns name, small_areas, residents, fifth_1 to fifth_5 (residents by fifth), households, owned_outright, disabled.
# neighbourhoods: neighbourhoods.csv

# --- Where figures come from: name your own here, and point to them with source: ------------------------------------------------------
# Known already:
# {sources}.
# sources:
#   ledger: {{title: Outturn report 2024-25, publisher: {title}, year: 2025, licence: the council's own}}

figures:
"""


def write(file: Path, council: str | None = None) -> Path:
    """A page to fill in: every figure the model needs, its unit, what it means and where an officer finds it. Never overwrites."""
    if file.suffix.lower() not in (".yaml", ".yml"):
        raise BadInput(Problem(str(file), 0, "", "a council's page ends in .yaml", f"careshift place new {file.stem or 'my_council'}.yaml"))
    if file.exists():
        raise BadInput(Problem(str(file), 0, "", "is there already", "name another file, or move this one"))
    with keeping.written(file.parent):
        return keeping.whole_text(file, "".join(_lines(file, council)))


def _lines(file: Path, council: str | None) -> Iterator[str]:
    from simulation.evidence.register import PRICE_YEAR

    name = re.sub(r"[^a-z0-9]+", "_", file.stem.lower()).strip("_") or "my_council"
    title = council or name.replace("_", " ").title()
    known = textwrap.fill(", ".join(sorted(england.england().sources)), 118, subsequent_indent="# ")
    yield HEAD.format(title=title, file=file.name, name=name if name[0].isalpha() else f"c_{name}", year=PRICE_YEAR, price_year=PRICE_YEAR,
                      bands="\n".join(f"    {band}:" for band in BANDS), sources=known)
    where: dict[str, dict[str, str]] = read_page(FOLDER / "found_at.yaml", "simulation/places/found_at.yaml").data
    heads = {"first": "These first: they move the answer most", "then": "And these, where you have them"}
    told, units = england.england().figures, needed()["figures"]
    for part, head in heads.items():
        yield f"  # --- {head} ---\n"
        for figure, found in where[part].items():
            rate = _rate(told[figure])
            yield f"  # {told[figure]['says']}\n  #   Unit: {units[figure]}. Found in: {found}. Without it: {rate}.\n  # {figure}:\n"


def _rate(told: dict[str, Any]) -> str:
    if "value" in told:
        return f"England's {number(float(told['value']))}"
    parts = [f"{rate:g} for each of {_who(of)}" if rate != 1 else _who(of) for of, rate in told["rate"].items()]
    return "England's rate, " + (" and ".join(parts) if len(parts) < 4 else "by age or by deprivation") + (
        f", over {told['over']}" if "over" in told else "")


def _who(of: str) -> str:
    """people_5_plus as people say it."""
    ages = england.AGES.fullmatch(of)
    return of if not ages else f"the people aged {ages[1]} and over" if ages[2] == "plus" else f"the people aged {ages[1]} to {ages[2]}"


# Check --------------------------------------------------------------------------------------------------------------
def check(file: Path) -> tuple[Place, Own, list[str]]:
    """A council's page, and all there is to say of it line by line. Raises BadInput with every mistake at once."""
    place, own = check_own(file)
    return place, own, list(_told(place, own))


def _told(place: Place, own: Own) -> Iterator[str]:
    mine = [f for f in place.figures.values() if f.basis != "england"]
    yield f"{own.page.file}: all is well"
    yield (f"  {place.council}: {place.everybody:,.0f} people, {place['adults']:,.0f} adults, {place['people_65_plus']:,.0f} aged 65 and over, "
           f"{len(place.neighbourhoods)} neighbourhoods, {place.most_deprived:.0%} of people in the most deprived fifth")
    yield f"\nYour own: {len(mine)} figures"
    for f in sorted(mine, key=lambda f: own.page.line(("figures", f.name))):
        given = ("figures", f.name) in own.page.lines
        at = f"line {own.page.line(('figures', f.name))}" if given else "worked out"
        by = "" if f.source == COUNCIL else f", {f.source}"
        yield f"  {at}: {f.name} {number(f.value)} {f.unit} ({f.year}{by}, grade {f.grade})"
    if own.notes:
        yield "\nTo know"
        yield from (f"  {_at(own, n.name)}{n.name}: {n.what}" for n in own.notes)
    filled = [place.figures[n] for n in place.figures if place.figures[n].basis == "england"]
    yield f"\nEngland's rate: {len(filled)} figures, and the life table. Each is marked in every report"
    for f in filled:
        yield f"  {f.name} {number(f.value)} {f.unit}: {f.says.rstrip('.')}. {f.doubt}"
    yield f"\nNext: careshift compare ten_percent_to_community --place {own.page.file}"


def _at(own: Own, name: str) -> str:
    path = ("figures", name)
    return f"line {own.page.line(path)}: " if path in own.page.lines else ""
