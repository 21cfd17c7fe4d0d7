"""How a plan moves money out of care homes without moving anybody: as places fall empty and are not filled again.

The council leans towards answers other than a care home for people it pays for, each with their consent, until the
line spends what the plan asks: its spending in the run the plan is compared with, less the share that should have
moved. Money is released only as that spending has really fallen, and late. It follows the person first (income lost,
other support for people who stay at home); what is left funds the models of the plan. Transition money comes on top.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.budget import SPENDING, paid
from simulation.plan import Shift
from simulation.rules import WEEKS, between
from simulation.world.ledger import Money
from simulation.world.town import Town

# A line of the plan: the names it may have in the ledger, and how the lines of the same age band begin.
PARTS: Mapping[str, tuple[str, ...]] = {
    "older_residential_and_nursing": ("older_residential_and_nursing", "older_residential", "older_nursing"),
    "working_age_residential": ("working_age_residential", "working_age_nursing"),
}
BAND: Mapping[str, str] = {"older_residential_and_nursing": "older_", "working_age_residential": "working_age_"}
STEER: Mapping[str, str] = {"older_residential_and_nursing": "steer", "working_age_residential": "steer_working_age"}


@dataclass(frozen=True)
class Steering:
    """How a council steers: how hard it leans for each part of the line still to move, and how money follows."""

    hard: float  # log odds for each whole share of the line that is still to move
    patient: float  # log odds a year for each whole share that goes on missing
    most: float  # log odds beyond which nobody leans
    ahead: int  # weeks the council looks ahead, since a line follows admissions late
    lag: int  # weeks from a place falling empty to its money being free
    smooth: int  # weeks over which spending is averaged
    spread: float  # weeks over which money in the pot is spent

    def steer(self, town: Town, every: int) -> None:
        """Lean more where the line spends more than the plan asks, less where it spends less; never below nought."""
        for shift in town.plan.shifts:
            share = shift.share_at(town.week + self.ahead)
            smooth = min(self.smooth, town.week + 1)
            if town.week < shift.start or share <= 0:
                continue
            reference = spend(town, PARTS[shift.line], 0, smooth, reference=True)
            if reference <= 0:
                continue
            missing = spend(town, PARTS[shift.line], 0, smooth) / reference - (1 - share)
            key = f"commissioning.patience {shift.line}"
            patience = town.memory.get(key, 0.0) + self.patient * missing * every / WEEKS
            town.memory[key] = patience = float(between(patience, 0.0, self.most))
            setattr(town.commissioner, STEER[shift.line],
                    float(between(self.hard * missing + patience, 0.0, self.most)))


def reference_lines(town: Town) -> dict[str, NDArray[np.float64]]:
    """What a finished run spent, week by week from the plan's first: by line, with contributions, and by service.

    Handed to the plans compared with it as `Plan.reference`. Loans under deferred payments are no spending.
    """
    money = town.money
    names = {k.line for k in money.lines if k.payer == "council" or k.purpose == "contribution"}
    out = {}
    for name in sorted(names | {part for parts in PARTS.values() for part in parts}):
        out[name] = money.by_week("council", None, name, SPENDING)[-money.first:]
        out[f"{name}: contributions"] = money.by_week(None, "council", name, "contribution")[-money.first:]
    for service in town.services:
        out[f"to: {service.name}"] = money.by_week("council", service.name, None, SPENDING)[-money.first:]
    return out


# Spending here, and in the run this plan is compared with ------------------------------------------------------------
def spend(town: Town, lines: Iterable[str], lag: int, smooth: int, *, reference: bool = False) -> float:
    """Pounds a week the council spent on these lines; in the run compared with, where `reference`."""
    lines = tuple(lines)
    if reference:
        return compared(town, lines, lag, smooth)
    return paid(town.money, smooth, lag, payer="council", lines=lines, purposes=SPENDING)


def contributions(town: Town, lines: Iterable[str], lag: int, smooth: int, *, reference: bool = False) -> float:
    """Pounds a week that people paid towards support on these lines."""
    if reference:
        return compared(town, [f"{line}: contributions" for line in lines], lag, smooth)
    return paid(town.money, smooth, lag, payee="council", lines=tuple(lines), purposes=("contribution",))


def to_service(town: Town, service: str, lag: int, smooth: int, *, reference: bool = False) -> float:
    """Pounds a week the council paid to one service, whatever the line."""
    if reference:
        return compared(town, [f"to: {service}"], lag, smooth)
    return paid(town.money, smooth, lag, payer="council", payee=service, purposes=SPENDING)


def compared(town: Town, keys: Iterable[str], lag: int, smooth: int) -> float:
    """Pounds a week in the run this plan is compared with; the burn-in is common to both.

    A plan run alone has no such run. Then it is this town's own last year before the plan, grown with the cost of care.
    """
    last = town.week - lag
    first = last - smooth + 1
    total = 0.0
    for key in keys:
        series = (town.plan.reference or {}).get(key)
        if series is not None and last >= 0:
            part = series[max(first, 0):last + 1]
            total += float(part.mean()) if len(part) else 0.0
        elif series is None:
            total += usual(town, key)
    return total


def usual(town: Town, key: str) -> float:
    """Pounds a week on a line before the plan began, grown with the cost of care."""
    began = town.memory.get("commissioning.care_index", 1.0)
    return town.memory.get(f"commissioning.usual {key}", 0.0) * town.prices["care_index"] / began


def remember_usual(town: Town) -> None:
    """At the end of the burn-in: what each line, and each service of the plan, usually takes."""
    money, memory = town.money, town.memory
    memory["commissioning.care_index"] = town.prices["care_index"]
    for line in {key.line for key in money.lines if key.payer == "council"}:
        memory[f"commissioning.usual {line}"] = paid(money, WEEKS, payer="council", lines=(line,),
                                                        purposes=SPENDING)
        memory[f"commissioning.usual {line}: contributions"] = paid(money, WEEKS, payee="council", lines=(line,),
                                                                    purposes=("contribution",))
    for service in town.services:
        memory[f"commissioning.usual to: {service.name}"] = paid(money, WEEKS, payer="council", payee=service.name,
                                                                    purposes=SPENDING)


# What is released, and where it goes --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Released:
    """One week of a shift, in pounds a week: what fell free, and what the people concerned needed first."""

    moved: float
    income_lost: float
    other_support: float

    @property
    def left(self) -> float:
        """What is left for the models; below nought while people need more than falls free."""
        return self.moved - self.income_lost - self.other_support


def released(town: Town, shift: Shift, steering: Steering) -> Released:
    """What this shift has set free, as it stood some weeks ago: never more than the plan's share of the line."""
    lag = steering.lag
    smooth = min(steering.smooth, town.week - lag + 1)
    if town.week - lag < max(shift.start, 0):
        return Released(0.0, 0.0, 0.0)
    reference = spend(town, PARTS[shift.line], lag, smooth, reference=True)
    fallen = reference - spend(town, PARTS[shift.line], lag, smooth)
    moved = float(between(fallen, 0.0, shift.share_at(town.week - lag) * reference))
    band = lines_of_band(town, shift)
    lost = contributions(town, band, lag, smooth, reference=True) - contributions(town, band, lag, smooth)
    others = [line for line in band if line not in PARTS[shift.line] and line not in _lines_to(town.money, shift.to)]
    more = spend(town, others, lag, smooth) - spend(town, others, lag, smooth, reference=True)
    return Released(moved, max(lost, 0.0), max(more, 0.0))


def lines_of_band(town: Town, shift: Shift) -> list[str]:
    """Every budget line of the age band whose money is moved, here or in the run compared with."""
    band = BAND[shift.line]
    named = {key.line for key in town.money.lines} | {k for k in (town.plan.reference or {}) if ":" not in k}
    return sorted(line for line in named if line.startswith(band))


def _lines_to(money: Money, services: Iterable[str]) -> set[str]:
    payees = set(services)
    return {key.line for key in money.lines if key.payer == "council" and key.payee in payees}


def models_of(town: Town) -> dict[str, float]:
    """The models the plan moves money to, with each one's part: by the shares, and by the size of each shift's line."""
    weights: dict[str, float] = {}
    for shift in town.plan.shifts:
        size = shift.share * spend(town, PARTS[shift.line], 0, WEEKS, reference=True)
        for service, share in shift.to.items():
            weights[service] = weights.get(service, 0.0) + share * size
    total = sum(weights.values())
    if total > 0:
        return {service: w / total for service, w in weights.items()}
    share_of_each = 1 / max(len(town.plan.shifts), 1)
    return {s: sum(x.to.get(s, 0.0) for x in town.plan.shifts) * share_of_each for s in weights}


def spent_on_models(town: Town, services: Iterable[str]) -> float:
    """Pounds a week the plan's models take now, beyond the run compared with and beyond what the plan invests."""
    return sum(to_service(town, s, 0, 1) - to_service(town, s, 0, 1, reference=True) - town.plan.invested(s, town.week)
               for s in services)
