"""Looking back: known programmes put in as they were planned, and the model's answer beside what happened.

    python -m scenarios.retrodiction --write            # docs/retrodiction.md, four worlds
    python -m scenarios.retrodiction --one-in 20 --worlds 1

What was hoped and what happened stand in retrodiction.yaml, each with its source; programmes that are plans of money stand as
scenarios in scenarios/programmes/. A miss stays on the page: a model that is only shown where it fits has not been tried.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from scenarios import evaluations_done as done
from scenarios import plan as files
from scenarios.evaluations_runs import World
from scenarios.runs import code_hash
from simulation.evidence.register import drawn
from simulation.model import CareSystem, State, from_state
from simulation.places import known, load
from simulation.plan import Plan
from simulation.rules import WEEKS

FILE = Path(__file__).with_suffix(".yaml")
PROGRAMMES = Path(__file__).with_name("programmes")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "retrodiction.md"
NOTES = PAGE.parent / "notes" / "retrodiction.md"
SAMPLE = 4  # of designs that need every event kept; programmes of money are run for everybody


class Answer(NamedTuple):
    """What the model says of one programme in one world: by what could be seen at the time, and in truth (the same world without it)."""

    seen: float
    truth: float = float("nan")


class Size(NamedTuple):
    """How many people stand for the place: one in so many, for plans of money and for designs."""

    plans: int
    designs: int


# Programmes that are plans of money ----------------------------------------------------------------------------------------
def _burnt_in(place: str, seed: int, world: int, one_in: int) -> tuple[State, list[tuple[int, str, str, str, float]]]:
    """A place in the first week of a plan, and what was measured in the years before it."""
    system = CareSystem(load(place), drawn(seed, world), Plan(years=1), seed=seed, replication=world, one_in=one_in, events="counts").burn_in()
    state, before = system.state(), system.recorder.yearly(system.town, -1)
    system.close()
    return state, before


def better_care_fund(seed: int, world: int, size: Size) -> Answer:
    """How much emergency stays grow in the first year of the fund; in truth, over the same year without it."""
    scenario = files.load(PROGRAMMES / "better_care_fund.yaml", places=known())
    state, before = _burnt_in(scenario.place, seed, world, size.plans)
    last = _of(before, -1)
    with_fund, without = (_of(_run(state, plan), 0) for plan in (scenario.plan, Plan(years=1)))
    return Answer(with_fund / last - 1, with_fund / without - 1)


def _run(state: State, plan: Plan) -> list[tuple[int, str, str, str, float]]:
    system = from_state(state, plan, events="counts").run(WEEKS)
    told = system.recorder.yearly(system.town)
    system.close()
    return told


def _of(yearly: Sequence[tuple[int, str, str, str, float]], year: int) -> float:
    return next(v for y, measure, _, group, v in yearly if (y, measure, group) == (year, "emergency_stays", "all"))


def begun(name: str, seed: int, world: int, size: Size) -> Answer:
    """Micro-enterprises that began trading while the catalysts of this programme were paid."""
    scenario = files.load(PROGRAMMES / f"{name}_micro_enterprises.yaml", places=known())
    state, _ = _burnt_in(scenario.place, seed, world, size.plans)
    system, begins, trading = from_state(state, scenario.plan, events="counts"), 0.0, 0.0
    town = system.town
    k = town.service("micro_enterprises")
    service = town.services[k]
    for _ in range(scenario.years * WEEKS):
        system.run(1)
        now = float(town.providers.built[town.providers.service == k].sum()) / float(service.hours_each)
        begins += now - trading * (1 - service.stops.weekly)
        trading = now
    system.close()
    return Answer(begins * size.plans)


# Programmes that were evaluated by a design ---------------------------------------------------------------------------------
def designs(seed: int, world: int, size: Size) -> dict[str, Answer]:
    """Living Well by both of its studies, and telecare by its trial, in one world."""
    w = World(seed, world, size.designs)
    told = {"living_well_cornwall": done.DONE["living_well_before_after"](w), "living_well_matched": done.DONE["living_well_matched"](w),
            "whole_system_demonstrator": done.DONE["telecare_randomised"](w)}
    return {name: Answer(says.value, says.truth) for name, says in told.items()}


PLANS: dict[str, Callable[[int, int, Size], Answer]] = {
    "better_care_fund": better_care_fund, "somerset": lambda *how: begun("somerset", *how), "cumbria": lambda *how: begun("cumbria", *how)}


def say(seed: int, world: int, size: Size) -> dict[str, Answer]:
    """Every programme in one world."""
    return {**{name: tell(seed, world, size) for name, tell in PLANS.items()}, **designs(seed, world, size)}


# The page ---------------------------------------------------------------------------------------------------------------------
class Line(NamedTuple):
    """One programme with the model's answers over the worlds that were run."""

    name: str
    told: Mapping[str, Any]
    seen: np.ndarray
    truth: np.ndarray

    @property
    def met(self) -> bool:
        """Whether what happened and the model's worlds have anything in common."""
        return bool(np.nanmin(self.seen) <= self.told["high"] and np.nanmax(self.seen) >= self.told["low"])

    @property
    def hoped(self) -> bool | None:
        """Whether any world gave what was hoped for, or more; None where no figure was hoped for."""
        if "planned" not in self.told:
            return None
        wanted, best = self.told["planned"], (np.nanmin if self.told["planned"] < 0 else np.nanmax)(self.seen)
        return bool(best <= wanted if wanted < 0 else best >= wanted)


def published() -> dict[str, dict[str, Any]]:
    """What was hoped of each programme and what happened, by name."""
    told: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return told


def lines(worlds: Sequence[Mapping[str, Answer]]) -> list[Line]:
    """Every programme, in the order in which they are told."""
    return [Line(name, told, np.array([w[name].seen for w in worlds]), np.array([w[name].truth for w in worlds])) for name, told in published().items()]


def page(found: Sequence[Line], worlds: int, seed: int, size: Size, notes: str) -> str:
    """The page as text."""
    met, hoped = sum(line.met for line in found), [line for line in found if line.hoped is not None]
    came = sum(bool(line.hoped) for line in hoped)
    head = ["| programme | what | hoped | happened | the model, by what could be seen | the model, in truth | met | hope met in any world |",
            "|---|---|---:|---:|---:|---:|---|---|"]
    return f"""# Looking back: known programmes, put in as they were planned

Made by `python -m scenarios.retrodiction --write` from {worlds} {'worlds' if worlds != 1 else 'world'} (drawn values of the evidence, seed {seed}),
plans of money with {_size(size.plans)}, designs with {_size(size.designs)}; code `{code_hash()[:12]}`. The mean over worlds, then the least and the most.
*By what could be seen*: what people at the time looked at, in the model. *In truth*: the same people and luck without the programme. *Met*: what
happened and the worlds have something in common, which from few and wide worlds is little to ask.

{chr(10).join([*head, *map(_row, found)])}

Met: {met} of {len(found)}. Of the {len(hoped)} of which a figure was hoped for, it came in some world of the model in {came}.

## What this says, and what not

{notes}

## Sources, what the model knew beforehand, and what is unlike

{chr(10).join(map(_source, found))}
"""


def _source(line: Line) -> str:
    t = line.told
    hoped = f"Hoped: {t['planned_source']}." if "planned" in t else "No figure was hoped for."
    return (f"* **{t['title']}.** {hoped} Happened: {t['happened_source']}{' (to be verified)' if t.get('verify') else ''}. "
            f"*Set with this in sight:* {t['in_sample']} *Unlike:* {t['unlike']}")


def _size(one_in: int) -> str:
    return "everybody" if one_in == 1 else f"one adult in {one_in}"


def _row(line: Line) -> str:
    t, kind = line.told, line.told["kind"]
    happened = _figure(t["happened"], kind) + (f" ({_figure(t['low'], kind)} to {_figure(t['high'], kind)})" if t["low"] != t["high"] else "")
    hoped = {None: "", True: "yes", False: "no"}[line.hoped]
    return (f"| {t['title']} | {t['what']} | {_figure(t['planned'], kind) if 'planned' in t else ''} | {happened} | {_range(line.seen, kind)} | "
            f"{_range(line.truth, kind)} | {'yes' if line.met else '**no**'} | {hoped} |")


def _range(x: np.ndarray, kind: str) -> str:
    if not np.isfinite(x).any():
        return ""
    mean, low, high = (_figure(v, kind) for v in (np.nanmean(x), np.nanmin(x), np.nanmax(x)))
    return mean if len(x) == 1 else f"{mean} ({low} to {high})"


def _figure(x: float, kind: str) -> str:
    return f"{x:,.0f}" if kind == "count" else f"{x:+.1%}" if abs(x) < 0.05 else f"{x:+.0%}"


def main(words: Sequence[str] | None = None, say_it: Callable[[str], None] = print) -> None:
    """The command: so many worlds, and the page made of them."""
    read = argparse.ArgumentParser(prog="python -m scenarios.retrodiction", description=(__doc__ or "").split("\n")[0])
    read.add_argument("--write", action="store_true", help="write docs/retrodiction.md")
    read.add_argument("--one-in", type=int, default=1, help="of plans of money; designs take one in four, or this where it is thinner")
    read.add_argument("--worlds", type=int, default=4)
    read.add_argument("--seed", type=int, default=1)
    asked = read.parse_args(words)
    size = Size(asked.one_in, max(SAMPLE, asked.one_in))
    worlds = [say(asked.seed, k, size) for k in range(asked.worlds)]
    notes = NOTES.read_text(encoding="utf-8").strip() if NOTES.is_file() else "Nothing is written yet."
    text = page(lines(worlds), asked.worlds, asked.seed, size, notes)
    say_it(text)
    if asked.write:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
