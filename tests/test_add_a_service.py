"""The example of docs/add_a_service.md is added as the page says: one file and one page of evidence, and nothing is edited."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest

import simulation.services
from careshift import api, telling
from scenarios import plan as files
from scenarios.service_facts import services
from simulation.evidence import register
from simulation.evidence.register import FOLDER, central
from simulation.model import CareSystem
from simulation.places import load as load_place
from simulation.plan import Plan
from simulation.service import Users
from simulation.services import found
from tests import test_services as conformity
from tests.towns import a_town, resident

ROOT = Path(__file__).parent.parent
LONGEST = 120


@dataclass(frozen=True)
class Example:
    """What docs/add_a_service.md prints: the service, its evidence, its story."""

    code: str
    evidence: str
    story: str


def example() -> Example:
    """The documented files as they stand on the page."""
    page = (ROOT / "docs" / "add_a_service.md").read_text(encoding="utf-8")
    code, story = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (evidence,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    return Example(code, evidence, story)


@pytest.fixture
def visiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Example]:
    """The example in folders of its own that stand beside the project's: found by looking, read from its page."""
    told, folder = example(), tmp_path / "evidence"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (folder / "visiting.yaml").write_text(told.evidence, encoding="utf-8")
    (tmp_path / "visiting.py").write_text(told.code, encoding="utf-8")
    monkeypatch.setattr(simulation.services, "__path__", [*simulation.services.__path__, str(tmp_path)])
    monkeypatch.setattr(register.load.__wrapped__, "__defaults__", (folder,))  # the register, wherever it is asked for
    _forget()
    yield told
    monkeypatch.undo()
    _forget()
    sys.modules.pop("simulation.services.visiting", None)


def _forget() -> None:
    found.cache_clear()
    register.load.cache_clear()


def promises() -> list[Callable[[str], None]]:
    """Every test of tests/test_services.py that is asked of each service."""
    return [f for f in vars(conformity).values() if isinstance(f, FunctionType) and list(signature(f).parameters) == ["name"]
            and any(m.name == "parametrize" for m in getattr(f, "pytestmark", []))]


def test_it_is_one_file_of_a_page_or_two() -> None:
    assert example().code.count("\n") < LONGEST and "visiting" not in found()


def test_it_is_found_and_listed_with_what_it_costs(visiting: Example, capsys: pytest.CaptureFixture[str]) -> None:
    assert "visiting" in found()
    (listed,) = (s for s in services() if s["name"] == "visiting")
    assert listed["cost"] == pytest.approx(700) and listed["effect grades"]["D"] == 1 and listed["capacity"]
    telling.services(api.services())
    assert "visiting: Children of a nursery visit older people" in capsys.readouterr().out


def test_it_keeps_every_promise_that_services_keep(visiting: Example) -> None:
    asked = promises()
    assert len(asked) >= 11
    for promise in asked:
        promise("visiting")


def test_its_documented_story_is_true(visiting: Example) -> None:
    told: dict[str, Any] = {"resident": resident, "a_town": a_town}
    exec(compile(visiting.story, "docs/add_a_service.md", "exec"), told)
    stories = [f for name, f in told.items() if name.startswith("test_")]
    assert len(stories) == 1
    stories[0]()


def test_lonely_people_are_visited_first_and_the_money_runs_out(visiting: Example) -> None:
    people = [resident(f"P{i}", age=80, lonely=i < 10) for i in range(30)]
    tiny = conformity.go(a_town(*people, services=["visiting"], money={"visiting": 200}), 104, "supporting", "paying")
    lonely, others = tiny.town.residents.company[:10], tiny.town.residents.company[10:]
    assert (lonely > 0).mean() > (others > 0).mean() and tiny.paid("council", "visiting") > 15_000
    tiny.town.commissioner.funding.clear()
    conformity.go(tiny, 200, "supporting", "paying")
    assert not len(Users(tiny.town, 0)) and not tiny.town.providers.room.any()


def lived(plan: Plan, only: list[str] | None = None) -> Any:
    """A small place, a little burn-in, a year of this plan."""
    return CareSystem(load_place("doncaster"), central(), plan, one_in=500, burn_in=8, events="counts", only=only).run(52).town


def test_a_plan_can_pay_for_it_and_without_money_it_leaves_no_trace(visiting: Example, tmp_path: Path) -> None:
    without, unpaid = lived(Plan(years=1), [n for n in found() if n != "visiting"]), lived(Plan(years=1))
    for column, values in unpaid.residents.arrays.items():
        if column not in ("supports", "wants_service"):  # codes, which say where in the list a service stands
            np.testing.assert_array_equal(values, without.residents.arrays[column], err_msg=column)
    question = files.library_path("befriending_alone").read_text(encoding="utf-8").replace("  befriending:", "  visiting:")
    question = question.replace("146_000", "20_000_000")  # of which so small a sample has its part
    (tmp_path / "visiting_alone.yaml").write_text(question, encoding="utf-8")
    paid = lived(files.load(tmp_path / "visiting_alone.yaml", places=api.places()).plan)
    assert len(Users(paid, paid.service("visiting"))) > 0 and not len(Users(unpaid, unpaid.service("visiting")))


def test_in_a_copy_of_the_project_two_files_are_enough(tmp_path: Path) -> None:
    """Elsewhere on disk, in a process of its own: the command lists it, and its people are measured."""
    told, away = example(), shutil.ignore_patterns("__pycache__", "library")
    for package in ("simulation", "scenarios", "careshift"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=away)
    (tmp_path / "simulation" / "services" / "visiting.py").write_text(told.code, encoding="utf-8")
    (tmp_path / "simulation" / "evidence" / "visiting.yaml").write_text(told.evidence, encoding="utf-8")
    ask = ("from careshift import api, telling; import simulation; telling.services(api.services()); "
           "print(simulation.__file__); print(*api.measures())")
    out = subprocess.run([sys.executable, "-c", ask], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, text=True,
                         capture_output=True, check=True, timeout=300).stdout
    assert str(tmp_path) in out and "visiting: Children of a nursery visit" in out and "£700 a year" in out
    assert "users_visiting" in out
