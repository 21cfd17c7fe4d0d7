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
USUAL = {"r": "residents", "pl": "placements"}  # what helpers call the tables they are given


@cache
def reads(process: Callable[..., Any]) -> tuple[str, ...]:
    """The columns a process's file names, from its syntax tree: what `careshift week` prints as read.

    A table is known by its own name, as a part of something (`town.residents`), or by a short name it was given
    (`r, p = town.residents, town.providers`). What functions of other files look at is not followed.
    """
    tree = ast.parse(inspect.getsource(inspect.getmodule(process)))  # type: ignore[arg-type]
    found: set[str] = set()
    for part in ast.iter_child_nodes(tree):
        others = {a.arg for a in ast.walk(part) if isinstance(a, ast.arg) and a.annotation and ast.unparse(a.annotation) not in ("Any", "Table")}
        short = {name: table for name, table in USUAL.items() if name not in others}
        short.update(pair for node in ast.walk(part) if isinstance(node, ast.Assign) for pair in _named(node))
        called = {id(node.func) for node in ast.walk(part) if isinstance(node, ast.Call)}
        found |= {f"{table}.{node.attr}" for node in ast.walk(part) if isinstance(node, ast.Attribute) and id(node) not in called
                  and (table := _table(node.value, short))}
    return tuple(sorted(found - {f"{table}.arrays" for table in TABLES}))


def _table(node: ast.expr, short: Mapping[str, str]) -> str:
    """The table an expression stands for, "" if none."""
    if isinstance(node, ast.Call) and node.args:  # cast(Any, town.providers)
        return _table(node.args[-1], short)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name if name in TABLES else short.get(name, "") if isinstance(node, ast.Name) else ""


def _named(node: ast.Assign) -> list[tuple[str, str]]:
    """Short names that an assignment gives to tables, one by one or several at once."""
    to, what = node.targets[0], node.value
    several = isinstance(to, ast.Tuple) and isinstance(what, ast.Tuple)
    pairs = zip(to.elts, what.elts, strict=False) if several else [(to, what)]  # type: ignore[attr-defined]
    return [(name.id, table) for name, value in pairs
            if isinstance(name, ast.Name) and isinstance(value, ast.Name | ast.Attribute | ast.Call) and (table := _table(value, {}))]
