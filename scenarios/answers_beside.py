"""What stands beside a plan: other budget rules, its rivals, a sceptic's run and one on evidence alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from scenarios.answers_base import last_year, main_run, shown_runs
from scenarios.answers_words import Range, apart
from scenarios.design import Run
from scenarios.results import Results

Kind = Literal["plan", "budget", "rival", "belief"]
MEASURES = ("council_net", "ascot_years", "bed_days", "unpaid_hours", "care_home_council")
BELIEFS = {"sceptic": "A sceptic's run: no effect that is assumed",
           "evidence_only": "Only effects with evidence of grades A and B"}
WHEN = {BELIEFS["sceptic"]: "if no assumed effect is real",
        BELIEFS["evidence_only"]: "on effects with evidence of grades A and B alone"}


class Beside(NamedTuple):
    """One run in the last year, against doing nothing under the same budget rule and the same beliefs."""

    kind: Kind
    title: str
    differences: dict[str, Range]


def rule_words(name: str) -> str:
    """A budget rule, as a reader would say it."""
    if name == "follows_demand":
        return "the budget follows demand"
    if name == "flat_real":
        return "the budget is flat in real terms"
    return f"the budget grows {name.removeprefix('real_growth_')} a year in real terms"


def beside(r: Results, measures: Sequence[str] = MEASURES) -> list[Beside]:
    """The plan first, then other budget rules, rivals and other beliefs: whichever of them were run."""
    own = main_run(r)
    held = [run for run in shown_runs(r) if run.scenario == own.scenario or (run.budget_rule, run.variant) == (own.budget_rule, own.variant)]
    out = [Beside(*_named(run, r.scenario.name, own.budget_rule), {m: last_year(r, m, run) for m in measures}) for run in held]
    return sorted(out, key=lambda b: ("plan", "budget", "rival", "belief").index(b.kind))


def _named(run: Run, name: str, own: str) -> tuple[Kind, str]:
    if run.variant != "central":
        return "belief", BELIEFS[run.variant]
    if run.scenario != name:
        return "rival", run.title
    if run.budget_rule == own:
        return "plan", f"This plan ({rule_words(own)})"
    return "budget", f"This plan, if {rule_words(run.budget_rule)}"


def doubted(r: Results) -> str:
    """In a sentence: net spending under a sceptic's beliefs, on evidence alone, and under other budget rules."""
    said: dict[str, list[str]] = {"belief": [], "budget": []}
    for b in beside(r, ("council_net",)):
        if b.kind in said:
            when = WHEN.get(b.title, b.title.removeprefix("This plan, "))
            said[b.kind].append(f"{when}, net spending is {apart(b.differences['council_net'], 'money')}")
    return " ".join(f"{text[:1].upper()}{text[1:]}." for text in map("; ".join, said.values()) if text)
