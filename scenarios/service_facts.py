"""What a service says of itself: read from its code and the register, for the command, the pages and these documents."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

from simulation import places as place_files
from simulation.evidence import register

SAID = {"A": "", "B": "", "C": "", "D": " (assumption)"}


def services(place: str = "doncaster") -> list[dict[str, Any]]:
    """Every service: what it is, what a person costs here, lead time, capacity rule, evidence. No list is kept anywhere."""
    from simulation.services import found, made

    held, prices, kinds = register.load(), price_list(place), found()
    return [_facts(service, kinds[service.name], held, prices) for service in made(register.central())]


def _facts(service: Any, kind: type, held: register.Register, prices: Mapping[str, float]) -> dict[str, Any]:
    effects = [e for e in entries(service, held) if e.is_effect]
    cost, lead = service.costs_a_person(prices), float(service.lead_time())
    return {"name": service.name, "title": service.title, "counts": service.counts, "home": service.home or "stays at home",
            "cost": float(cost), "cost unit": cost.unit, "lead weeks": lead, "capacity": first(service.makes_room),
            "effects": len(effects), "effect grades": {g: sum(e.grade == g for e in effects) for g in register.GRADES},
            "says": first(sys.modules[kind.__module__])}


def entries(service: Any, held: register.Register) -> list[register.Entry]:
    """The numbers a service believes: its own page, and those it shares with others."""
    keys = [k for f in fields(service) for k in (f"{service.name}.{f.name}", f"shared.{f.name}") if k in held.entries]
    return [held.entries[k] for k in keys]


def price_list(place: str) -> dict[str, float]:
    """The price list of a place as it is founded."""
    from simulation.founding.prices import prices
    from simulation.process import bind

    stand = SimpleNamespace(place=place_files.load(place), prices={})
    bind(prices, register.central(), page="founding_prices").run(stand)
    return stand.prices


def paragraphs(what: Any) -> list[str]:
    """What code says of itself, a paragraph each, without line breaks."""
    return [" ".join(p.split()) for p in (inspect.getdoc(what) or "").split("\n\n") if p.strip()]


def first(what: Any) -> str:
    """The first paragraph of what code says of itself."""
    return (paragraphs(what) or [""])[0]


def cost(pounds: float, unit: str) -> str:
    """£873 a week, £23.56 an hour, £2,032 each."""
    each = unit.removeprefix("pounds").strip() or "each time"
    return f"£{pounds:,.2f} {each}" if pounds < 100 else f"£{pounds:,.0f} {each}"


def lead(weeks: float) -> str:
    """26 weeks; or where it has none."""
    return f"{weeks:.0f} weeks" if weeks else "none of its own: what is there, and its staff"


def strength(grades: Mapping[str, int]) -> str:
    """3 effects: 1 of grade B, 2 of grade D (assumption)."""
    told = [f"{n} of grade {g}{SAID[g]}" for g, n in grades.items() if n]
    count = sum(grades.values())
    return f"{count} effect{'s' if count != 1 else ''}: {', '.join(told)}" if count else "no effect is believed"
