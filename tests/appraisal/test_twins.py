"""The same people in two runs: what they would live on without the plan, and how content they are, each beside herself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios import design
from scenarios import plan as files
from scenarios.results import Results
from scenarios.runs import Job, run_one
from simulation import places
from simulation.measures import GROUPS, MEASURES
from simulation.measures.instead import ABLE, FAMILY, KINDS, LIVES_ON, PLACE, WAITING
from simulation.measures.recorder import AS_ONE
from simulation.measures.twins import OTHER, SAME, WITHOUT_IT, Twin, Twins
from simulation.plan import Plan, Shift

CODE = {name: k for k, name in enumerate(LIVES_ON)}
SHIFT = Plan(shifts=(Shift("older_residential_and_nursing", 0.1, 0, 52, {"shared_lives": 1.0}),))
ALL = list(GROUPS).index("all")


def measure(name: str) -> Twin:
    found = MEASURES[name]
    assert isinstance(found, Twin)
    return found


def beside(here: list[str], there: list[str], content: list[tuple[float, float]], touched: list[tuple[bool, bool]]) -> Twins:
    """One year in which these people live on this here and on that in the run compared with."""
    twins = Twins(1, len(here), SHIFT)
    twins.lives[0] = [CODE[x] + KINDS for x in here]
    twins.content[0], twins.touched[0] = [c for c, _ in content], [t for t, _ in touched]
    twins.beside({"lives": np.array([[CODE[x] + KINDS for x in there]], dtype=np.uint8),
                  "content": np.array([[c for _, c in content]], dtype=np.float32), "touched": np.array([[t for _, t in touched]])})
    return twins


def test_people_on_a_model_the_plan_pays_for_are_told_by_what_they_would_live_on() -> None:
    here = ["shared_lives"] * 6 + ["home_care"]
    there = ["shared_lives", "home_care", PLACE, FAMILY, WAITING, ABLE, FAMILY]
    twins = beside(here, there, [(5.0, 5.0)] * 7, [(False, False)] * 7)
    told = {what: twins.tell(measure(f"without_plan_{what}"), 0, AS_ONE)[ALL] for what in WITHOUT_IT}
    assert {what for what, n in told.items() if n} == {SAME, OTHER, PLACE, FAMILY, WAITING, ABLE}
    assert sum(told.values()) == 6, "home care is not paid for by this plan, so whoever has it is left out"


def test_satisfaction_is_compared_with_the_same_person_and_the_dead_are_in_neither_sum() -> None:
    """Up by 1 and touched here; up by 2 and touched only there; up by 4 and touched in neither; dead here."""
    content = [(6.0, 5.0), (7.0, 5.0), (8.0, 4.0), (np.nan, 9.0)]
    twins = beside(["home_care"] * 4, ["home_care"] * 4, content, [(True, False), (False, True), (False, False), (True, True)])
    assert twins.tell(measure("wellbys"), 0, AS_ONE)[ALL] == pytest.approx((0 + 3) / 2), "the year begins without a difference"
    assert twins.tell(measure("wellbys_others"), 0, AS_ONE)[ALL] == pytest.approx((0 + 4) / 2)


def test_a_run_that_is_compared_with_nothing_tells_nothing() -> None:
    twins = Twins(1, 1, SHIFT)
    twins.lives[0] = CODE["home_care"]
    assert np.isnan(twins.tell(measure("wellbys"), 0, AS_ONE)).all()


@pytest.fixture(scope="module")
def paired() -> Results:
    """The headline plan and doing nothing, two years, one adult in a hundred of the invented town's size, central values."""
    known = places.known()
    asked = files.load("ten_percent_to_community", places=known)
    asked = replace(asked, years=2, plan=replace(asked.plan, years=2))
    runs = design.runs_for(asked, places=known, rivals=False, variants=False, all_rules=False)
    runs = [replace(run, plan=replace(run.plan, years=2)) for run in runs]
    return Results(asked, runs, [run_one(Job("riverton", tuple(runs), 1, 0, 2, "central"))], 2, "central")


@pytest.mark.slow
def test_in_a_real_pair_everybody_supported_is_told_of_and_doing_nothing_gains_nothing(paired: Results) -> None:
    run = paired.run("ten_percent_to_community", "follows_demand")
    supported = sum(paired.of(run, f"without_plan_{what}") for what in WITHOUT_IT)
    assert (supported > 0).all()
    assert (paired.of_key(run.against, "wellbys") == 0).all() and (paired.of_key(run.against, "wellbys_others") == 0).all()
    assert np.abs(paired.paired(run, "wellbys")).max() > 0
    parts = sum(np.nan_to_num(paired.paired(run, "wellbys", group)) for group in ("18-64", "65+"))
    np.testing.assert_allclose(parts, paired.paired(run, "wellbys"), atol=1e-6)


@pytest.mark.slow
def test_hours_needed_are_no_fewer_than_hours_not_met_and_the_eligible_part_is_a_part(paired: Results) -> None:
    for run in paired.runs:
        needed, unmet, eligible = (paired.of(run, m) for m in ("hours_needed", "unmet_hours", "unmet_eligible_hours"))
        assert (needed > unmet).all() and (unmet >= eligible).all() and (eligible > 0).all()
