"""Same person, same week: same luck. A plan that changes nothing changes nothing; a service taken away moves nobody's luck."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from simulation.draws import Draws
from simulation.evidence.lists import SETTING
from simulation.evidence.register import central
from simulation.model import CareSystem, State, from_state
from simulation.plan import Budget, Plan, Shock
from simulation.shift import reference_lines
from tests.strategies import SERVICES, budgets, known_place, plans_that_change_nothing

BURN_IN, WEEKS, ONE_IN = 52, 17, 400
NOTHING_HAPPENS = (Shock("flu_winter", 2, 1.0), Shock("pay_rise", 3, 0.0), Shock("cut", 4, 0.0), Shock("provider_closes", 5, 0, "residential"))
NUMBERED = {"supports", "wants_service"}  # columns that number services, which are numbered anew when one is taken away


@lru_cache(maxsize=1)
def burnt_in() -> State:
    """A small town at the first week of the plan."""
    system = CareSystem(known_place(), central(), Plan(years=2), seed=5, one_in=ONE_IN, burn_in=BURN_IN, events="counts").burn_in()
    state = system.state()
    system.close()
    return state


@lru_cache(maxsize=8)
def as_now(budget: Budget) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Present policy for some weeks: everything there is at the end, and what it spent."""
    system = from_state(burnt_in(), Plan(years=2, budget=budget)).run(WEEKS)
    try:
        return everything(system), reference_lines(system.town)
    finally:
        system.close()


def everything(system: CareSystem) -> dict[str, Any]:
    """All tables, money, counts of events, the recorder, the hospital and the council's books, by name."""
    town, kept = system.town, system.state()
    out = {f"{table}.{column}": values for table, columns in kept.town["tables"].items() for column, values in columns.items()}
    out |= {f"recorder.{name}": values for name, values in kept.recorder.items()}
    out |= {f"money.{'/'.join(line)}": town.money.weekly[:, k].copy() for line, k in town.money.lines.items()}
    out |= {f"money by people.{'/'.join(line)}": town.money.yearly_by_cell[:, k].copy() for line, k in town.money.lines.items()}
    out |= {f"events.{'/'.join(kind)}": np.array([(w, *c.ravel()) for w, c in sorted(weeks.items())])
            for kind, weeks in town.events.counts.items()}
    out |= {f"hospital.{k}": np.array(v) for k, v in town.hospital.state().items()}
    out |= {f"council.{k}": np.array(v) for k, v in town.commissioner.state().items() if k != "funding"}
    return out


def differences(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """What is not exactly the same: no tolerance, and unknown only where it was unknown."""
    return sorted(name for name in a.keys() | b.keys() if name not in a or name not in b or a[name].dtype != b[name].dtype
                  or not np.array_equal(a[name], b[name], equal_nan=True))


@given(plan=plans_that_change_nothing(), budget=budgets())
def test_a_plan_that_changes_nothing_equals_present_policy_bit_for_bit(plan: Plan, budget: Budget) -> None:
    """Every column, every pound, every event and all that was recorded, under every budget rule."""
    before, spent = as_now(budget)
    system = from_state(burnt_in(), replace(plan, budget=budget, shocks=NOTHING_HAPPENS, reference=spent)).run(WEEKS)
    try:
        assert not differences(before, everything(system))
    finally:
        system.close()


def test_a_fork_goes_on_as_the_run_it_was_forked_from() -> None:
    whole = CareSystem(known_place(), central(), Plan(years=2), seed=5, one_in=ONE_IN, burn_in=BURN_IN, events="counts")
    try:
        assert not differences(everything(whole.burn_in().run(WEEKS)), as_now(Budget())[0])
    finally:
        whole.close()


def test_even_a_small_plan_is_seen() -> None:
    """The comparison can fail: a thousand pounds a week for a service show."""
    system = from_state(burnt_in(), Plan(years=2, invest={"reablement": {0: 52_000.0 * ONE_IN}})).run(WEEKS)
    try:
        assert differences(as_now(Budget())[0], everything(system))
    finally:
        system.close()


# Without one service ----------------------------------------------------------------------------------------------------
@dataclass
class Heard:
    """A finished run: every key of luck it asked for, by week and purpose; its people, its money, who had which service."""

    luck: dict[tuple[int, str], int]
    people: dict[str, np.ndarray]
    money: np.ndarray
    users: dict[str, int]
    settings: np.ndarray


@lru_cache(maxsize=len(SERVICES) + 1)
def a_run(without: str = "") -> Heard:
    """Founded, burnt in and run past the beginning of a plan, with every service but one."""
    luck: dict[tuple[int, str], int] = {}
    key, trait = Draws.key, Draws.trait

    def listen(self: Draws, purpose: str) -> np.uint64:
        given_ = key(self, purpose)
        luck[self.week, purpose] = int(given_)
        return given_

    def listen_for_life(self: Draws, purpose: str) -> np.uint64:
        given_ = trait(self, purpose)
        luck[0, f"for life: {purpose}"] = int(given_)
        return given_

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Draws, "key", listen)
        patch.setattr(Draws, "trait", listen_for_life)
        system = CareSystem(known_place(), central(), Plan(years=1), seed=7, one_in=ONE_IN, burn_in=16, events="counts",
                            only=[s for s in SERVICES if s != without] if without else None).run(16 + 9)
    town, r = system.town, system.town.residents
    users = np.bincount(town.placements.service, minlength=len(town.services))
    system.close()
    return Heard(luck, {name: r.arrays[name] for name in r.columns if name not in NUMBERED}, town.money.weekly.sum(axis=1),
                 {s.name: int(n) for s, n in zip(town.services, users, strict=True)}, r.setting)


@pytest.mark.parametrize("without", SERVICES)
def test_without_one_service_everybodys_luck_is_what_it_was(without: str) -> None:
    """From the first day: the keys of luck are the same in every week, and only the service's own are not asked for.

    What one person draws is a function of the key and of who they are, so the same key is the same luck for all.
    Which homes there are, and who lives in them, may change which questions come up at all; those that come up in both towns
    have the same answers.
    """
    whole, less = a_run().luck, a_run(without).luck
    both = whole.keys() & less.keys()
    assert len(both) > 0.9 * len(less) and all(whole[k] == less[k] for k in both)
    silent = {purpose for _, purpose in whole} - {purpose for _, purpose in less}
    of_suppliers = ("founding: ", "moves from provider", "notice", "the NHS pays")  # the last is asked where there are nursing homes
    of_leaving = ("for life: choosing: ",) if without == "residential" else ()  # asked of residents who found a home of their own
    assert not [p for p in silent if without not in p and not any(word in p for word in (*of_suppliers, *of_leaving))], "only its own luck is gone"


@pytest.mark.parametrize("without", ["care_home_health_support", "homeshare", "local_area_coordination"])
def test_taking_away_a_service_that_nobody_uses_and_nobody_pays_for_changes_nobodys_life(without: str) -> None:
    """Pools are as slack as they can be: what is taken away holds no staff, no money and no room."""
    whole, less = a_run(), a_run(without)
    assert whole.users[without] == 0, "nobody used it"
    assert not differences(whole.people, less.people)
    assert np.array_equal(whole.money, less.money)


def test_taking_away_care_homes_does_change_lives() -> None:
    """The comparison can fail: without residential homes their residents live elsewhere."""
    whole, less = a_run(), a_run("residential")
    lived, live = ((run.settings == SETTING.index("residential")).any() for run in (whole, less))
    assert lived and not live and differences(whole.people, less.people)
