"""The register as one page: what each number is, where it comes from, how far to trust it, what it feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from careshift.report import charts
from careshift.report.figures import Picture, Table
from careshift.report.report import true_minus
from scenarios import answers, keeping
from scenarios.answers_words import number
from simulation.evidence import register
from simulation.evidence.lists import LISTS
from simulation.evidence.register import Entry

FOLDER = Path(__file__).parent
GRADES = {"A": "counted, or set by law", "B": "a good study or return, for England or near it",
          "C": "read at second hand, elsewhere, or worked out", "D": "assumed, or fitted through assumptions"}
KINDS = {"evidence": "evidence", "calibrated": "calibrated to a published total", "assumption": "assumption", "rule": "law or arithmetic"}


class Told(NamedTuple):
    """One entry as the page tells it."""

    entry: Entry
    value: str
    range: str
    rows: Sequence[tuple[str, str, str]]  # a table's values: for whom, value, range
    about: str
    feeds: str
    held: str


def write(file: Path, readers: Mapping[str, set[str]]) -> Path:
    """The page of the shipped register. Returns the path."""
    return keeping.whole_text(file, render(register.load(), readers))


def render(held: register.Register, readers: Mapping[str, set[str]]) -> str:
    """The page as text; the same for the same register."""
    env = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True)
    env.filters["figures"] = true_minus
    told = {key: _told(e, readers.get(key, set())) for key, e in sorted(held.entries.items())}
    entries = [t.entry for t in told.values()]
    shown = {g: _by_page([t for t in told.values() if t.entry.grade == g]) for g in GRADES}
    return env.get_template("register.html").render(
        told=told, shown=shown, grades=GRADES, kinds=KINDS, count=len(entries), rests=answers.rests_on(entries), hash=held.hash,
        pictures=[by_grade(entries), effects(entries)], verify=[t for t in told.values() if t.entry.verify],
        rivals=[t for t in told.values() if t.entry.others], judged=sum(e.doubt == register.JUDGED for e in entries),
        drawn=sum(e.is_drawn for e in entries), still=_still(entries), prices=_prices(entries), price_year=register.PRICE_YEAR,
        number=number)


# Entries ------------------------------------------------------------------------------------------------------------
def _told(e: Entry, readers: set[str]) -> Told:
    rows: list[tuple[str, str, str]] = []
    value, span = "", ""
    if isinstance(e.value, tuple):
        rows = [(name, number(v), _range(low, high)) for name, v, low, high in zip(LISTS[e.by], e.value, e.low, e.high, strict=True)]
        value = f"{len(rows)} values, by {e.by}"
    else:
        value, span = number(e.value), _range(e.low, e.high)
    return Told(e, value, span, rows, _about(e), ", ".join(sorted(r.replace("_", " ") for r in readers)), _held(e))


def _range(low: float, high: float) -> str:
    return "" if low == high else f"{number(low)} to {number(high)}"


def _about(e: Entry) -> str:
    """Whose number it is and of when, and what its money was brought up by."""
    parts = [f"{e.place}, {e.year}" if e.year else e.place] if e.kind != "assumption" or e.year else []
    if e.factor != 1.0:
        parts.append(f"prices of {e.price_year}, times {e.factor:.4f} ({e.index.replace('_', ' ')}) for {register.PRICE_YEAR}")
    elif e.price_year:
        parts.append("as the law has it in any year" if e.price_year == "any" else f"prices of {e.price_year}")
    return "; ".join(parts)


def _held(e: Entry) -> str:
    if e.is_drawn:
        return f"drawn in each world ({e.shape})"
    if e.kind == "rule":
        return "held: law or arithmetic"
    if e.kind == "calibrated":
        return "held: drawn apart from what it was fitted with, it would found another place"
    return "held: one value only" if e.low == e.high else "held at its value: others are fitted around it, or its parts make a whole"


def _by_page(told: Sequence[Told]) -> dict[str, list[Told]]:
    out: dict[str, list[Told]] = {}
    for t in told:
        out.setdefault(t.entry.page, []).append(t)
    return out


def _still(entries: Sequence[Entry]) -> int:
    """How many numbers have a range that no world draws from, though no law or fit holds them."""
    return sum(not e.is_drawn and e.kind not in register.HELD and e.low != e.high for e in entries)


def _prices(entries: Sequence[Entry]) -> list[tuple[str, dict[str, Any], str, list[str]]]:
    """Each index: its name, what it says of itself, its course in words, and the entries it brings up to date."""
    out = []
    for name, told in register.deflators().items():
        years = {y: f for y, f in told["years"].items() if "-" in str(y)}
        shown = ", ".join(f"{y} {f:.3f}" for y, f in list(years.items())[::4])
        out.append((name.replace("_", " "), told, shown, [e.key for e in entries if e.index == name]
                    + [f"{figure} (of places)" for figure in told.get("used_for", [])]))
    return out


# Pictures -----------------------------------------------------------------------------------------------------------
def by_grade(entries: Sequence[Entry]) -> Picture:
    """How much of the register rests on each grade, and of what kind it is."""
    d = sum(e.grade == "D" for e in entries)
    return _stacked(entries, "grades", f"{d} of {len(entries)} numbers are of grade D, the weakest",
                    "Each number once. Most are small things that nobody has measured; what matters is which of them move an answer.")


def effects(entries: Sequence[Entry]) -> Picture:
    """The same for effects of support alone, which an answer leans on most."""
    mine = [e for e in entries if e.is_effect]
    d = sum(e.grade == "D" for e in mine)
    return _stacked(mine, "effects", f"{d} of {len(mine)} effects of support are of grade D",
                    "Effects alone: what a sceptic's run (grade D away) and a run on evidence alone (C away too) take out.")


def _stacked(entries: Sequence[Entry], name: str, title: str, caption: str) -> Picture:
    counts = {g: [sum(e.grade == g and e.kind == k for e in entries) for k in KINDS] for g in GRADES}
    rows = [(f"{g}: {GRADES[g]}", *map(str, row), str(sum(row)), f"{sum(row) / len(entries):.0%}") for g, row in counts.items()]
    words = "; ".join(f"grade {g}: {sum(row)}" for g, row in counts.items()) + "."
    with charts.drawing(3.1) as (figure, axes):
        ax, at = axes[0, 0], np.zeros(len(GRADES))
        for k, (kind, (colour, hatch)) in enumerate(zip(KINDS.values(), charts.LOOKS[3:] + charts.LOOKS[:3])):
            width = np.array([row[k] for row in counts.values()], dtype=float)
            ax.barh(range(len(GRADES)), width, left=at, color=colour, hatch=hatch, edgecolor="white", linewidth=0.6, height=0.72, label=kind)
            at += width
        for k, n in enumerate(at):
            ax.text(n + at.max() * 0.012, k, f"{n / max(len(entries), 1):.0%}  ({n:.0f})", va="center")
        ax.set_yticks(range(len(GRADES)), [f"{g}: {says}" for g, says in GRADES.items()])
        ax.invert_yaxis()
        ax.set_xlim(0, at.max() * 1.18)
        ax.set_xlabel("numbers")
        ax.tick_params(axis="y", length=0)
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=10, handlelength=2.6, handleheight=1.2)
        drawn = charts.svg(figure, name, title, words)
    return Picture(title, Markup(drawn), caption, Table(("Grade", *(k[:1].upper() + k[1:] for k in KINDS.values()), "Together", "Share"), rows))
