"""One service, judged in one invented world by the designs that evaluators use, beside the truth no evaluator sees."""

from __future__ import annotations

from typing import Any

from scenarios import evaluations_done as done
from scenarios import study_designs as designs
from scenarios.evaluations_runs import LARGE, World
from simulation.errors import BadInput, Problem, did_you_mean

DESIGNS = ("before and after", "matched comparison", "in truth")
JUDGED = tuple(name for name in LARGE if name in ("living_well", "home_from_hospital"))


def judged(service: str, place: str, *, one_in: int, seed: int, world: int, worlds: str) -> list[dict[str, Any]]:
    """Emergency stays in hospital of those who began a service in its second year, a year on: a row for each design.

    A row tells the design, the change (a share; -0.1 is a tenth fewer), how many people it rests on. "In truth" is the
    same people in the same weeks with the same luck, without the service. Raises BadInput for a service that has none.
    """
    if service not in JUDGED:
        raise BadInput(Problem("", 0, "service", f"{service!r} is not judged by several designs",
                               did_you_mean(service, JUDGED) or f"choose from {', '.join(JUDGED)}"))
    ran_in = World(seed, world, one_in, place, worlds)
    ran = getattr(ran_in, service)
    found = {matched: done.study(ran_in, ran, (service,), done.STAYS, designs.YEAR, matched=matched, lately=0) for matched in (False, True)}
    values = (found[False].value, found[True].value, found[False].truth)
    return [{"service": service, "world": world, "design": design, "change": value, "people": found[design == DESIGNS[1]].people}
            for design, value in zip(DESIGNS, values, strict=True)]
