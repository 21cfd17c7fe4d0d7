"""`careshift appraise`: the same digits as summary.csv, a page without script, a workbook that can be checked, plain refusals."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

from careshift import api, cli
from careshift.report import appraisal_page, workbook
from scenarios.answers_base import ENOUGH, lowers_spending
from scenarios.appraisal import told
from scenarios.appraisal.numbers import HEADLINE, line_numbers
from scenarios.appraisal.whole import Appraisal, appraise, curves, futures, options, regret_by_world
from simulation.errors import BadInput
from tests.appraisal import made
from tests.test_report import Read, made_up, words_of
from tests.test_results import read


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.kept(made.results(), tmp_path_factory.mktemp("results") / "ten")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.kept(made.results(4, beside=False), tmp_path_factory.mktemp("results") / "few")


@pytest.fixture(scope="module")
def a(folder: Path) -> Appraisal:
    return api.appraise(folder, weights=True)


@pytest.fixture(scope="module")
def page(a: Appraisal) -> str:
    return appraisal_page.render(a)


def asked(*words: str) -> Any:
    return CliRunner().invoke(cli.app, ["appraise", *words])


# The same digits ----------------------------------------------------------------------------------------------------------
def test_headline_numbers_are_those_of_summary_csv_to_the_digit(folder: Path) -> None:
    said = json.loads(asked(str(folder), "--json").stdout)
    rows = {(x["measure"], x["year"]): x for x in read(folder / "summary.csv")
            if x["group"] == "all" and x["scenario"] == "ten_percent_to_community" and x["budget_rule"] == "follows_demand"}
    assert {x["measure"] for x in said["summary"]} == set(HEADLINE)
    for mine in said["summary"]:
        theirs = rows[mine["measure"], mine["year"]]
        for column in ("baseline_mean", "difference_mean", "difference_low80", "difference_high80", "mc_se"):
            assert float(theirs[column]) == mine[column], (mine["measure"], mine["year"], column)
    for k, year in enumerate(sorted({x["year"] for x in said["summary"]})):
        council = sum(line["gain_by_year"][k] for line in said["lines"] if line["name"] in ("council", "grant"))
        assert float(f"{-council:.6g}") == float(rows["council_net", year]["difference_mean"]), "six digits are kept"


def test_a_folder_gives_back_the_results_it_was_made_from(folder: Path) -> None:
    again, was = api.appraise(folder).results, made.results()
    np.testing.assert_array_equal(again.values, was.values)
    assert [x.key for x in again.runs] == [x.key for x in was.runs] and again.runs[1].plan == was.runs[1].plan


def test_numbers_are_those_of_the_lines(a: Appraisal) -> None:
    found = {x["name"]: x["worth_mean"] for x in line_numbers(a)}
    whole, beside = found.pop("net_present_social_value"), ("capacity", "public_purse")
    assert whole == pytest.approx(sum(worth for name, worth in found.items() if name not in beside))


# The page -----------------------------------------------------------------------------------------------------------------
def test_the_page_is_whole_has_no_script_and_asks_nothing_of_the_network(page: str) -> None:
    read_ = Read(page)
    assert not read_.open and not read_.all("script", "link", "iframe", "img")
    assert not [v for t in read_.tags for k, v in t.said.items() if k in ("src", "href") and v and not v.startswith("#")]
    ids = [t.said["id"] for t in read_.tags if "id" in t.said]
    assert len(ids) == len(set(ids))
    assert all(t.said.get("scope") for t in read_.all("th")) and len(read_.all("h1")) == 1 and read_.all("html")[0].said["lang"] == "en-GB"


def test_the_plan_type_is_fixed_in_every_title(a: Appraisal, page: str) -> None:
    kind = told.kind(a)
    assert f"<title>Appraisal. {kind}:" in page and f"<h1>Appraisal. {kind.capitalize()}:" in page


def test_a_stranger_finds_cost_payback_payer_and_doubt_first(page: str) -> None:
    first = words_of(page[:page.index('id="lines"')])
    for words in ("What it costs", "When it pays back", "Who pays", "Is it worth it", "How sure", "Of the 20 worlds run"):
        assert words in first
    assert first.index("8 in 10 of the 20 worlds run") < first.index("Plan type"), "a range comes before anything else"


def test_nothing_is_recommended_and_the_ratio_is_no_headline(page: str) -> None:
    words = words_of(page)
    assert not re.search(r"\b(we recommend|should be approved|best option|proves|savings? of)\b", words, re.IGNORECASE)
    assert "Per pound laid out" in words[words.index("Who pays, year by year"):] and "ratio" not in words[:words.index("Costs and consequences")]


def test_no_figure_is_missing_or_infinite(page: str) -> None:
    assert not re.search(r"\b(nan|inf|None)\b", words_of(page))


def test_pictures_have_short_titles_words_and_their_table(page: str) -> None:
    pictures = Read(page).all("figure")
    assert len(pictures) == 6 and all("The numbers behind it" in "".join(f.text) for f in pictures)
    titles = re.findall(r"<figure>\s*<h3>(.*?)</h3>", page)
    assert len(titles) == 6 and all(len(t.split()) <= 10 for t in titles), titles


def test_the_page_is_the_same_twice(a: Appraisal, page: str) -> None:
    assert appraisal_page.render(a) == page


# Too few ------------------------------------------------------------------------------------------------------------------
def test_from_four_pairs_the_page_says_what_may_not_be_concluded_and_tells_none_of_it(few: Path) -> None:
    small = api.appraise(few)
    text = words_of(appraisal_page.render(small))
    assert "A first look, not a result: 4 pairs of runs; an appraisal takes at least 20" in text
    assert all(line in text for line in told.first_look(small))
    for withheld in ("What would have to be true", "Regret", "Expected loss", "Who gains, who loses", "in 10 (", "Per pound laid out"):
        assert withheld not in text, withheld
    assert not small.chances and not small.switches and not small.shares
    with pytest.raises(BadInput, match=f"it takes {ENOUGH}"):
        curves(small)
    with pytest.raises(BadInput):
        futures(small)


def test_a_plan_that_changes_nothing_is_not_appraised() -> None:
    nothing = made_up("as_now", 2, beside=False)
    with pytest.raises(BadInput, match="nothing to appraise"):
        appraise(nothing, made.about(nothing))


def test_the_values_are_listed_like_all_evidence() -> None:
    found = {e.name: e for e in api.evidence(used_by="appraisal")}
    assert {"wellby", "discount_costs", "optimism_costs"} <= set(found) and all(e.source for e in found.values())
    assert not {"appraisal"} & {e.page for e in api.evidence()}, "the model believes none of it"
    assert "wellby" in CliRunner().invoke(cli.app, ["evidence", "--used-by", "appraisal"]).stdout


# Beside others -----------------------------------------------------------------------------------------------------------
def test_rivals_stand_in_the_same_picture_and_futures_in_the_regret(a: Appraisal) -> None:
    assert list(options(a)) == ["This plan", "The same plan without transition money", "The same money on better home care",
                                next(r.title for r in a.r.runs if r.scenario == "care_home_health_support"),
                                *(["The same cut, no reform"] * lowers_spending(a.r))]
    names, found = futures(a)
    assert len(names) == 5, "three budget rules, a sceptic's beliefs, evidence alone"
    assert [g.option for g in found] == ["Doing nothing", *options(a)], "rivals too"
    assert all(np.nanmin(x) == 0 for x in zip(*(g.by_future for g in found))), "in each future something is best"
    rival = next(g for g in found if g.option == "The same money on better home care")
    assert np.isfinite(rival.by_future[0]) and np.isnan(rival.by_future[1:]).all(), "where it was not run it has no figure"
    assert told.regret_rows(a)[1][3][2] == "not run"


def test_regret_by_world_is_nought_for_one_choice_in_each_world_and_worked_out_from_the_same_sums(a: Appraisal) -> None:
    found = regret_by_world(a)
    assert list(found) == ["Doing nothing", *options(a)]
    table = np.array(list(found.values()))
    assert (table.min(axis=0) == 0).all() and (table >= 0).all()
    np.testing.assert_allclose(found["Doing nothing"] - found["This plan"], a.ledger.social_value)


# The workbook --------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def book(a: Appraisal, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The workbook as written: its formulas, and what they come to."""
    file = workbook.write(a, tmp_path_factory.mktemp("book") / "appraisal.xlsx")
    return openpyxl.load_workbook(file), openpyxl.load_workbook(file, data_only=True)


def row_of(sheet: Any, title: str) -> list[Any]:
    return next([c.value for c in row] for row in sheet.iter_rows() if row[0].value == title)


def test_present_values_in_the_workbook_are_formulas_that_come_to_the_appraisal(a: Appraisal, book: tuple[Any, Any]) -> None:
    formulas, values = (x["Lines"] for x in book)
    for line in a.ledger.lines:
        title = line.title + ("" if line.counted else " (beside, not counted)")
        assert row_of(formulas, title)[1].startswith("=SUMPRODUCT(")
        assert row_of(values, title)[1] == pytest.approx(line.value(a.ledger.values).mean())
        by_year = np.array(row_of(values, title)[3:13], dtype=float)
        rate = np.array(row_of(values, "Discount factor, wellbeing" if line.wellbeing else "Discount factor, money")[3:13], dtype=float)
        assert float(by_year @ rate) == pytest.approx(row_of(values, title)[1]), "the cells themselves add up to it"
    assert row_of(values, "Net present social value")[1] == pytest.approx(a.ledger.social_value.mean())
    assert row_of(values, "Public purse, added up and discounted")[12] == pytest.approx(a.ledger.public_value.mean())
    assert row_of(formulas, "Wellbeing: years of satisfaction with life (WELLBY)")[3].endswith("*worth_of_a_year")


def test_worlds_in_the_workbook_add_up_and_chances_are_counted_there(a: Appraisal, book: tuple[Any, Any]) -> None:
    formulas, values = (x["Worlds"] for x in book)
    assert values.cell(2, values.max_column).value == pytest.approx(float(a.ledger.social_value[0]))
    share = row_of(formulas, "Share of worlds with a gain")[-1]
    assert share.startswith("=COUNTIF(") and row_of(values, "Share of worlds with a gain")[-1] == pytest.approx((a.ledger.social_value > 0).mean())


# The command ---------------------------------------------------------------------------------------------------------------
def test_one_screen_and_a_page_beside_the_results(folder: Path) -> None:
    said = asked(str(folder), "--value", "ascot")
    assert said.exit_code == 0 and (folder / "appraisal.html").is_file()
    assert said.stdout.count("\n") <= 50 and "Net present social value" in said.stdout and "It recommends nothing" in said.stdout


@pytest.mark.parametrize(("words", "match"), [(("nowhere",), "no folder of a finished comparison"), (("{folder}", "--value", "welby"), "wellby")])
def test_mistakes_are_told_plainly(folder: Path, words: tuple[str, ...], match: str) -> None:
    said = asked(*(w.format(folder=folder) for w in words))
    assert isinstance(said.exception, BadInput) and re.search(match, str(said.exception))


def test_a_folder_with_a_replication_missing_or_spoilt_is_refused(folder: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(folder, tmp_path / "broken")
    next((broken / "replications").glob("*.npz")).write_bytes(b"half a file")
    with pytest.raises(BadInput, match="1 of 20 replications"):
        api.appraise(broken)
    (broken / "run.json").write_text('{"scenario": "x"}', encoding="utf-8")
    with pytest.raises(BadInput, match="written by another careshift"):
        api.appraise(broken)
    (broken / "run.json").write_text("[]", encoding="utf-8")
    with pytest.raises(BadInput, match="not what a comparison writes"):
        api.appraise(broken)
