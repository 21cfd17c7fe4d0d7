"""Every service has a page that says what its code and the register say now; the ODD likewise; runs are told as they came out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenarios import dose, dose_told, odd, service_report
from scenarios import plan as files
from simulation.places import known
from simulation.services import found

SERVICES = sorted(found())
EACH = pytest.mark.parametrize("name", SERVICES)
INVESTABLE = [name for name in SERVICES if dose.is_scheme(found()[name]) or dose.scenario_of(name)]
KEPT = dose.read()
RUN = 3  # worlds that a page is made from, at least


@EACH
def test_its_page_says_what_code_register_and_runs_say_now(name: str) -> None:
    page = (service_report.PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert page == service_report.page(name, KEPT), f"python -m scenarios.service_report {name} --no-runs"


@EACH
def test_its_page_tells_how_it_works_and_fails_and_what_a_sceptic_says(name: str) -> None:
    head, kind = service_report.head(name), found()[name]
    assert kind.sceptic and kind.sceptic in head
    for part in ("How it works, and how it fails", "What it takes", "What it is believed to change", "fails"):
        assert part in head, part


@pytest.mark.parametrize("name", INVESTABLE)
def test_a_plan_can_invest_in_it_alone_and_that_was_run(name: str) -> None:
    asked = dose.scenario_of(name)
    assert asked, f"write scenarios/library/{name}_alone.yaml"
    assert not files.check(asked.source, places=known()) and set(asked.plan.invest) == {name}
    told = dose_told.doses(name, KEPT)
    assert told and told.worlds >= RUN, f"python -m scenarios.service_report {name}"
    picture = (service_report.PAGES / "img" / f"{name}.svg").read_text(encoding="utf-8")
    assert "<title>" in picture and "<desc>" in picture and "<metadata" not in picture


def test_only_what_is_bought_person_by_person_has_no_question_of_its_own() -> None:
    without = {name for name in SERVICES if dose.scenario_of(name) is None}
    assert without and not [name for name in without if dose.is_scheme(found()[name])]
    assert all("There is none." in service_report.page(name, KEPT) for name in without)


def test_the_index_has_a_line_for_each_and_is_current() -> None:
    index = (service_report.PAGES / "README.md").read_text(encoding="utf-8")
    assert index == service_report.index(KEPT), "python -m scenarios.service_report --all --no-runs"
    assert all(f"]({name}.md)" in index for name in SERVICES)


def test_no_page_is_left_of_a_service_that_is_gone() -> None:
    pages = {p.stem for p in service_report.PAGES.glob("*.md")} - {"README"}
    assert pages == set(SERVICES) and {p.stem for p in (service_report.PAGES / "img").glob("*.svg")} <= pages


def test_what_the_odd_takes_from_the_code_is_current() -> None:
    text = odd.PAGE.read_text(encoding="utf-8")
    assert odd.renewed(text) == text, odd.COMMAND
    with pytest.raises(ValueError, match="no place for 'processes'"):
        odd.renewed(text.replace(odd.marks("processes")[1], ""))


# What a band may say --------------------------------------------------------------------------------------------------
def runs(people: list[list[float]], cost: list[list[float]]) -> dose_told.Doses:
    """Some worlds at no money, half, once and twice; only net council cost differs."""
    none = np.zeros((4, len(people[0])))
    differs = {m: none for m in dose.KEPT} | {"council_net": np.array(cost)}
    return dose_told.Doses("befriending", differs, np.array(people), True, {"years": "5"})


PEOPLE = [[0.0, 0, 0, 0, 0], [5, 5, 6, 7, 7], [10, 10, 12, 14, 14], [15, 15, 18, 21, 21]]
NONE = [[0] * 5] * 4
COST = [[0] * 5, [1e6] * 5, [1e6, 1e6, 2e6, 3e6, 3e6], [2e6, 2e6, 4e6, 6e6, 6e6]]


def test_a_difference_is_told_only_where_all_worlds_agree_at_once_and_at_twice() -> None:
    agree = runs(PEOPLE, [[0] * 5, [-1e6, 1e6, 1e6, 1e6, 1e6], *COST[2:]])  # half the money is not asked
    assert dose_told.clear(agree, "council_net") and "Net council cost: £2.0m (£1.0m to £3.0m) more." in dose_told.words(agree)
    for differs in (runs(PEOPLE, [*COST[:3], [2e6, 2e6, 4e6, 6e6, -6e6]]), runs(PEOPLE, [*COST[:2], [-1.0, 1e6, 1e6, 3e6, 3e6], COST[3]])):
        assert not dose_told.clear(differs, "council_net")
        assert "In net council cost: no difference that could be told from chance." in dose_told.words(differs)
        assert "not told from chance" in dose_told.in_a_line(differs)
    few = runs([row[:3] for row in PEOPLE], [row[:3] for row in COST])
    assert not dose_told.clear(few, "council_net")


def test_what_did_not_move_is_said_not_to_have_moved() -> None:
    still = dose_told.words(runs(PEOPLE, NONE))
    assert "Not moved at all in any run: net council cost, unpaid care" in still and "chance" not in still


def test_people_reached_are_told_with_what_twice_the_money_adds() -> None:
    told = dose_told.words(runs(PEOPLE, NONE))
    assert "12 (10 to 14) people have it" in told and "Twice the money reaches 1.5 times as many more as once does." in told
    fewer = dose_told.words(runs([[9] * 5, [9] * 5, [8, 9, 10, 10, 10], [9, 9, 9, 9, 8]], NONE))
    assert "That more are reached than without it could not be told from chance." in fewer


def test_the_table_has_the_middle_and_the_band_and_nought_without_money() -> None:
    rows = dose_told.table(runs(PEOPLE, COST)).splitlines()
    (cost,) = (r for r in rows if r.startswith("| Net council cost"))
    assert cost == "| Net council cost | 0 | +£1.00m | +£2.0m (+£1.0m to +£3.0m) | +£4.0m (+£2.0m to +£6.0m) |"


def test_the_picture_is_the_same_bytes_for_the_same_runs_and_has_words() -> None:
    d = runs(PEOPLE, COST)
    picture = dose_told.chart(d, "befriending")
    assert picture == dose_told.chart(d, "befriending") and dose_told.alt(d).split(":")[0][:20] in picture


def test_runs_are_kept_line_by_line_and_taken_up_again(tmp_path: Path) -> None:
    """Half, once and twice are run in the same world; a second call has nothing to do, other settings are run again."""
    file, said = tmp_path / "doses.csv", []
    small = dose.Settings(worlds=1, one_in=200, years=1)
    dose.run(["befriending"], small, said.append, file)
    assert len(said) == 4 and len(dose.read(file)) == 4
    told = dose_told.doses("befriending", dose.read(file))
    assert told and told.worlds == 1 and told.differs["invested"][:, 0] == pytest.approx([0, 73_000, 146_000, 292_000])
    dose.run(["befriending"], small, said.append, file)
    assert len(said) == 4
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")  # stopped before the last
    dose.run(["befriending"], small, said.append, file)
    assert len(said) == 5 and file.read_text(encoding="utf-8").splitlines() == lines
    assert dose_told.doses("homeshare", dose.read(file)) is None
