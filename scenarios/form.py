"""The form a council's plan is written on: every field of a scenario file, its bounds, and help where it is mistaken.

Nothing is guessed or repaired. What a plan may not say is as deliberate as what it may: families' hours, eligibility
and numbers of places are results or law, never levers.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
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

from scenarios import names, words
from scenarios.words import refuse, shown
from simulation.evidence.register import PRICE_YEAR
from simulation.plan import LEVERS, SHIFTABLE

MOST_YEARS, MOST_REPLICATIONS, LARGEST_SEED = 20, 1000, 2**63 - 1
LONGEST_TITLE, LONGEST_QUESTION, MOST_PARTS = 120, 300, 20
AS_NOW, MODEL = "as_now", "model-of-support"
PAID_BY = ("national_grant",)
SPENT_ON = ("start_up", "standing_empty")
SHOCKS = {"provider_closes": "how many homes or agencies", "flu_winter": "times an ordinary winter, such as 1.5",
          "pay_rise": "a percentage, such as 5%", "cut": "a percentage of the council's budget, such as 5%"}

_PERCENT_FORM = {"type": "string", "pattern": r"^[+-]?[0-9]{1,4}(\.[0-9]{1,6})?%$", "examples": ["10%"]}
_YEAR_FORM = {"type": "string", "pattern": "^20[0-9]{2}-[0-9]{2}$", "examples": ["2026-27"]}
_MODEL_FORM = {"type": "string", "format": MODEL}      # replaced by the names themselves in json_schema()
Share = Annotated[Decimal, PlainValidator(words.percent(0, 100)), WithJsonSchema(_PERCENT_FORM)]
MoreOrLess = Annotated[Decimal, PlainValidator(words.percent(-100, 100)), WithJsonSchema(_PERCENT_FORM)]
YearlyGrowth = Annotated[Decimal, PlainValidator(words.percent(-20, 20)), WithJsonSchema(_PERCENT_FORM)]
Pounds = Annotated[float, PlainValidator(words.pounds), WithJsonSchema({"type": "number", "minimum": 0})]
Count = Annotated[float, PlainValidator(words.count), WithJsonSchema({"type": "number", "minimum": 0})]
Year = Annotated[int, PlainValidator(words.year), WithJsonSchema(_YEAR_FORM)]
PriceYear = Annotated[int, PlainValidator(names.price_year), WithJsonSchema({"const": PRICE_YEAR})]
PlanYear = Annotated[int, PlainValidator(lambda value, info: words.year_within(value, names.known(info).horizon)),
                     WithJsonSchema(_YEAR_FORM)]
Over = Annotated[tuple[int, int], PlainValidator(lambda value, info: words.over(value, names.known(info).horizon)),
                 WithJsonSchema({"type": "string", "examples": ["2026-27 to 2028-29"],
                                 "pattern": "^20[0-9]{2}-[0-9]{2}( to 20[0-9]{2}-[0-9]{2})?$"})]
When = Annotated[tuple[int, int], PlainValidator(lambda value, info: words.when(value, names.known(info).horizon)),
                 WithJsonSchema({"type": "string", "pattern": "^20[0-9]{2}-[0-9]{2} week [0-9]{1,2}$"})]
Model = Annotated[str, PlainValidator(names.model), WithJsonSchema(_MODEL_FORM)]
Line = Annotated[str, PlainValidator(lambda value: names.one_of(value, SHIFTABLE, "a budget line money can move from")),
                 WithJsonSchema({"enum": list(SHIFTABLE)})]
PaidBy = Annotated[str, PlainValidator(lambda value: names.one_of(value, PAID_BY, "a payer of transition money")),
                   WithJsonSchema({"enum": list(PAID_BY)})]
SpentOn = Annotated[str, PlainValidator(lambda value: names.one_of(value, SPENT_ON, "something transition money pays")),
                    WithJsonSchema({"enum": list(SPENT_ON)})]
What = Annotated[str, PlainValidator(lambda value: names.one_of(value, SHOCKS, "something that can happen")),
                 WithJsonSchema({"enum": list(SHOCKS)})]
Budget = Annotated[Decimal | None, PlainValidator(names.budget), WithJsonSchema({"oneOf": [
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
    price_year: PriceYear = Field(description="The financial year whose prices the pounds are in.")
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
    place: Annotated[str, PlainValidator(names.place), WithJsonSchema({"type": "string"})] = Field(
        description="The council area, by its name in careshift.")
    compare_with: Annotated[str, PlainValidator(names.compare_with), WithJsonSchema({"type": "string"})] = Field(
        default=AS_NOW, description="What it is held against: a scenario of the library, or a file in the same folder.")
    first_year: Year = Field(description="The first financial year, April to March.")
    years: int = Field(default=10, ge=1, le=MOST_YEARS, description="How many financial years.")
    replications: int = Field(default=20, ge=1, le=MOST_REPLICATIONS, description="How many pairs of runs.")
    seed: int = Field(default=1, ge=0, le=LARGEST_SEED, description="Where the random numbers start.")
    budget: Budget = Field(default=None, description="How the council's budget grows, here and in compare_with.")
    price_year: PriceYear | None = Field(default=None, description="The financial year whose prices the pounds are in.")
    shifts: list[ShiftPart] = Field(
        default_factory=list, max_length=MOST_PARTS, description="Money that moves between budget lines.")
    transition: TransitionPart | None = Field(default=None, description="Money up front, beyond the council's budget.")
    invest: dict[Model, dict[PlanYear, Pounds]] = Field(
        default_factory=dict, description="Pounds a year added to a model of support; money, never places.")
    rules: RulesPart = Field(default_factory=RulesPart, description="Practice and prices that change.")
    shocks: list[ShockPart] = Field(default_factory=list, max_length=MOST_PARTS, description="Things that happen.")

    @field_validator("shifts")
    @classmethod
    def _no_line_is_spent_twice(cls, shifts: list[ShiftPart]) -> list[ShiftPart]:
        for line in SHIFTABLE:
            if (total := sum((shift.share for shift in shifts if shift.line == line), Decimal(0))) > 100:
                raise refuse(f"{total.normalize():f}% of {line} is moved in all", "no more than 100% can move")
        return shifts

