"""Hand arithmetic against the whole place: whatever leaves these bounds is a fault until explained person by person.

The bounds are those of a careful reader with Doncaster's published figures and a pencil, for the headline plan at its full
size. One world of central values is run, so a bound that a chance closure could break is wide enough for one. Nothing here
is tuned to; what a sample of people would show is no answer to any of it.
"""

from __future__ import annotations

import numpy as np
import pytest

from simulation.evidence.lists import GROUP
from simulation.plan import Plan, Shock
from tests.paired import Ran, as_now, headline, run

YEARS = 10
FEW, MANY = 3, 30  # homes that close at once before anything else is there: fewer places than stand empty, and far more


class Told:
    """What one run says: measures by year for everybody or a group, and the town as it is left."""

    def __init__(self, ran: Ran):
        self.ran, self.town = ran, ran.town

    def of(self, measure: str, group: str = "all", years: range = range(YEARS)) -> np.ndarray:
        return self.ran.by_year(measure, group, range(years.start + 1, years.stop + 1))


class Pair:
    """The base run, the headline plan in the same world, and the same place when homes close first."""

    def __init__(self) -> None:
        self.base, self.plan = Told(as_now()), Told(headline())
        self.closed = {n: Told(run(Plan(years=1, shocks=(Shock("provider_closes", 0, n, "residential"),)))) for n in (FEW, MANY)}

    def change(self, measure: str, group: str = "all") -> np.ndarray:
        """Plan minus base by year."""
        return self.plan.of(measure, group) - self.base.of(measure, group)


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair()


# Places and pounds ------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_stock_is_flow_times_stay(pair: Pair) -> None:
    settled = range(-1, 3)
    stay = pair.base.of("care_home_council", "65+", settled) / pair.base.of("council_admissions", "65+", settled)
    assert 1.8 < stay.mean() < 2.6


@pytest.mark.slow
def test_a_tenth_is_some_eighty_four_people_of_a_line_of_forty_million(pair: Pair) -> None:
    assert 37e6 < pair.base.of("spend_older_residential_and_nursing", years=range(-1, 0))[0] < 44e6
    fewer = -pair.change("care_home_council", "65+")[5:]
    assert 55 < fewer.mean() < 125


@pytest.mark.slow
def test_nobody_is_moved_out_so_places_fall_empty_slowly(pair: Pair) -> None:
    fewer = -pair.change("care_home_council", "65+")
    assert fewer[0] < 25 and fewer[1] < 60 and fewer[2] < 95
    assert -pair.change("spend_older_residential_and_nursing")[0] < 0.8e6


@pytest.mark.slow
def test_at_the_places_own_prices_a_package_of_about_thirty_hours_costs_as_much_as_a_care_home(pair: Pair) -> None:
    town = pair.base.town
    p = town.placements
    ours = p.active & (p.funder == 1) & (town.residents.age[p.person] >= 65)

    def mean(service: str, column: str) -> float:
        return float(getattr(p, column)[ours & (p.service == town.service(service))].mean())

    gap = mean("residential", "price") - mean("residential", "contribution") + mean("home_care", "contribution")
    assert 21 < gap / town.prices["home_care_hour"] < 37


@pytest.mark.slow
def test_no_saving_in_the_first_two_years_and_none_beyond_what_a_pencil_allows(pair: Pair) -> None:
    net = pair.change("council_net")  # transition money counted as spent, whoever gave it
    assert net[0] > 0 and net[1] > 0
    assert net.min() > -2.0e6, "1.5m at the prices of 2024-25 for the mean of years; one world of one year strays"
    assert -1.5e6 < net[5:].mean() < 1.5e6
    assert np.cumsum(net)[:4].min() > 0, "payback before the fourth year is a fault"


@pytest.mark.slow
def test_double_running_comes_first(pair: Pair) -> None:
    twice = pair.change("double_running")
    assert 0.4e6 < twice[:2].max() < 2.5e6 and twice.argmax() < 2
    assert twice[5:].mean() < 0.6 * twice[:2].mean(), "what care homes set free goes on paying for set-up"


@pytest.mark.slow
def test_support_at_home_takes_care_workers_hours(pair: Pair) -> None:
    more = pair.change("used_home_care") + pair.change("used_direct_payments") + pair.change("used_community_support")
    assert 500 < more[4:].mean() < 5_000


@pytest.mark.slow
def test_one_to_three_homes_may_go_not_ten(pair: Pair) -> None:
    assert -3 <= pair.change("care_homes_closed").sum() <= 6


# Hospital ---------------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_emergency_stays_and_visits_hardly_move(pair: Pair) -> None:
    for measure, most in (("emergency_stays", 0.006), ("ae_visits", 0.006), ("bed_days", 0.012)):
        share = pair.change(measure, "65+") / pair.base.of(measure, "65+")
        assert np.abs(share).max() < most, measure


@pytest.mark.slow
def test_a_shift_in_good_order_leaves_delays_alone_and_homes_closed_first_do_not(pair: Pair) -> None:
    """Closing as many places as the plan empties does nothing here, since one in eight stands empty; closing more does."""
    assert np.abs(pair.change("delayed_people_a_day")).max() < 4
    now = pair.base.of("delayed_people_a_day", years=range(1))[0]
    few, many = (pair.closed[n].of("delayed_people_a_day", years=range(1))[0] - now for n in (FEW, MANY))
    assert abs(few) < 4
    assert 1 < many < 25


# Lives ------------------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_the_survey_of_councils_could_not_see_it(pair: Pair) -> None:
    assert np.abs(pair.change("ascof_1a")).max() < 0.2
    assert np.abs(pair.change("lonely_often")).max() < 0.001


@pytest.mark.slow
def test_quality_weighted_life_moves_by_tens_of_years_not_hundreds(pair: Pair) -> None:
    assert np.abs(pair.change("ascot_years")).max() < 120


@pytest.mark.slow
def test_families_do_more(pair: Pair) -> None:
    assert 100 < pair.change("unpaid_hours")[3:].mean() < 4_000


@pytest.mark.slow
def test_shared_lives_and_homeshare_do_not_fill_the_places(pair: Pair) -> None:
    new = pair.change("users_shared_lives") + pair.change("users_homeshare")
    assert new[4:].mean() < -pair.change("care_home_council", "65+")[4:].mean() * 0.6


@pytest.mark.slow
def test_each_year_brings_some_eighteen_young_people_with_a_learning_disability(pair: Pair) -> None:
    r = pair.base.town.residents
    came = (r.arrives >= 0) & (r.arrives < YEARS * 52) & (r.group == GROUP.index("learning disability"))
    grown_up = came & (r.age - (YEARS * 52 - r.arrives) / 52 < 19.5)
    assert 12 < np.count_nonzero(grown_up) / YEARS < 30
