"""How a plan is watched: six early signs by quarter, where each should lie, and when to stop and look.

A sign is expected where 8 in 10 of the worlds run have it, with the plan and without. Where a sign stands before the plan
is known to whoever watches it, so each world is brought to one level there: the council's own count (`start`) if it gives
one, else the mean of the worlds. What differs from then on is what is not known.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from scenarios.answers_base import ENOUGH, enough, main_run, pairs_told, years
from scenarios.answers_models import paid_for
from scenarios.results import Results
from simulation.errors import BadInput, Problem, did_you_mean
from simulation.plan import WEEKS_A_YEAR

QUARTERS, START = 4, "start"
WEEKS = WEEKS_A_YEAR // QUARTERS
RUNNING = 2  # quarters outside, one after another, before anybody is called
COLUMNS = ("quarter", "sign", "value")
HELD = ("sign", "title", "unit", "quarter", "plan_low80", "plan_mean", "plan_high80", "nothing_low80", "nothing_mean", "nothing_high80", "trigger")


class Sign(NamedTuple):
    """One early sign: its name, what it counts, whether a quarter adds up its weeks, and on which side it worries."""

    name: str
    title: str
    unit: str
    measures: tuple[str, ...]
    adds_up: bool
    worries: str  # "above" or "below" what is expected


class Expected(NamedTuple):
    """Where a sign should lie in one quarter: ends of 8 in 10 worlds and the mean, with the plan and without."""

    sign: Sign
    quarter: str
    plan: tuple[float, float, float]
    nothing: tuple[float, float, float]

    @property
    def parted(self) -> bool:
        """Whether the two ranges no longer overlap: from then on the difference can be seen."""
        return self.plan[2] < self.nothing[0] or self.plan[0] > self.nothing[2]


class Read(NamedTuple):
    """What one counted value says: inside, outside on the side that worries, or outside on the other."""

    quarter: str
    sign: Sign
    value: float
    expected: Expected
    says: str
    running: int

    @property
    def trigger(self) -> bool:
        return self.running >= RUNNING


def signs(r: Results) -> list[Sign]:
    """The six, for this plan: what it pays for first, then what should follow, then who would bear it if it goes wrong."""
    models = tuple(f"users_{name}" for name in paid_for(r)) or ("supported_at_home",)
    return [Sign("support", "People with support from what the plan pays for", "people", models, False, "below"),
            Sign("admissions", "People the council admits to care homes", "people a quarter", ("council_admissions",), True, "above"),
            Sign("residents", "People in care homes the council pays for", "people", ("care_home_council",), False, "above"),
            Sign("home_care", "Hours of home care the council pays for", "hours a week", ("home_care_hours_council",), False, "above"),
            Sign("waiting", "People waiting for an assessment or support", "people", ("waiting",), False, "above"),
            Sign("strain", "Unpaid carers under heavy strain", "share of carers", ("carers_strained",), False, "above")]


def quarters(r: Results) -> list[str]:
    """The plan's quarters: 2026-27 Q1 is April to June 2026."""
    return [f"{year} Q{k + 1}" for year in years(r) for k in range(QUARTERS)]


def expected(r: Results, start: Mapping[str, float] | None = None) -> list[Expected]:
    """Every sign in every quarter. `start` is where signs stood before the plan, as the council counts them.

    Raises BadInput where pairs are too few for a range, or the runs hold no weeks.
    """
    if not enough(r):
        raise BadInput(Problem("", 0, "pairs", f"{pairs_told(r)} give no range to watch a plan by; it takes {ENOUGH}",
                               f"careshift compare ... --replications {ENOUGH}"))
    run, out = main_run(r), []
    for sign in signs(r):
        plan, nothing = _by_quarter(r, run.key, sign), _by_quarter(r, run.against, sign)
        first = nothing[:, :1]
        level = (start or {}).get(sign.name, float(first.mean()))
        scale = np.divide(level, first, out=np.ones_like(first), where=first > 0)
        out += [Expected(sign, name, _ends((plan * scale)[:, k]), _ends((nothing * scale)[:, k])) for k, name in enumerate(quarters(r))]
    return out


def _by_quarter(r: Results, key: str, sign: Sign) -> np.ndarray:
    """A sign of one run [worlds, quarters]."""
    try:
        weekly = np.array([sum(np.nan_to_num(one.weekly[f"{key}\t{m}"]) for m in sign.measures) for one in r.replications])
    except KeyError as error:
        raise BadInput(Problem("", 0, sign.name, f"was not kept by week in these runs: {error.args[0].split(chr(9))[-1]}",
                               "give `careshift compare` again, into another folder")) from None
    whole = weekly[:, :r.scenario.years * WEEKS_A_YEAR].reshape(r.count, -1, WEEKS)
    return np.asarray(whole.sum(axis=2) if sign.adds_up else whole.mean(axis=2))


def _ends(values: np.ndarray) -> tuple[float, float, float]:
    low, high = np.quantile(values, (0.1, 0.9))
    return float(low), float(values.mean()), float(high)


def visible(found: Sequence[Expected]) -> dict[str, str]:
    """By sign: the first quarter from which the plan can be told from doing nothing for a year at least; empty where never."""
    out = {}
    for name in dict.fromkeys(e.sign.name for e in found):
        mine = [e for e in found if e.sign.name == name]
        held = (k for k in range(len(mine) - QUARTERS + 1) if all(e.parted for e in mine[k:k + QUARTERS]))
        first = next(held, None)
        out[name] = "" if first is None else mine[first].quarter
    return out


def sheet(found: Sequence[Expected]) -> list[tuple[str, ...]]:
    """The monitoring sheet as rows, in the order of HELD."""
    return [(e.sign.name, e.sign.title, e.sign.unit, e.quarter, *(f"{x:.6g}" for x in (*e.plan, *e.nothing)),
             f"{e.sign.worries} {e.plan[2] if e.sign.worries == 'above' else e.plan[0]:.6g} in {RUNNING} quarters running") for e in found]


def template(r: Results) -> Iterable[tuple[str, str, str]]:
    """An empty file of counted values to fill in: the level before the plan, then quarter by quarter."""
    for quarter in (START, *quarters(r)):
        for sign in signs(r):
            yield quarter, sign.name, ""


def read_actuals(path: Path, r: Results) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Counted values: the level before the plan by sign, and by quarter and sign. Raises BadInput with every mistake at once."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
            heads = tuple(rows[0]) if rows else ()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(Problem(str(path), 0, "", f"cannot be read as a table ({type(error).__name__})",
                               "give a CSV file with the columns " + ", ".join(COLUMNS))) from None
    if missing := [c for c in COLUMNS if c not in heads]:
        raise BadInput(Problem(str(path), 1, ", ".join(missing), "columns are missing" if rows else "the file holds no rows",
                               "careshift track FOLDER --template FILE writes one to fill in"))
    known, when, problems = {s.name for s in signs(r)}, {START, *quarters(r)}, []
    start: dict[str, float] = {}
    out: dict[tuple[str, str], float] = {}
    for line, row in enumerate(rows, start=2):
        quarter, name, text = (str(row[c] or "").strip() for c in COLUMNS)
        if not text:
            continue
        value = _number(text)
        if quarter not in when:
            problems.append(Problem(str(path), line, "quarter", f"{quarter!r} is no quarter of this plan",
                                    did_you_mean(quarter, when) or f"write {START} or like {quarters(r)[0]}"))
        if name not in known:
            problems.append(Problem(str(path), line, "sign", f"{name!r} is not known",
                                    did_you_mean(name, known) or "choose from " + ", ".join(sorted(known))))
        if value is None:
            problems.append(Problem(str(path), line, "value", f"{text!r} is no number of nought or more", "write a plain number, such as 941 or 0.071"))
        elif (quarter, name) in out or (quarter == START and name in start):
            problems.append(Problem(str(path), line, "value", f"{name} of {quarter} is there twice"))
        elif quarter == START:
            start[name] = value
        else:
            out[quarter, name] = value
    if problems:
        raise BadInput(*problems)
    return start, out


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if np.isfinite(value) and value >= 0 else None


def track(r: Results, start: Mapping[str, float], actual: Mapping[tuple[str, str], float]) -> list[Read]:
    """Each counted value beside what was expected, in order of sign and quarter, with how many quarters running it has worried."""
    out, running = [], dict.fromkeys((s.name for s in signs(r)), 0)
    for e in expected(r, start):
        value = actual.get((e.quarter, e.sign.name))
        if value is None:
            running[e.sign.name] = 0
            continue
        low, _, high = e.plan
        side = "below" if value < low else "above" if value > high else "inside"
        running[e.sign.name] = running[e.sign.name] + 1 if side == e.sign.worries else 0
        says = {"inside": "where it was expected", e.sign.worries: f"{side} what was expected: worrying"}.get(
            side, f"{side} what was expected: better, or something else is going on")
        out.append(Read(e.quarter, e.sign, value, e, says, running[e.sign.name]))
    return out
