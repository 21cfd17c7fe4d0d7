"""A page for each service: what it is, how it fails, what a sceptic says, what it rests on, and what more money does.

    python -m scenarios.service_report befriending          # runs what is not kept yet, writes docs/services/befriending.md
    python -m scenarios.service_report --all --worlds 5     # every service, and the index
    python -m scenarios.service_report --all --no-runs      # pages and index again from what is kept in doses.csv: seconds
    python -m scenarios.service_report --odd                # the parts of docs/odd.md that the code tells
"""

from __future__ import annotations

import argparse
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from scenarios import dose, odd
from scenarios.dose_told import Doses, alt, chart, doses, in_a_line, table, words
from scenarios.service_facts import cost, entries, lead, paragraphs, services, strength
from simulation.evidence import register

PAGES = Path(__file__).resolve().parents[1] / "docs" / "services"
PLACE = "doncaster"  # whose prices the pages tell


@lru_cache(maxsize=1)
def facts() -> dict[str, dict[str, Any]]:
    """What every service says of itself, by name."""
    return {f["name"]: f for f in services(PLACE)}


def page(name: str, runs: list[dict[str, str]]) -> str:
    """A service's page as text."""
    return f"{head(name)}\n{response(name, doses(name, runs))}"


def head(name: str) -> str:
    """All of a page that is read from code and register."""
    from simulation.services import found

    f, kind = facts()[name], found()[name]
    title = f["title"][0].upper() + f["title"][1:]
    parts = [f"# {title}", f["says"], "## How it works, and how it fails", *paragraphs(kind), "## What it takes",
             f"* A person costs {cost(f['cost'], f['cost unit'])}, fully used, at the prices of {PLACE.title()}.\n"
             f"* Lead time: {lead(f['lead weeks'])}.\n"
             f"* Capacity ({f['counts']}): {f['capacity'][0].lower()}{f['capacity'][1:]}\n"
             f"* Where people live: {f['home']}.\n"
             f"* Strength of its evidence: {strength(f['effect grades'])}.",
             "## What a sceptic says", kind.sceptic, "## What it is believed to change", effects(name)]
    return "\n\n".join(parts) + "\n"


def effects(name: str) -> str:
    """The effects of a service as a table, with ranges, grades and doubts; and how much else it believes."""
    from simulation.services import made

    held = register.load()
    (service,) = (s for s in made(register.central()) if s.name == name)
    mine = entries(service, held)
    rows = [f"| {_cell(e.says)} | {_span(e)} | {e.unit} | {e.grade} | {_cell(e.source)} | {_cell(e.doubt) or '-'} |"
            for e in mine if e.is_effect]
    others = [e for e in mine if not e.is_effect]
    assumed = sum(e.grade == "D" for e in others)
    rest = (f"It believes {len(others)} other numbers (costs, rates, limits), {assumed} of them of grade D: "
            f"`careshift evidence --used-by {name}`.")
    if not rows:
        return f"No effect is put in: whatever comes of it comes of who is where, when, and with how many hours.\n\n{rest}"
    return "\n".join(["| effect | value (range) | unit | grade | source | doubt |", "|---|---|---|---|---|---|", *rows]) + f"\n\n{rest}"


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "/")


def _span(e: register.Entry) -> str:
    def told(value: Any, low: Any, high: Any) -> str:
        return f"{value:g}" if low == high else f"{value:g} ({low:g} to {high:g})"

    if isinstance(e.value, tuple):
        return "; ".join(told(*three) for three in zip(e.value, e.low, e.high))
    return told(e.value, e.low, e.high)


def response(name: str, d: Doses | None) -> str:
    """The part of a page that comes from runs; or why there is none."""
    asked = dose.scenario_of(name)
    if asked is None:
        return ("## Dose and response\n\nThere is none. This support is bought person by person, for those who choose it or are found to "
                "need it, at the price above; its room is what is built, staffed and asked for. A plan does not invest in it: it moves money "
                "from it or beside it, and what that does is what the questions about care homes and home care ask (`careshift scenarios`).\n")
    (pounds,) = (by for by in asked.plan.invest.values())
    intro = (f"{asked.question} The question is `{asked.source.stem}`: £{pounds[0] / 1e6:,.2f}m in its first year, on top of the budget "
             f"(`careshift compare {asked.source.stem}`).")
    if d is None:
        return f"## Dose and response\n\n{intro}\n\nNot run yet: `python -m scenarios.service_report {name}`.\n"
    m = d.made
    how = (f"Made by `python -m scenarios.service_report`: {m['place'].title()}, a sample of one adult in {m['one_in']}, worlds: {d.worlds}, each with "
           f"values drawn from the evidence (seed {m['seed']}), {d.years} years; each world founded and burnt in once and run without the money "
           f"and with half, once and twice as much, with the same people and the same luck. Code `{m['code']}`, evidence `{m['evidence']}`. "
           "First the median of the worlds, in brackets the range that holds 8 in 10 of them. Figures are for the whole place.")
    chance = (f"A sample moves by chance: homes keep their true size in it, and one that closes in one run and not in the other moves many "
              f"figures at once, {m['one_in']} times over. So a difference is told only where all worlds, four at least, agree on its direction, "
              "at once and at twice the money. With so few worlds and so many pages some will agree by luck, and a real difference too small for "
              "so small a sample is not told; small ones want the whole place and twenty worlds. What takes longer than these years "
              "is not seen.")
    return "\n\n".join(["## Dose and response", intro, words(d), f"![{alt(d)}](img/{name}.svg)", table(d), how, chance]) + "\n"


def index(runs: list[dict[str, str]]) -> str:
    """The table of all services."""
    head_ = ("# Services and community models\n\nA page for each, made by `python -m scenarios.service_report --all` from the code, the "
             "register and runs; nothing here is written by hand. *In the runs* is what the money of the service's own question did to the "
             "place over the years run, against the same worlds without it: the median, in brackets 8 in 10 of the worlds, and only what all "
             "worlds agreed on. It is no ranking: the questions have different amounts of money, and many differences are too small "
             "for these samples. How a service is added: [add_a_service.md](../add_a_service.md).\n\n"
             "| service | evidence | a person costs | lead time | what makes its capacity | in the runs |\n|---|---|---|---|---|---|\n")
    rows = []
    for name, f in facts().items():
        d = doses(name, runs)
        ran = in_a_line(d) if d else "not an investment" if dose.scenario_of(name) is None else "not run yet"
        weeks = f"{f['lead weeks']:.0f} weeks" if f["lead weeks"] else "none of its own"
        rows.append(f"| [{f['title']}]({name}.md) | {strength(f['effect grades'])} | {cost(f['cost'], f['cost unit'])} | {weeks} | "
                    f"{f['capacity']} | {ran} |")
    return head_ + "\n".join(rows) + "\n"


def write(names: list[str], runs: list[dict[str, str]], folder: Path = PAGES) -> None:
    """The pages of these services, their pictures and the index."""
    (folder / "img").mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name}.md").write_text(page(name, runs), encoding="utf-8")
        if d := doses(name, runs):
            (folder / "img" / f"{name}.svg").write_text(chart(d, facts()[name]["title"]), encoding="utf-8")
    (folder / "README.md").write_text(index(runs), encoding="utf-8")


def main() -> None:
    """The command: one service, or all of them, or the generated parts of the ODD."""
    from simulation.errors import BadInput, CareshiftError, Problem, did_you_mean

    usual = dose.Settings()
    read = argparse.ArgumentParser(prog="python -m scenarios.service_report", description=(__doc__ or "").split("\n")[0])
    read.add_argument("name", nargs="?", help="a service (careshift services)")
    read.add_argument("--all", action="store_true", help="every service, and the index")
    read.add_argument("--odd", action="store_true", help="write the generated parts of docs/odd.md")
    read.add_argument("--no-runs", action="store_true", help="only write again from what is kept")
    for option in ("worlds", "one_in", "years", "seed"):
        read.add_argument(f"--{option.replace('_', '-')}", type=int, default=getattr(usual, option), metavar="N")
    asked = read.parse_args()
    if not (asked.name or asked.all or asked.odd):
        read.error("name a service, or --all, or --odd")
    try:
        for option, least in (("worlds", 1), ("one_in", 1), ("years", 1), ("seed", 0)):
            if getattr(asked, option) < least:
                raise BadInput(Problem("", 0, f"--{option.replace('_', '-')}", f"{getattr(asked, option)} is less than {least}"))
        if asked.name and asked.name not in facts():
            raise BadInput(Problem("", 0, "name", f"there is no service {asked.name!r}",
                                   did_you_mean(asked.name, facts()) or f"choose from {', '.join(facts())}"))
        names = list(facts()) if asked.all else [asked.name] if asked.name else []
        if names and not asked.no_runs:
            dose.run(names, dose.Settings(asked.worlds, asked.one_in, asked.years, asked.seed), lambda s: print(s, file=sys.stderr))
        if names:
            write(names, dose.read())
        if asked.odd:
            odd.write()
    except CareshiftError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
