"""What was measured, told: each goal beside its value, met or not, and tables for people who plan their computing."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any, NamedTuple

BEGINS, ENDS = "<!-- measured: begins (python -m benchmarks --write) -->", "<!-- measured: ends -->"


class Goal(NamedTuple):
    """Something this project set itself, and what came of it. `value` is None where it was not measured this time."""

    what: str
    value: float | None
    shown: str
    goal: str
    met: bool | None

    @property
    def says(self) -> str:
        return "not measured in this run" if self.met is None else "met" if self.met else "**not met**"


def goals(found: Mapping[str, Any]) -> list[Goal]:
    """Every goal, in the order it was set."""
    s, held, grows = found["seconds"], found["held"], found["grows"]
    objects, columns = s["objects"] / s["engine"], s["columns"] / s["engine"]
    above = s["engine"] / found["floor"]["seconds_a_week"]
    founding = max(r["founding"] / r["people"] * 100_000 for r in grows["rows"] if r["people"] > 20_000)
    whole, power = found.get("whole"), grows["exponent"]
    told = [
        Goal("Engine against plain Mesa objects, same rules", objects, f"{objects:,.0f} times", "at least 100 times",
             objects >= 100),
        Goal("The same, the later goal", objects, f"{objects:,.0f} times", "at least 150 times", objects >= 150),
        Goal("Engine against NumPy columns, same rules", columns, f"{columns:.1f} times", "at least 3 times", columns >= 3),
        Goal("Engine against the measured floor", above, f"{above:.1f} times the floor", "at most 5 times", above <= 5),
    ]
    if whole:
        size, many = f"{whole['people']:,.0f} adults, {whole['weeks']:,.0f} weeks", whole["seconds"]
        shown = f"{many:.0f} s ({whole['waited']:.0f} s by the clock)"
        told += [Goal(f"One replication, founding included, one core: {size}", many, shown, "under 60 s", many < 60),
                 Goal("Its peak memory", whole["megabytes"], f"{whole['megabytes']:,.0f} MB", "under 1,000 MB",
                      whole["megabytes"] < 1000)]
    else:
        told += [Goal("One replication of whole Doncaster, ten years and burn-in, one core", None, "", "under 60 s", None),
                 Goal("Its peak memory", None, "", "under 1,000 MB", None)]
    return [*told,
            Goal("Exponent of cost against population", power, f"{power:.2f}", "at most 1.10", power <= 1.10),
            Goal("Bytes of state a person (all tables)", held["tables"], f"{held['tables']:.0f}", "under 150",
                 held["tables"] < 150),
            Goal("Seconds to found 100,000 people", founding, f"{founding:.1f} s", "under 10 s", founding < 10),
            services(found.get("services"))]


def services(seconds: Mapping[str, float] | None) -> Goal:
    """What all services cost in speed, against the first seven."""
    what, goal = "All services on against the first seven, whole week", "at most 1.6 times"
    if not seconds:
        return Goal(what, None, "", goal, None)
    ratio = seconds["all"] / seconds["first"]
    return Goal(what, ratio, f"{ratio:.2f} times ({seconds['first'] * 1000:.0f} to {seconds['all'] * 1000:.0f} ms)", goal, ratio <= 1.6)


def line(goal: Goal) -> str:
    """A goal as a row of the table."""
    return f"| {goal.what} | {goal.shown} | {goal.goal} | {goal.says} |"


def put_in(page: str, goal: Goal) -> str:
    """The page with this one row of the goals renewed, or added below the others where there was none."""
    rows = page.split("\n")
    at = next((i for i, row in enumerate(rows) if row.startswith(f"| {goal.what} |")), None)
    if at is None:
        first = next(i for i, row in enumerate(rows) if row.startswith("| Goal |"))
        at = next(i for i in range(first, len(rows)) if not rows[i].startswith("|"))
        rows.insert(at, "")
    rows[at] = line(goal)
    return "\n".join(rows)


def report(found: Mapping[str, Any]) -> str:
    """All tables as Markdown."""
    parts = [_where(found), _goals(found), _forms(found), _floor(found), _growth(found), _memory(found), _shares(found)]
    return "\n\n".join(parts) + "\n"


def _rows(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" if i == 0 else "---:" for i in range(len(head))), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _where(found: Mapping[str, Any]) -> str:
    kind = "quick run, small sizes" if found["quick"] else "full run"
    return (f"{kind.capitalize()}. Python {platform.python_version()}, {platform.system()} on {platform.machine()}; one "
            "thread. Seconds are the processor's, of this machine; ratios are of the least of interleaved rounds of this one run. "
            "Other work may have been going on, which slows memory for all forms alike.")


def _goals(found: Mapping[str, Any]) -> str:
    return _rows(("Goal", "measured", "goal", ""), [(g.what, g.shown, g.goal, g.says) for g in goals(found)])


def _forms(found: Mapping[str, Any]) -> str:
    people, s = found["people"], found["seconds"]
    names = {"objects": "Plain Mesa objects, Mesa's own random numbers",
             "objects, addressed luck": "Plain Mesa objects, the engine's addressed luck (identical lives)",
             "columns": "NumPy columns, NumPy's own random numbers",
             "columns, addressed luck": "NumPy columns, the engine's addressed luck (identical lives)",
             "engine": "Engine, the same processes (identical lives)",
             "whole week": "Engine, the whole week: every process, every service, records kept"}
    rows = [(label, f"{s[n] * 1000:,.1f}", f"{people / s[n]:,.0f}", f"{s['objects'] / s[n]:,.1f}") for n, label in names.items()]
    return f"{people:,} people, side by side:\n\n" + _rows(
        ("Form", "ms a week", "person-weeks a second", "times plain objects"), rows)


def _floor(found: Mapping[str, Any]) -> str:
    f = found["floor"]
    return (f"The floor: {f['bytes_a_person']:.0f} bytes a person a week at {f['gigabytes_a_second']:.1f} GB/s (a copy of that "
            f"size; {f['gigabytes_a_second_big']:.1f} GB/s for a block too big for the caches), and {f['draws_a_person']:.2f} "
            f"draws at {f['nanoseconds_a_draw']:.2f} ns, make {f['seconds_a_week'] * 1000:.2f} ms a week.")


def _growth(found: Mapping[str, Any]) -> str:
    g = found["grows"]
    rows = [(f"{r['people']:,}", f"{r['week'] * 1000:,.1f}", f"{r['week'] / r['people'] * 1e9:,.0f}", f"{r['founding']:.1f}",
             f"{r['founding'] / r['people'] * 1e5:.1f}") for r in g["rows"]]
    return (f"Cost against population, whole week: exponent {g['exponent']:.2f} over all sizes, {g['last']:.2f} between the two "
            "largest.\n\n" + _rows(("People", "ms a week", "ns a person-week", "founding, s", "s per 100,000"), rows))


def _memory(found: Mapping[str, Any]) -> str:
    h, rows = found["held"], []
    rows.append(("Columns of residents, bytes a person here", f"{h['residents']:.0f}"))
    rows.append(("The same, bytes a row (people to come and people gone keep rows)", f"{h['a_row']:.0f}"))
    rows.append(("All tables, bytes a person", f"{h['tables']:.0f}"))
    rows.append(("Growth of the process from before founding, bytes a person", f"{h['process']:,.0f}"))
    rows.append(("A plain object of the subset, bytes a person", f"{found['object']['bytes']:,.0f}"))
    if "first_start" in found:
        rows.append(("First small run with nothing compiled yet, s", f"{found['first_start']:.0f}"))
        rows.append(("The same run afterwards, s", f"{found['later_start']:.1f}"))
    rows.append(("`careshift --help`, s", f"{found['help']:.2f}"))
    return "Memory and starting:\n\n" + _rows(("", "measured"), rows)


def _shares(found: Mapping[str, Any]) -> str:
    told = sorted(found["shares"].items(), key=lambda x: -x[1])
    return "Share of the whole week's seconds:\n\n" + _rows(("Process", "share"), [(n, f"{s:.1%}") for n, s in told])


def doubled(now: Mapping[str, float], before: Mapping[str, float], least: float = 0.02) -> list[str]:
    """Processes whose share of the week has more than doubled against a stored table; tiny shares are passed over."""
    return [f"{name}: {before.get(name, 0.0):.1%} of the week before, {share:.1%} now" for name, share in now.items()
            if share > least and share > 2 * before.get(name, 0.0)]
