"""Evaluations tried beforehand: each design says what it should on councils whose truth is known, and the plan waits for its wave."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from careshift import api, cli
from careshift.report import evaluate_page
from scenarios import evaluating as ev
from scenarios import evaluating_runs as made
from scenarios import plan as files
from scenarios import runs
from simulation.errors import BadInput
from simulation.evidence import register
from simulation.plan import WEEKS_A_YEAR, Plan, Shift, Shock, Transition

P = ev.Programme(pioneers=6, waiting=5, waves=3, before=2, follow=3)
STEADY = ev.Noise(0.2, 0.0, 0.0)
EFFECTS = np.array([[-0.02, -0.04, -0.06], [-0.03, -0.05, -0.07], [-0.01, -0.03, -0.08]])
TREND = np.linspace(0.0, 0.3, P.years)


def councils(noise: ev.Noise, trials: int = 200, seed: int = 3, p: ev.Programme = P) -> np.ndarray:
    return noise.draw(np.random.default_rng(seed), trials, p.pioneers + p.waiting, p.years)


# Designs ------------------------------------------------------------------------------------------------------------------
def test_where_councils_are_steady_a_design_says_the_truth_or_the_trend_with_it() -> None:
    y = councils(STEADY, 3)
    for k in (1, 2, 3):
        one = ev.before_after(y, TREND, P, k, EFFECTS)
        assert np.allclose(one.value, TREND[P.before + k - 1] - TREND[P.before - 1]) and one.truth == EFFECTS[0, k - 1]
        assert np.allclose(ev.matched(y, TREND, P, k, EFFECTS).value, 0.0)
        two = ev.stepped(y, TREND, P, k, EFFECTS)
        assert np.allclose(two.value, 0.0) and two.truth == pytest.approx(EFFECTS[:, k - 1].mean())


def test_stepped_is_what_it_is_by_hand() -> None:
    """The estimator written out council by council, on councils that move."""
    y = councils(ev.Noise(0.2, 0.05, 0.03), 4)
    starts = np.repeat([2, 3, 4, 99], [2, 2, 2, 5])
    for k in (1, 2, 3):
        by_hand = []
        for trial in y:
            waves = []
            for wave in (2, 3, 4):
                year, last = wave + k - 1, wave - 1
                mine, beside = trial[starts == wave], trial[starts > year]
                waves.append((mine[:, year] - mine[:, last]).mean() - (beside[:, year] - beside[:, last]).mean())
            by_hand.append(np.mean(waves))
        assert np.allclose(ev.stepped(y, TREND, P, k, EFFECTS).value, by_hand)


def test_standard_errors_are_those_of_the_estimates() -> None:
    y = councils(ev.Noise(0.2, 0.06, 0.04), 6000)
    for design in (ev.before_after, ev.stepped):
        e = design(y, TREND * 0, P, 3, EFFECTS)
        assert np.sqrt(np.mean(e.error**2)) == pytest.approx(e.value.std(), rel=0.05), design.__name__
        assert np.mean(np.abs(e.value) > e.sure) == pytest.approx(ev.SURE, abs=0.02), design.__name__


def test_what_all_councils_do_is_taken_for_the_plan_by_before_and_after_alone() -> None:
    says = {(s.design, s.chosen, s.year): s for s in ev.evaluations("x", ev.Noise(0.2, 0.02, 0.01), TREND, EFFECTS, P, 1)}
    before = says[ev.BEFORE_AFTER, ev.BY_LOT, 3]
    assert before.bias == pytest.approx(TREND[4] - TREND[1], abs=0.002) and before.mistaken > 0.9
    for design in (ev.MATCHED, ev.STEPPED):
        fair = says[design, ev.BY_LOT, 3]
        assert abs(fair.bias) < 0.003 and fair.mistaken < 0.08, design


def test_pioneers_at_a_bad_time_get_better_by_themselves() -> None:
    """What was off in one year alone is gone in the next: a fall that is nobody's doing, and that waiting councils do not have."""
    says = {(s.design, s.chosen): s for s in ev.evaluations("x", ev.Noise(0.2, 0.0, 0.05), TREND * 0, EFFECTS, P, 1) if s.year == 1}
    for design in (ev.BEFORE_AFTER, ev.STEPPED):
        assert says[design, ev.BAD_TIME].bias < -0.015 < -5 * abs(says[design, ev.BY_LOT].bias), design
    better = [s for s in ev.evaluations("x", ev.Noise(0.2, 0.0, 0.05), TREND * 0, -EFFECTS, P, -1) if s.year == 1 and s.chosen == ev.BAD_TIME]
    assert all(s.bias > 0.015 for s in better if s.design != ev.MATCHED), "where less is worse, they rise"


def test_more_councils_see_more_and_the_number_needed_is_enough() -> None:
    noise, effects = ev.Noise(0.2, 0.05, 0.02), np.full((3, 3), -0.08)

    def at(p: ev.Programme) -> ev.Says:
        every = ev.evaluations("x", noise, np.zeros(p.years), effects, p, 1)
        return next(s for s in every if (s.design, s.chosen, s.year) == (ev.STEPPED, ev.BY_LOT, 3))

    few = at(ev.Programme(6, 6, 3, 2, 3))
    need = 3 * int(np.ceil(few.councils / 3))
    assert few.finds < ev.FOUND
    enough = at(ev.Programme(need, need, 3, 2, 3))
    assert 0.74 < enough.finds < 0.93
    assert few.detectable > enough.detectable == pytest.approx(0.08, rel=0.15)


def test_a_gate_lets_what_works_on_and_stops_what_does_nothing_more_often() -> None:
    at = {(g.year, g.does): g for g in ev.gates("x", ev.Noise(0.2, 0.02, 0.01), np.zeros(P.years), np.full((3, 3), -0.08), P)}
    for g in at.values():
        assert g.go + g.again + g.stop == pytest.approx(1.0)
    assert at[3, 1.0].go > 0.9 and at[3, 0.0].stop > 0.7 and at[3, 0.0].go < 0.11
    assert at[1, 1.0].stop < 0.03


def test_the_year_from_which_it_is_seen_is_one_that_lasts() -> None:
    base = next(ev.evaluations("x", STEADY, TREND, EFFECTS, P, 1))
    finds = (0.85, 0.7, 0.9, 0.95)
    says = [base._replace(year=k + 1, finds=f) for k, f in enumerate(finds)]
    assert ev.seen_from(says) == 3 and ev.seen_from(says[:2]) is None


def test_drift_and_what_is_off_in_one_year_are_told_apart() -> None:
    for drift, blur in ((0.05, 0.0), (0.0, 0.05), (0.06, 0.03)):
        found = ev.drift_and_blur(ev.Noise(0.3, drift, blur).draw(np.random.default_rng(2), 1, 400, 8)[0] + TREND[None, :1])
        assert found == (pytest.approx(drift, abs=0.008), pytest.approx(blur, abs=0.008))


@pytest.mark.parametrize(("bad", "named"), [({"pioneers": 5}, "--pioneers"), ({"waiting": 1}, "--waiting"), ({"before": 1}, "--before"),
                                            ({"follow": 0}, "--follow")])
def test_a_programme_that_tells_nothing_is_refused(bad: dict[str, int], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        ev.Programme(**{"waves": 3, **bad})


# Runs ---------------------------------------------------------------------------------------------------------------------
def test_a_plan_that_waits_is_the_same_plan_later_and_what_happens_by_itself_does_not_wait() -> None:
    plan = Plan(shifts=(Shift("older_residential_and_nursing", 0.1, 0, 156, {"home_care": 1.0}),), transition=Transition({0: 5.0, 1: 2.0}),
                invest={"homeshare": {0: 3.0}}, shocks=(Shock("flu_winter", 40, 2.0),))
    later = made.delayed(plan, 2)
    assert (later.shifts[0].start, later.shifts[0].full) == (2 * WEEKS_A_YEAR, 156 + 2 * WEEKS_A_YEAR)
    assert later.transition.by_year == {2: 5.0, 3: 2.0} and later.invest == {"homeshare": {2: 3.0}} and later.shocks == plan.shocks
    with pytest.raises(BadInput, match="package_size"):
        made.delayed(replace(plan, levers={"package_size": -0.1}), 1)


def test_until_its_wave_a_council_is_as_it_would_be_and_then_it_is_not() -> None:
    asked = replace(files.load("home_care_alone", places=api.places()), place="riverton")
    p = ev.Programme(2, 2, 1, 2, 1)
    job = made.jobs(asked, p, made.Settings(councils=4, one_in=10), api.places())[0]
    done = runs.run_one(replace(job, runs=tuple(replace(r, plan=replace(r.plan, years=3)) for r in job.runs)))
    net = made.table([done], made.OUTCOMES[0], p)[0]
    assert net.shape == (2, 3) and np.array_equal(net[0, :2], net[1, :2]) and net[1, 2] != net[0, 2]


def figures() -> list[made.Figure]:
    """Two figures of councils made of numbers: one that the plan improves plainly, one that it makes worse a little."""
    luck = np.random.default_rng(5)
    out = []
    for outcome, level, effect in ((made.OUTCOMES[1], 880.0, -0.25), (made.OUTCOMES[0], 1.3e8, 0.004)):
        base = np.log(level) + luck.normal(0, 0.01, (8, 1, P.years)).cumsum(axis=2)
        changed = np.concatenate([np.zeros((8, 1, P.years)), np.zeros((8, P.waves, P.years))], axis=1)
        for wave in range(P.waves):
            changed[:, 1 + wave, P.start(wave):] = effect + luck.normal(0, 0.001, (8, P.years - P.start(wave)))
        out.append(made.figure(outcome, np.exp(base + changed), P))
    return out


def test_a_figure_is_what_pairs_of_councils_say_and_real_councils_drift_no_less() -> None:
    one, _ = figures()
    assert np.allclose(one.effects, -0.25, atol=0.003) and one.effects.shape == (3, 3)
    held = register.load(register.APPRAISAL).page("evaluating")
    assert one.luck.drift < held["drift_care_homes"].value == one.noise.drift and one.noise.apart == held["apart_care_homes"].value
    assert {name for o in made.OUTCOMES for name in (o.apart, o.drift, o.survey) if name} == set(held), "each number of the page is used"


@pytest.fixture(scope="module")
def found() -> made.Evaluation:
    asked = files.load("home_care_alone", places=api.places())
    return made.tried(asked, P, made.Settings(), figures(), (("Days", "was nought"),))


def test_the_page_says_what_is_true_when_it_is_seen_and_what_misleads(found: made.Evaluation, tmp_path) -> None:
    lines = evaluate_page.sentences(found)
    assert lines[0].startswith("People of 65 and over in care homes, council pays: in truth -22% (-1") and "from year 1 on" in lines[0]
    assert "in truth +0.4% (+£0.51m a year)" in lines[1] and "England has too few councils to see it" in lines[1]
    assert found.lead() is found.figures[0], "a gate looks at what the plan improves"
    lucky = made.tried(found.asked, P, made.Settings(), [replace(f, unsure=0.5) for f in figures()])
    assert all("within the luck of the 8 councils" in line for line in evaluate_page.sentences(lucky)) and lucky.lead() is None
    text = evaluate_page.write(tmp_path / "e.html", found).read_text(encoding="utf-8")
    assert "Stop or go" in text and "Days: was nought" in text and text.count("<svg") == 2
    told = evaluate_page.told(found)
    assert told["lead"] == "residents" and len(told["gates"]) == 9 and json.dumps(told)
    without = made.tried(found.asked, P, made.Settings(), figures()[1:])
    assert without.lead() is None and "improves none" in evaluate_page.write(tmp_path / "n.html", without).read_text(encoding="utf-8")


def test_steady_councils_are_never_harder_to_tell(found: made.Evaluation) -> None:
    for f in found.figures:
        for real, steady in zip(found.of(f.outcome.name), found.of(f.outcome.name, steady=True)):
            assert steady.detectable < real.detectable


@pytest.mark.parametrize(("words", "says"), [
    (["better_home_care"], "cannot begin in waves"), (["as_now"], "changes nothing"), (["homeshare_alone", "--pioneers", "3"], "--pioneers"),
    (["homeshare_alone", "--lucks", "2"], "--lucks"), (["homeshare_alone", "--place", "atlantis"], "atlantis"), (["homeshar"], "homeshare_alone")])
def test_what_cannot_be_evaluated_is_told_before_anything_runs(words: list[str], says: str, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli.app, ["evaluate", *words])
    assert isinstance(done.exception, BadInput) and says in str(done.exception) and not (tmp_path / "results").exists()


def test_the_command_runs_a_small_programme_and_goes_on_where_it_was(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["evaluate", "homeshare_alone", "--place", "riverton", "--one-in", "40", "--pioneers", "4", "--waiting", "4", "--waves", "1", "--follow", "1",
             "--lucks", "4", "--workers", "1"]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == 0, done.output
    kept = sorted((tmp_path / "results" / "homeshare_alone" / "evaluation").glob("*.npz"))
    assert len(kept) == 4 and (tmp_path / "results" / "homeshare_alone" / "evaluation.csv").is_file()
    was = [file.stat().st_mtime_ns for file in kept]
    again = CliRunner().invoke(cli.app, [*words, "--json"])
    told = json.loads(again.stdout)
    assert [file.stat().st_mtime_ns for file in kept] == was and told["figures"]["net"]["level"] > 0
