"""The week, in the order it happens. This tuple is the only thing that decides order; `careshift week` prints it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

NAMES = (
    "pricing",        # prices, pay and the complexity of need move on, once a year
    "coming",         # people come, grow older, leave
    "dying",          # people die; partners are bereaved
    "needing",        # need begins, rises, recovers; health goes up and down
    "falling",        # frail people fall
    "meeting",        # ties form and fade
    "loneliness",     # loneliness follows company
    "volunteering",   # volunteers join, carry a load, leave
    "caring",         # families care, tire, rest, or cannot go on
    "asking",         # people ask for help
    "deciding",       # some help is enough; assessments are made; money is assessed
    "choosing",       # people choose among what there is, with consent, or wait
    "reviewing",      # packages follow need; savings run out
    "working",        # care workers join and leave
    "supporting",     # services make room, help, and end
    "hospital",       # A&E, stays, being ready to leave, delay
    "wellbeing",      # how life is, for people with need and for carers
    "paying",         # every pound to a payer and a payee
    "commissioning",  # the council forecasts, rations, and carries out its plan
    "happening",      # shocks
)


def week() -> tuple[Callable[..., Any], ...]:
    """The processes of the week, in order: each a function of the same name as its file."""
    return tuple(getattr(import_module(f"{__name__}.{name}"), name) for name in NAMES)
