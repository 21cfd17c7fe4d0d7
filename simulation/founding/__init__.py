"""A place becomes a population: one step after another, each a function with its own page of evidence."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

NAMES = ("people", "readiness", "needs", "households", "wealth", "ties", "prices", "care", "market", "families")


def steps() -> tuple[Callable[..., Any], ...]:
    """The steps of founding, in order: each a function of the same name as its file."""
    return tuple(getattr(import_module(f"{__name__}.{name}"), name) for name in NAMES)
