"""A council's ledger beside the model's: each line of its budget in year 0, and which England-rate figures stand behind it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from simulation.errors import BadInput, Problem, did_you_mean
from simulation.places import FOLDER, Place, personal
from simulation.reading import LARGEST, read_page

COLUMNS = ("line", "budget", "outturn", "gross", "contributions", "net")
JOINT = "nhs_and_joint_services"
SPARE = "other"
MILLION = 1e6
CLOSE = 10  # a gap of under a tenth of the ledger's line is called close


class Row(NamedTuple):
    """One line of the council's ledger, in pounds a year."""

    line: str
    at: int
    budget: float
    outturn: float
    gross: float
    contributions: float
    net: float


class Side(NamedTuple):
    """One line of the model's year 0, in pounds a year."""

    gross: float
    contributions: float

    @property
    def net(self) -> float:
        return self.gross - self.contributions


def check(place: Place, file: Path, one_in: int) -> list[str]:
    """The ledger against the model's year 0, line by line, as it is printed. Raises BadInput with every mistake at once."""
    rows = read(file)
    return list(told(place, rows, year_0(place, one_in), one_in))


def read(file: Path) -> list[Row]:
    """A ledger: line, budget, outturn (both net), gross, contributions, net, in pounds. Nothing is repaired."""
    try:
        text = file.read_bytes()[:LARGEST].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Problem(str(file), 0, "", f"cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})", "save it as CSV")) from None
    if persons := personal.found(text, str(file)):
        raise BadInput(*persons)
    problems: list[Problem] = []
    lines = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    head = [cell.strip().lower() for cell in lines[0]] if lines else []
    if set(head) != set(COLUMNS) or len(head) != len(COLUMNS):
        raise BadInput(Problem(str(file), 1, "", f"the columns are {', '.join(COLUMNS)}", f"here they are {', '.join(head) or 'none'}"))
    rows = [row for k, cells in enumerate(lines[1:], 2) if (row := _row(file, k, dict(zip(head, cells, strict=False)), problems))]
    for k, row in enumerate(rows):
        if row.line in [r.line for r in rows[:k]]:
            problems.append(Problem(str(file), row.at, row.line, "is said twice", "add the two together"))
    if not rows and not problems:
        problems.append(Problem(str(file), 2, "", "has no lines"))
    if problems:
        raise BadInput(*problems)
    return rows


def _row(file: Path, at: int, cells: dict[str, str], problems: list[Problem]) -> Row | None:
    from simulation.measures import BUDGET_LINES

    before, line = len(problems), cells.get("line", "").strip()
    known = (*BUDGET_LINES, SPARE)
    if line not in known:
        problems.append(Problem(str(file), at, "line", f"the model has no budget line {line[:52]!r}",
                                did_you_mean(line, known) or f"choose from {', '.join(known)}"))
    amounts = {}
    for column in COLUMNS[1:]:
        told = cells.get(column, "").strip().replace(",", "").replace("£", "")
        try:
            amounts[column] = float(told)
        except ValueError:
            amounts[column] = math.nan
        if not math.isfinite(amounts[column]):
            problems.append(Problem(str(file), at, column, f"{told[:40]!r} is not a sum of pounds", "write 0 where there is none"))
    if len(problems) > before:
        return None
    row = Row(line, at, **amounts)
    if abs(row.gross - row.contributions - row.net) > 1 + abs(row.gross) / 1000:
        problems.append(Problem(str(file), at, "net", f"is {row.net:,.0f}; gross less contributions is {row.gross - row.contributions:,.0f}"))
    if abs(row.outturn - row.net) > 1 + abs(row.net) / 1000:
        problems.append(Problem(str(file), at, "outturn", f"is {row.outturn:,.0f}; net is {row.net:,.0f}", "both are what was spent, net"))
    if row.gross < 0 or row.contributions < 0 or row.budget < 0:
        problems.append(Problem(str(file), at, "gross", "is negative" if row.gross < 0 else "has a negative part", "write income as contributions"))
    return row if len(problems) == before else None


def year_0(place: Place, one_in: int, seed: int = 1) -> dict[str, Side]:
    """What the model's council spends and is paid in the year before a plan begins, by line: central values, present policy."""
    from simulation.budget import SPENDING
    from simulation.evidence import register
    from simulation.measures import BUDGET_LINES
    from simulation.model import CareSystem
    from simulation.plan import Plan
    from simulation.rules import WEEKS

    system = CareSystem(place, register.central(), Plan(years=1), seed=seed, one_in=one_in, events="counts").burn_in()
    money = system.town.money
    year = money.weekly[money.week - money.first + 1 - WEEKS:money.week - money.first + 1].sum(axis=0) / 100 * one_in
    home = {ledger: name for name, (_, _, lines) in BUDGET_LINES.items() for ledger in lines}
    out = dict.fromkeys((*BUDGET_LINES, SPARE), Side(0.0, 0.0))
    for key, k in money.lines.items():
        name, side = home.get(key.line, SPARE), float(year[k])
        if key.payer == "council" and key.purpose in SPENDING:
            out[name] = Side(out[name].gross + side, out[name].contributions)
        elif key.payee == "council" and key.purpose == "contribution":
            out[name] = Side(out[name].gross, out[name].contributions + side)
    system.close()
    return out


def told(place: Place, rows: list[Row], model: dict[str, Side], one_in: int) -> Iterator[str]:
    """Line by line, then the whole: ledger, model, gap, and England's figures behind each."""
    behind: dict[str, list[str]] = read_page(FOLDER / "found_at.yaml", "simulation/places/found_at.yaml").data["behind"]
    mine = {row.line: row for row in rows}
    yield f"\nYour ledger beside the model's year 0, £ million a year (central values, a sample of one adult in {one_in})"
    yield f"  {'line':32}{'gross':>9}{'model':>9}{'gap':>8}{'contrib.':>10}{'model':>9}{'net':>9}{'model':>9}{'gap':>8}{'over budget':>13}"
    for name, side in model.items():
        row = mine.get(name)
        if row is not None or side.gross or side.contributions:
            yield _line(name, row, side)
            england = [f for f in behind.get(name, []) if place.figures[f].basis == "england"]
            if england:
                yield f"      England's rate behind it: {', '.join(england)}"
    kept = [row for row in rows if row.line != JOINT]
    theirs = [side for name, side in model.items() if name != JOINT]
    whole = Row("all but NHS and joint services", 0, *(sum(getattr(r, c) for r in kept) for c in COLUMNS[1:]))
    yield _line(whole.line, whole, Side(sum(s.gross for s in theirs), sum(s.contributions for s in theirs)))
    yield from _whole(place, whole, [name for name, side in model.items() if name not in mine and side.gross])


def _line(name: str, row: Row | None, side: Side) -> str:
    def m(x: float) -> str:
        return f"{x / MILLION:,.2f}"

    def gap(model: float, own: float) -> str:
        return f"{model / own - 1:+.0%}" if own > 0 else ""

    if row is None:
        return f"  {name:32}{'':>9}{m(side.gross):>9}{'':>8}{'':>10}{m(side.contributions):>9}{'':>9}{m(side.net):>9}  not in your ledger"
    return (f"  {name:32}{m(row.gross):>9}{m(side.gross):>9}{gap(side.gross, row.gross):>8}{m(row.contributions):>10}{m(side.contributions):>9}"
            f"{m(row.net):>9}{m(side.net):>9}{gap(side.net, row.net):>8}{m(row.outturn - row.budget):>13}")


def _whole(place: Place, whole: Row, missing: list[str]) -> Iterator[str]:
    """Whether the ledger is the page's own total, and what to do about lines that are far apart."""
    for name, own in (("gross_current_spend", whole.gross), ("contributions", whole.contributions), ("net_current_spend", whole.net)):
        figure = place.figures[name]
        if abs(figure.value - own) * CLOSE * 5 > abs(own):
            whose = "England's rate" if figure.basis == "england" else "your page"
            yield (f"  {name}: the ledger has {own / MILLION:,.2f} million, {whose} {figure.value / MILLION:,.2f}: "
                   f"{'put the ledger' + chr(39) + 's figure on the page' if figure.basis == 'england' else 'one of them is wrong'}")
    if missing:
        yield f"  Not in your ledger: {', '.join(missing)}. Their money stands in other lines, or in {SPARE}."
    yield "  A gap is the model's, not a mistake of the ledger: give more of your own prices and counts, and run the check again. Nothing is tuned to it."
