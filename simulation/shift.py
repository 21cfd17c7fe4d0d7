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

from simulation.budget import SPENDING, paid, within
from simulation.plan import Shift
from simulation.rules import WEEKS
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
            missing = share - over(reference, spend(town, PARTS[shift.line], 0, smooth)) / reference
            key = f"commissioning.patience {shift.line}"
            patience = town.memory.get(key, 0.0) + self.patient * missing * every / WEEKS
            town.memory[key] = patience = within(patience, 0.0, self.most)
            setattr(town.commissioner, STEER[shift.line],
                    within(self.hard * missing + patience, 0.0, self.most))


def reference_lines(town: Town) -> dict[str, NDArray[np.float64]]:
    """What a finished run spent, week by week from the plan's first: handed to plans compared with it (Plan.reference).

    Pounds a week on each line (loans are no spending), with contributions ("line: contributions"), and on each line to
    each payee ("line | payee").
    """
    money, start = town.money, -town.money.first
    out = {part: np.zeros(len(money.weekly) - start) for parts in PARTS.values() for part in parts}
    for key, column in money.lines.items():
        series = money.weekly[start:, column] / 100
        if key.payer == "council" and key.purpose in SPENDING:
            for name in (key.line, f"{key.line} | {key.payee}"):
                out[name] = out.get(name, 0.0) + series
        elif key.payee == "council" and key.purpose == "contribution":
            name = f"{key.line}: contributions"
            out[name] = out.get(name, 0.0) + series
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


Pair = tuple[str, str]  # a budget line and who is paid from it


def pairs(town: Town) -> set[Pair]:
    """Every line and payee of the council, here or in the run compared with."""
    here = {(k.line, k.payee) for k in town.money.lines if k.payer == "council" and k.purpose in SPENDING}
    split = [key.split(" | ") for key in (town.plan.reference or {}) if " | " in key]
    return here | {(line, payee) for line, payee in split}


def more_than_compared(town: Town, wanted: Iterable[Pair], smooth: int) -> float:
    """Pounds a week the council now spends on these lines and payees beyond the run compared with."""
    wanted = sorted(wanted)
    columns = [c for k, c in town.money.lines.items()
               if k.payer == "council" and k.purpose in SPENDING and (k.line, k.payee) in wanted]
    end = town.week - town.money.first + 1
    now = float(town.money.weekly[max(end - smooth, 0):end, columns].sum()) / 100 / min(smooth, end)
    return over(now, compared(town, [f"{line} | {payee}" for line, payee in wanted], 0, smooth))


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


def over(more: float, less: float) -> float:
    """The difference of two sums of money to the penny, so that equal runs differ by nothing at all."""
    return round(more - less, 2)


def usual(town: Town, key: str) -> float:
    """Pounds a week on a line before the plan began, grown with the cost of care."""
    began = town.memory.get("commissioning.care_index", 1.0)
    return town.memory.get(f"commissioning.usual {key}", 0.0) * town.prices["care_index"] / began


def remember_usual(town: Town) -> None:
    """At the end of the burn-in: what each line, and each service of the plan, usually takes."""
    money, memory = town.money, town.memory
    memory["commissioning.care_index"] = town.prices["care_index"]
    for line in {key.line for key in money.lines if key.payer == "council"}:
        memory[f"commissioning.usual {line}"] = paid(money, WEEKS, payer="council", lines=(line,), purposes=SPENDING)
        memory[f"commissioning.usual {line}: contributions"] = paid(money, WEEKS, payee="council", lines=(line,),
                                                                    purposes=("contribution",))
    for service in town.services:
        memory[f"commissioning.usual {service.name}: setting up"] = paid(
            money, WEEKS, payer="council", payee=service.name, purposes=("start_up", "standing_empty"))
    for line, payee in pairs(town):
        memory[f"commissioning.usual {line} | {payee}"] = paid(money, WEEKS, payer="council", payee=payee,
                                                               lines=(line,), purposes=SPENDING)


# What is released, and where it goes --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Followed:
    """One week of the money a plan moves, in pounds a week: what fell free, and where it went first."""

    moved: float  # what the lines stopped taking, late, and never more than the plan asks
    income_lost: float  # what people no longer contribute, as late
    other_support: float  # what people concerned now draw on instead, beyond what the plan's own money buys
    on_models: float  # what the models took of the money the plan gave them

    @property
    def left(self) -> float:
        """What is left for the models; below nought while people need more than falls free."""
        return self.moved - self.income_lost - self.other_support


def follow(town: Town, steering: Steering) -> Followed:
    """Where the money of every shift stands this week."""
    parts = [released(town, shift, steering) for shift in town.plan.shifts]
    models, smooth = models_of(town), min(steering.smooth, town.week + 1)
    bands = tuple(BAND[shift.line] for shift in town.plan.shifts)
    moved_from = {part for shift in town.plan.shifts for part in PARTS[shift.line]}
    drawn_on = {pair for pair in pairs(town) if pair[0] not in moved_from
                and (pair[0].startswith(bands) or pair[1] in models or pair[1] in town.plan.invest)}
    bought, on_models = 0.0, 0.0
    for service in sorted({*models, *town.plan.invest}):
        given, invested = town.memory.get(f"commissioning.for {service}", 0.0), town.plan.invested(service, town.week)
        took = within(more_than_compared(town, {p for p in drawn_on if p[1] == service}, smooth), 0.0, given + invested)
        bought += took
        on_models += took * given / (given + invested) if given > 0 else 0.0
    other = max(more_than_compared(town, drawn_on, smooth) - bought, 0.0)
    return Followed(sum(moved for moved, _ in parts), sum(lost for _, lost in parts), other, on_models)


def released(town: Town, shift: Shift, steering: Steering) -> tuple[float, float]:
    """What this shift has set free, and the contributions lost with it, as they stood some weeks ago."""
    lag = steering.lag
    smooth = min(steering.smooth, town.week - lag + 1)
    if town.week - lag < max(shift.start, 0):
        return 0.0, 0.0
    reference = spend(town, PARTS[shift.line], lag, smooth, reference=True)
    fallen = over(reference, spend(town, PARTS[shift.line], lag, smooth))
    moved = within(fallen, 0.0, shift.share_at(town.week - lag) * reference)
    band = sorted({line for line, _ in pairs(town) if line.startswith(BAND[shift.line])})
    lost = over(contributions(town, band, lag, smooth, reference=True), contributions(town, band, lag, smooth))
    return moved, max(lost, 0.0)


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

