"""How sure an answer is: how large a part of the place was run, how often, and what the numbers behind it rest on."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from shlex import quote
from typing import Any, NamedTuple

import numpy as np

from scenarios import answers_split, as_shipped
from scenarios.answers_base import ENOUGH, baseline, enough, main_run, pairs_told
from scenarios.plan import LIBRARY
from scenarios.results import Results
from simulation import places
from simulation.measures import MEASURES

FULL_SIZE = "full_size.csv"
SHOWN = 5  # gaps to full size that are told in words
NOT_COVERED = (
    "Not in the model: people under 18, GP care, how good one provider is beside another. "
    "Residents whom other councils pay for are counted, not simulated. Homes and agencies are invented.")


class Share(NamedTuple):
    """A part of the numbers the model believes: how many, and how many of them are effects of support."""

    title: str
    numbers: int
    effects: int


class Gap(NamedTuple):
    """A measure of the sample in doing nothing, and of the whole place."""

    title: str
    here: float
    whole: float

    @property
    def share(self) -> float:
        return self.here / self.whole - 1


def caveats(r: Results, about: dict[str, Any]) -> list[str]:
    """What a reader must know before believing a figure."""
    there = places.load(about["place"])
    drawn = r.worlds == "drawn"
    said = [*_first_look(r), *(_sample(r, about) if r.one_in > 1 else [])]
    if said:
        said.append(f"The whole place and enough pairs: {full_command(r, about)}")
    if there.invented:
        said.append(f"{there.title} does not exist: its figures are invented, for teaching.")
    if changed := as_shipped.told(r, about):
        said.append(changed)
    if tried := about.get("tried"):
        said.append(f"Scenario {tried['number']} of {tried['of']} ever put to {there.title} in this store of answers"
                    f"{'' if tried['of'] == 1 else ': whoever shows one says how many were tried'}.")
    said.append(f"{len(there.from_england())} of the place's {len(there.figures)} figures are the rate of England or of a "
                "wider area, applied here: not the place's own.")
    rest = about.get("posterior_told")
    said.append(("The ranges hold chance and doubt about the evidence" if drawn else
                 "The ranges hold chance and doubt about the numbers of the posterior; every other number had its central value" if rest else
                 "The ranges hold chance alone: every number had its central value")
                + (f"; {rest}. They do not hold doubt about the form of the model." if rest else
                   "; they do not hold doubt about calibrated numbers or about the form of the model."))
    return [*said, *([apart] if (apart := answers_split.said(r)) else []), NOT_COVERED]


def full_command(r: Results, about: dict[str, Any]) -> str:
    """The command that runs the same question on the whole place, often enough for a result."""
    asked = r.scenario
    words = ["careshift compare", asked.name if asked.source.parent == LIBRARY else quote(str(asked.source))]
    words += [f"--place {about['place']}"] if about["place"] != asked.place else []
    least, k = max(ENOUGH * r.seeds_per_set, asked.replications), r.seeds_per_set
    words += [f"--replications {-(-least // k) * k}", *([f"--seeds-per-set {k}"] if k > 1 else [])]
    words += [f"--seed {about['seed']}"] if about["seed"] != asked.seed else []
    words += [f"--posterior {quote(about['posterior']['name'])}"] if "posterior" in about else []
    return " ".join(words + (["--central"] if r.worlds == "central" else []))


def _first_look(r: Results) -> list[str]:
    if enough(r):
        return []
    return [f"A first look, not a result: {pairs_told(r)}. A result takes at least {ENOUGH}{'' if r.sets == r.count else ' sets'}."]


def _sample(r: Results, about: dict[str, Any]) -> list[str]:
    said = [f"A sample: one adult in {r.one_in}, with homes of true size, one in {r.one_in} of them. Small services "
            "and queues behave unlike those of the whole place."]
    gaps = gaps_to_full_size(r, about["place"])
    if gaps:
        worst = "; ".join(f"{g.title.lower()} {g.share:+.0%} (here {g.here:,.4g}, whole place {g.whole:,.4g})" for g in gaps[:SHOWN])
        said.append(f"Gap to full size in the first year of doing nothing, the largest of {len(gaps)}: {worst}.")
    else:
        said.append(_gap_to_published(r, about["place"]))
    return said


def _gap_to_published(r: Results, place: str) -> str:
    adults = places.load(place).people[:, ADULT:].sum()
    people = float(baseline(r, "people")[:, 0].mean())
    return (f"Its gap to full size is not known for this place; {people:,.0f} adults stand here in the first year for "
            f"{adults:,.0f} published at founding.")


ADULT = 18


def gaps_to_full_size(r: Results, place: str) -> list[Gap]:
    """First-year means of doing nothing here, beside those of the whole place where they are known; largest gap first."""
    here = first_year(r)
    gaps = [Gap(MEASURES[m].title, here[m], whole) for m, whole in full_size(place).items()
            if whole and m in MEASURES and np.isfinite(here.get(m, np.nan))]
    return sorted(gaps, key=lambda g: -abs(g.share))


def first_year(r: Results) -> dict[str, float]:
    """Every measure of doing nothing in the plan's first year, everybody together: mean over the worlds run."""
    run = main_run(r)
    return {m: float(baseline(r, m, run)[:, 0].mean()) for m in r.units}


def full_size(place: str) -> dict[str, float]:
    """First-year means of doing nothing in the whole place, from the place's file full_size.csv (measure, value)."""
    file = places.FOLDER / place / FULL_SIZE
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["measure"]: float(row["value"]) for row in csv.DictReader(lines)}


def shares(entries: Iterable[Any]) -> list[Share]:
    """The numbers the model believes, parted by what they rest on; each number is in one part."""
    parts = (("Evidence of grades A and B", lambda e: e.kind == "evidence" and e.grade in "AB"),
             ("Evidence of grade C", lambda e: e.kind == "evidence" and e.grade not in "AB"),
             ("Law and arithmetic", lambda e: e.kind == "rule"),
             ("Calibrated to published totals", lambda e: e.kind == "calibrated"),
             ("Assumption", lambda e: e.kind == "assumption"))
    entries = list(entries)
    return [Share(title, len(mine), sum(e.is_effect for e in mine))
            for title, fits in parts for mine in [[e for e in entries if fits(e)]]]


def rests_on(entries: Sequence[Any]) -> str:
    """How many numbers, what share of them rests on what, and how many are effects of support."""
    n = len(entries)
    if not n:
        return "no numbers"
    told = ", ".join(f"{s.numbers / n:.0%} {s.title[0].lower() + s.title[1:]}" for s in shares(entries) if s.numbers)
    effects = [e for e in entries if e.is_effect]
    assumed = sum(e.kind == "assumption" for e in effects)
    return f"{n} numbers: {told}. {len(effects)} of them are effects of support, {assumed} of these assumed"
