"""The queue of a campaign against arithmetic, the array job of the docs line by line, and what is measured of a task."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import one_writer, scaling
from benchmarks.one_writer import Campaign, simulate
from scenarios import experiment
from tests.driven import made_up
from tests.test_experiment import ROOT, TINY, carried, exports, read

PAGE = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
SMALL = Campaign(runs=40_000, workers=100, task=60.0, parent=0.1, spread=0.15)


# The queue ----------------------------------------------------------------------------------------------------------------
def test_a_parent_with_time_to_spare_loses_no_time_and_its_share_is_arithmetic() -> None:
    course = simulate(SMALL)
    assert course.busy == pytest.approx(100 * 0.1 / 60, rel=0.05) and course.idle < 0.01 and course.waiting < 1
    assert course.seconds == pytest.approx(20_000 * 60 / 100, rel=0.02)


def test_a_parent_that_is_too_slow_sets_the_pace_and_the_workers_wait() -> None:
    course = simulate(replace(SMALL, parent=1.2))
    assert course.busy == pytest.approx(1.0, abs=0.01) and course.seconds == pytest.approx(20_000 * 1.2, rel=0.02)
    assert course.idle == pytest.approx(1 - (60 / 100) / 1.2, abs=0.05) and course.most > 50
    assert course.wait == pytest.approx(course.waiting * 1.2, rel=0.05), "Little's law"


def test_several_parents_share_the_work() -> None:
    assert simulate(replace(SMALL, parent=1.2, parents=4)).seconds == pytest.approx(20_000 * 60 / 100, rel=0.03)
    assert simulate(replace(SMALL, runs=3)).seconds == pytest.approx(60, rel=0.6), "fewer tasks than workers"


def test_the_table_on_paper_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    one_writer.main(["--runs", "2000", "--workers", "100", "--task", "60", "--stored", "2000000"])
    said = capsys.readouterr().out
    assert "2,000 runs, 1,000 tasks of 60 s" in said and "0.00 TB" in said and said.count("\n| 100 |") == 5
    with pytest.raises(SystemExit):
        one_writer.main(["--workers", "0"])


# The array job ------------------------------------------------------------------------------------------------------------
@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_the_array_job_of_the_docs_gives_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of the page, with bash, once for each index as SLURM would; `srun` and `careshift` stand for this code."""
    script, after = re.search(r"```bash\n(.*?)```", PAGE, re.DOTALL), re.search(r"(careshift experiment merge .*)\n", PAGE)
    assert script and after
    monkeypatch.setattr(experiment, "replicated", made_up)
    (tmp_path / "alone").mkdir()
    carried(read(tmp_path / "alone"), tmp_path / "alone" / "s.db")
    (tmp_path / "mine.yaml").write_text(TINY, encoding="utf-8")
    (tmp_path / "bin").mkdir()
    tools = {"srun": 'exec "$@"', "careshift": f'shift; exec {sys.executable} {ROOT / "tests" / "driven.py"} made_up "$@"'}
    for name, line in tools.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/bash\n{line}\n", encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    env = os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "SLURM_CPUS_PER_TASK": "1"}
    for k in (1, 2, 3):
        ran = subprocess.run(["bash", "-e", "-c", script[1]], cwd=tmp_path, capture_output=True, text=True,
                             env=env | {"SLURM_ARRAY_TASK_ID": str(k), "SLURM_ARRAY_TASK_COUNT": "3"})
        assert ran.returncode == 0, ran.stderr
    merged = subprocess.run(["bash", "-e", "-c", after[1]], cwd=tmp_path, capture_output=True, text=True, env=env)
    assert merged.returncode == 0, merged.stderr
    mine = [part.decode().replace("mine,", "tiny,") for part in exports(tmp_path / "all.db", tmp_path, "mine")]
    assert mine == [part.decode() for part in exports(tmp_path / "alone" / "s.db", tmp_path)]


# What is measured ---------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_a_task_is_measured_and_told() -> None:
    f = scaling.worker(200, 1)
    assert f["runs"] == 2 and 0 < f["burn"] < f["task"] and f["stored"] > 10_000 and f["sent"] > f["given"] and f["megabytes"] > 50
    said = scaling.told({"rows": [(10.0, 6.0), (12.0, 8.0)], "one_in": 10, "years": 2, "tasks": 4, "size": 200, "horizon": 1, **f})
    assert "**1.67 times as fast with two**" in said and "1.50, 1.67" in said and "other" in said
    assert PAGE.count(scaling.BEGINS) == PAGE.count(scaling.ENDS) == 1
