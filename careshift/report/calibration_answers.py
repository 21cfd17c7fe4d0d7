"""The seven questions that a reader of a calibration asks, answered from the calibration itself.

They are those of Vanni and others (2011), Calibrating models in economic evaluation: a seven-step approach,
PharmacoEconomics 29, 35-49. What a calibration cannot know of itself is not claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from careshift.report.figures import Table

if TYPE_CHECKING:
    from calibration import Posterior


def seven(posterior: Posterior, about: Mapping[str, Any]) -> Table:
    """Which numbers vary, which figures are fitted, how nearness is measured, searched for, accepted and ended, and what is made of it."""
    told = posterior.diagnostics
    return Table(("Question", "Answer"), [
        ("1. Which numbers are varied?", _varied(told)), ("2. Which figures are they held to?", _figures(told)),
        ("3. How is nearness measured?", "On the scale of logarithms, as a normal likelihood of all fitted figures together: reporting error (2% of a count, "
         "10% of England's rate put to the place), 5% for the model at its best, and chance of a run with its correlations, learned from the runs."),
        ("4. How was the space searched?", _searched(told)), ("5. When is a set accepted?", _accepted(told)), ("6. When did it stop?", _stopped(told)),
        ("7. What is made of it?", _used(told, about, len(posterior.samples)))])


def _varied(told: Mapping[str, Any]) -> str:
    rows = told["parameters"]
    informed = [row["parameter"] for row in rows if row["identified"] == "informed by data"]
    return (f"{len(rows)} numbers of the register, each over its own range: {', '.join(row['parameter'] for row in rows)}. Figures informed "
            f"{len(informed)}: {', '.join(informed) or 'none'}. All others of the register stay at their central values.")


def _figures(told: Mapping[str, Any]) -> str:
    def names(rows: Any) -> str:
        return ", ".join(row["target"].replace("_", " ") for row in rows) or "none"

    return (f"Fitted: {names(told['fit'])}. Held aside by a hash of place and family before the first run: {names(told['held_out'])}. Figures that founding or "
            "burn-in took are in neither.")


def _searched(told: Mapping[str, Any]) -> str:
    waves = told["waves"]
    return (f"{waves[0]['runs']} runs of a scrambled Sobol sequence over the ranges, then {max(len(waves) - 1, 0)} further waves where an emulator of each "
            f"figure was least sure; {told['runs_used']} runs in all, {told.get('runs_failed', 0)} of which failed; seed {told['seed']}.")


def _accepted(told: Mapping[str, Any]) -> str:
    other = [row["parameter"] for row in told["second_method"] if not row.get("agrees", True)]
    return ("None is accepted or thrown away: each weighs what its likelihood and its prior say (tempered sequential Monte Carlo). A second method without an "
            f"emulator {'disagrees on ' + ', '.join(other) if other else 'agrees on every number'}.")


def _stopped(told: Mapping[str, Any]) -> str:
    last = told["waves"][-1]
    checked = told.get("emulator_on_new_runs") or []
    tried = (f" Of {checked[-1]['runs']} new runs at the posterior's own sets {checked[-1]['within_3']:.0%} lay within three standard deviations of the "
             "emulator's word (97% are wanted).") if checked else ""
    return (f"When the emulator's own variance was {last['emulator_share']:.0%} of chance, reporting error and discrepancy together, for the figure it knows "
            f"least ({last['weakest'].replace('_', ' ')}); a fifth is the limit, or the budget.{tried}")


def _used(told: Mapping[str, Any], about: Mapping[str, Any], sets: int) -> str:
    effects = [row["parameter"] for row in told["parameters"] if row["parameter"] in about["effects"] and row["identified"] != "informed by data"]
    word = f" No figure touched {', '.join(effects)}: such effects of support are never called calibrated." if effects else ""
    return (f"{sets:,} equally likely sets. A comparison that asks for them takes one in each replication, plan and doing nothing alike, so what is not known "
            f"goes into every interval; results on the register as shipped stand beside.{word}")
