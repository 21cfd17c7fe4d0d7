"""A council asks what would happen if: scenario files are found here, checked whole, and compiled to a plan.

    scenario = load("ten_percent_to_community", places=["doncaster"])
    scenario.plan                   # what the simulation reads (simulation.plan.Plan)
    baseline(scenario, places=...)  # what it is held against: same place, years, budget rule and draws
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from scenarios import mistakes, words
from scenarios.compiling import compiled, flags
from scenarios.form import AS_NOW, MOST_YEARS, ScenarioForm
from scenarios.names import Known, other_plan
from scenarios.words import Horizon, nearest, shown, year_name
from simulation.errors import BadInput, Problem
from simulation.evidence.register import PRICE_YEAR
from simulation.plan import Plan
from simulation.reading import Page, read_page

LIBRARY = Path(__file__).parent / "library"
LONGEST_CHAIN = 10
LISTED = "careshift scenarios"


@dataclass(frozen=True)
class Scenario:
    """One question about a council's plan, read from a file and checked: what, where, for how long, against what."""

    name: str               # for folders of results: the file's name without anything a folder could not carry
    title: str
    question: str
    place: str
    compare_with: str       # as written: a scenario of the library, or a file in the same folder
    first_year: str         # "2026-27"
    years: int
    replications: int
    seed: int
    price_year: str         # whose prices the plan's pounds are in; "" where the plan names no pounds
    plan: Plan
    source: Path
    hash: str               # sha256 of the file's bytes
    text: str

    def financial_year(self, k: int) -> str:
        """The name of the plan's k-th financial year, from 0: 2026-27, 2027-28, ..."""
        return year_name(words.year(self.first_year) + k)

    @property
    def flags(self) -> list[str]:
        """What a reader must be told of this plan, in plain words, before any result."""
        return flags(self.plan)

    @property
    def care_act_risk(self) -> bool:
        """Whether the plan spends less by leaving eligible need unmet or unassessed."""
        return any(flag.startswith("Care Act risk") for flag in self.flags)

    @property
    def heading(self) -> str:
        """The title as reports print it: a plan with a Care Act risk cannot leave it out."""
        said = "care act risk" in self.title.lower()
        return f"{self.title} (Care Act risk)" if self.care_act_risk and not said else self.title


def library() -> list[str]:
    """The questions that come with careshift, by name, present policy first."""
    return sorted((file.stem for file in LIBRARY.glob("*.yaml")), key=lambda name: (name != AS_NOW, name))


def library_path(name: str) -> Path:
    """The file of one of the library's questions. Raises BadInput for a name that is not there."""
    if name not in library():
        raise BadInput(Problem("", 0, "scenario", f"there is no scenario {shown(name)} in the library",
                               nearest(name[: words.MOST_SHOWN], library(), LISTED)))
    return LIBRARY / f"{name}.yaml"


def load(name_or_path: str | Path, *, places: Collection[str], services: Collection[str] | None = None) -> Scenario:
    """One plan, read and checked whole. `places` and `services` are the names that a file may use.

    Raises BadInput with every mistake in the file, and in the scenario it is compared with.
    """
    return _load(_find(name_or_path), _known(places, services), ())


def check(path: str | Path, *, places: Collection[str], services: Collection[str] | None = None) -> list[Problem]:
    """Everything that is wrong with a plan, before anybody waits for a run; an empty list where all is well."""
    try:
        load(path, places=places, services=services)
    except BadInput as error:
        return error.problems
    return []


def baseline(scenario: Scenario, *, places: Collection[str], services: Collection[str] | None = None) -> Scenario:
    """The plan this one is held against, under the same place, years, budget rule, replications and seed."""
    known = replace(_known(places, services), folder=scenario.source.parent)
    source = other_plan(scenario.compare_with, known)
    if source is None:
        raise BadInput(f"{shown(scenario.compare_with)}, which {scenario.name} is compared with, is not there any more")
    other = _load(source, known, ())
    plan = replace(other.plan, years=scenario.plan.years, budget=scenario.plan.budget)
    return replace(other, place=scenario.place, first_year=scenario.first_year, years=scenario.years,
                   replications=scenario.replications, seed=scenario.seed, plan=plan)


def written(scenario: Scenario) -> list[Path]:
    """The file of a plan, then those it is compared with, as far as somebody wrote them: files of the library stand for themselves."""
    out = [scenario.source]
    while (name := read_page(out[-1]).data.get("compare_with", AS_NOW)) not in library() and (out[-1].parent / name) not in out:
        out.append(out[-1].parent / name)
    return out


def known_services() -> tuple[str, ...]:
    """The models of support that careshift has: one for each file of simulation/services."""
    folder = import_module("simulation.services")
    if found := getattr(folder, "found", None):
        return tuple(found())
    return tuple(sorted(file.stem for root in folder.__path__ for file in Path(root).glob("[!_]*.py")))


def json_schema(services: Collection[str] | None = None) -> dict[str, Any]:
    """The form of a scenario file as JSON Schema, so that an editor can help whoever writes a plan."""
    names = sorted(known_services() if services is None else services)
    schema = mistakes.for_editors(ScenarioForm.model_json_schema(), names)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "A careshift scenario"}


def _known(places: Collection[str], services: Collection[str] | None) -> Known:
    return Known(tuple(places), known_services() if services is None else tuple(services),
                 {name: library_path(name) for name in library()})


def _find(name_or_path: str | Path) -> Path:
    name, path = str(name_or_path), Path(name_or_path)
    if isinstance(name_or_path, str) and name in library():
        return library_path(name)
    if not words.is_file(path):
        near = nearest(path.stem[: words.MOST_SHOWN], library(), LISTED)
        raise BadInput(Problem("", 0, "scenario", f"there is no file or scenario {shown(name)}", near))
    return path


def _load(path: Path, known: Known, chain: tuple[Path, ...]) -> Scenario:
    page = read_page(path)
    raw = path.read_bytes()
    known = replace(known, folder=path.parent, horizon=_horizon(page.data))
    scenario, error = None, None
    try:
        scenario = _scenario(ScenarioForm.model_validate(page.data, context=known), path, raw)
    except ValidationError as mistaken:
        error = mistaken
    problems = mistakes.told(page, error) + _undated(page)
    problems += _compared(page, scenario, path, known, chain)
    if problems or scenario is None:
        raise BadInput(*problems)
    return scenario


def _scenario(filled: ScenarioForm, path: Path, raw: bytes) -> Scenario:
    name = re.sub(r"[^\w-]+", "_", path.stem).strip("_") or "scenario"
    dated = filled.price_year or (filled.transition.price_year if filled.transition else None)
    return Scenario(
        name=name, title=filled.title, question=filled.question, place=filled.place,
        compare_with=filled.compare_with, first_year=year_name(filled.first_year), years=filled.years,
        replications=filled.replications, seed=filled.seed, price_year=year_name(dated) if dated else "",
        plan=compiled(filled, name), source=path, hash=hashlib.sha256(raw).hexdigest(),
        text=raw.decode("utf-8-sig"))


def _horizon(data: object) -> Horizon | None:
    """The plan's years, if the file says them rightly; where it does not, that alone is told."""
    try:
        first = words.year(data.get("first_year")) if isinstance(data, dict) else None
    except PydanticCustomError:
        return None
    years: Any = data.get("years", ScenarioForm.model_fields["years"].default) if isinstance(data, dict) else None
    known = type(years) is int and 1 <= years <= MOST_YEARS
    return Horizon(first, years) if first and known else None


def _undated(page: Page) -> list[Problem]:
    data = page.data if isinstance(page.data, dict) else {}
    if data.get("invest") and not data.get("price_year") and not data.get("transition"):
        return [mistakes.problem(page, ("invest",), "pounds without a price year",
                                 f"add price_year: {PRICE_YEAR}, after turning them into the prices of that year")]
    return []


def _compared(page: Page, scenario: Scenario | None, path: Path, known: Known, chain: tuple[Path, ...]
              ) -> list[Problem]:
    """Whether the other plan can be run beside this one: loadable, not in a circle, of the same place and years."""
    name = page.data.get("compare_with", AS_NOW) if isinstance(page.data, dict) else None
    file = other_plan(name, known)
    if file is None:
        return []                                                   # the form has told this already

    def wrong(what: str, todo: str) -> list[Problem]:
        return [mistakes.problem(page, ("compare_with",), what, todo)]
    here, there = path.resolve(), file.resolve()
    if here == there:
        changes = scenario and not scenario.plan.changes_nothing
        return wrong("a plan that changes something cannot be compared with itself", "write as_now") if changes else []
    if there in chain or len(chain) >= LONGEST_CHAIN:
        names = " -> ".join(step.stem for step in (*chain, here, there))
        return wrong(f"the comparisons go round in a circle: {names}", "let one of them compare with as_now")
    try:
        other = _load(file, known, (*chain, here))
    except BadInput as error:
        return wrong(f"{shown(name)} has mistakes of its own", "mend them first, they are listed too") + error.problems
    if scenario is None or other.plan.changes_nothing:
        return []
    if (other.first_year, other.place) != (scenario.first_year, scenario.place):
        return wrong(f"{shown(name)} is a plan for {other.place} from {other.first_year}, this is one for "
                     f"{scenario.place} from {scenario.first_year}", "compare plans of one place and one first year")
    return []
