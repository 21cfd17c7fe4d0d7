"""The parts of docs/odd.md that the code tells: the order of the week, the steps of founding, a paragraph for each process and service."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from scenarios.service_facts import paragraphs

PAGE = Path(__file__).resolve().parents[1] / "docs" / "odd.md"
COMMAND = "python -m scenarios.service_report --odd"


def marks(name: str) -> tuple[str, str]:
    """What stands before and after a generated part."""
    return f"<!-- {name}: begins ({COMMAND}) -->", f"<!-- {name}: ends -->"


def overview() -> str:
    """The week in its order, as `careshift week` prints it: what each process says, when it acts, what it changes."""
    from simulation.evidence.register import central
    from simulation.process import bind
    from simulation.week import week

    beliefs = central()
    rows = ["| | process | what happens | every | changes | numbers believed |", "|---:|---|---|---|---|---:|"]
    for k, b in enumerate((bind(p, beliefs) for p in week()), 1):
        rows.append(f"| {k} | {b.name} | {b.says} | {'week' if b.every == 1 else f'{b.every} weeks'} | "
                    f"{_columns(b.changes)} | {len(b.beliefs)} |")
    return "\n".join(rows)


def _columns(changed: Iterable[str]) -> str:
    """residents: need, dementia; placements: price."""
    tables: dict[str, list[str]] = {}
    for column in changed:
        table, _, name = column.partition(".")
        tables.setdefault(table, []).append(name)
    return "; ".join(f"{table}: {', '.join(sorted(names))}" if any(names) else table for table, names in tables.items()) or "-"


def founding() -> str:
    """The steps of founding in their order."""
    from simulation.founding import steps

    return "\n".join(f"{k}. **{step.__name__}.** {' '.join(paragraphs(inspect.getmodule(step)))}" for k, step in enumerate(steps(), 1))


def processes() -> str:
    """A paragraph for each process of the week."""
    from simulation.week import week

    return "\n\n".join(f"**{p.__name__.capitalize()}.** " + " ".join([*paragraphs(inspect.getmodule(p)), *paragraphs(p)]) for p in week())


def services() -> str:
    """A paragraph for each service: what it is, how it works, how it fails."""
    from simulation.services import found

    return "\n\n".join(_service(kind) for kind in found().values())


def _service(kind: Any) -> str:
    title = kind.title[0].upper() + kind.title[1:]
    return f"**{title}.** " + " ".join([*paragraphs(sys.modules[kind.__module__]), *paragraphs(kind)]) + f" [More](services/{kind.name}.md)."


PARTS: dict[str, Callable[[], str]] = {"process overview": overview, "steps of founding": founding, "processes": processes,
                                       "services": services}


def renewed(text: str) -> str:
    """The page with its generated parts as the code tells them now. Raises ValueError where a mark is missing."""
    for name, make in PARTS.items():
        begins, ends = marks(name)
        before, found, rest = text.partition(begins)
        _, closed, after = rest.partition(ends)
        if not (found and closed):
            raise ValueError(f"docs/odd.md has no place for {name!r}: put {begins} and {ends} where it belongs")
        text = f"{before}{begins}\n\n{make()}\n\n{ends}{after}"
    return text


def write(page: Path = PAGE) -> None:
    """Renew the generated parts in place."""
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
