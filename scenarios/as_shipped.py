"""The same plan on the evidence as shipped, always beside a result that rests on other numbers than the register's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.answers_base import last_year, main_run, range_name, years
from scenarios.answers_beside import MEASURES
from scenarios.answers_words import How, Range, apart, listed
from scenarios.results import Results
from scenarios.runs import Job

SAID: Mapping[str, tuple[str, How, str, str]] = {
    "council_net": ("net council spending", "money", "lower", "higher"), "ascot_years": ("ASCOT-years", "count", "fewer", "more"),
    "unpaid_hours": ("families' unpaid hours a week", "count", "fewer", "more")}


def jobs(edited: Sequence[Job]) -> list[Job]:
    """The plan and what it is compared with, once more in each replication, with no number of the register changed."""
    own = edited[0].runs[:2]  # baselines come first, and the plan right after its own
    return [Job(job.place, own, job.seed, job.replication, job.one_in, job.worlds, drawn_set=job.drawn_set) for job in edited]


def found(r: Results) -> dict[str, list[float]]:
    """What the plan does in its last year on the evidence as shipped: the ends of its range, and the mean, by measure."""
    return {m: list(last_year(r, m, main_run(r))) for m in MEASURES}


def told(r: Results, about: Mapping[str, Any]) -> str:
    """The result as shipped beside the one here, in words; nothing where no number was changed."""
    if not (held := about.get("as_shipped")):
        return ""
    parts = [f"{name} {apart(Range(*held[m]), how, less, more)} (here: {apart(last_year(r, m), how, less, more)})"
             for m, (name, how, less, more) in SAID.items() if m in held]
    return (f"Numbers of the evidence were changed ({about.get('posterior', {}).get('name', 'a file')}). On the evidence as shipped, in as many worlds, "
            f"{years(r)[-1]}, {range_name(r)}: {listed(parts)}.")
