"""The care system as a simulator: its priors are the register's, its targets the place's, and it says what cannot be used."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration import CalibrationFailed, Target, calibrate, care
from calibration.targets import Conflict
from careshift import cli
from careshift.report import calibration_answers, calibration_page
from simulation.errors import BadInput
from simulation.evidence.register import load as load_register
from simulation.places import load
from tests import wording
from tests.test_report import words_of


@pytest.mark.parametrize("entry", care.entries(), ids=lambda entry: entry.key)
def test_a_prior_is_the_registers_own_distribution(entry):
    prior = care.prior(entry)
    at_an_end = entry.low <= 0  # what the register heaps at nought is spread over the rest: a prior has a density
    for u in (0.05, 0.5, 0.95):
        assert prior.ppf(u) == pytest.approx(entry.at(u), rel=0.02, abs=0.08 * (entry.high - entry.low) if at_an_end else 1e-9)


def test_the_usual_numbers_are_set_to_meet_a_published_figure():
    assert {entry.kind for entry in care.entries()} == {"calibrated"}


def test_every_number_that_cannot_be_learned_is_named_at_once():
    rule = next(e.key for e in load_register().entries.values() if e.kind == "rule" and not isinstance(e.value, tuple))
    table = next(e.key for e in load_register().entries.values() if isinstance(e.value, tuple))
    with pytest.raises(BadInput) as wrong:
        care.entries(["door.scale_hom", rule, table, "door.scale_home", "door.scale_home"])
    told = str(wrong.value)
    assert all(name in told for name in ("door.scale_hom", rule, table)) and "named twice" in told
    assert len(wrong.value.problems) == 4


def test_no_target_is_an_input_or_derived_and_families_never_straddle():
    place = load("doncaster")
    targets = care.targets(place)
    names = {target.name for target in targets}
    assert not names & {"adults", "workforce_turnover", "ascof_1a", "long_term_clients_65_plus", "council_stay_65_plus"}
    assert {"council_admissions_65_plus", "delayed_patients", "emergency_stays_65_plus_per_1000"} <= names
    roles = {}
    for target in targets:
        roles.setdefault(target.family, set()).add(target.role)
    assert all(len(found) == 1 for found in roles.values())
    assert {target.sd for target in targets if place.figures[target.name].basis == "england"} == {care.OF_ENGLAND}


def test_a_held_out_value_changes_no_role():
    place = load("doncaster")
    moved = replace(place, figures={**place.figures, "requests_65_plus": replace(place.figures["requests_65_plus"], value=9000.0)})
    assert [t.role for t in care.targets(place)] == [t.role for t in care.targets(moved)]


def test_englands_rate_is_a_rival_of_the_places_own_figures_alone():
    place = load("doncaster")
    rivals = care.of_england(place)
    assert rivals and all(place.figures[name].basis == "local" for name in rivals)


def test_a_run_gives_every_target_and_a_number_moves_it():
    simulator = care.Simulator("riverton", 10)
    as_is, again = simulator({}, 3), simulator({}, 3)
    assert as_is == again
    assert {target.name for target in care.targets(load("riverton"))} <= set(as_is)
    assert simulator({"asking.scale_requests": 0.5}, 3)["requests_65_plus"] < 0.8 * as_is["requests_65_plus"]


def test_the_version_names_place_and_sample():
    assert len({care.Simulator(place, one_in).version for place in ("riverton", "doncaster") for one_in in (1, 10)}) == 4


class Cheap:
    """A stand-in with the simulator's names: each figure rises with one number."""

    def __init__(self, place, one_in=10):
        self.version, self.names = f"cheap {place}", [target.name for target in care.targets(load(place))]

    def __call__(self, parameters, seed):
        luck = np.random.default_rng(seed)
        there = load("doncaster")
        moved = parameters["asking.scale_requests"]
        return {name: there[name] * moved ** 2 * float(np.exp(0.02 * luck.standard_normal())) for name in self.names}


@pytest.fixture
def cheap(monkeypatch):
    monkeypatch.setattr(care, "Simulator", Cheap)


ASK = ["calibrate", "--parameters", "asking.scale_requests,reablement.recovery", "--budget", "40"]


def asked(tmp_path, *more):
    return CliRunner().invoke(cli.app, [*ASK, "--store", str(tmp_path / "runs.jsonl"), "--out", str(tmp_path / "p.json"), *more])


def test_the_command_says_what_was_learned_and_adds_no_run_the_second_time(cheap, tmp_path):
    first = asked(tmp_path)
    assert first.exit_code == 0, first.output
    assert "40 runs (40 made now)" in first.output
    line = next(line for line in first.output.splitlines() if line.startswith("reablement.recovery"))
    assert "not informed by data (an effect of support)" in line
    page = (tmp_path / "p.html").read_text()
    assert "asking.scale_requests" in page and page.count("<svg") == 4
    hash_before = json.loads((tmp_path / "p.json").read_text())["hash"]
    second = asked(tmp_path)
    assert "40 runs (0 made now)" in second.output
    assert json.loads((tmp_path / "p.json").read_text())["hash"] == hash_before


def test_a_figure_that_cannot_be_met_ends_with_its_name_and_a_page(cheap, tmp_path, monkeypatch):
    usual = care.targets(load("doncaster"))
    moved = [replace(t, value=t.value * 30) if t.name == "delayed_patients" else t for t in usual]
    monkeypatch.setattr(care, "targets", lambda place: moved)
    ended = asked(tmp_path)
    assert isinstance(ended.exception, CalibrationFailed) and ended.exception.exit_code == 3
    assert "delayed_patients" in str(ended.exception)
    assert "delayed patients" in (tmp_path / "p.html").read_text() and not (tmp_path / "p.json").exists()


@pytest.mark.parametrize("more, said", [(("--budget", "0"), "too few"), (("--place", "atlantis"), "atlantis"),
                                        (("--parameters", "door.nothing"), "door.nothing"), (("--parameters", ","), "names nothing")])
def test_bad_input_is_told(cheap, tmp_path, more, said):
    ended = asked(tmp_path, *more)
    assert isinstance(ended.exception, BadInput) and said in str(ended.exception)


def test_a_store_that_cannot_be_read_is_told(cheap, tmp_path):
    (tmp_path / "runs.jsonl").write_bytes(b"\xff\xfe\x00 not words")
    assert isinstance(asked(tmp_path).exception, BadInput)


def test_an_effect_no_figure_touched_is_never_called_calibrated():
    def simulator(parameters, seed):
        return {"a": parameters["x"] + 0.01 * np.random.default_rng(seed).standard_normal()}

    from scipy import stats
    posterior = calibrate(simulator, {"x": stats.norm(0, 1), "effect": stats.norm(0, 1)}, [Target("a", 0.3, 0.01)], budget=40, seed=1)
    words = {row[0]: row[1] for row in calibration_page.learned(posterior, ["effect"]).rows}
    assert words == {"x": "calibrated", "effect": "not informed by data (an effect of support)"}


def test_the_seven_questions_are_answered_from_the_calibration_itself():
    from scipy import stats

    def simulator(parameters, seed):
        return {"a": parameters["x"] + np.random.default_rng(seed).normal(0, 0.05), "kept": parameters["x"]}
    posterior = calibrate(simulator, {"x": stats.norm(0, 1), "effect": stats.norm(0, 1)}, [Target("a", 0.3, 0.01), Target("kept", 0.3, 0.01, role="holdout")],
                          budget=40, seed=7)
    answers = dict(calibration_answers.seven(posterior, {"effects": ["effect"]}).rows)
    assert [q[0] for q in answers] == list("1234567")
    first, second, *_, last = answers.values()
    assert "Figures informed 1: x." in first and "Fitted: a. Held aside" in second and "first run: kept." in second
    assert "40 runs in all" in answers["4. How was the space searched?"] and "seed 7" in answers["4. How was the space searched?"]
    assert "1,000 equally likely sets" in last and "No figure touched effect" in last


def test_conflicts_have_a_page(tmp_path):
    about = {"council": "Xshire", "one_in": 10, "model": "m", "says": {}}
    page = calibration_page.write_conflicts(tmp_path / "c.html", about, [Conflict("delays", 81, 40, 5.2, True)])
    assert "5.2" in page.read_text() and "no posterior" in page.read_text() and not wording.found(words_of(page.read_text()))
