"""A council's own page: one file somebody fills in, checked line by line, with England's rates where it is silent.

Short where a place of the project is long: a figure may be a bare number, people may come in bands of age, neighbourhoods may be
left out. Nothing about one person is taken. What is filled is listed, and marked in every report as England's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.errors import BadInput, Problem, did_you_mean
from simulation.places import england as rates
from simulation.places import own_people, personal
from simulation.places.figures import WORD, Figure, Source, add_up, read_figures, read_sources, unknown_fields
from simulation.places.own_figures import Note, crowded, disagree, far_off, fill, old_prices, work_out
from simulation.places.tables import Neighbourhoods, by_age, neighbourhoods, read_sheet
from simulation.reading import LARGEST, Page, read_page

ENDINGS = (".yaml", ".yml")
TOP = ("name", "title", "council", "year", "people", "deprivation", "neighbourhoods", "sources", "figures")
NEEDED = ("name", "council", "people")
PART = {"people": ("bands", "csv", "year", "source", "doubt"), "deprivation": (*own_people.MIX, "year", "source", "doubt")}
COUNCIL = "council"
F8 = NDArray[np.float64]


@dataclass
class Own:
    """A council's page as read: everything a place is made of, and what its owner should be told."""

    page: Page
    figures: dict[str, Figure] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    people: F8 | None = None
    deaths: F8 | None = None
    parts: Neighbourhoods | None = None
    notes: list[Note] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    hash: str = ""


def is_own(name_or_path: str | Path) -> bool:
    """True of the path of a council's page: a YAML file that is there."""
    return str(name_or_path).lower().endswith(ENDINGS) and "\0" not in str(name_or_path) and Path(name_or_path).is_file()


def read(path: Path, rules: Mapping[str, Any]) -> Own:
    """A council's page, checked and filled. Raises BadInput with every mistake at once, each with its line."""
    _refuse_persons(path)
    page = read_page(path)
    if not isinstance(page.data, dict):
        raise BadInput(page.problem((), "a council's page is a list of fields", "careshift place new writes one to fill in"))
    _refuse_persons(*(path.parent / name for name in _files(page)))
    own, problems = Own(page), list[Problem]()
    _form(page, problems)
    own.sources = _sources(page, problems)
    own.figures = _figures(page, rules, own, problems)
    told: list[str] = []
    own.people = own_people.people_of(page, path.parent, rules["oldest"]["people"], problems, told)
    own.deaths = _life_table(rules, problems)
    _counted(page, own, rules, problems)
    own.parts = _neighbourhoods(page, path, own, problems, told)
    own.notes += [Note(line.split(":")[0], line.split(": ", 1)[1]) for line in told]
    _fill(own, rules, problems)
    if problems:
        raise BadInput(*problems)
    own.tables, own.hash = _tables(own), _hash(path, page)
    return own


def _files(page: Page) -> list[str]:
    people = page.data.get("people")
    named = [people.get("csv") if isinstance(people, dict) else None, page.data.get("neighbourhoods")]
    return [name for name in named if isinstance(name, str)]


def _refuse_persons(*files: Path) -> None:
    """Before anything else: a page, or a table of it, with something about one person in it is not read any further."""
    problems = []
    for file in files:
        if file.is_file() and file.stat().st_size <= LARGEST:
            problems += personal.found(file.read_text(encoding="utf-8-sig", errors="replace"), str(file))
    if problems:
        raise BadInput(*problems)


def _form(page: Page, problems: list[Problem]) -> None:
    unknown_fields(page, (), page.data, TOP, problems)
    for name in NEEDED:
        if page.data.get(name) in (None, ""):
            problems.append(page.problem((name,), "is missing", "careshift place new writes a page that has it"))
    if page.data.get("name") is not None and not WORD.fullmatch(str(page.data["name"])):
        problems.append(page.problem(("name",), "is one word of small letters, digits and _", "such as north_shire"))
    for part, known in PART.items():
        if isinstance(page.data.get(part), dict):
            unknown_fields(page, (part,), page.data[part], known, problems)


def _sources(page: Page, problems: list[Problem]) -> dict[str, Source]:
    """The council's own publications, England's that it names, and the council itself for what names none."""
    given = page.data.get("sources")
    if given is not None and not isinstance(given, dict):
        problems.append(page.problem(("sources",), "is a list of sources, each with title, publisher, year, licence"))
    own = given if isinstance(given, dict) else {}
    own.setdefault(COUNCIL, {"title": "Figures entered by the council", "publisher": str(page.data.get("council") or "the council"),
                             "year": str(page.data.get("year") or "not told"), "licence": "the council's own: ask before passing it on"})
    page.data["sources"] = own | {key: dict(told) for key, told in rates.england().sources.items() if key not in own}
    return read_sources(page, problems)


def _figures(page: Page, rules: Mapping[str, Any], own: Own, problems: list[Problem]) -> dict[str, Figure]:
    given = page.data.get("figures")
    if given is None:
        return {}
    if not isinstance(given, dict):
        problems.append(page.problem(("figures",), "is a list of named figures"))
        return {}
    told, kept, shares = rates.england().figures, {}, {u for u, ends in rules["units"].items() if (ends or {}).get("most") == 1}
    for name, raw in given.items():
        at = ("figures", name)
        if name not in told:
            problems.append(page.problem(at, "the model asks for no such figure", did_you_mean(name, told)))
        elif raw is None or (isinstance(raw, dict) and raw.get("value") is None):
            problems.append(page.problem(at, "is left empty", "write the figure, or put the # back to take England's rate"))
        else:
            full = dict(raw) if isinstance(raw, dict) else {"value": raw}
            full = _told(full, page.data.get("year")) | {k: v for k, v in told[name].items() if k in ("says", "unit", "use")} | full
            value = full["value"]
            if told[name]["unit"] in shares and isinstance(value, (int, float)) and 1 < value <= 100:
                problems.append(page.problem((*at, "value"), f"{value:g} is no share", f"if it is {value:g}%, write {value / 100:g}"))
                continue
            kept[name] = full
    page.data["figures"] = kept
    return read_figures(page, rules, own.sources, list(rules["figures"]), problems) if kept else {}


def _told(raw: Mapping[str, Any], year: Any) -> dict[str, Any]:
    """What a bare number leaves unsaid. Whatever calls itself an assumption is of grade D."""
    return {"source": COUNCIL, "grade": "D" if raw.get("source") == "assumption" else "C", "basis": "local",
            "doubt": "Entered by hand; not read against its publication by this project.", **({"year": year} if year else {})}


def _life_table(rules: Mapping[str, Any], problems: list[Problem]) -> F8:
    file = rates.england().life_table["file"]
    sheet = read_sheet("life_table", rates.HOME / file, f"simulation/places/england/{file}", problems)
    return by_age(sheet, rules["oldest"]["life_table"], problems, above_nought=True)


def _counted(page: Page, own: Own, rules: Mapping[str, Any], problems: list[Problem]) -> None:
    """Figures that the table of people already gives: counted from it, or held against it where they are told too."""
    if own.people is None:
        return
    given = page.data.get("people")
    year = str(given.get("year") or page.data.get("year") or "not told") if isinstance(given, dict) else ""
    for name, age in rules["counted"].items():
        found, mine = float(own.people[:, age:].sum()), own.figures.get(name)
        if mine is not None and abs(mine.value - found) * 1000 > found:
            problems.append(page.problem(("figures", name), f"is {mine.value:,.0f}; the people above have {found:,.0f} aged {age} and over",
                                         "leave it out: it is counted from them"))
        told = rates.england().figures[name]
        own.figures.setdefault(name, Figure(name, found, told["unit"], year, COUNCIL, "B", "local", told["use"], None, None,
                                            "Counted from the page's people by age.", told["says"]))


def _neighbourhoods(page: Page, path: Path, own: Own, problems: list[Problem], told: list[str]) -> Neighbourhoods | None:
    named = page.data.get("neighbourhoods")
    if named is not None:
        sheet = read_sheet("neighbourhoods", path.parent / str(named), str(path.parent / str(named)), problems)
        return neighbourhoods(sheet, problems) if sheet.sound else None
    fifths, held, people = own_people.mix(page, page.data.get("deprivation"), problems, told), rates.england(), own.people
    if fifths is None or people is None:
        return None
    owning, disabled = (own.figures[n].value if n in own.figures else float(held.figures[n]["value"])
                        for n in ("households_owning_outright", "disabled_share"))
    made = own_people.made_up(str(page.data.get("title") or page.data.get("council")), float(people.sum()), fifths, owning, disabled,
                              held.neighbourhoods)
    told.append(f"neighbourhoods: none given, so {len(made)} were made up, of about {float(held.neighbourhoods['people']):,.0f} people each; "
                "nobody lives in any of them")
    return made


def _fill(own: Own, rules: Mapping[str, Any], problems: list[Problem]) -> None:
    """What follows from what, what England fills, and whether it all can be true together."""
    old_prices(own.page, own.figures, problems)
    if own.people is None or own.deaths is None or own.parts is None:
        return
    people, deaths, parts = own.people, own.deaths, own.parts

    def count(name: str) -> float | None:
        held = own.figures.get(name)
        return held.value if held else rates.counted(name, people, deaths, parts)

    work_out(own.figures, rules, count, own.notes)
    disagree(own.page, own.figures, rules, count, problems)
    add_up(own.page, rules["sums"], own.figures, problems)
    own.filled = fill(own.figures, rules, people, deaths, parts)
    disagree(own.page, own.figures, rules, count, problems)  # again, with England's rates beside the council's own
    add_up(own.page, rules["sums"], own.figures, problems)
    problems[:] = dict.fromkeys(problems)
    far_off(own.figures, people, deaths, parts, own.notes)
    crowded(own.figures, own.notes)


def _tables(own: Own) -> dict[str, dict[str, str]]:
    """The credentials of the page's tables, as a place has them."""
    data, held = own.page.data, rates.england()
    file = Path(own.page.file).name
    people = data["people"]
    mine = {"file": str(people.get("csv") or file), "says": "People by single year of age and sex.", "grade": "C", "basis": "local",
            "year": str(people.get("year") or data.get("year") or "not told"), "source": str(people.get("source") or COUNCIL),
            "doubt": str(people.get("doubt") or "; ".join(n.what for n in own.notes if n.name.startswith(("people", "men"))) or "Entered by hand.")}
    parts = ({"file": str(data["neighbourhoods"]), "says": "Neighbourhoods.", "year": mine["year"], "source": COUNCIL, "grade": "C",
              "basis": "local", "doubt": "Entered by hand."} if data.get("neighbourhoods") else
             {"file": file} | {k: str(held.neighbourhoods[k]) for k in ("says", "year", "source", "grade", "basis", "doubt")})
    return {"people": mine, "life_table": dict(held.life_table), "neighbourhoods": parts}


def _hash(path: Path, page: Page) -> str:
    told = hashlib.sha256()
    for file in (path, *(path.parent / name for name in _files(page)), *sorted(rates.HOME.glob("*.*"))):
        told.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return told.hexdigest()
