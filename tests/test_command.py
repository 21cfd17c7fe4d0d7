"""The command as people meet it: every mistake told plainly with exit code 2, nothing lost however it is stopped."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from typer.testing import CliRunner

from careshift import api, cli, telling
from careshift.report import report
from scenarios import keeping, runs
from scenarios import plan as files
from simulation import places
from simulation.services import found
from tests.test_runs import made_up

ROOT = Path(__file__).parent.parent
PLAN = files.library_path("ten_percent_to_community").read_text(encoding="utf-8")
SHORT = (PLAN.replace("years: 10", "years: 1").replace("2026-27 to 2028-29", "2026-27 to 2026-27")
         .replace("{2026-27: 50%, 2027-28: 30%, 2028-29: 20%}", "{2026-27: 100%}"))
SAMPLE = ("--one-in", "200", "--alone", "--workers", "1")
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals as a terminal sends them")


class Told(NamedTuple):
    """What the command said, and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def careshift(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Told]:
    """The command in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*words: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["careshift", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        return Told(int(end.value.code or 0), said.out, said.err)

    return run


def plan(tmp_path: Path, text: str = SHORT, name: str = "mine.yaml") -> str:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return name


# Bad input ------------------------------------------------------------------------------------------------------------
MISTAKES = {
    "misspelt field": (("years: 1", "yeers: 1"), r"mine\.yaml:14: yeers: 'yeers' is not a field; did you mean years\?"),
    "unknown model": (("shared_lives:", "shared_live:"), r"mine\.yaml:25: shifts\[0\]\.to\.shared_live: .* did you mean shared_lives\?"),
    "shares": (("reablement: 30%", "reablement: 40%"), r"mine\.yaml:24: shifts\[0\]\.to: the shares add up to 110%, not 100%"),
    "negative money": (("6_000_000", "-6"), r"mine\.yaml:32: transition\.amount: money cannot be negative"),
    "not a number": (("6_000_000", ".nan"), r"mine\.yaml:32: transition\.amount: '\.nan' is not an amount of money"),
    "year": (("2026-27 to 2026-27", "2026-27 to 2048-49"), r"mine\.yaml:23: shifts\[0\]\.over: 2048-49 is outside the plan's years"),
    "unknown place": (("place: doncaster", "place: doncastr"), r"mine\.yaml:10: place: .* did you mean doncaster\?"),
    "path as a place": (("place: doncaster", "place: ../doncaster"), r"mine\.yaml:10: place: .* write the name alone"),
}


@pytest.mark.parametrize("name", MISTAKES)
@pytest.mark.parametrize("command", ["check", "compare"])
def test_a_mistake_is_told_with_its_line_and_nothing_is_run(name: str, command: str, careshift: Callable[..., Told],
                                                            tmp_path: Path) -> None:
    (old, new), said = MISTAKES[name]
    assert old in SHORT
    told = careshift(command, plan(tmp_path, SHORT.replace(old, new)))
    assert told.code == 2 and re.match(said, told.err) and not told.out
    assert "Traceback" not in told.err and not (tmp_path / "results").exists()


HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"), "binary": (bytes(range(256)) * 20, "not a text file"),
    "alias bomb": (b"a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n", "anchors"), "ten megabytes": (b"title: x\n" * 1_200_000, "at most 1,000,000"),
    "deep": (b"title: " + b"[" * 100_000, "more than 20 levels deep"), "nought": (b"title: a\x00b\n", "cannot be read"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(name: str, careshift: Callable[..., Told], tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(HOSTILE[name][0])
    for command in ("check", "compare"):
        told = careshift(command, "bad.yaml")
        assert told.code == 2 and told.err.startswith("bad.yaml") and HOSTILE[name][1] in told.err and not told.out


@pytest.mark.parametrize(("words", "said"), [
    (("compare", "nowhere.yaml"), "there is no file or scenario 'nowhere.yaml'; choose from as_now"),
    (("compare", "ten_percent_to_comunity"), "did you mean ten_percent_to_community?"),
    (("compare", "as_now", "--place", "nowhere"), "unknown place 'nowhere'"),
    (("compare", "as_now", "--place", "../doncaster"), "is a path, not the name of a place"),
    (("compare", "as_now", "--beside", "rivls"), "did you mean rivals?"),
    (("compare", "as_now", "--seed", str(10**30)), "seed: 1000000000000000000000000000000 is not a whole number from 0"),
    (("evidence", "--grade", "E"), "choose from A, B, C, D"), (("evidence", "--used-by", "homshare"), "did you mean homeshare?"),
    (("evidence", "--place", "nowhere"), "unknown place"), (("services", "--place", "nowhere"), "unknown place"),
    (("compare", "as_now", "--one-in", "0"), "Invalid value for '--one-in'"), (("compare", "as_now", "--replications", "0"), "Invalid value"),
    (("compare",), "Missing argument"), (("nonsense",), "No such command 'nonsense'")])
def test_a_careless_command_gets_help(words: tuple[str, ...], said: str, careshift: Callable[..., Told]) -> None:
    told = careshift(*words)
    assert told.code == 2 and said in " ".join(told.err.replace("│", " ").split()) and "Traceback" not in told.err


def test_a_results_folder_that_cannot_be_written_is_refused_before_anybody_waits(careshift: Callable[..., Told], tmp_path: Path) -> None:
    (tmp_path / "afile").write_text("kept")
    told = careshift("compare", plan(tmp_path), "--results", "afile/answers")
    assert told.code == 2 and "results cannot be written here" in told.err and "name another folder with --results" in told.err
    assert (tmp_path / "afile").read_text() == "kept"


@pytest.mark.parametrize("given", [{"one_in": 0}, {"one_in": 1.5}, {"replications": 0}, {"replications": True}, {"workers": -1}, {"seed": -1},
                                   {"beside": ("rivls",)}, {"place": "../doncaster"}])
def test_the_door_for_programs_refuses_the_same(given: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(cli_error()):
        api.compare("as_now", **given)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def cli_error() -> type[Exception]:
    from simulation.errors import BadInput
    return BadInput


# Lists ------------------------------------------------------------------------------------------------------------------
def test_each_command_says_what_it_does() -> None:
    done = CliRunner().invoke(cli.app, ["--help"])
    assert done.exit_code == 0
    for name in ("compare", "demo", "check", "scenarios", "places", "services", "week", "evidence", "schema"):
        assert name in done.output
        assert CliRunner().invoke(cli.app, [name, "--help"]).exit_code == 0


def test_services_are_listed_with_cost_lead_capacity_and_evidence(careshift: Callable[..., Told]) -> None:
    told = careshift("services")
    assert told.code == 0
    for name, kind in found().items():
        block = told.out.split(f"{name}: ")[1].split("\n")
        said = " ".join(" ".join(block[:12]).split())
        assert re.search(r"a person costs: £[\d,.]+ (an hour|a week|a year|each time)", said), name
        assert re.search(r"lead time: (\d+ weeks|none of its own)", said) and f"capacity ({kind.counts}): " in said
        assert re.search(r"evidence: (\d+ effects?: \d+ of grade [A-D]|no effect)", said), name


def test_what_is_to_be_verified_and_what_is_englands_rate_is_said(careshift: Callable[..., Told],
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "PIPE", 10_000)
    listed = api.evidence()
    assert careshift("evidence").out.count("[to be verified]") == sum(e.verify for e in listed) > 0
    there = places.load("doncaster")
    assert careshift("evidence", "--place", "doncaster").out.count("[England's rate]") == len(there.from_england()) > 0
    assert careshift("evidence", "--grade", "a").out.count("\n") > 3


def test_the_form_for_editors_and_the_week_are_printed(careshift: Callable[..., Told]) -> None:
    assert json.loads(careshift("schema").out)["title"] == "A careshift scenario"
    lines = [line for line in careshift("week").out.splitlines() if re.match(r" ?\d", line)]
    assert len(lines) == len(api.week())


# A run, start to end ------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three real pairs of a plan of one year whose title tries its luck as markup, uninterrupted and in one process."""
    folder = tmp_path_factory.mktemp("answers")
    text = re.sub(r"title: .*", 'title: "Move [/bold] [red]and <script>alert(1)</script>"', SHORT)
    api.compare(folder / plan(folder, text), one_in=200, replications=3, workers=1, beside=(), folder=folder / "r")
    return folder


@pytest.fixture(autouse=True)
def warmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling is tried once, in `answers`; here it would only take time."""
    monkeypatch.setattr(runs, "warm", lambda _: 0)


def test_a_comparison_ends_in_a_sentence_a_table_and_a_report(answers: Path, careshift: Callable[..., Told]) -> None:
    told = careshift("compare", str(answers / "mine.yaml"), *SAMPLE, "--replications", "3", "--results", str(answers / "r"))
    assert told.code == 0 and not told.err, "progress is for a terminal"
    for said in ("Move [/bold] [red]and <script>alert(1)</script>", "By 2026-27 net council spending is", "A first look, not a result: 3 pairs",
                 "one adult in 200", "The whole place and enough pairs: careshift compare", "report.html"):
        assert said in told.out, said
    html = (answers / "r" / "report.html").read_text(encoding="utf-8")
    assert "Scenario 1 of 1 ever put to Doncaster in this store of answers." in html and "Scenario 1 of 1 ever put" in told.out
    assert "<script" not in html and "&lt;script&gt;" in html
    assert {p.name for p in (answers / "r").iterdir()} >= {"summary.csv", "codebook.csv", "weekly.csv.gz", "run.json", "report.html"}
    run = json.loads((answers / "r" / "run.json").read_text(encoding="utf-8"))
    assert run["one_in"] == 200 and run["replications"] == 3 and len(run["job_hashes"]) == 3 and run["workers"] == 1
    assert all(run[k] for k in ("scenario_hash", "evidence_hash", "place_hash", "code_hash", "python", "mesa", "numpy", "numba", "careshift"))


def test_json_is_one_object_and_nothing_else(answers: Path, careshift: Callable[..., Told], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "render", lambda *_: "<!doctype html>")
    told = careshift("compare", str(answers / "mine.yaml"), *SAMPLE, "--replications", "3", "--results", str(answers / "r"), "--json")
    assert told.code == 0 and not told.err
    said = json.loads(told.out)
    assert said["report"].endswith("report.html") and said["run"]["seed"] == 1 and said["numbers"]


def test_two_comparisons_do_not_write_over_one_another(careshift: Callable[..., Told], tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    with keeping.held(tmp_path / "r"):
        told = careshift("compare", plan(tmp_path), *SAMPLE, "--results", "r")
    assert told.code == 2 and told.err.startswith("r: another careshift is writing its answers here; wait until it is done")
    assert [p.name for p in (tmp_path / "r").iterdir()] == [keeping.LOCK]


# Stopped ------------------------------------------------------------------------------------------------------------------
REAL = ("from careshift import cli; from careshift.report import report; from scenarios import runs\n"
        "runs.warm = lambda _: 0; report.render = lambda *_: ''\ncli.main()")  # all but compiling and the page


def start(folder: Path, *words: str, driver: bool = False) -> subprocess.Popen[str]:
    """The command in a process group of its own, as a terminal starts it."""
    what = [str(Path(__file__))] if driver else ["-c", REAL]
    return subprocess.Popen([sys.executable, *what, *words], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            start_new_session=True, env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "random"})


def wait_for(what: Callable[[], object], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "r" / "replications").glob("replication_*.npz"))


def nobody_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@POSIX
@pytest.mark.slow
def test_killed_midway_it_goes_on_where_it_stopped_to_the_same_bits(answers: Path, tmp_path: Path) -> None:
    """Real runs in two worker processes, killed, resumed in two others, against one process that was left in peace."""
    (tmp_path / "mine.yaml").write_bytes((answers / "mine.yaml").read_bytes())
    command = ("compare", "mine.yaml", "--one-in", "200", "--alone", "--workers", "2", "--replications", "3", "--results", "r")
    first = start(tmp_path, *command)
    wait_for(lambda: kept(tmp_path) or first.poll() is not None)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate(timeout=30)
    wait_for(lambda: nobody_left(first.pid), 20)
    before = {file.name: file.stat().st_mtime_ns for file in kept(tmp_path)}
    assert first.returncode == -signal.SIGKILL and 1 <= len(before) <= 2
    second = start(tmp_path, *command)
    _, err = second.communicate(timeout=300)
    assert second.returncode == 0 and not err, err
    after = {file.name: file.stat().st_mtime_ns for file in kept(tmp_path)}
    assert len(after) == 3 and before.items() <= after.items(), "what was finished is not run again"
    for name in ("summary.csv", "codebook.csv", "weekly.csv.gz"):
        assert (tmp_path / "r" / name).read_bytes() == (answers / "r" / name).read_bytes(), name
    for mine, theirs in zip(kept(tmp_path), kept(answers)):
        with mine.open("rb") as one, theirs.open("rb") as other, np.load(one) as a, np.load(other) as b:
            np.testing.assert_array_equal(a["values"], b["values"])


def slow(job: runs.Job, file: Path) -> runs.Replication:
    """A replication that costs nothing: the first at once, the others so late that somebody stops them."""
    time.sleep(60.0 if job.replication else 0.1)
    done = made_up(job)
    runs.save_replication(file, done)
    return done


def drive() -> None:
    """Run the command with replications that only take time, in real worker processes."""
    runs.warm, runs.finished = lambda _: 0, slow  # type: ignore[assignment]
    cli.main()


@POSIX
def test_ctrl_c_keeps_what_is_finished_says_so_and_leaves_nobody_behind(tmp_path: Path) -> None:
    plan(tmp_path)
    going = start(tmp_path, "compare", "mine.yaml", "--alone", "--workers", "2", "--replications", "3", "--results", "r", driver=True)
    wait_for(lambda: kept(tmp_path) or going.poll() is not None)
    time.sleep(0.3)
    os.killpg(going.pid, signal.SIGINT)
    out, err = going.communicate(timeout=60)
    assert going.returncode == 2 and not out
    assert err == "stopped by you; 1 of 3 replications are finished and kept; the same command goes on where this one stopped\n"
    wait_for(lambda: nobody_left(going.pid), 20)
    assert len(kept(tmp_path)) == 1


@POSIX
def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    plan(tmp_path)
    going = start(tmp_path, "compare", "mine.yaml", "--alone", "--workers", "2", "--replications", "3", "--results", "r", driver=True)
    wait_for(lambda: kept(tmp_path) or going.poll() is not None)
    os.kill(going.pid, signal.SIGKILL)
    going.communicate(timeout=30)
    wait_for(lambda: nobody_left(going.pid), 20)
    assert len(kept(tmp_path)) == 1


if __name__ == "__main__":
    drive()
