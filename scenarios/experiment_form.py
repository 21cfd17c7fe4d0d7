"""A researcher writes an experiment on one page: scenarios, places, what to vary and how, and how often.

Read as strictly as a scenario: every mistake is told at its line, nothing is guessed or repaired.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from scenarios import mistakes, runs, structured, words
from scenarios import plan as files
from scenarios.form import LARGEST_SEED, LONGEST_QUESTION, LONGEST_TITLE, MOST_YEARS, Part
from scenarios.names import one_of
from scenarios.parameters import COMBINE, MOST_POINTS, MOST_SETS, Changes, Parameter, how_many, parameter, sets
from scenarios.plan import Scenario
from scenarios.words import MOST_SHOWN, nearest, refuse, shown
from simulation.errors import BadInput, Problem
from simulation.evidence.register import load as load_register
from simulation.reading import Page, read_page

LIBRARY = files.LIBRARY / "experiments"
MOST_REPLICATIONS, THINNEST, MOST_LISTED = 100_000, 200, 500
WORLDS = ("drawn", "central")
ALL = "all"  # choices of structure


def _combine(value: object) -> str:
    return one_of(value, COMBINE, "a way of combining parameters")


def _worlds(value: object) -> str:
    return one_of(value, WORLDS, "a kind of world")


class ExperimentForm(Part):
    """One experiment: scenarios by places by parameter sets by replications."""

    title: Annotated[str, AfterValidator(words.one_line)] = Field(max_length=LONGEST_TITLE, description="What the experiment is, in one plain line.")
    question: Annotated[str, AfterValidator(words.one_line)] = Field(max_length=LONGEST_QUESTION, description="What somebody wants to know.")
    scenarios: list[str] = Field(min_length=1, max_length=MOST_LISTED, description="Scenarios of the library, or files in the same folder.")
    places: list[str] = Field(default_factory=list, max_length=MOST_LISTED, description="Places; where none is named, each scenario's own.")
    years: int | None = Field(default=None, ge=1, le=MOST_YEARS, description="How many years of each plan are run; at most its own.")
    replications: int = Field(ge=1, le=MOST_REPLICATIONS, description="How many worlds each parameter set is tried in.")
    seeds_per_set: int = Field(default=1, ge=1, le=MOST_REPLICATIONS,
                               description="Replications that share one drawn set of numbers: 2 or more tell chance from not knowing.")
    seed: int = Field(default=1, ge=0, le=LARGEST_SEED, description="Where the random numbers start.")
    one_in: int = Field(default=1, ge=1, le=THINNEST, description="Sample: every k-th person, homes of true size.")
    worlds: Annotated[str, BeforeValidator(_worlds)] = Field(
        default="drawn", description="drawn: each replication its own values of the evidence; central: the central ones.")
    combine: Annotated[str, BeforeValidator(_combine)] = Field(
        default="none", description="How parameters combine: none, row_by_row, one_at_a_time, full_grid or space_filling.")
    points: int | None = Field(default=None, ge=2, le=MOST_POINTS, description="For space_filling: how many points, a power of two.")
    parameters: dict[str, Any] = Field(default_factory=dict, max_length=MOST_LISTED,
                                       description="Numbers of the register by key, each with values, a range, or the word evidence.")

    structures: Any = Field(default_factory=list, description="Choices of structure, each run both ways in every combination; or the word all.")

    @field_validator("scenarios", "places")
    @classmethod
    def _each_once(cls, names: list[str]) -> list[str]:
        if twice := [name for name, times in Counter(names).items() if times > 1]:
            raise refuse(f"{shown(twice[0])} is said twice", "keep one of them")
        return names

    @field_validator("points")
    @classmethod
    def _a_power_of_two(cls, points: int | None) -> int | None:
        if points is not None and points & (points - 1):
            below = 1 << (points.bit_length() - 1)
            raise refuse(f"{points} is not a power of two, and the points would lie unevenly", f"write {below} or {below * 2}")
        return points


FIELDS: mistakes.Fields = {(): ExperimentForm}


@dataclass(frozen=True)
class Experiment:
    """An experiment, read and checked: each scenario at each of its places, under each parameter set, so many times."""

    name: str
    title: str
    question: str
    cells: tuple[tuple[str, Scenario], ...]  # place and scenario, in the file's order
    sets: tuple[Changes, ...]
    years: int
    replications: int
    seed: int
    one_in: int
    worlds: str
    combine: str
    notes: tuple[str, ...]
    text: str
    structures: tuple[structured.Ways, ...] = ((),)  # combinations of choices that go the other way
    seeds_per_set: int = 1

    @property
    def key(self) -> str:
        """The hash of what is asked: the file's words and the words of its scenarios."""
        told = "\0".join([self.name, self.text, *(s.text for _, s in self.cells)])
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def library() -> list[str]:
    """The experiments that come with careshift, by name."""
    return sorted(file.stem for file in LIBRARY.glob("*.yaml"))


def load(name_or_path: str | Path, *, places: Collection[str]) -> Experiment:
    """One experiment, read and checked whole. Raises BadInput with every mistake, each at its line."""
    path = LIBRARY / f"{name_or_path}.yaml" if str(name_or_path) in library() else Path(name_or_path)
    if not words.is_file(path):
        raise BadInput(Problem("", 0, "experiment", f"there is no file or experiment {shown(str(name_or_path))}",
                               nearest(path.stem[:MOST_SHOWN], library())))
    page = read_page(path)
    form, error = None, None
    try:
        form = ExperimentForm.model_validate(page.data)
    except ValidationError as mistaken:
        error = mistaken
    problems = mistakes.told(page, error, FIELDS)
    if form is None or problems:
        raise BadInput(*problems)
    scenarios = _scenarios(page, form, path, places, problems)
    parameters = _parameters(page, form, problems)
    chosen = _structures(page, form, problems)
    _combined(page, form, parameters, problems)
    years = _years(page, form, scenarios, problems)
    try:
        runs.sets_of(form.replications, form.seeds_per_set, form.worlds, False)
    except BadInput as error:
        problems.append(mistakes.problem(page, ("seeds_per_set",), error.problems[0].what, error.problems[0].todo))
    if problems:
        raise BadInput(*problems)
    scenarios = [replace(s, years=years, plan=replace(s.plan, years=years)) for s in scenarios]
    name = re.sub(r"[^\w-]+", "_", path.stem).strip("_") or "experiment"
    return Experiment(name, form.title, form.question, tuple((place, s) for s in scenarios for place in form.places or [s.place]),
                      tuple(sets(form.combine, parameters, form.points or 0, form.seed)), years, form.replications, form.seed,
                      form.one_in, form.worlds, form.combine, tuple(_notes(parameters)), path.read_bytes().decode("utf-8-sig"),
                      structured.every(chosen), form.seeds_per_set)


def _scenarios(page: Page, form: ExperimentForm, path: Path, places: Collection[str], problems: list[Problem]) -> list[Scenario]:
    out: list[Scenario] = []
    for k, name in enumerate(form.scenarios):
        beside = path.parent / name
        try:
            if re.search(r"[/\\]|^\.", name):
                raise BadInput(Problem("", 0, "", f"{shown(name)} is not the name of a scenario",
                                       "name one of the library, or a file in the same folder as this one"))
            out.append(files.load(beside if name not in files.library() and words.is_file(beside) else name, places=places))
        except BadInput as error:
            first = error.problems[0]
            if first.file and first.file != page.file:
                problems.append(mistakes.problem(page, ("scenarios", k), f"{shown(name)} has mistakes of its own", "mend them first, they are listed too"))
                problems.extend(error.problems)
            else:
                problems.append(mistakes.problem(page, ("scenarios", k), first.what, first.todo))
    for name, times in Counter(s.name for s in out).items():
        if times > 1:
            problems.append(mistakes.problem(page, ("scenarios",), f"two files are called {name}", "give one of them another name"))
    for k, place in enumerate(form.places):
        if place not in places:
            problems.append(mistakes.problem(page, ("places", k), f"{shown(place)} is not a place that careshift knows",
                                             nearest(place[:MOST_SHOWN], places)))
    return out


def _parameters(page: Page, form: ExperimentForm, problems: list[Problem]) -> list[Parameter]:
    entries, out = load_register().entries, []
    for key, given in form.parameters.items():
        if key not in entries:
            problems.append(mistakes.problem(page, ("parameters", key), f"{shown(key)} is not a number of the register",
                                             nearest(key[:MOST_SHOWN], entries, "careshift evidence")))
            continue
        try:
            out.append(parameter(entries[key], given))
        except PydanticCustomError as error:
            limits: Any = error.context
            problems.append(mistakes.problem(page, ("parameters", key), limits["what"], limits["todo"]))
    return out


def _structures(page: Page, form: ExperimentForm, problems: list[Problem]) -> list[str]:
    """The choices of structure that are run both ways; a number that one of them sets cannot be varied beside it."""
    known = structured.names()
    given = known if form.structures == ALL else form.structures
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        problems.append(mistakes.problem(page, ("structures",), f"{shown(given)} is not a list of choices of structure",
                                         f"write all, or a list of some of {', '.join(known)}"))
        return []
    for k, name in enumerate(given):
        if name not in known:
            problems.append(mistakes.problem(page, ("structures", k), f"{shown(name)} is not a choice of structure", nearest(name[:MOST_SHOWN], known)))
        elif name in given[:k]:
            problems.append(mistakes.problem(page, ("structures", k), f"{shown(name)} is said twice", "keep one of them"))
    for key in form.parameters:
        for name in structured.sets(key) & set(given):
            problems.append(mistakes.problem(page, ("parameters", key), f"the choice of structure {name} sets this number too",
                                             f"vary it here, or leave {name} out of structures"))
    return list(given)


def _combined(page: Page, form: ExperimentForm, parameters: list[Parameter], problems: list[Problem]) -> None:
    def wrong(where: str, what: str, todo: str) -> None:
        problems.append(mistakes.problem(page, (where,), what, todo))

    if form.combine == "none" and form.parameters:
        wrong("parameters", "parameters are named, and combine says none", f"write combine: {' or '.join(COMBINE[1:])}")
    if form.combine != "none" and not form.parameters:
        wrong("combine", f"{form.combine} combines parameters, and none are named", "name some under parameters, or write none")
    if form.combine == "space_filling" and form.points is None:
        wrong("combine", "space_filling needs a number of points", "add points: 16, or another power of two")
    if form.combine != "space_filling" and form.points is not None:
        wrong("points", "points belong to space_filling", "leave them out, or write combine: space_filling")
    if len(parameters) < len(form.parameters):
        return
    for p in parameters:
        if form.combine == "space_filling" and p.values:
            problems.append(mistakes.problem(page, ("parameters", p.entry.key), "a space-filling design spreads points over ranges, not lists",
                                             "write {low: ..., high: ...}, or evidence"))
    lengths = {p.entry.key: len(p.levels) for p in parameters}
    if form.combine == "row_by_row" and len(set(lengths.values())) > 1:
        wrong("parameters", f"rows need as many values of each: {', '.join(f'{k} has {n}' for k, n in lengths.items())}",
              "make the lists equally long")
    elif (n := how_many(form.combine, parameters, form.points or 0)) > MOST_SETS:
        wrong("parameters", f"these combine to {n:,} parameter sets; an experiment has at most {MOST_SETS:,}", "vary fewer, or write space_filling")


def _years(page: Page, form: ExperimentForm, scenarios: list[Scenario], problems: list[Problem]) -> int:
    own = {s.name: s.years for s in scenarios}
    if form.years is None and len(set(own.values())) > 1:
        problems.append(mistakes.problem(page, ("scenarios",), f"the scenarios run for different times: "
                                         f"{', '.join(f'{k} {n} years' for k, n in own.items())}", f"add years: {min(own.values())}"))
    years = form.years or min(own.values(), default=1)
    for name, n in own.items():
        if years > n:
            problems.append(mistakes.problem(page, ("years",), f"{name} is a plan of {n} years", f"write {n} or less"))
    if len({s.first_year for s in scenarios}) > 1:
        problems.append(mistakes.problem(page, ("scenarios",), "the scenarios begin in different years", "compare plans of one first year"))
    return years


def _notes(parameters: list[Parameter]) -> list[str]:
    return [f"{p.entry.key} is set so that the model meets a published total; moved alone, it founds another place than this one"
            if p.entry.kind == "calibrated" else f"{p.entry.key} is a rule of law or arithmetic; this asks what another rule would do"
            for p in parameters if p.entry.kind in ("calibrated", "rule")]
