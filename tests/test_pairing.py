"""The table of what paired luck is worth: its sums are the recorder's, and nothing spills from a plan that changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks import pairing
from simulation.plan import Plan
from tests.paired import burnt_in


@pytest.fixture(scope="module")
def twice() -> tuple[pairing.Lived, pairing.Lived]:
    state = burnt_in(200)
    return pairing.lived(state, Plan(years=1)), pairing.lived(state, Plan(years=1, invest={}))


def test_what_persons_lived_adds_up_to_what_is_recorded(twice: Any) -> None:
    one = twice[0]
    assert one.bed_days.sum() * one.size == pytest.approx(one.years["bed_days"][0], rel=1e-5) and one.bed_days.sum() > 0
    assert one.quality.sum() * one.size == pytest.approx(one.years["ascot_years"][0], rel=1e-5)


def test_nothing_spills_from_a_plan_that_changes_nothing(twice: Any) -> None:
    told = pairing.spill(*twice)
    assert (told.differ, told.bed_days, told.quality) == (0, (0, 0), (0, 0)) and 0 < told.untouched < twice[0].here.sum() * 200


def test_gains_are_those_of_made_up_luck() -> None:
    luck = np.random.default_rng(2)
    town, shared, mine, other = (luck.normal(0, s, 4000) for s in (30, 3, 1, 3))
    seeds, same_town, least = pairing.gains(town + shared, town + shared + mine, town + other)
    assert least == pytest.approx(18, rel=0.1) and float(same_town.split()[0]) == pytest.approx(least, rel=0.01)
    assert float(seeds.split()[0].replace(",", "")) == pytest.approx(2 * 909 + 1, rel=0.1)


def test_the_tables_go_between_their_marks_and_a_variance_needs_several(capsys: pytest.CaptureFixture[str]) -> None:
    page = pairing.put_in("# A page\n\nwords\n", "first")
    assert pairing.put_in(page, "second") == page.replace("first", "second") and page.startswith("# A page\n\nwords\n\n<!-- pairing: begins")
    with pytest.raises(SystemExit):
        pairing.main(["--replications", "2"])
    assert "a variance needs at least 3" in capsys.readouterr().err
