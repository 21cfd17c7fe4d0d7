"""Who lives where: the tables of a place (people, neighbourhoods, death rates), read strictly, mistakes all at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulation.errors import Problem, did_you_mean
from simulation.places.figures import number
from simulation.reading import LARGEST

SEXES = ("men", "women")
FIFTHS = ("fifth_1", "fifth_2", "fifth_3", "fifth_4", "fifth_5")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "people": ("age", *SEXES),
    "life_table": ("age", *SEXES),
    "neighbourhoods": ("name", "small_areas", "residents", *FIFTHS, "households", "owned_outright", "disabled"),
}
F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """The parts of a place people live in, each a group of small areas; one row per neighbourhood in every array.

    `people` is the neighbourhood's share of the place's people and adds up to 1. `fifth[n, 5]` are the shares of its
    people who live in small areas of each fifth of deprivation in England, most deprived first; each row adds up to 1.
    `owned_outright` is a share of households, `disabled` a share of residents.
    """

    name: tuple[str, ...]
    people: F8
    fifth: F8
    owned_outright: F8
    disabled: F8

    def __len__(self) -> int:
        return len(self.name)

    @property
    def main_fifth(self) -> NDArray[np.int8]:
        """The fifth most of a neighbourhood's people live in: 0 most deprived, 4 least."""
        return np.asarray(np.argmax(self.fifth, axis=1), dtype=np.int8)


@dataclass
class Sheet:
    """A table as read: text and numbers by column, and the line each row stands on."""

    file: str
    numbers: dict[str, F8] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    sound: bool = True

    def problem(self, row: int, column: str, what: str, todo: str = "") -> Problem:
        return Problem(self.file, self.lines[row] if row < len(self.lines) else 0, column, what, todo)


def read_sheet(kind: str, path: Path, shown: str, problems: list[Problem]) -> Sheet:
    """One table of a place. Every cell but a name must be a finite number, 0 or more."""
    sheet, before = Sheet(shown), len(problems)
    text = _text(path, shown, problems)
    rows = _rows(text, shown, problems) if text else []
    if rows and _header(kind, shown, rows[0][1], problems):
        wanted, header = COLUMNS[kind], rows[0][1]
        cells: dict[str, list[float]] = {column: [] for column in wanted}
        for line, row in rows[1:]:
            if len(row) != len(header):
                problems.append(Problem(shown, line, "", f"has {len(row)} cells; the first line has {len(header)}"))
                continue
            sheet.lines.append(line)
            for column, cell in zip(header, row, strict=True):
                if column == "name":
                    sheet.names.append(cell.strip())
                else:
                    cells[column].append(_cell(shown, line, column, cell, problems))
        if not sheet.lines:
            problems.append(Problem(shown, 1, "", "has no rows"))
        sheet.numbers = {column: np.array(found, dtype=np.float64) for column, found in cells.items()}
    sheet.sound = len(problems) == before
    return sheet


def by_age(sheet: Sheet, oldest: int, problems: list[Problem], *, above_nought: bool) -> F8:
    """[2 sexes, ages 0 to oldest] from a table of one row a year of age: 0 man, 1 woman."""
    ages = sheet.numbers["age"]
    for row, age in enumerate(ages):
        if age != row:
            problems.append(sheet.problem(row, "age", f"is {age:g} where {row} was expected",
                                          "one row for each year of age, in order, from 0"))
            break
    if len(ages) != oldest + 1:
        problems.append(sheet.problem(len(ages) - 1, "age", f"the table has {len(ages)} ages",
                                      f"it runs from 0 to {oldest}"))
    out = np.stack([sheet.numbers[sex] for sex in SEXES])
    for s, sex in enumerate(SEXES):
        if above_nought:
            problems.extend(sheet.problem(int(row), sex, "is nought", "a death rate is above 0 at every age")
                            for row in np.flatnonzero(out[s] == 0))
        elif out[s].sum() == 0:
            problems.append(sheet.problem(0, sex, f"there are no {sex}"))
    return np.ascontiguousarray(out)


def neighbourhoods(sheet: Sheet, problems: list[Problem]) -> Neighbourhoods:
    """Shares from the counts of a neighbourhood table; parts must add up, and nothing may exceed its whole."""
    count = sheet.numbers
    fifths = np.stack([count[f] for f in FIFTHS], axis=1)
    for row, name in enumerate(sheet.names):
        if not name or name in sheet.names[:row]:
            problems.append(sheet.problem(row, "name", f"{name!r} is said twice" if name else "has no name"))
        for part, whole in (("owned_outright", "households"), ("disabled", "residents")):
            if count[part][row] > count[whole][row]:
                problems.append(sheet.problem(row, part, f"{count[part][row]:,.0f} is more than all "
                                              f"{count[whole][row]:,.0f} {whole}"))
        for whole in ("residents", "households"):
            if count[whole][row] == 0:
                problems.append(sheet.problem(row, whole, "is nought", "leave an empty neighbourhood out"))
        added, residents = fifths[row].sum(), count["residents"][row]
        if abs(added - residents) * 1000 > residents:
            problems.append(sheet.problem(row, FIFTHS[0], f"the shares of the five fifths add up to {added:,.0f} of "
                                          f"{residents:,.0f} residents", "they must add up to all of them"))
    with np.errstate(divide="ignore", invalid="ignore"):
        return Neighbourhoods(tuple(sheet.names), count["residents"] / count["residents"].sum(),
                              fifths / fifths.sum(axis=1, keepdims=True),
                              count["owned_outright"] / count["households"], count["disabled"] / count["residents"])


def _text(path: Path, shown: str, problems: list[Problem]) -> str:
    try:
        if not path.is_file():
            problems.append(Problem(shown, 0, "", "there is no such file", "the place names it under tables"))
        elif path.stat().st_size > LARGEST:
            problems.append(Problem(shown, 0, "", f"has more than {LARGEST:,} bytes", "is this the file you meant?"))
        else:
            text = path.read_bytes().decode("utf-8-sig")
            if not text.strip():
                problems.append(Problem(shown, 1, "", "the file is empty"))
            return text.strip("\n")
    except OSError as error:
        problems.append(Problem(shown, 0, "", f"the file cannot be read ({error.strerror})"))
    except UnicodeDecodeError:
        problems.append(Problem(shown, 0, "", "this is not a text file in UTF-8", "save it as CSV"))
    return ""


def _rows(text: str, shown: str, problems: list[Problem]) -> list[tuple[int, list[str]]]:
    reader, rows = csv.reader(io.StringIO(text, newline=""), strict=True), []
    try:
        for row in reader:
            if row:
                rows.append((reader.line_num, row))
    except csv.Error as error:
        problems.append(Problem(shown, reader.line_num, "", f"is not CSV ({error})", "look for a stray quote"))
        return []
    return rows


def _header(kind: str, shown: str, header: Sequence[str], problems: list[Problem]) -> bool:
    before, wanted = len(problems), COLUMNS[kind]
    for column in wanted:
        if column not in header:
            near = did_you_mean(column, [h for h in header if h not in wanted])
            problems.append(Problem(shown, 1, column, "this column is missing",
                                    near.replace("did you mean", "is it the one called")))
    for column in header:
        if column not in wanted or list(header).count(column) > 1:
            what = "is said twice" if column in wanted else "unknown column"
            problems.append(Problem(shown, 1, column[:52], what, "the columns are " + ", ".join(wanted)))
    return len(problems) == before


def _cell(shown: str, line: int, column: str, cell: str, problems: list[Problem]) -> float:
    try:
        found = number(float(cell)) if "_" not in cell else None
    except ValueError:
        found = None
    if found is None:
        problems.append(Problem(shown, line, column, f"{cell[:52]!r} is not a number"))
        return 0.0
    if found < 0:
        problems.append(Problem(shown, line, column, f"{found:g} is negative", "counts and rates are 0 or more"))
    return found
