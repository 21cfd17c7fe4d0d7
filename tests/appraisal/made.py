"""Made-up results shaped like real ones, in a folder as a comparison leaves them, for the tests of the appraisal."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from careshift import api
from scenarios.answers_base import LINES
from scenarios.results import Results
from scenarios.runs import save_replication
from simulation.measures import MEASURES
from tests.test_report import ABOUT, made_up

MONEY = {"council_net": (1e6, 4e5), "council_net_own": (4e5, 2e5), "nhs_pays": (5e4, 2e4), "dwp": (3e4, 1e4), "dwp_rents": (2e4, 5e3),
         "people_pay": (2e5, 1e5), "unpaid_value": (-1e5, 5e4), "wellbys": (20.0, 10.0), "ascot_years": (5.0, 4.0), "set_up": (1e5, 1e4),
         "coordination": (2e5, 1e4), "hospital_value": (-1e5, 5e4), "nhs_cash": (-5e3, 1e3)}

# What an appraisal asks for besides; other measures are left out, so that the tests are quick.
ALSO = ("community_nursing_value", "unpaid_hours", "hours_needed", "unmet_eligible_hours", "home_care_cost_an_hour", "home_care_hours_council",
        "hours_from_agencies", "residents_from_elsewhere", "care_home_own", "council_total", "new_places_empty", "block_places_empty", "bed_days",
        "ae_visits", "delayed_days", "care_home_council", "wellbys_others", *LINES, *(m for m in MEASURES if m.startswith("without_plan_")))


def results(count: int = 20, beside: bool = True, push: dict[str, tuple[float, float]] | None = None) -> Results:
    """So many worlds in which the plan costs the council about a million pounds a year and does people some good."""
    whole, kept = made_up(count=count, beside=beside, push=MONEY | (push or {})), {*MONEY, *ALSO}
    for one in whole.replications:
        columns = [k for k, (_, measure, _, _) in enumerate(one.index) if measure in kept]
        one.index, one.values = [one.index[k] for k in columns], one.values[:, columns]
    return Results(whole.scenario, whole.runs, whole.replications, 1, "drawn")


def about(r: Results) -> dict[str, Any]:
    """What run.json tells of them."""
    return ABOUT | {"title": r.scenario.title, "question": r.scenario.question, "years": r.scenario.years, "first_year": r.scenario.first_year,
                    "scenario_hash": r.scenario.hash, "replications": r.count, "runs": [asdict(run) for run in r.runs],
                    "job_hashes": [f"{k:020d}" for k in range(r.count)]}


def kept(r: Results, folder: Path) -> Path:
    """The same in a folder, with every replication."""
    (folder / "replications").mkdir(parents=True)
    r.write(folder, about(r), api.codebook())
    for k, one in enumerate(r.replications):
        save_replication(folder / "replications" / f"replication_{k:04d}_{k:020d}.npz", one)
    return folder
