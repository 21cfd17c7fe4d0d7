"""What a process is: a verb of the week, its beliefs named in its signature, what it changes declared above it.

Left of the star stands the world, right of it the evidence. `bind` matches the left by name to the town and the right
by name to the evidence page of the same name (then to the shared page), once, before the first week.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, NamedTuple, get_type_hints

from simulation.evidence.register import Beliefs
from simulation.kernels import B1, F4, F8, I1, I2, I4, I8, KERNELS, U4, F, Key, kernel, rule

__all__ = ["B1", "F4", "F8", "I1", "I2", "I4", "I8", "KERNELS", "TABLES", "U4", "Bound", "Key", "believes", "bind", "changes", "kernel",
           "reads", "rule"]


def changes(*columns: str, every: int = 1) -> Callable[[F], F]:
    """Declare the columns a process may change ("residents.need"), and how often it acts, in weeks."""

    def mark(f: F) -> F:
        f.changes = columns  # type: ignore[attr-defined]
        f.every = every  # type: ignore[attr-defined]
        return f

    return mark


class Bound(NamedTuple):
    """A process with its evidence: run(town) acts on one week."""

    name: str
    run: Callable[[Any], None]
    every: int
    changes: tuple[str, ...]
    reads: tuple[str, ...]
    beliefs: tuple[str, ...]
    says: str


def bind(process: Callable[..., Any], beliefs: Beliefs, page: str | None = None) -> Bound:
    """Match a process to the town (left of the star) and to its evidence page (right of it).

    Raises EvidenceError naming each number the process asks for that no page gives.
    """
    name = process.__name__
    told = inspect.signature(process, eval_str=True).parameters.values()
    world = [p.name for p in told if p.kind is p.POSITIONAL_OR_KEYWORD]
    asked = {p.name: p.annotation for p in told if p.kind is p.KEYWORD_ONLY}
    given = beliefs.given(page or process.__module__.rsplit(".", 1)[-1], asked)

    def run(town: Any) -> None:
        process(*[town if w == "town" else getattr(town, w) for w in world], **given)

    return Bound(name, run, getattr(process, "every", 1), getattr(process, "changes", ()),
                 reads(process), tuple(asked), (inspect.getmodule(process).__doc__ or "").split("\n")[0])


def believes(kind: type, beliefs: Beliefs, page: str) -> Mapping[str, Any]:
    """The numbers a frozen dataclass (a service) asks for: its fields, from the page of the same name."""
    hints = get_type_hints(kind, include_extras=True)
    return beliefs.given(page, {f.name: hints[f.name] for f in fields(kind)})


TABLES = ("residents", "placements", "providers", "carers", "volunteers", "neighbourhoods")


@cache
def reads(process: Callable[..., Any]) -> tuple[str, ...]:
    """The columns a process's file names, from its syntax tree: what `careshift week` prints as read."""
    tree = ast.parse(inspect.getsource(inspect.getmodule(process)))  # type: ignore[arg-type]
    found = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in TABLES
    }
    return tuple(sorted(found))
