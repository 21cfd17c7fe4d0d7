"""A posterior in a comparison, and a plan's effect as a simulator: paired, kept, and told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

from calibration import Posterior, care, shipped
from calibration.care import Simulator
from calibration.effect import FIGURES, Effect, sampled
from calibration.joint import Several
from careshift import api, cli
from scenarios import plan as files
from scenarios import runs
from scenarios.answers_sure import caveats
from simulation import places
from simulation.errors import BadInput
from simulation.evidence.register import load as load_register


def a_posterior(names=("hospital.arranging", "reablement.recovery"), ratios=(0.5, 0.99)):
    luck = np.random.default_rng(3)
    samples = pd.DataFrame({name: luck.uniform(1, 9, 50) for name in names})
    told = [{"parameter": name, "sd_ratio": ratio, "identified": "informed by data" if ratio < 0.9 else "not informed by data"}
            for name, ratio in zip(names, ratios)]
    return Posterior(samples, pd.DataFrame({"key": ["a"], "seed": [1]}), {"parameters": told})


def test_each_replication_has_a_set_of_its_own_and_only_what_was_informed_is_calibrated(tmp_path):
    posterior = a_posterior()
    found = shipped.used(posterior.to_file(tmp_path / "p.json"))
    assert found.changes(3) == posterior.sets(3) and len(found.changes(120)) == 120
    assert found.calibrated == ["hospital.arranging"]
    assert found.about["posterior"]["not_informed"] == ["reablement.recovery"]


def test_a_table_that_was_moved_as_one_is_used_as_a_table_and_only_where_the_posterior_says_so(tmp_path):
    posterior = a_posterior(("hospital.stays",), (0.5,))
    with pytest.raises(BadInput, match=r"hospital\.stays"):
        shipped.used(posterior.to_file(tmp_path / "p.json"))
    posterior.diagnostics["about"] = {"tables": ["hospital.stays"]}
    ratio, used = posterior.sets(1)[0]["hospital.stays"], shipped.used(posterior.to_file(tmp_path / "p.json")).changes(1)[0]["hospital.stays"]
    assert used == tuple(ratio * stays for stays in load_register().entries["hospital.stays"].value)


def test_a_number_that_is_gone_and_a_name_nobody_knows_are_told(tmp_path):
    file = a_posterior(("hospital.arranging", "hospital.gone")).to_file(tmp_path / "p.json")
    with pytest.raises(BadInput, match=r"hospital\.gone"):
        shipped.used(file)
    with pytest.raises(BadInput, match="no such posterior"):
        shipped.used("atlantis")


@pytest.mark.parametrize("name", shipped.known())
def test_a_shipped_posterior_is_whole_and_of_numbers_the_register_has(name):
    found = shipped.used(name)
    place = found.posterior.diagnostics["about"]["place"]
    assert set([place] if isinstance(place, str) else place) <= set(places.known())
    assert found.calibrated and len(found.posterior.samples) == 1000
    assert {"place", "one_in", "model"} <= set(found.posterior.diagnostics["about"])


def test_a_job_with_a_set_is_another_job_and_lives_in_another_world():
    scenario = files.load("as_now", places=api.places())
    plan = api.design.runs_for(scenario, places=api.places(), rivals=False, variants=False, all_rules=False)
    plan = tuple(runs.replace(run, plan=runs.replace(run.plan, years=1)) for run in plan)
    as_is = runs.Job("riverton", plan, 1, 0, 20, "central")
    slow = runs.Job("riverton", plan, 1, 0, 20, "central", {"hospital.arranging": 40.0})
    assert as_is.hash != slow.hash
    said = [runs.run_one(job) for job in (as_is, slow)]
    at = said[0].index.index(next(i for i in said[0].index if i[1] == "bed_days" and i[3] == "all"))
    assert said[1].values[0, at] > said[0].values[0, at]
    assert said[0].world != said[1].world


def test_a_posterior_of_another_model_says_so(tmp_path):
    posterior = a_posterior()
    now = Simulator("riverton", 20).version
    for model, older in ((now, False), ("another", True)):
        posterior.diagnostics["about"] = {"place": "riverton", "one_in": 20, "model": model}
        found = shipped.used(posterior.to_file(tmp_path / f"{model}.json"))
        assert found.older is older and ("earlier model" in found.told) is older
    several = {"place": ["riverton", "doncaster"], "one_in": [20, 100]}
    for model, older in ((Several(("riverton", "doncaster"), (20, 100)).version, False), (now, True)):
        posterior.diagnostics["about"] = several | {"model": model}
        assert shipped.used(posterior.to_file(tmp_path / "several.json")).older is older
    posterior.diagnostics["about"]["place"] = "a place that is gone"
    assert shipped.used(posterior.to_file(tmp_path / "gone.json")).older


def test_a_comparison_with_a_posterior_says_so(tmp_path):
    file = a_posterior().to_file(tmp_path / "p.json")
    scenario = runs.replace(files.load("home_care_alone", places=api.places()), years=1)
    scenario = runs.replace(scenario, plan=runs.replace(scenario.plan, years=1))
    done = api.compare(scenario, place="riverton", replications=2, one_in=20, workers=1, folder=tmp_path / "out", beside=(), posterior=file)
    told = " ".join(caveats(done.results, done.about))
    assert "1 numbers are calibrated (hospital.arranging)" in told and "not informed by data" in told
    assert len(set(done.about["job_hashes"])) == 2


# Effects ----------------------------------------------------------------------------------------------------------------
def test_a_plans_effect_is_the_same_again_and_nought_where_the_plan_is_not_run():
    scenario = runs.replace(files.load("home_care_alone", places=api.places()), place="riverton")
    effect = Effect(scenario, tuple(api.places()), 20, 1)
    assert effect({}, 4) == effect({}, 4)
    assert set(effect({}, 4)) == set(FIGURES)
    other = Effect(scenario, tuple(api.places()), 20, 2)
    assert other.version != effect.version
    with pytest.raises(BadInput, match="changes nothing"):
        _ = Effect(files.load("as_now", places=api.places()), tuple(api.places())).runs


def test_worlds_in_the_store_are_not_lived_through_again():
    calls, store = [], {}

    def effect(parameters, seed):
        calls.append(seed)
        return dict.fromkeys(FIGURES, parameters["x"])

    first = sampled(effect, {"x": stats.norm(0, 1)}, 24, 1, store)
    again = sampled(effect, {"x": stats.norm(0, 1)}, 24, 1, store)
    assert len(calls) == 24 and again.made == 0
    assert np.array_equal(first.effects["net cost"], again.effects["net cost"])
    with pytest.raises(BadInput, match="too few"):
        sampled(effect, {"x": stats.norm(0, 1)}, 0, 1, store)


@pytest.fixture
def cheap(monkeypatch):
    def effect(self, parameters, seed):
        luck = float(np.random.default_rng(seed).standard_normal())
        cost = 1e6 * (parameters["asking.scale_requests"] - 1) + 1e3 * luck
        return {"net cost": cost, "ASCOT-years": 0.0, "bed days": 5.0}

    monkeypatch.setattr(Effect, "__call__", effect)


ASK = ("home_care_alone", "--parameters", "asking.scale_requests,hospital.arranging", "--budget", "60")


def test_sensitivity_names_what_an_effect_hangs_on(cheap, tmp_path, monkeypatch):
    pytest.importorskip("SALib")
    monkeypatch.setattr("calibration.sensitivity.DOUBTED", 4)  # fits of the emulator take most of the time
    told = CliRunner().invoke(cli.app, ["sensitivity", *ASK, "--store", str(tmp_path / "w.jsonl")])
    assert told.exit_code == 0, told.output
    net = told.output.split("net cost")[1].split("ASCOT-years")[0].splitlines()
    at = next(line.split() for line in net if line.startswith("asking.scale_requests"))
    assert float(at[1]) > 0.95
    again = CliRunner().invoke(cli.app, ["sensitivity", *ASK, "--store", str(tmp_path / "w.jsonl")])
    assert "60 worlds (0 run now)" in again.output


def test_voi_values_the_number_the_choice_hangs_on(cheap, tmp_path):
    told = CliRunner().invoke(cli.app, ["voi", *ASK, "--worth", "20000", "--store", str(tmp_path / "w.jsonl")])
    assert told.exit_code == 0, told.output
    worth = {line.split()[0]: float(line.split()[-2].replace(",", "")) for line in told.output.splitlines() if line.startswith(("asking", "hospital"))}
    prior = care.priors(care.entries(["asking.scale_requests"]))["asking.scale_requests"]
    x = 1e6 * (1 - prior.ppf(np.linspace(0.0005, 0.9995, 1000)))
    assert worth["asking.scale_requests"] == pytest.approx(np.maximum(x, 0).mean() - max(x.mean(), 0), rel=0.25)
    assert worth["hospital.arranging"] < 0.3 * worth["asking.scale_requests"]


@pytest.mark.parametrize("wrong", [("--place", "atlantis"), ("--budget", "0"), ("--parameters", "door.nothing")])
def test_bad_input_is_told(cheap, tmp_path, wrong):
    ended = CliRunner().invoke(cli.app, ["sensitivity", *ASK, "--store", str(tmp_path / "w.jsonl"), *wrong])
    assert isinstance(ended.exception, BadInput)
