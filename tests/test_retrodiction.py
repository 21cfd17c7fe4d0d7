"""Looking back: programmes are put in as they were planned, and what the model misses stays on the page."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios import plan as files
from scenarios import retrodiction as back
from simulation.places import known

SMALL = back.Size(50, 50)


def line(seen: list[float], **told: float) -> back.Line:
    common = {"title": "A programme", "what": "stays", "kind": "share", "happened_source": "s", "planned_source": "p", "in_sample": "No.", "unlike": "All."}
    return back.Line("a", {**common, "happened": 0.02, "low": 0.01, "high": 0.03, **told}, np.array(seen), np.array([np.nan] * len(seen)))


def test_a_programme_is_met_where_what_happened_and_the_worlds_have_something_in_common() -> None:
    assert line([0.02]).met and line([-1.0, 0.011]).met and line([0.0, 0.1]).met
    assert not line([0.0, 0.009]).met and not line([0.031, 0.2]).met


@pytest.mark.parametrize(("planned", "seen", "came"), [(-0.02, [-0.01, 0.0], False), (-0.02, [-0.03, 0.1], True), (100.0, [99.0], False),
                                                       (100.0, [3.0, 100.0], True)])
def test_what_was_hoped_for_came_in_some_world_or_in_none(planned: float, seen: list[float], came: bool) -> None:
    assert line(seen, planned=planned).hoped is came
    assert line(seen).hoped is None


def test_a_miss_stays_on_the_page_beside_its_source() -> None:
    text = back.page([line([0.5, 0.7], planned=-0.02)], 2, 1, SMALL, "Notes.")
    assert "| +2.0% (+1.0% to +3.0%) | +60% (+50% to +70%) |  | **no** | no |" in text and "Met: 0 of 1" in text
    assert "Hoped: p. Happened: s." in text and "one adult in 50" in text and "Notes." in text


def test_every_programme_says_where_its_figures_come_from_and_what_the_model_knew() -> None:
    for name, told in back.published().items():
        assert told["low"] <= told["happened"] <= told["high"], name
        assert all(told[k] for k in ("title", "what", "happened_source", "in_sample", "unlike")), name
        assert ("planned" in told) == ("planned_source" in told), name


def test_programmes_are_plans_that_can_be_read_and_run_like_any_other() -> None:
    for file in sorted(back.PROGRAMMES.glob("*.yaml")):
        assert files.load(file, places=known()).plan.invest, file.name
    fund = files.load(back.PROGRAMMES / "better_care_fund.yaml", places=known()).plan.invest
    assert sum(by_year[0] for by_year in fund.values()) == pytest.approx(10.9e6 * 1.3442, rel=0.01)


def test_looking_back_in_one_small_world_gives_growth_beside_the_year_before_and_enterprises_that_began() -> None:
    grown = back.better_care_fund(1, 0, SMALL)
    assert -0.5 < grown.seen < 0.5 and grown.truth != grown.seen and abs(grown.truth) < 0.2
    two_years = back.begun("cumbria", 1, 0, SMALL)
    assert 5 < two_years.seen < 150 and np.isnan(two_years.truth)
