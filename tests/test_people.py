"""People: who lives in the founded town, with whom, and what they need and have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.draws import Draws
from simulation.evidence.register import central
from simulation.founding.lots import chosen, evenly, whole
from simulation.founding.people import net_moves
from simulation.week import dying
from simulation.world.town import Town
from tests.founded import death_ratio, expected_states, founded, linked_both_ways, whole_town


# Founding: the published people -------------------------------------------------------------------------------------
def test_founders_are_the_published_people_one_by_one() -> None:
    town = whole_town()
    r = town.residents
    here = r.present
    counts = np.zeros((2, 101))
    np.add.at(counts, (r.sex[here].astype(int), r.age[here].astype(int)), 1)
    np.testing.assert_array_equal(counts[:, 18:], town.place.people[:, 18:])
    assert here.sum() == town.place["adults"]


def test_each_neighbourhood_and_fifth_keeps_its_published_share_of_all_ages() -> None:
    town = whole_town()
    r, parts = town.residents, town.place.neighbourhoods
    founders = r.present
    older = founders & (r.age >= 65)
    share_older = np.bincount(r.fifth[older], minlength=5) / older.sum()
    share = np.bincount(r.fifth[founders], minlength=5) / founders.sum()
    published = parts.people @ parts.fifth
    assert np.abs(share - published).max() < 0.015  # children, who are not founded, live more often in the poorer parts
    assert share_older[0] < published[0] and share_older[-1] > published[-1]
    assert np.all(np.diff(r.neighbourhood[founders]) >= 0)


def test_the_same_people_come_however_long_the_story_is_told() -> None:
    short, long_ = founded(weeks=52, steps=("people", "needs")), founded(weeks=520, steps=("people", "needs"))
    n = len(short.residents)
    for column in ("arrives", "age", "sex", "neighbourhood", "fifth", "need", "dementia", "group", "outlook"):
        np.testing.assert_array_equal(short.residents.arrays[column], long_.residents.arrays[column][:n])


def test_as_many_come_as_are_published() -> None:
    town = whole_town()
    r, place = town.residents, town.place
    arrivals = r.arrives >= -104
    of_age = arrivals & (r.age == 18)
    first_year = (r.arrives >= -104) & (r.arrives < -52)
    assert (of_age & first_year).sum() == place.people[:, 17].sum()
    movers = (arrivals & first_year & ~of_age).sum()
    assert abs(movers - place["net_migration"]) <= 2
    np.testing.assert_allclose(net_moves(place).sum(), place["net_migration"])
    assert np.all(np.diff(r.arrives) >= 0)


def test_one_in_k_is_a_kth_of_the_town() -> None:
    assert abs(founded(steps=("people",)).residents.present.sum() - 247_940 / 40) <= 1


@given(st.lists(st.floats(0, 50), min_size=1, max_size=40), st.floats(0, 0.999))
def test_whole_people_keep_their_sum_and_each_cell_to_within_one(expected: list[float], luck: float) -> None:
    counts = whole(np.array(expected), luck)
    assert abs(counts.sum() - sum(expected)) < 1.01
    assert np.all(np.abs(counts - np.array(expected)) < 1.01)
    np.testing.assert_array_equal(whole(np.round(expected), luck), np.round(expected))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.floats(0.01, 0.99), st.integers(0, 10**6))
def test_lots_drawn_evenly_give_each_stratum_its_share(strata: list[int], chance: float, seed: int) -> None:
    luck = evenly(Draws(seed), "test", np.array(strata))
    assert np.all((luck >= 0) & (luck < 1))
    for stratum in set(strata):
        mine = luck[np.array(strata) == stratum]
        assert abs((mine < chance).sum() - chance * len(mine)) < 1.0 + 1e-9


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6).filter(lambda s: sum(s) > 0.1), st.floats(0, 0.999999))
def test_nobody_is_of_a_kind_that_has_no_share(shares: list[float], luck: float) -> None:
    kind = int(chosen(np.array(shares), np.array([luck]))[0])
    assert shares[kind] > 0 or sum(shares[kind + 1:]) == 0


# Founding: need, frailty, families, wealth ----------------------------------------------------------------------------
def at_home_in_england(town: Town, low: int, high: int, states: slice | list[int], sex: int | None = None) -> float:
    """A share of people at home in England: fifths as older people live in them, residents of care homes left out.

    Residents (by age, OpenSAFELY) are all taken to have the need asked about; that is nearly so.
    """
    page = central().values
    fifths = np.array(page["founding_people.older_by_fifth"])
    table = np.tensordot(fifths / fifths.sum(), town.tables["prevalence"], axes=1)[:, :, states].sum(axis=-1)
    share, people = (table[:, :-1] + table[:, 1:])[:, :101] / 2, town.place.people
    residents = np.interp(np.arange(101), [60, 72, 77, 82, 87, 92, 100], [0, 0.006, 0.014, 0.033, 0.076, 0.18, 0.2])
    sexes = [0, 1] if sex is None else [sex]
    if not isinstance(states, slice):  # dementia is counted wherever people live
        residents = np.zeros(101)
    at_home = np.maximum(share - residents, 0)[sexes, low:high] * people[sexes, low:high]
    return float(at_home.sum() / (people * (1 - residents))[sexes, low:high].sum())


@pytest.mark.parametrize(("low", "high", "states", "sex", "published", "within"), [
    (65, 70, slice(2, 10), None, 0.21, 0.02),  # any need
    (80, 101, slice(2, 10), None, 0.52, 0.03),
    (65, 101, slice(4, 10), 0, 0.24, 0.015),  # one personal task or more
    (65, 101, slice(4, 10), 1, 0.28, 0.015),
    (65, 70, [1, 3, 5, 7, 9], None, 0.015, 0.007),  # dementia, wherever people live
    (80, 85, [1, 3, 5, 7, 9], None, 0.10, 0.02),
    (90, 101, [1, 3, 5, 7, 9], None, 0.30, 0.04),
])
def test_need_and_dementia_are_as_common_as_published(low: int, high: int, states: slice | list[int], sex: int | None,
                                                      published: float, within: float) -> None:
    assert at_home_in_england(whole_town(), low, high, states, sex) == pytest.approx(published, abs=within)


def test_twice_as_many_need_help_in_the_most_deprived_fifth_as_in_the_least() -> None:
    table, people = whole_town().tables["prevalence"][:, :, 65:101, 4:].sum(axis=-1), whole_town().place.people[:, 65:]
    shares = (table * people).sum(axis=(1, 2)) / people.sum()
    assert shares[0] / shares[-1] == pytest.approx(2.0, abs=0.2)


def test_the_balance_is_a_distribution_and_deaths_add_up_to_the_life_table() -> None:
    town = whole_town()
    table, base = town.tables["prevalence"], town.tables["base_mortality"]
    assert np.all(table >= 0)
    np.testing.assert_allclose(table.sum(axis=-1), 1.0)
    r = town.residents
    here = r.present
    year = np.minimum(r.age[here].astype(int), 110)
    published = (town.place.life_table[r.sex[here], year] * death_ratio(town)[r.fifth[here]]).sum()
    assert published == pytest.approx(
        town.place["deaths_smr"] * town.place.life_table[r.sex[here], year].sum(), rel=1e-9)
    beliefs = central().values
    age = np.interp(r.age[here], dying.EXCESS_AGES, beliefs["shared.excess_age"])
    excess = (np.array(beliefs["shared.excess_deaths"])[r.need[here]] + beliefs["shared.excess_dementia"]
              * r.dementia[here]) * age * np.array(beliefs["shared.excess_sex"])[r.sex[here]]
    learning = np.where(r.group[here] == dying.LEARNING, beliefs["shared.learning_disability_deaths"], 1.0)
    model = (base[r.fifth[here], r.sex[here], year] * learning + excess).sum()
    assert model == pytest.approx(published, rel=0.02)


def test_founders_stand_in_the_balance_to_within_rounding() -> None:
    town = whole_town()
    r = town.residents
    people = np.flatnonzero(r.present & (r.age >= 65))
    found = np.bincount(2 * r.need[people] + r.dementia[people], minlength=10)
    assert np.abs(found - expected_states(town, people)).max() < 60  # of 61,651


def test_frailty_has_its_published_shares_and_goes_with_need() -> None:
    r = whole_town().residents
    old = r.present & (r.age >= 65)
    shares = np.bincount(r.frailty[old], minlength=4) / old.sum()
    np.testing.assert_allclose(shares, [0.50, 0.35, 0.12, 0.03], atol=0.02)
    assert 0.3 < np.corrcoef(r.frailty[old], r.need[old])[0, 1] < 0.6


def test_as_many_older_people_live_alone_as_the_census_counted() -> None:
    town = whole_town()
    r = town.residents
    assert (r.present & r.alone & (r.age >= 66)).sum() == pytest.approx(town.place["living_alone_66_plus"], rel=0.03)
    assert not (r.alone & (r.partner >= 0)).any()


def test_partners_and_kin_are_linked_both_ways_and_are_of_a_likely_age() -> None:
    town = whole_town()
    linked_both_ways(town)
    r = town.residents
    men = np.flatnonzero((r.partner >= 0) & (r.sex == 0))
    assert np.mean(r.age[men] - r.age[r.partner[men]]) == pytest.approx(2.0, abs=0.7)
    assert np.all(r.sex[r.partner[men]] == 1)
    assert np.mean(r.neighbourhood[men] == r.neighbourhood[r.partner[men]]) > 0.99
    parents = np.flatnonzero((r.kin_kind[:, 0] == 1) & (r.age >= 65))
    gap = r.age[parents] - r.age[r.kin[parents, 0]]
    assert gap.mean() == pytest.approx(28, abs=2)
    assert np.percentile(gap, 1) > 15 and np.percentile(gap, 99) < 46


def test_most_working_age_people_with_a_learning_disability_have_a_parent_here() -> None:
    r = whole_town().residents
    them = r.present & (r.age < 65) & (r.group == dying.LEARNING)
    assert them.sum() == pytest.approx(0.0047 * (r.present & (r.age < 65)).sum(), rel=0.03)
    assert 0.45 < (r.kin_kind[them] == 3).any(axis=1).mean() < 0.85
    assert np.all(r.band[them] > 0)


def test_two_thirds_of_older_people_own_and_a_third_have_savings_above_the_limit() -> None:
    r = whole_town().residents
    old = r.present & (r.age >= 65)
    assert r.owns_home[old].mean() == pytest.approx(0.67, abs=0.02)
    assert (r.savings[old] > 23_250).mean() == pytest.approx(0.34, abs=0.02)
    pairs = np.flatnonzero((r.partner >= 0) & r.present)
    np.testing.assert_allclose(r.house[pairs][r.owns_home[pairs]],
                               r.house[r.partner[pairs]][r.owns_home[pairs]])
    assert np.all((r.house > 0) == r.owns_home)
