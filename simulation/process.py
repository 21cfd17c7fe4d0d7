"""What a process is: a verb of the week, its beliefs named in its signature, what it changes declared above it.

Left of the star stands the world, right of it the evidence. `bind` matches the left by name to the town and the right
by name to the evidence page of the same name (then to the shared page), once, before the first week.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast, get_type_hints

import numba
import numpy as np
from numba import njit
from numpy.typing import NDArray

from simulation.evidence.register import Beliefs

F = TypeVar("F", bound=Callable[..., Any])

# Array types as kernels name them in their signatures.
F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I1 = NDArray[np.int8]
I2 = NDArray[np.int16]
I4 = NDArray[np.int32]
U4 = NDArray[np.uint32]
B1 = NDArray[np.bool_]
Key = np.uint64

KERNELS: list[Any] = []


def _cache_folder() -> str:
    """The compiled kernels' folder, named by the shared files that kernels call, whose changes numba does not see."""
    told = hashlib.sha256()
    for name in ("draws", "rules", "door", "means"):
        shared = Path(__file__).with_name(f"{name}.py")
        told.update(shared.read_bytes() if shared.exists() else b"")
    base = Path(os.environ.get("CARESHIFT_CACHE") or Path.home() / ".cache" / "careshift")
    folder = base / f"kernels-{told.hexdigest()[:12]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"careshift-{os.getuid() if hasattr(os, 'getuid') else 0}" / folder.name
        folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


numba.config.CACHE_DIR = _cache_folder()  # type: ignore[attr-defined]


def rule(f: F) -> F:
    """One person's values in, one value out: readable, testable, and compiled into the kernels that call it."""
    return cast(F, njit(inline="never", cache=True, nogil=True)(f))


def kernel(f: F) -> F:
    """A short loop over people that calls rules; compiled once for one set of types, and plain Python without numba."""
    compiled = njit(cache=True, nogil=True)(f)
    KERNELS.append(compiled)
    return cast(F, compiled)


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
