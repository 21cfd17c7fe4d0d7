"""careshift: try a council's plan on its own people before anybody lives through it.

    >>> import careshift
    >>> "doncaster" in careshift.places()
    True

Everything heavy is loaded on first use, so `import careshift` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_API = ("Results", "Scenario", "check", "check_place", "compare", "evaluated", "evidence", "experiment", "follow", "found", "measures",
        "new_place", "places", "scenarios", "services", "week")
__all__ = ["__version__", *_API]


def __getattr__(name: str) -> Any:
    if name in _API:
        return getattr(import_module("careshift.api"), name)
    raise AttributeError(f"module 'careshift' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
