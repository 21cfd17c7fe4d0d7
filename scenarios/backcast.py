"""A look backwards: found a place as it was in 2017, run it to 2023, and set its care home residents beside what was counted.

    python -m scenarios.backcast doncaster wigan somerset devon birmingham      # docs/places/backcast.md

The people of mid-2017 are those of the place's own table made six years younger: each age is what is left of it six years later
over the chance to live so long, less six years of net moves. Residents the council pays for are founded as they were counted in
2017-18, its other clients as many for each person of their age as today; everything else (prices, needs by age, the budget in real
terms) is as in the ordinary founding. Neither the pandemic nor any council's change of policy is in the model; both are in the counts.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from simulation.founding import readiness
from simulation.founding.people import net_moves
from simulation.places import Place, load

PAGE = Path(__file__).resolve().parents[1] / "docs" / "places" / "backcast.md"
BACK, BURN_IN = 6, 2  # years from mid-2017 to mid-2023, and those of them the run calls burn-in
YEARS = ("2017-18", "2018-19", "2019-20", "2020-21", "2021-22", "2022-23")
LAST_BEFORE = YEARS.index("2019-20")  # the pandemic began as this year ended
STOCK = "council_residents_65_plus"
LIFE = "ascof_1a"
YOUNGER = ("learning_disability_clients", "long_term_clients_18_64", "residents_18_64", "admissions_18_64")


def made_younger(place: Place, years: int = BACK) -> Place:
    """The place as its people were so many years ago."""
    deaths = place.life_table[:, :place.people.shape[1]] * place["deaths_smr"]
    people, moves = place.people.copy(), net_moves(place)
    for _ in range(years):
        people = _a_year_younger(people, deaths, moves)
    now = {"adults": people[:, 18:].sum(), "people_65_plus": people[:, 65:].sum()}
    figures = {**place.figures, **{name: replace(place.figures[name], value=float(value)) for name, value in now.items()}}
    for name in (*readiness.INPUTS, "council_admissions_65_plus"):
        of = slice(18, 65) if name in YOUNGER else slice(65, None)
        share = float(people[:, of].sum() / place.people[:, of].sum())
        figures[name] = replace(figures[name], value=figures[name].value * share)
    return replace(place, people=people, figures=figures, hash=f"{place.hash} {years} years ago")


def as_counted(place: Place, year: str = "2017-18") -> Place:
    """The place made younger, with as many residents whom the council pays for as were counted then."""
    then = made_younger(place)
    residents = replace(then.figures[STOCK], value=counted(place)[year])
    return replace(then, figures={**then.figures, STOCK: residents}, hash=f"{then.hash}, as counted in {year}")


def _a_year_younger(people: Any, deaths: Any, moves: Any) -> Any:
    """Who was here a year before: everybody a year younger, with those who have died since and without those who came.

    The oldest share a cell: as many are taken to have grown into it as died out of it.
    """
    before = people.copy()
    staying = people - moves
    before[:, :-1] = staying[:, 1:] / np.exp(-deaths[:, :-1])
    live = np.exp(-deaths[:, -2:])
    before[:, -1] = staying[:, -1]
    before[:, -2] = staying[:, -1] * (1 - live[:, 1]) / live[:, 0]
    return np.maximum(before, 0.0)


def counted(place: Place, name: str = STOCK) -> dict[str, float]:
    """What was published of a figure (residents the council pays for), by year."""
    figure = place.figures[name]
    return {figure.year: figure.value, **{r.year: r.value for r in figure.others}}


def run(name: str, one_in: int = 1, seed: int = 1) -> tuple[dict[str, float], float]:
    """Council-funded residents of 65 and over by year from mid-2017, and how far quality of life moved after the burn-in, as present policy has it."""
    from simulation.evidence.register import central
    from simulation.model import CareSystem
    from simulation.plan import Plan

    system = CareSystem(as_counted(load(name)), central(), Plan(years=BACK - BURN_IN), seed=seed, one_in=one_in, events="counts").run()
    told = {(m, year): v for year, m, _, g, v in system.recorder.yearly(system.town, -BURN_IN)
            if (m, g) in (("care_home_council", "65+"), (LIFE, "all"))}
    system.close()
    life = told[LIFE, BACK - BURN_IN - 1] - told[LIFE, -1]
    return {name: told["care_home_council", k - BURN_IN] for k, name in enumerate(YEARS)}, life


def change(series: dict[str, float], first: int, last: int) -> float:
    """By what share a series has grown between two years."""
    return series[YEARS[last]] / series[YEARS[first]] - 1


def rows(name: str, published: dict[str, float], model: dict[str, float]) -> list[str]:
    """Two lines of the table: counted and modelled, with the change to 2019-20 and to 2022-23."""
    title = load(name).title
    return [f"| {title} | {who} | " + " | ".join(f"{series[y]:,.0f}" for y in YEARS)
            + f" | {change(series, 0, LAST_BEFORE):+.0%} | {change(series, 0, len(YEARS) - 1):+.0%} |"
            for who, series in (("counted", published), ("model", model))]


def lives(told: dict[str, float]) -> list[str]:
    """Quality of life of people who draw on support (1A): as published before and after, and how far the model moved it."""
    out = ["| place | published 2015-16 | 2022-23 | change | model's change, 2018-19 to 2022-23 |", "|---|---:|---:|---:|---:|"]
    for name, moved in told.items():
        published = counted(load(name), LIFE)
        before, after = published.get("2015-16", float("nan")), published.get("2022-23", float("nan"))
        out.append(f"| {load(name).title} | {before:.1f} | {after:.1f} | {after - before:+.1f} | {moved:+.2f} |")
    return out


def page(told: dict[str, dict[str, float]], notes: str, life: dict[str, float] | None = None) -> str:
    """The page: what was done, the table, and what people wrote about it."""
    head = (__doc__ or "").strip().split("\n\n")
    table = ["| place | | " + " | ".join(YEARS) + " | to 2019-20 | to 2022-23 |", "|---|---|" + "---:|" * (len(YEARS) + 2)]
    for name, model in told.items():
        table += rows(name, counted(load(name)), model)
    return "\n\n".join(["# Looking back: 2017-18 to 2022-23", head[0], head[2], "Council-funded care home residents of 65 and over, average over "
                        "the year. The model's years run from July to June, the counts' from April to March.",
                        "\n".join(table), *(["\n".join(lives(life))] if life else []), notes.strip()]).rstrip() + "\n"


def main(names: Sequence[str] | None = None) -> None:
    """The command: run the places named, and write the page; what people wrote about it is kept."""
    from scenarios.place_report import NOTES

    read = argparse.ArgumentParser(prog="python -m scenarios.backcast", description=(__doc__ or "").split("\n")[0])
    read.add_argument("places", nargs="+")
    read.add_argument("--one-in", type=int, default=1)
    read.add_argument("--to", type=Path, default=PAGE)
    asked = read.parse_args(names)
    own = PAGE.parent / NOTES / PAGE.name
    notes, told, life = own.read_text(encoding="utf-8") if own.is_file() else "", {}, {}
    for name in asked.places:  # what is finished is on the page
        told[name], life[name] = run(name, asked.one_in)
        asked.to.write_text(page(told, notes, life), encoding="utf-8")
        print(name, asked.to, flush=True)


if __name__ == "__main__":
    main()
