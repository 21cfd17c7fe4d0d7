"""Guards against misuse, each tried on what is handed out: k of n, plan type in every title, words, no ranking, shipped beside edited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import typer
from typer.testing import CliRunner

from careshift import api, cli
from careshift.report import appraisal_page, medium_term, paper, report, workbook
from scenarios import answers, as_shipped, attributing
from scenarios import plan as files
from scenarios.appraisal.whole import Appraisal, appraise
from scenarios.papers.board import board_paper
from scenarios.results import Results
from simulation import places
from tests import wording
from tests.appraisal import made
from tests.calibration.test_use import a_posterior
from tests.test_report import made_up, words_of

TRIED = {"number": 2, "of": 3, "all": [
    {"number": 1, "name": "first", "title": "A first plan", "budget_rule": "follows_demand", "deleted": "", "why_deleted": ""},
    {"number": 2, "name": "mine", "title": "Mine", "budget_rule": "follows_demand", "deleted": "", "why_deleted": ""},
    {"number": 3, "name": "gone", "title": "One that is gone", "budget_rule": "flat_real", "deleted": "2026-01-01", "why_deleted": "a slip"}]}
CHANGED = {"as_shipped": {"council_net": [-2e6, -1e6, -1.5e6], "ascot_years": [1.0, 9.0, 5.0], "unpaid_hours": [10.0, 20.0, 15.0]},
           "posterior": {"name": "ours.json"}}


@lru_cache
def results(kind: str = "cut", count: int = 20) -> Results:
    lines = {"council_total": (-3e6, 1e5), "spend_older_residential_and_nursing": (-3e6, 1e5)}
    return made_up(count=count, beside=True, push=made.MONEY | (lines if kind == "cut" else {k: (-x, s) for k, (x, s) in lines.items()}))


@lru_cache
def appraised(kind: str = "cut", count: int = 20) -> Appraisal:
    r = results(kind, count)
    return appraise(r, made.about(r) | {"tried": TRIED} | CHANGED)


def parts_of_the_plan() -> attributing.Shared:
    luck = np.random.default_rng(1)
    found = {f: attributing.Attributed(f, x := luck.normal(1e6, 1e5, (20, 2)), x * 0.9, x.sum(axis=1)) for f in attributing.FIGURES}
    return attributing.Shared(("reablement", "homeshare"), ("Reablement", "Homeshare"), found, {"replications": 20, "orders": 0, "runs": 80, "one_in": 1})


@lru_cache
def pages(kind: str = "cut", count: int = 20) -> dict[str, str]:
    """Everything that is handed out as a page, by name."""
    a = appraised(kind, count)
    return {"report": report.render(a.r, dict(a.about)), "appraisal": appraisal_page.render(a, parts_of_the_plan()),
            "board paper": paper.render(board_paper(a), paper.pictures(a))}


def books(folder: Path) -> dict[str, str]:
    """Every word of the workbooks."""
    a, out = appraised(), {}
    for name, write in (("appraisal", workbook.write), ("medium term", medium_term.write)):
        file = write(a, folder / f"{name}.xlsx")
        book = openpyxl.load_workbook(file)
        cells = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if isinstance(c.value, str)]
        out[name] = " | ".join([*book.sheetnames, *cells])
    return out


# Cherry-picking -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["report", "appraisal", "board paper"])
def test_every_page_says_which_scenario_of_how_many_it_is(name: str) -> None:
    assert re.search(r"[Ss]cenario 2 of 3 ever put to", words_of(pages()[name]))


def test_the_board_papers_annex_lists_every_scenario_deleted_ones_too() -> None:
    last = board_paper(appraised()).annex[-1]
    assert last.table is not None and [row[0] for row in last.table.rows] == ["1", "2", "3"]
    assert last.table.rows[2][1:] == ("One that is gone (gone)", "the budget is flat in real terms", "yes: a slip")


# A cut called transformation ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["report", "appraisal", "board paper"])
@pytest.mark.parametrize("kind", ["cut", "more"])
def test_the_plan_type_stands_in_every_title_and_heading(name: str, kind: str) -> None:
    html = pages(kind)[name]
    computed = answers.plan_type(results(kind))
    assert computed == ("CUT" if kind == "cut" else "INVESTMENT")
    title, head = (re.search(rf"<{tag}[^>]*>(.*?)</{tag}>", html, re.S) for tag in ("title", "h1"))
    assert title and computed in title.group(1).upper() and head and computed in head.group(1).upper()


def test_the_plan_type_stands_first_in_every_workbook(tmp_path: Path) -> None:
    for name, text in books(tmp_path).items():
        assert "CUT: " in text, name


@pytest.mark.parametrize("name", ["report", "appraisal", "board paper"])
def test_a_cut_has_the_same_cut_without_reform_beside_it_and_another_plan_has_not(name: str) -> None:
    assert "The same cut, no reform" in pages()[name] and "lowers total spending" in pages()[name]
    assert "The same cut, no reform" not in pages("more")[name] and "lowers total spending" not in pages("more")[name]


# Over-precision -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["report", "appraisal", "board paper"])
def test_from_under_twenty_pairs_every_page_says_a_first_look_before_anything_else(name: str) -> None:
    words = words_of(pages("cut", 3)[name])
    assert 0 <= words.find("A first look, not a result") < words.find("net spending") or "A first look" in words[:1500]


# Tuned assumptions --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["report", "appraisal", "board paper"])
def test_the_result_on_shipped_assumptions_stands_beside_the_edited_one(name: str) -> None:
    words = words_of(pages()[name])
    assert "On the evidence as shipped" in words and "£1.0m to £2.0m lower (here: " in words
    assert words.find("On the evidence as shipped") < words.find("How sure" if name == "board paper" else "Money"), "not only in the small print"


def test_nothing_is_said_of_shipped_assumptions_where_none_was_changed() -> None:
    assert as_shipped.told(results(), {}) == ""


def test_a_comparison_with_other_numbers_runs_the_plan_on_the_shipped_ones_too(tmp_path: Path) -> None:
    """In the same worlds: what is kept is what a comparison without other numbers finds."""
    scenario = files.load("home_care_alone", places=api.places())
    scenario = api.design.replace(scenario, years=1, plan=api.design.replace(scenario.plan, years=1))
    how = {"place": "riverton", "replications": 2, "one_in": 20, "workers": 1, "beside": ()}
    edited = api.compare(scenario, folder=tmp_path / "edited", posterior=a_posterior().to_file(tmp_path / "p.json"), **how)  # type: ignore[arg-type]
    plain = api.compare(scenario, folder=tmp_path / "plain", **how)  # type: ignore[arg-type]
    assert edited.about["as_shipped"]["council_net"] == pytest.approx(list(answers.last_year(plain.results, "council_net")))
    assert "as_shipped" not in plain.about
    assert "On the evidence as shipped" in report.render(edited.results, edited.about)


# League tables ------------------------------------------------------------------------------------------------------------
def test_councils_are_listed_by_name_and_nothing_that_is_handed_out_ranks(tmp_path: Path) -> None:
    assert places.known() == sorted(places.known())
    ranks = re.compile(r"\b(rank(ed|s|ing)?|league table|top (ten|five|three)|best council|worst council|best performing|worst performing)\b", re.IGNORECASE)
    for name, text in {**pages(), **books(tmp_path)}.items():
        found = [m.group() for m in ranks.finditer(re.sub(r"(no ranking|ranks nothing)", "", words_of(text)))]
        assert not found, (name, found)


def test_rivals_stand_in_the_order_in_which_they_were_run_whatever_they_come_to() -> None:
    order = [b.title for b in answers.beside(results())]
    assert order == [b.title for b in answers.beside(results("cut", 3))][: len(order)]


# Words --------------------------------------------------------------------------------------------------------------------
def test_no_word_that_is_not_used_stands_in_anything_that_is_handed_out(tmp_path: Path) -> None:
    """Pages and workbooks whole, as they are made; other pages and Word are held against the same list where their own tests make them."""
    found = {name: told for name, text in {**pages(), **pages("more"), **books(tmp_path)}.items() if (told := wording.found(words_of(text)))}
    assert not found


def test_nor_in_any_string_of_the_code_any_template_the_evidence_the_scenarios_or_the_documentation() -> None:
    """So in whatever a command prints, asks or refuses too; and each phrase in which a word is right is still somewhere."""
    every = list(wording.texts())
    found = [f"{where}: {told}" for where, text in every for told in wording.found(text)]
    assert not found, "\n".join(found)
    said = {wording.flat(text) for _, text in every}
    assert [phrase for phrase in wording.RIGHT if not any(re.search(phrase, text) for text in said)] == []
    assert [key for key in wording.KEYS if key not in said] == []


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


def test_nor_in_what_commands_print_that_run_nothing() -> None:
    app = typer.main.get_command(cli.app)
    asked = [*([*path, "--help"] for path in commands(app)), ["week"], ["services"], ["places"], ["scenarios"], ["schema"]]
    assert len(asked) > 30
    for words in asked:
        said = CliRunner().invoke(cli.app, words)
        assert said.exit_code == 0 and len(said.output) > 100, words
        assert not wording.found(re.sub(r"[\u2500-\u257f]", " ", said.output)), words


@pytest.mark.parametrize(("text", "told"), [
    ("By 2031 the plan saves money", "spends less"), ("Cash-releasing savings, and bare savings", "which kind"), ("It will save", "its range"),
    ("Bed blockers", "ready to leave hospital"), ("carer_breakdown", "could not go on"), ("families refused", "willing and able"),
    ("one service\n  user", "draw on care")])
def test_the_list_finds_a_word_however_it_is_written_and_says_what_to_say(text: str, told: str) -> None:
    assert len(wording.found(text)) == 1 and told in wording.found(text)[0]


@pytest.mark.parametrize("text", ["Where the saving comes from", "spend income, then savings", "There is no saving.", "People save lives", "savings_median"])
def test_where_a_word_is_right_it_may_stand(text: str) -> None:
    assert wording.found(text) == []
