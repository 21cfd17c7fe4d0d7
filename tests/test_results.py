"""The files a reader opens: summary.csv, codebook.csv, weekly.csv.gz, run.json, against figures worked out by hand."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from careshift import api
from scenarios import design, keeping, results
from scenarios import plan as files
from scenarios.results import COLUMNS, Results
from scenarios.runs import Index, Replication
from simulation import places
from simulation.errors import RunStopped
from simulation.measures import GROUPS, MEASURES

PLAN = "ten_percent_to_community"
UNITS = {m: MEASURES[m].unit for m in ("council_net", "bed_days", "lonely_often")}


def made(base: dict[str, list[float]], plan: dict[str, list[float]], *, years: tuple[int, ...] = (0,), group: str = "all",
         beside: bool = False) -> Results:
    """Results of so many worlds, in which each run but a baseline has the plan's values of these measures in every year."""
    known = places.known()
    asked = files.load(PLAN, places=known)
    runs = design.runs_for(asked, places=known, rivals=beside, variants=beside, all_rules=beside)
    index: Index = [(y, m, UNITS[m], group) for y in years for m in base]
    count = len(next(iter(base.values())))
    done = []
    for i in range(count):
        values = np.array([[(plan if run.against else base)[m][i] for _, m, _, _ in index] for run in runs])
        weekly = {f"{run.key}\tcouncil_net": np.array([i, 2.0 * i + (1 if run.against else 0)], dtype=np.float32) for run in runs}
        done.append(Replication(i, [run.key for run in runs], index, values, weekly))
    return Results(asked, runs, done, 1, "drawn")


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# Arithmetic, by hand --------------------------------------------------------------------------------------------------
def test_intervals_and_error_are_those_worked_out_by_hand() -> None:
    """Differences 1, 2, 3, 4, 10 in five worlds. Quantile q lies at 4q between neighbours, as NumPy counts by default."""
    base = [100.0, 200.0, 300.0, 400.0, 500.0]
    diff = [1.0, 2.0, 3.0, 4.0, 10.0]
    (row,) = made({"council_net": base}, {"council_net": [b + d for b, d in zip(base, diff)]}).rows()
    assert row["baseline_mean"] == 300 and row["scenario_mean"] == 304 and row["difference_mean"] == 4
    assert row["difference_low80"] == pytest.approx(1 + 0.4) and row["difference_high80"] == pytest.approx(4 + 0.6 * 6)
    assert row["difference_low90"] == pytest.approx(1 + 0.2) and row["difference_high90"] == pytest.approx(4 + 0.8 * 6)
    spread = ((9 + 4 + 1 + 0 + 36) / 4) ** 0.5  # of one difference: squares about the mean of 4, over n - 1
    assert row["mc_se"] == pytest.approx(spread / 5**0.5, rel=1e-5) and row["replications"] == 5


def test_differences_are_taken_within_each_world_so_luck_cancels() -> None:
    (row,) = made({"council_net": [1e6, 9e6]}, {"council_net": [1e6 - 5, 9e6 - 5]}).rows()
    assert row["difference_mean"] == row["difference_low90"] == row["difference_high90"] == -5 and row["mc_se"] == 0


def test_one_pair_has_no_error_to_tell() -> None:
    (row,) = made({"council_net": [10.0]}, {"council_net": [12.0]}).rows()
    assert row["difference_low80"] == row["difference_high90"] == 2 and np.isnan(row["mc_se"])


def test_six_digits_are_kept_and_no_more() -> None:
    (row,) = made({"council_net": [123456789.0]}, {"council_net": [123456789.0 + 0.123456789]}).rows()
    assert row["baseline_mean"] == 123457000 and row["difference_mean"] == pytest.approx(0.123457, abs=1e-9)


# The rows there are -----------------------------------------------------------------------------------------------------
def test_a_year_is_a_financial_year_and_the_burn_in_has_no_row() -> None:
    found = made({"council_net": [1.0]}, {"council_net": [2.0]}, years=(-2, -1, 0, 9)).rows()
    assert [row["year"] for row in found] == ["2026-27", "2035-36"]


def test_a_group_with_nothing_in_it_has_no_row_but_everybody_together_has() -> None:
    nothing, some = {"bed_days": [0.0, 0.0]}, {"bed_days": [0.0, 3.0]}
    assert not made(nothing, nothing, group="65+").rows()
    assert len(made(nothing, nothing, group="all").rows()) == 1
    assert len(made(nothing, some, group="65+").rows()) == len(made(some, nothing, group="65+").rows()) == 1


def test_worlds_in_which_there_was_nothing_to_measure_are_left_out_and_counted() -> None:
    """A share of nobody is no number: two of three pairs are whole, and all figures are of these two."""
    base, plan = [np.nan, 0.10, 0.30], [0.20, 0.20, 0.20]
    (row,) = made({"lonely_often": base}, {"lonely_often": plan}).rows()
    assert row["replications"] == 2 and row["baseline_mean"] == 0.2 and row["scenario_mean"] == 0.2
    assert row["difference_mean"] == pytest.approx(0) and row["difference_high80"] == pytest.approx(0.08)
    assert not made({"lonely_often": [np.nan, 0.1]}, {"lonely_often": [0.2, np.nan]}).rows(), "no pair is whole"


def test_every_run_with_a_baseline_has_its_rows_under_its_rule() -> None:
    found = {(row["scenario"], row["budget_rule"]) for row in made({"council_net": [1.0]}, {"council_net": [2.0]}, beside=True).rows()}
    rules = {"follows_demand", "real_growth_1.5%", "flat_real"}
    assert {(PLAN, rule) for rule in rules} <= found
    assert {(f"{PLAN}:sceptic", "follows_demand"), (f"{PLAN}:evidence_only", "follows_demand"),
            ("better_home_care", "follows_demand"), ("care_home_health_support", "follows_demand")} <= found
    assert not [name for name, _ in found if name.startswith("as_now")], "doing nothing is what others are held against"


# Files ------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def written(tmp_path: Path) -> Path:
    r = made({"council_net": [100.0, 200.0], "bed_days": [5.0, 6.0]}, {"council_net": [110.0, 230.0], "bed_days": [5.0, 6.0]})
    r.write(tmp_path / "answers", {"seed": 1, "scenario": PLAN}, api.codebook())
    return tmp_path / "answers"


def test_four_files_and_nothing_half_written_lies_about(written: Path) -> None:
    assert sorted(p.name for p in written.iterdir()) == ["codebook.csv", "run.json", "summary.csv", "weekly.csv.gz"]
    assert json.loads((written / "run.json").read_text(encoding="utf-8")) == {"seed": 1, "scenario": PLAN}


def test_the_summary_has_the_columns_that_were_promised(written: Path) -> None:
    assert COLUMNS == ("scenario", "budget_rule", "year", "measure", "unit", "group", "baseline_mean", "scenario_mean",
                       "difference_mean", "difference_low80", "difference_high80", "difference_low90", "difference_high90",
                       "mc_se", "replications")
    rows = read(written / "summary.csv")
    assert tuple(rows[0]) == COLUMNS and b"\r" not in (written / "summary.csv").read_bytes()
    row = next(x for x in rows if x["measure"] == "council_net")
    assert (row["baseline_mean"], row["scenario_mean"], row["difference_mean"], row["mc_se"]) == ("150", "170", "20", "10")
    assert (row["difference_low80"], row["difference_high90"]) == ("12", "29")


def test_the_codebook_covers_every_measure_and_no_other(written: Path) -> None:
    rows = read(written / "codebook.csv")
    assert [x["measure"] for x in rows] == list(MEASURES)
    assert all(x["title"] and x["unit"] and x["family"] and x["good"] in ("up", "down", "neither") and x["says"] for x in rows)
    assert {x["measure"] for x in read(written / "summary.csv")} <= {x["measure"] for x in rows}


def test_weekly_series_are_means_over_worlds_for_every_run(written: Path) -> None:
    with gzip.open(written / "weekly.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert tuple(rows[0]) == ("scenario", "budget_rule", "week", "measure", "mean", "replications")
    assert [(x["scenario"], x["week"], x["mean"]) for x in rows] == [("as_now", "0", "0.5"), ("as_now", "1", "1"),
                                                                     (PLAN, "0", "0.5"), (PLAN, "1", "2")]


def test_the_same_results_give_the_same_bytes(written: Path, tmp_path: Path) -> None:
    r = made({"council_net": [100.0, 200.0], "bed_days": [5.0, 6.0]}, {"council_net": [110.0, 230.0], "bed_days": [5.0, 6.0]})
    r.write(tmp_path / "again", {}, api.codebook())
    for name in ("summary.csv", "codebook.csv", "weekly.csv.gz"):
        assert (written / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_an_answer_that_cannot_be_written_leaves_the_old_one_whole(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (written / "summary.csv").read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results, "_write_rows", full)
    with pytest.raises(RunStopped, match=r"No space left on device.*what is finished is kept"), keeping.written(written):
        made({"council_net": [1.0]}, {"council_net": [2.0]}).write(written, {}, api.codebook())
    assert (written / "summary.csv").read_bytes() == before
    assert sorted(p.name for p in written.iterdir()) == ["codebook.csv", "run.json", "summary.csv", "weekly.csv.gz"]


def test_a_reader_gets_the_same_difference_in_a_notebook_as_in_the_file() -> None:
    r = made({"council_net": [100.0, 200.0]}, {"council_net": [110.0, 230.0]}, years=(0, 3))
    run = r.run(PLAN, "follows_demand")
    np.testing.assert_array_equal(r.paired(run, "council_net", years=(0, 3)), [[10, 10], [30, 30]])
    assert np.isnan(r.paired(run, "council_net", years=(1,))).all(), "a year that was not run is not nought"
    assert np.isnan(r.paired(run, "bed_days")).all()
    table = r.difference("council_net")
    assert tuple(table.columns) == COLUMNS and list(table["difference_mean"]) == [20, 20] and list(table["year"]) == ["2026-27", "2029-30"]
    assert not len(r.difference("bed_days")) and not len(r.difference("council_net", group="65+"))
    assert not {"all", "65+"} - set(GROUPS)
