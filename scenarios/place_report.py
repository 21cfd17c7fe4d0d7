"""A page for each place: what is published there, what the model founds, and what it does of itself two years later.

    python -m scenarios.place_report devon            # the whole place, central values, seed 1, ten years: docs/places/devon.md
    python -m scenarios.place_report devon --one-in 20 --to /tmp/devon.md

What is missed and why is written by people, in `docs/places/notes/<place>.md`, and is set into the page each time it is made.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from scenarios.validation import MILLION, OUTCOME, Line, base_run, markdown, table, told
from simulation import door
from simulation.founding import readiness

PAGES = Path(__file__).resolve().parents[1] / "docs" / "places"
NOTES = "notes"
YEARS, SEED = 10, 1
SECOND = -1  # the second year of the burn-in
BEGAN = 2026  # the plan's first financial year begins in April of this year
LATER = (("people_65_plus", "people", "65+", "People aged 65 and over"),
         ("care_home_residents", "care_home_residents", "65+", "People aged 65 and over in care homes, whoever pays"),
         ("care_home_council", "care_home_council", "65+", "The same, paid for by the council"),
         ("clients", "clients_in_year", "all", "Long-term clients in the year"),
         ("stays", "emergency_stays", "65+", "Overnight emergency stays at 65 and over"),
         ("net", "council_net", "all", "Net council spending, general inflation left out"))


def page(system: Any, lines: list[Line], seconds: tuple[float, float], memory: float, notes: str) -> str:
    """The page as text."""
    there = system.town.place
    england = sorted(f.name for f in there.from_england())
    parts = [f"# {there.title}: published, founded, after burn-in", _head(system, seconds, memory),
             markdown(lines), _missed(lines), "## How readily the council arranges support", _ready(there, system.town.memory),
             "## Stock, flow and stay", _stay(system), "## Ten years of present policy", _years(system),
             "## What is England's rate here", _england(there, england), "## What is missed, and why",
             notes.strip() or "No notes have been written for this place yet."]
    return "\n\n".join(parts) + "\n"


def _head(system: Any, seconds: tuple[float, float], memory: float) -> str:
    there, town = system.town.place, system.town
    who = "Invented for teaching: no figure of it was published anywhere. " if there.invented else ""
    size = "the whole place" if town.one_in == 1 else f"a sample of one adult in {town.one_in}"
    return (f"{who}{there.council}. {there.everybody:,.0f} people, {there['adults']:,.0f} of them adults; "
            f"{there['people_65_plus'] / there.everybody:.1%} are 65 or over; {there.most_deprived:.0%} live in the most deprived fifth of "
            f"England's small areas.\n\n"
            f"Made by `python -m scenarios.place_report {there.name}`: {size}, one run, central values of the evidence, seed {system.seed}. "
            f"Founding took {seconds[0]:,.0f} s and {town.burn_in + town.weeks} weeks took {seconds[1]:,.0f} s; {memory:,.0f} MB at most, the "
            "compiler included; other work was going on beside it.\n\n"
            "*Published* is the place's own figure (basis local), England's rate (england) or nobody's (invented). *Founded* is counted on the "
            "first day. *After burn-in* is the second year of the run, 2025-26 (the first, for people and deaths). One run is one throw of the "
            "dice: small counts move by chance. *Used as* says what was taken from the figure before: an *input* was founded on, a level was "
            "*learnt* in the burn-in, spending is founded *in part* (overheads and grants). Only an *outcome* tests the model. Its behaviour was "
            "set by hand on Doncaster, whose outcomes are therefore no test either.")


def _missed(lines: list[Line]) -> str:
    own, tests = [x for x in lines if x.basis == "local"], [x for x in lines if x.used == OUTCOME]
    told = [f"{sum(x.met for x in lines)} of {len(lines)} within what is accepted"]
    told += [f"of the {len(own)} that are the place's own, {sum(x.met for x in own)}"] if own else []
    told += [f"of the {len(tests)} that nothing was taken from (outcomes), {sum(x.met for x in tests)}"]
    return "; ".join(told) + "."


def _ready(there: Any, memory: Any) -> str:
    """How readily this council arranges support, by kind, and whose figures say so."""
    rows = ["| kind of support | counted by the figures | whose they are | scale of the first day | scale of coming |", "|---|---:|---|---:|---:|"]
    for kind in readiness.KINDS:
        england = readiness.of_england(kind, there)
        whose = "the place's own" if not england else "England's" if len(england) == len(readiness.COUNTED[kind]) else "in part England's"
        coming = memory.get(door.READY.get(kind, ""))
        rows.append(f"| {kind} | {told(readiness.counted(kind, there))} | {whose} | {memory[readiness.FIRST_DAY + kind]:.2f} | "
                    f"{'' if coming is None else format(coming, '.2f')} |")
    own, team = memory.get(door.READY["own care home 65+"], 1.0), memory[door.REABLEMENT]
    return ("\n".join(rows) + f"\n\nA scale of 1 is the rate of the register, fitted to Doncaster. People who pay for their own care home come "
            f"at {own:.2f} of it. The reablement team takes {told(team)} new people a year, where {told(there['reablement_episodes'])} are published.")


def yearly(system: Any) -> dict[tuple[int, str, str], float]:
    """Every measure by year and group, burn-in included."""
    return {(year, measure, group): value for year, measure, _, group, value in system.recorder.yearly(system.town, -2)}


def _stay(system: Any) -> str:
    """Stock is flow times stay: residents over those who come, and over those who leave, beside what is published."""
    y, there = yearly(system), system.town.place

    def of(measure: str) -> float:
        return y.get((SECOND, measure, "65+"), 0.0)

    council, into = of("care_home_council"), of("council_admissions")
    everybody, come, go = of("care_home_residents"), of("care_home_admissions"), of("care_home_departures")
    stock, flow = there["council_residents_65_plus"], there["council_admissions_65_plus"]
    return (f"Council-funded residents of 65 and over: published, {told(stock)} over {told(flow)} admissions a year is {stock / flow:.2f} years; "
            f"in the run, {told(council)} over {told(into)} (new, and those whose own money has run out) is {council / max(into, 1):.2f} years. "
            f"Everybody of 65 and over in care homes: {told(everybody)} over {told(go)} who leave or die is {everybody / max(go, 1):.2f} years, "
            f"over {told(come)} who come {everybody / max(come, 1):.2f}; where the two differ, the stock is moving.")


def _years(system: Any) -> str:
    y, last = yearly(system), system.town.weeks // 52 - 1
    rows = [f"| what | 2025-26 | {BEGAN + last}-{(BEGAN + last + 1) % 100:02d} | change |", "|---|---|---|---|"]
    for _, measure, group, title in LATER:
        then, now = y.get((SECOND, measure, group)), y.get((last, measure, group))
        if then and now:
            rows.append(f"| {title} | {told(then)} | {told(now)} | {now / then - 1:+.0%} |")
    return "\n".join(rows)


def _england(there: Any, names: list[str]) -> str:
    if not names:
        return "Nothing but the life table." if there.invented else "Nothing."
    return (f"{len(names)} of {len(there.figures)} figures, and the life table: " + ", ".join(n.replace("_", " ") for n in names)
            + f". Gross spending of {there['gross_current_spend'] / MILLION:,.0f} million is "
            + ("among them." if "gross_current_spend" in names else "the place's own."))


def peak_megabytes() -> float:
    """The most memory this process has held; nan where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (MILLION if sys.platform == "darwin" else 1000)


def write(place: str, *, one_in: int = 1, years: int = YEARS, to: Path | None = None) -> Path:
    """Run a place and write its page; the notes beside it are kept."""
    times: list[float] = [time.perf_counter()]
    system = base_run(place, one_in=one_in, seed=SEED, years=years, founded_at=lambda: times.append(time.perf_counter()))
    times.append(time.perf_counter())
    own = PAGES / NOTES / f"{place}.md"
    notes = own.read_text(encoding="utf-8") if own.is_file() else ""
    where = to or PAGES / f"{place}.md"
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(page(system, table(system), (times[1] - times[0], times[2] - times[1]), peak_megabytes(), notes), encoding="utf-8")
    system.close()
    return where


def main() -> None:
    """The command: one place, one page."""
    from simulation.errors import CareshiftError

    read = argparse.ArgumentParser(prog="python -m scenarios.place_report", description=(__doc__ or "").split("\n")[0])
    read.add_argument("place")
    read.add_argument("--one-in", type=int, default=1)
    read.add_argument("--years", type=int, default=YEARS)
    read.add_argument("--to", type=Path)
    asked = read.parse_args()
    try:
        print(write(asked.place, one_in=asked.one_in, years=asked.years, to=asked.to))
    except CareshiftError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
