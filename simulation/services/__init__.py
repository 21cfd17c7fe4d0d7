"""The services and community models: one file each, found by looking in this folder. No list is edited."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from simulation.evidence.register import Beliefs
from simulation.process import believes
from simulation.service import Service


@lru_cache(maxsize=1)
def found() -> dict[str, type[Service]]:
    """Every service there is, by name, in alphabetical order: each module of this folder that defines one."""
    kinds: dict[str, type[Service]] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{info.name}")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Service) and kind.__module__ == module.__name__:
                kind.name = info.name
                kinds[info.name] = kind
    return kinds


def made(beliefs: Beliefs, only: tuple[str, ...] | None = None) -> list[Service]:
    """The services with their beliefs, in a fixed order."""
    return [kind(**believes(kind, beliefs, name)) for name, kind in found().items()
            if only is None or name in only]
