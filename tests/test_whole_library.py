"""The paper on a tenth of care home money: its tables are differences within worlds, and leave no plan of the library out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scenarios import experiment_form
from scenarios import plan as files
from scenarios.papers import whole_library as paper
from simulation.places import known


class Kept:
    """A store of two worlds: doing nothing, and a plan that costs a million a year more in one, and two in the other."""

    def __init__(self) -> None:
        common = {"scenario_name": "as_now", "title": "As now", "budget_rule": "follows_demand", "years": 4, "place": "doncaster", "one_in": 1,
                  "worlds": "drawn", "seed": 1, "provenance": "p"}
        self.held = [{**common, "id": 10 * k + plan, "key": f"{k}{plan}", "against": f"{k}0" if plan else "", "replication": k,
                      "scenario_name": "a_plan_alone" if plan else "as_now"} for k in (1, 0) for plan in (0, 1)]

    def experiment(self, name: str) -> dict[str, Any]:
        return {"key": "k", "name": name}

    def runs(self, key: str, state: str) -> list[dict[str, Any]]:
        return self.held

    def provenance(self, key: str) -> dict[str, str]:
        return {"code_hash": "c" * 20, "evidence_hash": "e" * 20, "place_hash": "l" * 20}

    def values(self, run: int) -> dict[tuple[int, str, str, str], float]:
        world, plan = divmod(run, 10)
        out = {}
        for year in range(-2, 4):
            out[year, "council_net", "pounds", "all"] = 1e8 + plan * (1 + world) * 1e6
            out[year, "council_net", "pounds", "65+"] = plan * 7e9
            out[year, "unpaid_hours", "hours a week", "all"] = 500.0 + plan * (-1) ** world * 10
            out[year, "care_home_council", "people", "all"] = 900.0 - plan * year
        return out


@pytest.fixture
def read() -> tuple[list[paper.Told], dict[str, Any]]:
    return paper.read(Kept())  # type: ignore[arg-type]


def test_figures_are_differences_within_each_world_over_the_years_of_the_plan_alone(read: tuple[list[paper.Told], dict[str, Any]]) -> None:
    (plan,), _ = read
    assert plan.name == "a_plan_alone"
    assert plan.values["council, net, £m"].tolist() == [4.0, 8.0]
    assert plan.values["council, first three years, £m"].tolist() == [3.0, 6.0]
    assert plan.values["public purse, £m"].tolist() == [4.0, 8.0]
    assert plan.values["families, hours a week"].tolist() == [10.0, -10.0]
    assert plan.values["residents the council pays for, last year"].tolist() == [-3.0, -3.0]


def test_only_what_all_worlds_agree_on_is_bold_and_the_chance_of_that_is_told(read: tuple[list[paper.Told], dict[str, Any]]) -> None:
    text = paper.tables(*read)
    assert "**+6.0** (+4.0 to +8.0)" in text and "| +0 (-10 to +10) |" in text
    assert "once in 2 times a column" in text and "| a plan, alone |" in text
    assert paper._luck(1) == "." and "**" not in paper._cell(np.array([3.0]), paper.NET)


def test_the_tables_go_between_their_marks_and_nowhere_else(read: tuple[list[paper.Told], dict[str, Any]]) -> None:
    page = f"before {paper.BEGINS} old {paper.ENDS} after"
    assert paper.put_in(page, "new") == f"before {paper.BEGINS}\n\nnew\n\n{paper.ENDS} after"
    with pytest.raises(ValueError, match="no place for the tables"):
        paper.put_in("a page", "new")


def test_the_picture_names_every_plan_and_is_the_same_twice(read: tuple[list[paper.Told], dict[str, Any]]) -> None:
    drawn = paper.picture(read[0])
    assert "a plan, alone" in drawn and drawn == paper.picture(read[0])


def test_the_experiment_asks_about_every_plan_of_the_library() -> None:
    asked = experiment_form.load("whole_library", places=known())
    assert {s.name for _, s in asked.cells} == {name for name in files.library() if name != "as_now"}
    assert asked.one_in == 1


def test_the_page_has_its_tables() -> None:
    page = (paper.DOCS / paper.PAGE).read_text(encoding="utf-8")
    assert paper.put_in(page, "x").count("x\n") >= 1 and (paper.DOCS / paper.PICTURE).is_file()
