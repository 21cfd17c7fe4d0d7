"""How sure: chances, curves and regret by hand; refused from too few pairs; shares of a plan's parts that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.appraisal import sure
from scenarios.appraisal.attribution import attribution
from simulation.errors import BadInput

TWENTY = np.array([1.0] * 15 + [-1.0] * 5)


def test_a_chance_is_a_share_of_worlds_with_what_luck_could_do_to_it() -> None:
    found = sure.chance(TWENTY, "it pays")
    assert (found.times, found.worlds, found.words) == (15, 20, "8 in 10 (15 of 20)")
    assert found.low == pytest.approx(0.609, abs=0.002) and found.high == pytest.approx(0.852, abs=0.002)  # Wilson, 8 in 10
    assert sure.chance(np.ones(20), "sure").words == "all (20 of 20)" and sure.chance(np.ones(20), "sure").low > 0.9


@pytest.mark.parametrize("ask", [lambda x: sure.chance(x, "it pays"), lambda x: sure.plane(x, x), lambda x: sure.acceptable({"a": x[None, :]}),
                                 lambda x: sure.expected_loss({"a": x[None, :]})])
def test_nothing_is_told_from_under_twenty_pairs(ask: object) -> None:
    with pytest.raises(BadInput, match="cannot be told from 19 pairs of runs; it takes 20"):
        ask(TWENTY[:19])  # type: ignore[operator]
    ask(TWENTY)  # type: ignore[operator]
    assert sure.withheld(19) and not sure.withheld(20)


def test_the_four_corners_of_the_plane() -> None:
    effect = np.tile([1.0, 1.0, -1.0, -1.0, 1.0], 4)
    cost = np.tile([-5.0, 5.0, -5.0, 5.0, 0.0], 4)
    assert sure.plane(effect, cost) == sure.Plane(8, 4, 4, 4)


def test_acceptability_by_hand() -> None:
    """One unit gained for 10 in half the worlds and for 30 in the others: best in none, half and all at 5, 20 and 40."""
    gain = sure.net_benefit(np.ones(20), np.tile([10.0, 30.0], 10), [5, 20, 40])
    best = sure.acceptable({"plan": gain})
    np.testing.assert_allclose(best["plan"], [0, 0.5, 1])
    np.testing.assert_allclose(best[sure.NOTHING], [1, 0.5, 0])


def test_expected_loss_by_hand() -> None:
    """At 20 the plan gains 10 or loses 10: choosing either loses 5 on average."""
    lost = sure.expected_loss({"plan": sure.net_benefit(np.ones(20), np.tile([10.0, 30.0], 10), [20])})
    assert lost["plan"][0] == 5 and lost[sure.NOTHING][0] == 5


def test_shares_of_worlds_add_up_to_one_whatever_the_options() -> None:
    luck = np.random.default_rng(1)
    best = sure.acceptable({name: luck.normal(size=(7, 25)) for name in "abc"})
    np.testing.assert_allclose(sum(best.values()), 1.0)


def test_regret_by_hand() -> None:
    nothing, plan = sure.regrets({"nothing": [0.0, 0.0], "plan": [3.0, -2.0]})
    assert nothing.by_future == (3, 0) and plan.by_future == (0, 2) and (nothing.most, plan.most) == (3, 2)


# Attribution --------------------------------------------------------------------------------------------------------------
WORTH = {frozenset(): 0.0, frozenset("a"): 4.0, frozenset("b"): 6.0, frozenset("ab"): 16.0}


def test_two_parts_share_what_they_do_together_and_it_is_named() -> None:
    found = attribution(["a", "b"], WORTH.__getitem__)
    assert [(p.name, p.share, p.alone, p.together) for p in found.parts] == [("a", 7, 4, 3), ("b", 9, 6, 3)]
    assert found.whole == 16 and found.interaction == 6 and found.pairs[0].interaction == 6


def test_a_published_game_of_three() -> None:
    """The gloves game: two left gloves, one right, a pair is worth one. Whoever holds the right glove has 2/3, the others 1/6."""
    found = attribution(["left 1", "left 2", "right"], lambda mine: float("right" in mine and len(mine) > 1))
    assert [p.share for p in found.parts] == pytest.approx([1 / 6, 1 / 6, 2 / 3])


@given(st.dictionaries(st.frozensets(st.sampled_from("abcd")), st.floats(-100, 100), min_size=16, max_size=16))
def test_shares_always_add_up_to_the_whole(worth: dict[frozenset[str], float]) -> None:
    found = attribution("abcd", worth.__getitem__)
    assert sum(p.share for p in found.parts) == pytest.approx(found.whole, abs=1e-6)


def test_parts_that_do_not_touch_have_no_interaction_and_each_subset_is_asked_once() -> None:
    asked: list[frozenset[str]] = []

    def comes_to(mine: frozenset[str]) -> float:
        asked.append(mine)
        return float(sum({"a": 1, "b": 2, "c": 3}[x] for x in mine))

    found = attribution("abc", comes_to)
    assert [p.share for p in found.parts] == pytest.approx([1, 2, 3]) and found.interaction == pytest.approx(0)
    assert all(abs(p.interaction) < 1e-9 for p in found.pairs) and len(asked) == len(set(asked)) == 8


def test_too_many_parts_or_one_named_twice_are_refused() -> None:
    with pytest.raises(BadInput, match="1 to 10 parts"):
        attribution([str(k) for k in range(11)], lambda mine: 0.0)
    with pytest.raises(BadInput):
        attribution(["a", "a"], lambda mine: 0.0)
