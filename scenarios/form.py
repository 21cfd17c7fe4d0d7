"""The form a council's plan is written on: every field of a scenario file, its bounds, and help where it is mistaken.

Nothing is guessed or repaired. What a plan may not say is as deliberate as what it may: families' hours, eligibility
and numbers of places are results or law, never levers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from scenarios import words
from scenarios.words import Horizon, nearest, refuse, shown, unknown
from simulation.plan import LEVERS, SHIFTABLE

MOST_YEARS, MOST_REPLICATIONS, LARGEST_SEED = 20, 1000, 2**63 - 1
LONGEST_TITLE, LONGEST_QUESTION, MOST_PARTS = 120, 300, 20
AS_NOW, MODEL = "as_now", "model-of-support"
PAID_BY = ("national_grant",)
SPENT_ON = ("start_up", "standing_empty")
SHOCKS = {"provider_closes": "how many homes or agencies", "flu_winter": "times an ordinary winter, such as 1.5",
          "pay_rise": "a percentage, such as 5%", "cut": "a percentage of the council's budget, such as 5%"}


@dataclass(frozen=True)
class Known:
    """What the readers of a plan must know beside the page: real places, models of support, years, other plans."""

    places: Collection[str]
    services: Collection[str]
    library: Mapping[str, Path]
    folder: Path = Path()
    horizon: Horizon | None = None


def _known(info: ValidationInfo) -> Known:
    context: Any = info.context
    assert isinstance(context, Known)
    return context


def _one_of(value: object, known: Collection[str], what: str) -> str:
    if isinstance(value, str):
        if value in known:
            return value
        raise refuse(*unknown(value, known, what))
    raise refuse(f"{shown(value)} is not {what}", nearest("", known))


def _model(value: object, info: ValidationInfo) -> str:
    return _one_of(value, _known(info).services, "a model of support that careshift knows")


def _place(value: object, info: ValidationInfo) -> str:
    if isinstance(value, str) and re.search(r"[/\\.]", value):
        raise refuse(f"{shown(value)} is not a place's name", "write the name alone, without slashes or dots")
    return _one_of(value, _known(info).places, "a place that careshift knows")


def other_plan(name: object, known: Known) -> Path | None:
    """The file of the plan another is held against: by name from the library, or a file in the same folder."""
    if not isinstance(name, str) or re.search(r"[/\\]|^\.", name):
        return None
    if name in known.library:
        return known.library[name]
    path = known.folder / name
    return path if name.endswith((".yaml", ".yml")) and words.is_file(path) else None


def _compare_with(value: object, info: ValidationInfo) -> str:
    known = _known(info)
    if not isinstance(value, str) or re.search(r"[/\\]|^\.", value):
        raise refuse(f"{shown(value)} is not the name of a scenario",
                     "name one of the library, or a file in the same folder as this one")
    if other_plan(value, known):
        return value
    beside = other_plan(f"{value}.yaml", known)
    todo = f"did you mean {beside.name}?" if beside else nearest(value[: words.MOST_SHOWN], known.library)
    raise refuse(f"there is no scenario {shown(value)} in the library or beside this file", todo)


def _budget(value: object) -> Decimal | None:
    if value == "follows_demand":
        return None
    if isinstance(value, dict) and set(value) == {"real_growth"}:
        return words.percent(-20, 20)(value["real_growth"])
    if isinstance(value, dict) and (wrong := [word for word in value if word != "real_growth"]):
        raise refuse(*unknown(wrong[0], ["real_growth"], "a rule for the budget"))
    raise refuse(f"{shown(value)} is not a rule for the budget", "write follows_demand, or {real_growth: 1.5%}")


_PERCENT_FORM = {"type": "string", "pattern": r"^[+-]?[0-9]{1,4}(\.[0-9]{1,6})?%$", "examples": ["10%"]}
_YEAR_FORM = {"type": "string", "pattern": "^20[0-9]{2}-[0-9]{2}$", "examples": ["2026-27"]}
_MODEL_FORM = {"type": "string", "format": MODEL}      # replaced by the names themselves in json_schema()
Share = Annotated[Decimal, PlainValidator(words.percent(0, 100)), WithJsonSchema(_PERCENT_FORM)]
MoreOrLess = Annotated[Decimal, PlainValidator(words.percent(-100, 100)), WithJsonSchema(_PERCENT_FORM)]
YearlyGrowth = Annotated[Decimal, PlainValidator(words.percent(-20, 20)), WithJsonSchema(_PERCENT_FORM)]
Pounds = Annotated[float, PlainValidator(words.pounds), WithJsonSchema({"type": "number", "minimum": 0})]
Count = Annotated[float, PlainValidator(words.count), WithJsonSchema({"type": "number", "minimum": 0})]
Year = Annotated[int, PlainValidator(words.year), WithJsonSchema(_YEAR_FORM)]
PlanYear = Annotated[int, PlainValidator(lambda value, info: words.year_within(value, _known(info).horizon)),
                     WithJsonSchema(_YEAR_FORM)]
Over = Annotated[tuple[int, int], PlainValidator(lambda value, info: words.over(value, _known(info).horizon)),
                 WithJsonSchema({"type": "string", "examples": ["2026-27 to 2028-29"],
                                 "pattern": "^20[0-9]{2}-[0-9]{2}( to 20[0-9]{2}-[0-9]{2})?$"})]
When = Annotated[tuple[int, int], PlainValidator(lambda value, info: words.when(value, _known(info).horizon)),
                 WithJsonSchema({"type": "string", "pattern": "^20[0-9]{2}-[0-9]{2} week [0-9]{1,2}$"})]
Model = Annotated[str, PlainValidator(_model), WithJsonSchema(_MODEL_FORM)]
Line = Annotated[str, PlainValidator(lambda value: _one_of(value, SHIFTABLE, "a budget line money can move from")),
                 WithJsonSchema({"enum": list(SHIFTABLE)})]
PaidBy = Annotated[str, PlainValidator(lambda value: _one_of(value, PAID_BY, "a payer of transition money")),
                   WithJsonSchema({"enum": list(PAID_BY)})]
SpentOn = Annotated[str, PlainValidator(lambda value: _one_of(value, SPENT_ON, "something transition money pays")),
                    WithJsonSchema({"enum": list(SPENT_ON)})]
What = Annotated[str, PlainValidator(lambda value: _one_of(value, SHOCKS, "something that can happen")),
                 WithJsonSchema({"enum": list(SHOCKS)})]
Budget = Annotated[Decimal | None, PlainValidator(_budget), WithJsonSchema({"oneOf": [
    {"const": "follows_demand"},
    {"type": "object", "properties": {"real_growth": _PERCENT_FORM}, "required": ["real_growth"],
     "additionalProperties": False}]})]


class Part(BaseModel):
    """A part of a plan: read strictly, with no field beyond the form, and never changed afterwards."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ShiftPart(Part):
    """Money that moves from one budget line to models of support as places fall empty; nobody is moved out."""

    line: Line = Field(alias="from", description="The budget line the money comes from.")
    share: Share = Field(description="Share of that line's gross budget in the same year of compare_with.")
    over: Over = Field(description="The years over which the share grows, in a straight line.")
    to: Annotated[dict[Model, Share], AfterValidator(words.adds_up)] = Field(
        description="Models of support that the money goes to, each with its share; together 100%.")


class TransitionPart(Part):
    """Money up front from outside the council's budget, so that the new can be built before the old is let go."""

    amount: Pounds = Field(description="Pounds in all, in the prices of price_year.")
    price_year: Year = Field(description="The financial year whose prices the plan's pounds are in.")
    paid_by: PaidBy = Field(description="Who pays it.")
    spent: Annotated[dict[PlanYear, Share], AfterValidator(words.adds_up)] = Field(
        description="Share of the amount spent in each financial year; together 100%.")
    on: list[SpentOn] = Field(min_length=1, description="What it may be spent on.")

    @field_validator("on")
    @classmethod
    def _each_once(cls, on: list[str]) -> list[str]:
        if twice := [word for word, times in Counter(on).items() if times > 1]:
            raise refuse(f"{twice[0]} is said twice", "keep one of them")
        return on


class ShockPart(Part):
    """Something that happens to people's support in one week, whatever the council had planned."""

    what: What = Field(description="; ".join(f"{name}: size is {size}" for name, size in SHOCKS.items()))
    when: When = Field(description="A week of a financial year: 2028-29 week 40.")
    size: Any = Field(description="How large: homes, a ratio or a percentage, by what it is.",
                      json_schema_extra={"type": ["number", "string"]})
    service: Model | None = Field(default=None, description="For provider_closes: which kind of home or agency closes.",
                                  validate_default=True)

    @field_validator("size")
    @classmethod
    def _fits(cls, size: object, info: ValidationInfo) -> object:
        what = info.data.get("what", "")
        if what in ("pay_rise", "cut"):
            return words.percent(0, 100)(size)
        whole = isinstance(size, int) and not isinstance(size, bool)
        if what == "provider_closes" and not (whole and 1 <= size <= 100):           # type: ignore[operator]
            raise refuse(f"{shown(size)} is not a number of homes or agencies", "write a whole number from 1 to 100")
        if what == "flu_winter" and not ((whole or isinstance(size, float)) and 1 <= size <= 10):  # type: ignore[operator]
            raise refuse(f"{shown(size)} is not {SHOCKS[what]}", "write a number from 1 to 10")
        return size

    @field_validator("service", mode="before")
    @classmethod
    def _only_for_closing(cls, service: object, info: ValidationInfo) -> object:
        what = info.data.get("what")
        if what == "provider_closes" and service is None:
            raise refuse("which kind of provider closes is missing", "write service: residential, say")
        if what not in ("provider_closes", None) and service is not None:
            raise refuse(f"{what} happens to the whole council, not to one service", "leave service out")
        return service


class RulesPart(Part):
    """Practice and prices a council may change; what is not named stays as it is."""

    package_size: MoreOrLess | None = Field(default=None, description=LEVERS["package_size"])
    assessments: MoreOrLess | None = Field(default=None, description=LEVERS["assessments"])
    fee_uplift: YearlyGrowth | None = Field(default=None, description=LEVERS["fee_uplift"] + "; written -1%")
    prevention: MoreOrLess | None = Field(default=None, description=LEVERS["prevention"])
    care_worker_pay: Share | None = Field(default=None, description=LEVERS["care_worker_pay"])
    home_care_money_to_pay: Share | None = Field(default=None, description=LEVERS["home_care_money_to_pay"])
    volunteer_drive: Count | None = Field(default=None, description=LEVERS["volunteer_drive"])
    volunteer_coordinators: Count | None = Field(default=None, description=LEVERS["volunteer_coordinators"])


class ScenarioForm(Part):
    """One scenario: a question about a council's plan, and everything the plan decides."""

    title: Annotated[str, AfterValidator(words.one_line)] = Field(
        max_length=LONGEST_TITLE, description="What the plan is, in one plain line; a cut is called a cut.")
    question: Annotated[str, AfterValidator(words.one_line)] = Field(
        max_length=LONGEST_QUESTION, description="What somebody wants to know.")
    place: Annotated[str, PlainValidator(_place), WithJsonSchema({"type": "string"})] = Field(
        description="The council area, by its name in careshift.")
    compare_with: Annotated[str, PlainValidator(_compare_with), WithJsonSchema({"type": "string"})] = Field(
        default=AS_NOW, description="The scenario it is held against: one of the library, or a file in the same folder.")
    first_year: Year = Field(description="The first financial year, April to March.")
    years: int = Field(default=10, ge=1, le=MOST_YEARS, description="How many financial years.")
    replications: int = Field(default=20, ge=1, le=MOST_REPLICATIONS, description="How many pairs of runs.")
    seed: int = Field(default=1, ge=0, le=LARGEST_SEED, description="Where the random numbers start.")
    budget: Budget = Field(default=None, description="How the council's budget grows, in this plan and in compare_with.")
    price_year: Year | None = Field(default=None, description="The financial year whose prices the plan's pounds are in.")
    shifts: list[ShiftPart] = Field(
        default_factory=list, max_length=MOST_PARTS, description="Money that moves between budget lines.")
    transition: TransitionPart | None = Field(default=None, description="Money up front from outside the council's budget.")
    invest: dict[Model, dict[PlanYear, Pounds]] = Field(
        default_factory=dict, description="Pounds a financial year added to a model of support; money, never places.")
    rules: RulesPart = Field(default_factory=RulesPart, description="Practice and prices that change.")
    shocks: list[ShockPart] = Field(default_factory=list, max_length=MOST_PARTS, description="Things that happen.")

    @field_validator("shifts")
    @classmethod
    def _no_line_is_spent_twice(cls, shifts: list[ShiftPart]) -> list[ShiftPart]:
        for line in SHIFTABLE:
            if (total := sum((shift.share for shift in shifts if shift.line == line), Decimal(0))) > 100:
                raise refuse(f"{total.normalize():f}% of {line} is moved in all", "no more than 100% can move")
        return shifts

