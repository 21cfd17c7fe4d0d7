"""A place becomes a population: one step after another, each a function with its own page of evidence."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

NAMES = ("people", "needs", "households", "wealth", "ties", "prices", "care", "market", "families")


def _steps() -> tuple[Callable[..., Any], ...]:
    return tuple(getattr(import_module(f"{__name__}.{name}"), name) for name in NAMES)


STEPS = _steps()
