"""Calibrate to several places together, leave each out in turn, predict others, and write the page that says how it went.

    python -m calibration.joint_page      # docs/places/predicted.md and calibrations/five_places.json

Finished runs are kept in calibrations/: the same command adds none, and one that was stopped goes on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from calibration import unseen
from calibration.joint import FIVE, TOGETHER, Several, after_design, chosen, known, learn, priors, spreads, targets, with_effects
from calibration.result import Posterior
from calibration.runs import FileStore
from scenarios.keeping import whole_text, written
from scenarios.validation import told
from simulation.errors import CareshiftError
from simulation.evidence.register import load as load_register

HOME = Path(__file__).resolve().parents[1]
PAGE, NOTES = HOME / "docs" / "places" / "predicted.md", HOME / "docs" / "places" / "notes" / "predicted.md"
FOLDER, BUDGET = Path("calibrations"), 130
UNSEEN = ("bristol", "derby")
HEAD = ("| forecasts | figures | inside 90% | mean error | mean width, log | interval score |", "|---|---:|---:|---:|---:|---:|")


def left_out(places: Sequence[str], more: pd.DataFrame, *, budget: int, seed: int, store: MutableMapping[str, Any]) -> list[dict[str, Any]]:
    """Every place predicted by what the others say: two fits by the emulator on runs that are there, real runs of the place."""
    simulator, beliefs, rows = Several(tuple(places)), priors(), []
    for place in places:
        asked = targets(simulator, without=(place,))
        apart = spreads(after_design(simulator, beliefs, asked, budget=budget, seed=seed, store=store, more=more).left_over)
        again = after_design(simulator, beliefs, with_effects(asked, apart), budget=budget, seed=seed, store=store, more=more)
        made = unseen.predicted(place, list(beliefs), again.values[:unseen.SETS], apart, seed=seed, store=store)
        rows += unseen.beside([{**row, "apart": apart.get(row["figure"], 0.0)} for row in made], [other for other in places if other != place])
    return rows


def made(places: Sequence[str], others: Sequence[str], *, budget: int, seed: int, store: MutableMapping[str, Any]) -> Posterior:
    """The posterior of the places together, with what came of leaving each out and what it says of others."""
    simulator = Several(tuple(places))
    posterior = learn(simulator, priors(), targets(simulator), budget=budget, seed=seed, store=store).posterior
    apart = posterior.diagnostics["place_effects"]["apart"]
    sets = posterior.samples.to_numpy()[:unseen.SETS]
    posterior.diagnostics["left_out"] = left_out(places, posterior.runs, budget=budget, seed=seed, store=store)
    foretold = {other: unseen.predicted(other, posterior.parameters, sets, apart, seed=seed, store=store) for other in others}
    posterior.diagnostics["foretold"] = {other: [{**row, "rivals": tested} for row, tested in zip(rows, _rivals(rows, places))]
                                         for other, rows in foretold.items()}
    posterior.diagnostics["about"] = {"place": list(places), "one_in": list(simulator.shares.values()), "model": simulator.version, "effects": [],
                                      "tables": [name for name in posterior.parameters if isinstance(load_register().entries[name].value, tuple)]}
    return posterior


def _rivals(rows: Sequence[Mapping[str, Any]], places: Sequence[str]) -> list[dict[str, Any]]:
    tested = iter(unseen.beside(rows, places))
    return [next(tested)["rivals"] if row["own"] else {} for row in rows]


# The page -----------------------------------------------------------------------------------------------------------
def page(posterior: Posterior, notes: str = "") -> str:
    """The page: fit and held-out figures by place, each place predicted from the others, places that were never used."""
    about, rows = posterior.diagnostics["about"], posterior.diagnostics["left_out"]
    out = ["# Predicted, and beside it what was published", "",
           f"Made by `python -m calibration.joint_page` with the figures of {_all(about['place'])}; model `{about['model']}`, posterior "
           f"`{posterior.hash[:16]}`. How the calibration went is in [calibration](../calibration.md#five-places-together).", "",
           "*Middle* and *90%* are the model's: equally likely sets of its numbers, each run once in a sample of the place, with the reporting error of the "
           "figure, 5% for the model at its best, and how far councils are apart in this figure as the *other* places show it. *Rivals* have no model: "
           "England's rate put to the people of the place, or what was published a year earlier, with an interval as wide as the same rival's errors at the "
           "other places. The interval score is width and a penalty of 20 for each log unit outside; less is better, and a vague forecast has a wide one.", "",
           "## Fitted together: figures fitted and held aside", "", *_fitted(posterior), "",
           "## Each of the five left out in turn", "", *_table(rows), "", *_scores(rows), ""]
    for other, found in posterior.diagnostics["foretold"].items():
        out += [f"## {other.capitalize()}", "", "No figure below was used. Only its own test the prediction; England's rates are there to read beside it.", "",
                *_foretold(found), ""]
    return "\n".join(out + ([notes.strip(), ""] if notes else []))


def _fitted(posterior: Posterior) -> list[str]:
    """Every figure of the calibration by place, what was held aside told apart, and the score of the latter beside naive rivals."""
    places = posterior.diagnostics["about"]["place"]
    rows = [{**row, "place": place, "figure": figure, "own": place != TOGETHER} for role in ("fit", "held_out") for row in posterior.diagnostics[role]
            for place, _, figure in [row["target"].partition(": ")]]
    made = {row["target"]: row for row in unseen.beside(rows, places)}
    rows = sorted(({"rivals": {}, **row, **made.get(row["target"], {})} for row in rows), key=lambda row: [*places, TOGETHER].index(row["place"]))
    out = ["| place | figure | role | published | middle | 90% | error | inside | England's rate: error, inside |", "|---|---|---|---:|---:|---:|---:|---|---|"]
    for row in rows:
        out.append(f"| {row['place'].capitalize()} | {_words(row)} | {'held aside' if row['role'] == 'holdout' else 'fitted'} | {told(row['value'])} | "
                   f"{told(row['median'])} | {_range(row)} | {row['error'] / row['value']:+.0%} | {_yes(row)} | {_off(row['rivals'].get(unseen.ENGLAND))} |")
    aside = [row for row in rows if row["role"] == "holdout"]
    own, lent = [row for row in aside if row["own"]], [row for row in aside if not row["own"]]
    out += ["", *HEAD, _scored("fitted", unseen.score([row for row in rows if row["role"] != "holdout"]))]
    out += [_scored(name, unseen.score(some)) for name, some in (("held aside, places' own", own), ("held aside, sums of England's rates", lent)) if some]
    for who, (ours, theirs) in unseen.scores(own).items():
        out += [_scored(f"held aside, own, where {who} can be had: the model", ours), _scored(f"the same: {who}", theirs)]
    return out


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    out = ["| place | figure | published | middle | 90% | error | inside | England's rate: error, inside | last year: error, inside |",
           "|---|---|---:|---:|---:|---:|---|---|---|"]
    for row in rows:
        rivals = [_off(row["rivals"].get(name)) for name in unseen.RIVALS]
        out.append(f"| {row['place'].capitalize()} | {_words(row)} | {told(row['value'])} | {told(row['median'])} | {_range(row)} | "
                   f"{row['error'] / row['value']:+.0%} | {_yes(row)} | {rivals[0]} | {rivals[1]} |")
    return out


def _scores(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    out = list(HEAD)
    places = dict.fromkeys(row["place"] for row in rows)
    for name, some in [("all five", rows), *((place.capitalize(), [row for row in rows if row["place"] == place]) for place in places)]:
        out.append(_scored(f"{name}: the model, all figures", unseen.score(some)))
        for who, (ours, theirs) in unseen.scores(some).items():
            out += [_scored(f"{name}: the model, where {who} can be had", ours), _scored(f"{name}: {who}", theirs)]
    return out


def _scored(name: str, found: Mapping[str, float]) -> str:
    return (f"| {name} | {found['figures']} | {found['coverage']:.0%} | {found['error']:.0%} | {found['width']:.2f} | {found['interval_score']:.2f} |")


def _foretold(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    out = ["| figure | middle | 90% | its own, published | inside | England's rate |", "|---|---:|---:|---:|---|---:|"]
    for row in rows:
        rate = row["rivals"].get(unseen.ENGLAND, {}).get("median") if row["own"] else row["value"]
        out.append(f"| {_words(row)} | {told(row['median'])} | {_range(row)} | {told(row['value']) if row['own'] else ''} | "
                   f"{_yes(row) if row['own'] else ''} | {told(rate) if rate else ''} |")
    return out


def _all(places: Sequence[str]) -> str:
    return ", ".join(place.capitalize() for place in places[:-1]) + f" and {places[-1].capitalize()}"


def _words(row: Mapping[str, Any]) -> str:
    return str(row["figure"]).replace("_", " ")


def _range(row: Mapping[str, Any]) -> str:
    return f"{told(row['low'])} to {told(row['high'])}"


def _yes(row: Mapping[str, Any]) -> str:
    return "yes" if row["inside"] else "**no**"


def _off(row: Mapping[str, Any] | None) -> str:
    return f"{row['error'] / row['value']:+.0%}, {_yes(row)}" if row else ""


def main(names: Sequence[str] | None = None) -> None:
    """Everything, from the runs to the page; what is kept is not run again."""
    read = argparse.ArgumentParser(prog="python -m calibration.joint_page", description=(__doc__ or "").split("\n")[0])
    read.add_argument("--places", default=",".join(FIVE), help="whose figures are learned from")
    read.add_argument("--predict", default=",".join(UNSEEN), help="places to predict besides")
    read.add_argument("--budget", type=int, default=BUDGET, help="runs of all places at most, for the posterior")
    read.add_argument("--seed", type=int, default=1)
    read.add_argument("--folder", type=Path, default=FOLDER, help="where runs and the posterior are kept")
    read.add_argument("--page", type=Path, default=PAGE)
    asked = read.parse_args(names)
    try:
        places, others = chosen(_listed(asked.places)), known("--predict", _listed(asked.predict))
        with written(asked.folder):
            asked.folder.mkdir(parents=True, exist_ok=True)
        found = made(places, others, budget=asked.budget, seed=asked.seed, store=FileStore(asked.folder / "five_places.runs.jsonl"))
        print(found.to_file(asked.folder / "five_places.json"))
        print(whole_text(asked.page, page(found, NOTES.read_text(encoding="utf-8") if NOTES.exists() else "")))
    except CareshiftError as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


if __name__ == "__main__":
    main()
