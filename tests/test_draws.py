"""Same person, same week, same process: same luck."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulation.draws import Draws, certain, never, uniform, uniforms_for


def draws(seed: int = 1, replication: int = 0, week: int = 0) -> Draws:
    d = Draws(seed, replication)
    d.begin(week)
    return d


IDS = np.arange(50_000, dtype=np.int32)


def test_the_same_address_gives_the_same_draw_and_order_does_not_matter() -> None:
    a, b = draws(), draws()
    first = a.uniforms("falls", IDS)
    b.uniforms("something else", IDS)
    assert np.array_equal(first, b.uniforms("falls", IDS))
    assert np.array_equal(first[::-1], draws().uniforms("falls", IDS[::-1]))


def test_leaving_people_out_moves_nobody_else() -> None:
    assert np.array_equal(draws().uniforms("falls", IDS)[::3], draws().uniforms("falls", IDS[::3]))


@pytest.mark.parametrize("other", [draws(seed=2), draws(replication=1), draws(week=1)])
def test_another_seed_replication_or_week_is_other_luck(other: Draws) -> None:
    assert abs(np.corrcoef(draws().uniforms("falls", IDS), other.uniforms("falls", IDS))[0, 1]) < 0.02


def test_draws_are_uniform_within_and_across_weeks() -> None:
    assert stats.kstest(draws().uniforms("falls", IDS), "uniform").pvalue > 1e-3
    d = Draws(1)
    one_person = []
    for week in range(2000):
        d.begin(week)
        one_person.append(d.uniforms("falls", IDS[:1])[0])
    assert stats.kstest(one_person, "uniform").pvalue > 1e-3


def test_rare_events_have_the_variance_of_chance() -> None:
    d, counts = Draws(7), []
    for week in range(400):
        d.begin(week)
        counts.append((d.uniforms("rare", IDS[:20_000]) < 0.001).sum())
    assert 0.8 < np.var(counts) / np.mean(counts) < 1.25


def test_kernel_and_numpy_agree() -> None:
    key = draws().key("falls")
    assert [uniform(key, int(i)) for i in IDS[:200]] == uniforms_for(key, IDS[:200]).tolist()


def test_asking_twice_in_a_week_is_a_mistake() -> None:
    d = draws()
    d.key("falls")
    with pytest.raises(RuntimeError, match="asked for twice"):
        d.key("falls")
    d.begin(1)
    d.key("falls")


def test_luck_can_be_made_certain() -> None:
    d = Draws(1, fixed={**certain("falls"), **never("dies")})
    assert (d.uniforms("falls", IDS[:5]) == 0).all()
    assert (d.uniforms("dies", IDS[:5]) > 1 - 1e-15).all()
    assert uniform(d.fixed["falls"], 3) == 0.0
    assert 1 - 1e-15 < uniform(d.fixed["dies"], 3) < 1


def test_a_trait_is_for_life() -> None:
    d = Draws(1)
    before = d.traits("outlook", IDS[:10])
    d.begin(300)
    assert np.array_equal(before, d.traits("outlook", IDS[:10]))
