"""Take up the answers of a finished comparison from its folder, with every pair of runs, so that they can be appraised."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from scenarios import plan as files
from scenarios.design import Run
from scenarios.packing import plan_from_text
from scenarios.plan import Scenario
from scenarios.results import Results
from scenarios.runs import Replication, load_replication
from simulation.errors import BadInput, CareshiftError, Problem

RUN = "run.json"
AGAIN = "give `careshift compare` again: what is finished is not run twice"


def opened(folder: Path, places: Collection[str]) -> tuple[Results, dict[str, Any]]:
    """Results and what is known of how they were made. Raises BadInput where the folder holds no whole comparison."""
    about = _about(folder)
    try:
        runs = [Run(**(run | {"plan": plan_from_text(json.dumps(run["plan"]))})) for run in about["runs"]]
        found = [_replication(folder, k, name) for k, name in enumerate(about["job_hashes"])]
        asked = _scenario(about, runs, places)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(Problem(str(folder / RUN), 0, "", f"was written by another careshift ({type(error).__name__})", AGAIN)) from None
    if missing := sum(r is None for r in found):
        raise BadInput(Problem(str(folder / "replications"), 0, "", f"{missing} of {len(found)} replications are not there, or cannot be read", AGAIN))
    whole = [r for r in found if r is not None]
    return Results(asked, runs, whole, int(about["one_in"]), str(about["worlds"]), int(about.get("seeds_per_set", 1))), about


def _about(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BadInput(Problem(str(folder), 0, "", "is no folder of a finished comparison",
                               "name one that `careshift compare` wrote, such as results/ten_percent_to_community")) from None
    if not isinstance(told, dict):
        raise BadInput(Problem(str(folder / RUN), 0, "", "is not what a comparison writes", AGAIN))
    return told


def _replication(folder: Path, k: int, name: str) -> Replication | None:
    return load_replication(folder / "replications" / f"replication_{k:04d}_{name}.npz")


def _scenario(about: dict[str, Any], runs: list[Run], places: Collection[str]) -> Scenario:
    """The question as it was asked: from the library while it is unchanged, else as far as the run remembers it."""
    main = next((r for r in runs if r.scenario == about["scenario"] and r.against), runs[0])
    try:
        shipped = files.load(about["scenario"], places=places)
    except CareshiftError:
        shipped = None
    if shipped is not None and shipped.hash == about["scenario_hash"]:
        return replace(shipped, place=about["place"], years=about["years"], plan=main.plan)
    return Scenario(about["scenario"], about["title"], about["question"], about["place"], "as_now", about["first_year"], about["years"],
                    about["replications"], about["seed"], about["price_year"], main.plan, Path(about["scenario"]), about["scenario_hash"], "")
