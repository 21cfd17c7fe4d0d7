"""Local government reorganisation: two councils joined into one page, or one parted into two, with nobody and no pound lost."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios import keeping
from simulation.errors import BadInput, Problem, did_you_mean
from simulation.evidence.register import PRICE_YEAR
from simulation.places import Figure, Neighbourhoods, Place, check_own, england, load, needed
from simulation.places.figures import SOURCE_MAY
from simulation.places.own import COUNCIL, ENDINGS
from simulation.places.tables import FIFTHS

F8 = NDArray[np.float64]
CLIENTS = "long_term_clients"
COUNTED = ("adults", "people_65_plus", "people_85_plus")
SHOWN = (("people", ""), ("adults", "adults"), ("aged 65 and over", "people_65_plus"), ("in care homes, council, 65+", "council_residents_65_plus"),
         ("gross spending, pounds a year", "gross_current_spend"), ("net spending, pounds a year", "net_current_spend"))
PRICES = ("pounds a week", "pounds an hour")


class Made(NamedTuple):
    """A council that is to be written: people by sex and age, neighbourhoods as counts, figures."""

    name: str
    council: str
    people: F8
    parts: list[tuple[str, float, F8, float, float, float]]  # name, residents, residents by fifth, households, owned, disabled
    figures: dict[str, Figure]
    sources: Mapping[str, Any]
    doubt: str


def merge(one: str, two: str, into: Path, council: str | None) -> list[str]:
    """Join two places into one page. Returns what is printed."""
    _free(into)
    a, b = _load(one), _load(two)
    if not np.array_equal(a.life_table, b.life_table):
        raise BadInput(Problem("", 0, "", f"{a.title} and {b.title} have different life tables", "only places on England's can be joined"))
    if a.name == b.name:
        raise BadInput(Problem("", 0, "", f"{a.title} cannot be joined with itself"))
    names = [n for n in needed()["figures"] if n not in COUNTED]
    figures = {n: _joined(n, a, b) for n in names}
    doubt = f"Joined from {a.title} and {b.title}."
    made = Made(_name(into), council or f"{a.title} and {b.title}", a.people + b.people, _parts(a) + _parts(b), figures, a.sources | b.sources, doubt)
    _write(made, into)
    return [f"Written: {into}", *_compared((a, b), (load(into),))]


def split(where: str, into: tuple[Path, Path], share: float | None, neighbourhoods: str | None) -> list[str]:
    """Part a place into two pages, by the neighbourhoods that go to the first or by its share of the people. Returns what is printed."""
    for file in into:
        _free(file)
    if into[0] == into[1] or (share is None) == (neighbourhoods is None):
        raise BadInput(Problem("", 0, "split", "needs two pages, and either --share or --neighbourhoods", "such as --share 0.4"))
    whole = _load(where)
    first = _chosen(whole, neighbourhoods) if neighbourhoods is not None else None
    part = float(whole.neighbourhoods.people[first].sum()) if first is not None else float(share or 0.0)
    if not 0 < part < 1:
        raise BadInput(Problem("", 0, "--share", f"{part:g} parts nobody", "a share of the people between 0 and 1"))
    people = np.diff(np.round(np.concatenate([[0.0], (whole.people * part).ravel().cumsum()]))).reshape(whole.people.shape)
    people = np.minimum(people, whole.people)
    how = "its neighbourhoods" if first is not None else f"a share of {part:.1%} of the people"
    halves = []
    for k, file in enumerate(into):
        mine = (first if k == 0 else ~first) if first is not None else np.ones(len(whole.neighbourhoods), dtype=np.bool_)
        by = part if k == 0 else 1 - part
        parts = [p for p, here in zip(_parts(whole), mine, strict=True) if here]
        if first is None:
            parts = [(n, r * by, f * by, h * by, o * by, d * by) for n, r, f, h, o, d in parts]
        doubt = f"Parted from {whole.title} by {how}: people of each age alike, not counted."
        figures = {n: _parted(f, by, parts, whole, doubt) for n, f in whole.figures.items() if n in needed()["figures"] and n not in COUNTED}
        made = Made(_name(file), file.stem.replace("_", " ").title(), people if k == 0 else whole.people - people, parts, figures, whole.sources, doubt)
        _write(made, file)
        halves.append(load(file))
    return [f"Written: {into[0]} and {into[1]}", *_compared((whole,), halves)]


# Figures ------------------------------------------------------------------------------------------------------------
def _weight(name: str, place: Place) -> float:
    """How much a place counts in a mean."""
    of = needed()["weights"][name]
    if of == CLIENTS:
        return place["long_term_clients_65_plus"] + place["long_term_clients_18_64"]
    held = place.figures.get(of)
    found = held.value if held else england.counted(of, place.people, place.life_table, place.neighbourhoods)
    return float(found or 0.0)


def _joined(name: str, a: Place, b: Place) -> Figure:
    """Counts and pounds added up; shares, scores and prices as a mean by whom they are about."""
    one, two = a.figures[name], b.figures[name]
    if name in needed()["weights"]:
        u, v = _weight(name, a), _weight(name, b)
        part = u / (u + v) if u + v else 1 / 2

        def together(x: float, y: float) -> float:
            return part * x + (1 - part) * y
    else:
        def together(x: float, y: float) -> float:
            return x + y

    doubt = f"{a.title} {one.value:,.6g} ({one.basis}, {one.year}), {b.title} {two.value:,.6g} ({two.basis}, {two.year})."
    ends = [together(x, y) if x is not None and y is not None else None for x, y in ((one.low, two.low), (one.high, two.high))]
    basis = "invented" if "invented" in (one.basis, two.basis) else "england" if "england" in (one.basis, two.basis) else "local"
    return Figure(name, together(one.value, two.value), one.unit, PRICE_YEAR if one.unit in PRICES else one.year if one.year == two.year else
                  f"{one.year} and {two.year}", one.source if one.source == two.source else COUNCIL, max(one.grade, two.grade), basis, one.use,
                  *_ends(ends), doubt, one.says)


def _parted(f: Figure, by: float, parts: list[Any], whole: Place, doubt: str) -> Figure:
    """The part of a count, or the same share, score or price; homes owned and disability are the neighbourhoods' own."""
    value, ends, grade = f.value, [f.low, f.high], f.grade
    if f.name in ("households_owning_outright", "disabled_share"):
        over, of = (3, 4) if f.name == "households_owning_outright" else (1, 5)
        everywhere = _parts(whole)
        mean = sum(p[of] for p in everywhere) / sum(p[over] for p in everywhere)
        value, ends = min(1.0, f.value * sum(p[of] for p in parts) / sum(p[over] for p in parts) / mean), [None, None]
    elif f.name not in needed()["weights"]:
        value, ends, grade = f.value * by, [None if e is None else e * by for e in ends], "D" if f.grade in "CD" else "C"
    return Figure(f.name, value, f.unit, PRICE_YEAR if f.unit in PRICES else f.year, f.source, grade, f.basis, f.use, *_ends(ends), doubt, f.says)


def _ends(ends: list[float | None]) -> tuple[float | None, float | None]:
    return (ends[0], ends[1]) if None not in ends else (None, None)


def _parts(place: Place) -> list[tuple[str, float, F8, float, float, float]]:
    n: Neighbourhoods = place.neighbourhoods
    residents, households = n.people * place.everybody, n.people * place["households"]
    return [(n.name[k], float(residents[k]), residents[k] * n.fifth[k], float(households[k]), float(households[k] * n.owned_outright[k]),
             float(residents[k] * n.disabled[k])) for k in range(len(n))]


def _chosen(place: Place, names: str) -> NDArray[np.bool_]:
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    wrong = [Problem("", 0, "--neighbourhoods", f"{place.title} has no neighbourhood {name[:52]!r}",
                     did_you_mean(name, place.neighbourhoods.name) or f"it has {', '.join(place.neighbourhoods.name[:4])} ...")
             for name in wanted if name not in place.neighbourhoods.name]
    if wrong:
        raise BadInput(*wrong)
    return np.array([name in wanted for name in place.neighbourhoods.name])


# Written ------------------------------------------------------------------------------------------------------------
def _load(where: str) -> Place:
    return check_own(where)[0] if where.lower().endswith(ENDINGS) else load(where)


def _free(file: Path) -> None:
    if file.suffix.lower() not in ENDINGS:
        raise BadInput(Problem(str(file), 0, "--into", "a council's page ends in .yaml"))
    for there in (file, *_tables(file)):
        if there.exists():
            raise BadInput(Problem(str(there), 0, "--into", "is there already", "name another page, or move this one"))


def _name(file: Path) -> str:
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in file.stem.lower())
    return name if name[:1].isalpha() else f"c_{name}"


def _tables(file: Path) -> tuple[Path, Path]:
    return file.with_name(f"{file.stem}_people.csv"), file.with_name(f"{file.stem}_neighbourhoods.csv")


def _csv(head: tuple[str, ...], rows: list[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *rows])
    return out.getvalue()


def _write(made: Made, file: Path) -> None:
    """A council's page with its two tables beside it."""
    people, hoods = _tables(file)
    seen: dict[str, int] = {}
    rows = []
    for name, residents, fifths, households, owned, disabled in made.parts:
        seen[name] = seen.get(name, 0) + 1
        rows.append([name if seen[name] == 1 else f"{name} ({seen[name]})", 0, *(round(x, 3) for x in (residents, *fifths, households, owned, disabled))])
    say: Callable[[object], str] = lambda text: json.dumps(str(text), ensure_ascii=False)  # noqa: E731  a JSON string is a YAML string
    text = [f"# {made.doubt} Written by careshift place; read it as a start, not as counts.", f"name: {made.name}", f"council: {say(made.council)}",
            "year: 2024-25", f"people: {{csv: {say(people.name)}, doubt: {say(made.doubt)}}}", f"neighbourhoods: {say(hoods.name)}", "sources:"]
    used = {f.source for f in made.figures.values()} & set(made.sources) - {COUNCIL}
    for key in sorted(used):
        told = [f"{f}: {say(v)}" for f in SOURCE_MAY if (v := getattr(made.sources[key], f))]
        text.append(f"  {say(key)}: {{{', '.join(told)}}}")
    text += [f"  {COUNCIL}: {{title: {say(made.doubt)}, publisher: {say(made.council)}, year: {say(PRICE_YEAR)}, licence: as its parts}}", "figures:"]
    for f in made.figures.values():
        ends = "" if f.low is None or f.high is None else f", low: {min(f.low, f.value)!r}, high: {max(f.high, f.value)!r}"
        source = f.source if f.source in used or f.source == COUNCIL else "assumption" if f.source == "assumption" else COUNCIL
        text.append(f"  {f.name}: {{value: {f.value!r}{ends}, year: {say(f.year)}, source: {say(source)}, grade: {f.grade}, basis: {f.basis},")
        text.append(f"    doubt: {say(f.doubt)}}}")
    with keeping.written(file.parent):
        keeping.whole_text(people, _csv(("age", "men", "women"), [[a, f"{made.people[0, a]:.10g}", f"{made.people[1, a]:.10g}"]
                                                                  for a in range(made.people.shape[1])]))
        keeping.whole_text(hoods, _csv(("name", "small_areas", "residents", *FIFTHS, "households", "owned_outright", "disabled"), rows))
        keeping.whole_text(file, "\n".join(text) + "\n")


def _compared(before: tuple[Place, ...], after: Any) -> list[str]:
    """What came in and what went out, and how much of it is England's rate."""
    out = ["", f"  {'':34}" + "".join(f"{p.title[:18]:>20}" for p in (*before, *after))]
    for title, name in SHOWN:
        out.append(f"  {title:34}" + "".join(f"{p[name] if name else p.everybody:>20,.0f}" for p in (*before, *after)))
    out.append(f"  {'figures that are England' + chr(39) + 's rate':34}" + "".join(f"{len(p.from_england()):>20}" for p in (*before, *after)))
    return [*out, "", "Shares, scores and prices of joined places are means; parted places have the same ones. Doubts are on the page."]
