"""Real places, each in the project's own form: who lives there, in which neighbourhoods, and what is published of them.

A place is a folder: `place.yaml` (sources, and figures with year, grade and doubt), `people.csv` and `neighbourhoods.csv`.
`needed.yaml` beside this file says which figures the model asks of a place, and in which unit; `england/rates.yaml` has
England's, which a place takes by listing them under `from_england`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.errors import BadInput, Problem, did_you_mean
from simulation.places import england as rates
from simulation.places import own
from simulation.places.figures import (
    DEFAULTS,
    SOURCE_MAY,
    WORD,
    Figure,
    Rival,
    Source,
    add_up,
    credentials,
    missing_fields,
    read_figures,
    read_sources,
    unknown_fields,
)
from simulation.places.tables import COLUMNS, Neighbourhoods, Sheet, by_age, neighbourhoods, read_sheet
from simulation.reading import Page, read_page

__all__ = ["Figure", "Neighbourhoods", "Place", "Rival", "Source", "Table", "check_own", "known", "load", "needed"]

FOLDER = Path(__file__).parent
PAGE = "place.yaml"
TOP = ("name", "title", "council", "tables", "sources", "figures")
MAY = (*TOP, "from_england", "defaults")
TABLE_NEEDED = ("file", "says", "year", "source", "grade", "basis", "doubt")


@dataclass(frozen=True)
class Table:
    """One table of a place, with the same credentials a single figure has."""

    name: str
    file: str
    says: str
    year: str
    source: str
    grade: str
    basis: str
    doubt: str


@dataclass(frozen=True, eq=False)
class Place:
    """A council's area and the people in it, as published: what a simulated town is founded on and held against.

    `people[2, 101]`: people at founding by sex (0 man, 1 woman) and age (the last cell is 100 and over).
    `life_table[2, 111]`: deaths per person-year by sex and age; the place's own mortality is not in it (`deaths_smr`).
    `place["care_home_beds"]` is the value of one figure. `hash` changes with any file of the place.
    """

    name: str
    title: str
    council: str
    people: NDArray[np.float64]
    life_table: NDArray[np.float64]
    neighbourhoods: Neighbourhoods
    figures: Mapping[str, Figure]
    hash: str
    tables: Mapping[str, Table]
    sources: Mapping[str, Source]

    def __getitem__(self, name: str) -> float:
        if name not in self.figures:
            raise BadInput(Problem(f"{self.name}/{PAGE}", 0, str(name), "the place has no such figure",
                                   did_you_mean(str(name), self.figures)))
        return self.figures[name].value

    def targets(self) -> list[Figure]:
        """What the simulated place is asked to come out near."""
        return [figure for figure in self.figures.values() if figure.use == "target"]

    @property
    def everybody(self) -> float:
        """All who live here, children too."""
        return float(self.people.sum())

    @property
    def most_deprived(self) -> float:
        """The share of its people who live in the fifth of England's small areas that is most deprived."""
        return float(self.neighbourhoods.people @ self.neighbourhoods.fifth[:, 0])

    @property
    def invented(self) -> bool:
        """True of a town that does not exist and serves for teaching only."""
        return any(figure.basis == "invented" for figure in self.figures.values())

    def from_england(self) -> list[Figure]:
        """What is not known for this place: rates of England, or of a wider area, applied to it."""
        return [figure for figure in self.figures.values() if figure.basis == "england"]


def known() -> list[str]:
    """The places that come with the project, by name."""
    return sorted(folder.name for folder in FOLDER.iterdir() if (folder / PAGE).is_file())


def load(name_or_path: str | Path) -> Place:
    """A place, checked. A name finds one of `known()`; the path of a YAML file finds a council's own page (`simulation.places.own`);
    a pathlib.Path finds a folder of your own with a place.yaml.

    Raises BadInput with every mistake at once, each with file, line and field. Nothing is repaired.
    """
    if own.is_own(name_or_path):
        return _own(own.read(Path(name_or_path), needed()))
    folder, shown = _find(name_or_path)
    page = read_page(folder / PAGE, f"{shown}/{PAGE}")
    rules = needed()
    problems: list[Problem] = []
    if not isinstance(page.data, dict):
        raise BadInput(page.problem((), "a place is a list of fields: " + ", ".join(TOP)))
    unknown_fields(page, (), page.data, MAY, problems)
    if isinstance(page.data.get("defaults"), dict):
        unknown_fields(page, ("defaults",), page.data["defaults"], DEFAULTS, problems)
    wanted = rates.prepare(page, problems)
    rates.sources(page)
    missing_fields(page, (), page.data, TOP, problems)
    if not WORD.fullmatch(str(page.data.get("name"))):
        problems.append(page.problem(("name",), "is one word of small letters, digits and _"))
    sources = read_sources(page, problems)
    figures = read_figures(page, rules, sources, wanted, problems)
    tables = _tables(page, sources, wanted, problems)
    sheets = {name: read_sheet(name, *_where(folder, shown, table, wanted), problems) for name, table in tables.items()}
    people, deaths, parts = _arrays(sheets, rules, problems)
    _counts(page, rules["counted"], people, figures, problems)
    if problems or people is None or deaths is None or parts is None:
        raise BadInput(*problems)
    figures |= _from_england(page, wanted, figures, people, deaths, parts)
    add_up(page, rules["sums"], figures, problems)
    if problems:
        raise BadInput(*problems)
    text = {field: str(page.data[field]) for field in ("name", "title", "council")}
    return Place(**text, people=people, life_table=deaths, neighbourhoods=parts, figures=figures,
                 hash=_hash(folder), tables=tables, sources=sources | _their_sources(figures, tables, sources))


def needed() -> Mapping[str, Any]:
    """What the model asks of every place, in which units, and what must agree with what."""
    rules: Mapping[str, Any] = read_page(FOLDER / "needed.yaml", "simulation/places/needed.yaml").data
    return rules


def check_own(path: str | Path) -> tuple[Place, own.Own]:
    """A council's own page as a place, and what its owner should be told. Raises BadInput with every mistake at once."""
    if not own.is_own(path):
        raise BadInput(Problem(str(path), 0, "", "there is no such page", "careshift place new writes one to fill in; its name ends in .yaml"))
    read = own.read(Path(path), needed())
    return _own(read), read


def _own(read: own.Own) -> Place:
    data = read.page.data
    assert read.people is not None and read.deaths is not None and read.parts is not None
    used = {f.source for f in read.figures.values()} | {t["source"] for t in read.tables.values()}
    used |= {rival.source for f in read.figures.values() for rival in f.others}
    return Place(str(data["name"]), str(data.get("title") or data["council"]), str(data["council"]), read.people, read.deaths, read.parts,
                 read.figures, read.hash, {name: Table(name, **{f: t[f] for f in TABLE_NEEDED}) for name, t in read.tables.items()},
                 {key: source for key, source in read.sources.items() if key in used})


def _where(folder: Path, shown: str, table: Table, wanted: list[str]) -> tuple[Path, str]:
    if table.name in wanted:
        return rates.HOME / table.file, f"simulation/places/england/{table.file}"
    return folder / table.file, f"{shown}/{table.file}"


def _from_england(page: Page, wanted: list[str], figures: Mapping[str, Figure], people: NDArray[np.float64],
                  deaths: NDArray[np.float64], parts: Neighbourhoods) -> dict[str, Figure]:
    try:
        return rates.taken(wanted, figures, people, deaths, parts)
    except BadInput as missing:  # a rate for each of something the place does not tell
        raise BadInput(*(page.problem(("from_england",), f"{p.field}: {p.what}", p.todo) for p in missing.problems)) from None


def _their_sources(figures: Mapping[str, Figure], tables: Mapping[str, Table], own: Mapping[str, Source]) -> dict[str, Source]:
    """The publications behind what was taken from England."""
    used = {f.source for f in figures.values()} | {r.source for f in figures.values() for r in f.others} | {t.source for t in tables.values()}
    held = rates.england().sources
    return {key: Source(key, *(str(held[key].get(field, "")) for field in SOURCE_MAY)) for key in sorted(used & held.keys() - own.keys())}


def _find(name_or_path: str | Path) -> tuple[Path, str]:
    there_are = "known places: " + ", ".join(known())
    if isinstance(name_or_path, Path):
        if not (name_or_path / PAGE).is_file():
            raise BadInput(Problem(str(name_or_path), 0, "place", f"there is no {PAGE} in this folder", there_are))
        return name_or_path, str(name_or_path)
    name = str(name_or_path)
    if name in known():
        return FOLDER / name, f"simulation/places/{name}"
    if name.lower().endswith(own.ENDINGS):
        raise BadInput(Problem(name[-200:], 0, "place", "there is no such page", "careshift place new writes one to fill in"))
    if any(sign in name for sign in ("/", "\\", "..", "\0", ":")):
        raise BadInput(Problem("", 0, "place", f"{name[:52]!r} is a path, not the name of a place",
                               f"a name is one word; {there_are}"))
    near = did_you_mean(name.lower(), known())
    raise BadInput(Problem("", 0, "place", f"unknown place {name[:52]!r}", near or there_are))


def _tables(page: Page, sources: Mapping[str, Source], wanted: list[str], problems: list[Problem]) -> dict[str, Table]:
    given = page.data.get("tables")
    if not isinstance(given, dict):
        return {}
    unknown_fields(page, ("tables",), given, list(COLUMNS), problems)
    tables = {}
    for name in COLUMNS:
        at, raw = ("tables", name), given.get(name)
        if name in wanted:
            tables[name] = Table(name, *(str(rates.england().life_table[field]) for field in TABLE_NEEDED))
            continue
        if not isinstance(raw, dict):
            problems.append(page.problem(("tables",), f"{name} is missing", "a table has " + ", ".join(TABLE_NEEDED)))
            continue
        unknown_fields(page, at, raw, TABLE_NEEDED, problems)
        if missing_fields(page, at, raw, TABLE_NEEDED, problems):
            continue
        credentials(page, at, raw, sources, problems)
        stem, _, ending = str(raw["file"]).partition(".")
        if not WORD.fullmatch(stem) or ending != "csv":
            problems.append(page.problem((*at, "file"), f"{str(raw['file'])[:52]!r} is not the name of a table",
                                         "a file in the same folder, such as people.csv"))
            continue
        tables[name] = Table(name, *(str(raw[field]) for field in TABLE_NEEDED))
    return tables


def _arrays(sheets: Mapping[str, Sheet], rules: Mapping[str, Any], problems: list[Problem]) -> tuple[
        NDArray[np.float64] | None, NDArray[np.float64] | None, Neighbourhoods | None]:
    sound = {name: sheet for name, sheet in sheets.items() if sheet.sound}
    people = deaths = parts = None
    if "people" in sound:
        people = by_age(sound["people"], rules["oldest"]["people"], problems, above_nought=False)
    if "life_table" in sound:
        deaths = by_age(sound["life_table"], rules["oldest"]["life_table"], problems, above_nought=True)
    if "neighbourhoods" in sound:
        parts = neighbourhoods(sound["neighbourhoods"], problems)
    return people, deaths, parts


def _counts(page: Page, counted: Mapping[str, int], people: NDArray[np.float64] | None, figures: Mapping[str, Figure],
            problems: list[Problem]) -> None:
    for name, age in counted.items():
        if people is None or name not in figures:
            continue
        told, found = figures[name].value, float(people[:, age:].sum())
        if abs(told - found) * 1000 > found:
            problems.append(page.problem(("figures", name, "value"),
                                         f"is {told:,.0f}; the table of people has {found:,.0f} aged {age} and over"))


def _hash(folder: Path) -> str:
    told = hashlib.sha256()
    for home in (folder, rates.HOME):
        for path in sorted(p for p in home.rglob("*") if p.is_file() and not p.name.startswith(".")):
            raw = path.read_bytes()
            told.update(f"{path.relative_to(home).as_posix()}\0{len(raw)}\0".encode())
            told.update(raw)
    return told.hexdigest()
