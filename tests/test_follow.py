"""One invented life beside the same life with a plan: who is found, that nothing is chosen to flatter, what is told."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import careshift as front
from careshift.follow_command import as_object
from careshift.report import life_page
from scenarios import lives as two
from scenarios import lives_words as words
from scenarios.person import BY_WORD, WORDS, read, who_fits
from simulation.errors import BadInput
from simulation.evidence.register import central
from simulation.model import CareSystem, from_state
from simulation.places import load
from simulation.plan import Plan
from simulation.week.needing import MOVES
from simulation.world.ledger import Events
from tests import wording
from tests.test_command import Told, careshift  # noqa: F401
from tests.test_report import words_of
from tests.towns import a_town, resident

ROOT = Path(__file__).parent.parent
SMALL = {"place": "riverton", "one_in": 10, "years": 3}
WHO = "over 75, needs personal care, not care home"


@pytest.fixture(scope="module")
def helped() -> two.Lives:
    """A life that a plan with every community model in it changes."""
    return front.follow(WHO, "community_everything", differs=True, **SMALL)


@pytest.fixture(scope="module")
def unhelped() -> two.Lives:
    return front.follow(WHO, "as_now", **SMALL)


# Who is looked for ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("said", "age", "fits"), [
    ("82", 80.0, True), ("82", 84.9, True), ("82", 85.0, False), ("75-84", 84.5, True), ("75 to 84", 85.0, False), ("over 85", 85.0, True),
    ("85+", 84.9, False), ("under 65", 64.9, True), ("80s", 89.9, True), ("aged 19", 18.0, True)])
def test_an_age_may_be_said_in_many_ways(said: str, age: float, fits: bool) -> None:
    town = a_town(resident("one", age=age)).town
    assert bool(read(said)[0].fits(town)[0]) is fits


def test_words_and_their_opposites_are_read() -> None:
    people = [resident("falls alone", age=82, alone=True, falls=1.0), resident("steady", age=82, alone=True),
              resident("in a home", age=82, setting="residential"), resident("his wife", age=82, partner="steady", falls=2.0, alone=False)]
    town = a_town(*people).town
    assert who_fits(read("82, lives alone, falls"), town).tolist() == [0]
    assert who_fits(read("82, not falls, no care home"), town).tolist() == [1]
    assert who_fits(read("Care Home"), town).tolist() == [2]
    assert who_fits(read("with partner; falls"), town).tolist() == [3]


def test_every_way_of_saying_something_belongs_to_one_thing_and_can_be_asked() -> None:
    ways = [way for several, _, _ in WORDS.values() for way in several]
    assert len(ways) == len(set(ways))
    town = a_town(resident("one")).town
    for way in BY_WORD:
        assert len(read(way)[0].fits(town)) == 1


def test_all_words_that_are_not_known_are_told_at_once_with_the_nearest() -> None:
    with pytest.raises(BadInput) as wrong:
        read("82, fals, 300, lives aloone")
    told = str(wrong.value)
    assert "did you mean falls?" in told and "did you mean lives alone?" in told and "300" in told
    assert len(wrong.value.problems) == 3


def test_where_nobody_fits_it_says_what_is_rare() -> None:
    with pytest.raises(BadInput, match=r"82: 1; dementia: 0"):
        who_fits(read("82, dementia"), a_town(resident("one", age=82)).town)


# Who is chosen ----------------------------------------------------------------------------------------------------------
def test_the_most_ordinary_of_those_who_fit_is_chosen_and_nobody_by_what_the_plan_does() -> None:
    town = a_town(*(resident(str(age), age=age, need=need) for age, need in ((70, 1), (80, 2), (81, 2), (82, 2), (95, 4)))).town
    assert two.most_ordinary(town, np.arange(5)).tolist()[0] == 2
    assert two.most_ordinary(town, np.array([0, 4])).tolist() == [0, 4], "who stands equal goes by row"


def test_without_differs_the_same_person_is_followed_whatever_the_plan(unhelped: two.Lives) -> None:
    assert front.follow(WHO, "community_everything", **SMALL).person.row == unhelped.person.row


def test_as_now_beside_as_now_is_one_life_for_everybody_who_fits(unhelped: two.Lives) -> None:
    assert unhelped.parts == -1 and unhelped.same == unhelped.fits > 5
    assert unhelped.base.events == unhelped.plan.events
    for name, column in unhelped.base.state.items():
        np.testing.assert_array_equal(column, unhelped.plan.state[name])
    shared, apart = words.side_by_side(unhelped)
    assert shared and not apart and "never part" in words.parting(unhelped)


def test_asking_for_a_life_that_differs_where_none_does_says_so() -> None:
    with pytest.raises(BadInput, match="nothing differs in the two lives of any"):
        front.follow(WHO, "as_now", differs=True, **{**SMALL, "years": 1})


# A life with the plan ---------------------------------------------------------------------------------------------------
def test_two_lives_are_one_until_they_part_and_then_differ(helped: two.Lives) -> None:
    week = helped.parts
    assert 0 <= week < helped.weeks and helped.same < helped.fits
    before = [[e for e in life.events if e.week < week] for life in (helped.base, helped.plan)]
    assert before[0] == before[1]
    differs = set(helped.base.in_week(week)) ^ set(helped.plan.in_week(week)) or any(
        helped.base.state[n][week] != helped.plan.state[n][week] for n in two.STATE)
    assert differs
    assert f"week {week + 1} " in words.parting(helped) and "Why: " in words.parting(helped)


def test_what_is_told_is_what_the_ledger_and_the_columns_say(helped: two.Lives) -> None:
    for life in (helped.base, helped.plan):
        lines = words.entries(life, helped)
        told = {e.first: e.text for e in lines if not e.quiet}
        for event in life.events:
            if event.what == "begins":
                assert dict(helped.services)[event.service] + " begins" in told[event.week]
        assert all(a.last < b.first for a, b in pairwise(lines)), "lines follow one another"
        quiet = [e for e in lines if e.quiet]
        assert quiet and all(not any(e.week in range(q.first, q.last + 1) for e in life.events if e.what not in ("reviewed", "ends", "falls"))
                             for q in quiet)


def test_the_same_words_give_the_same_page(helped: two.Lives) -> None:
    again = front.follow(WHO, "community_everything", differs=True, **SMALL)
    assert as_object(again) == as_object(helped)
    assert life_page.render(again) == life_page.render(helped)


def test_the_page_says_at_top_and_bottom_that_the_life_is_invented(helped: two.Lives) -> None:
    page = life_page.render(helped)
    assert not wording.found(words_of(page))
    assert page.count(words.INVENTED) == 2
    assert page.index(words.INVENTED) < page.index('id="lives"') < page.rindex(words.INVENTED)
    assert "<script" not in page and not re.search(r'(?:src|href)="(?!#)', page)
    assert not re.search(r"\b(?:best|worst|rank|better off)\b", page)


def test_watching_changes_nothing_in_a_run() -> None:
    system = CareSystem(load("riverton"), central(), Plan(years=1), one_in=10, events="counts").burn_in()
    state = system.state()
    system.close()
    plain, seen = (from_state(state, Plan(years=1), events="all") for _ in range(2))
    plain.run(20)
    two.Watched(seen, np.flatnonzero(seen.town.residents.present)[:50], 20)
    for name, column in plain.town.residents.arrays.items():
        np.testing.assert_array_equal(column, seen.town.residents.arrays[name])
    assert plain.town.money.lines == seen.town.money.lines
    plain.close()
    seen.close()


# Words ------------------------------------------------------------------------------------------------------------------
def test_every_kind_of_event_that_a_run_can_note_has_words() -> None:
    noted: set[str] = set()
    for file in (ROOT / "simulation").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "note" and node.args:
                noted |= {c.value for c in ast.walk(node.args[0]) if isinstance(c, ast.Constant) and isinstance(c.value, str)}
    noted |= {name for name, _ in MOVES}
    assert len(noted) > 40
    assert noted - set(words.TOLD) - two.UNTOLD == set()


def test_quiet_weeks_become_one_line_and_a_life_ends_with_its_last_word(helped: two.Lives) -> None:
    weeks = 60
    state = {name: np.zeros(weeks, dtype=column.dtype) for name, column in helped.base.state.items()}
    state["present"][:50], state["alone"][:], state["partner"][:], state["hours_family"][:] = True, True, -1, 3
    told = [two.Event(5, "falls", "", ""), two.Event(50, "dies", "", "")]
    life = two.Life(tuple(told), state)
    lives = two.Lives(helped.person, (), ("", ""), life, life, 1, 1, -1, weeks, helped.services, frozenset(), helped.about)
    she = words.pronouns(lives)["who"]
    assert [(e.first, e.last, e.text) for e in words.entries(life, lives)] == [
        (0, 4, "nothing changed: at home alone, 3 hours from family and friends"), (5, 5, f"{she} falls"),
        (6, 49, "nothing changed: at home alone, 3 hours from family and friends"), (50, 50, f"{she} dies")]


def test_the_ledger_gives_the_events_that_the_story_gives() -> None:
    events = Events("all")
    events.note("falls", np.array([3, 4]))
    assert events.story(3) == [(0, "falls", "", "")]


# The command ------------------------------------------------------------------------------------------------------------
def test_the_command_prints_a_life_and_writes_a_page(careshift: Callable[..., Told], tmp_path: Path) -> None:  # noqa: F811
    told = careshift("follow", "--person", WHO, "--place", "riverton", "--one-in", "20", "--years", "1", "--html", "life.html")
    flat = " ".join(told.out.split())
    assert told.code == 0 and flat.count(words.INVENTED) == 2 and "fit at the beginning of the plan" in flat
    assert (tmp_path / "life.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_json_is_one_object_and_nothing_else(careshift: Callable[..., Told]) -> None:  # noqa: F811
    told = careshift("follow", "--person", WHO, "--place", "riverton", "--one-in", "20", "--years", "1", "--json")
    found = json.loads(told.out)
    assert found["invented"] == words.INVENTED and found["fits"] >= 1 and len(found["lives"]) == 2


@pytest.mark.parametrize("words_", [("--person", "82, purple"), ("--person", " , "), ("--person", "82", "--scenario", "ten_percnt"),
                                    ("--person", "82", "--place", "doncastr"), ("--person", "82", "--years", "40"),
                                    ("--person", "man, woman", "--place", "riverton", "--one-in", "50")])
def test_every_mistake_ends_in_exit_code_2_without_a_traceback(careshift: Callable[..., Told], words_: tuple[str, ...]) -> None:  # noqa: F811
    told = careshift("follow", *words_)
    assert told.code == 2 and told.err.strip() and "Traceback" not in told.err and not told.out
