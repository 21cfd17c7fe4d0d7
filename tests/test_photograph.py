"""A photograph of one small run: when a change moves results, it must be seen, meant, and told in the changelog.

    make accept    # after reading what moved: renews the photograph, if the changelog has a new line "Moves results: ..."
"""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from scenarios.plan import load as load_scenario
from simulation.evidence.register import central
from simulation.measures import MEASURES
from simulation.model import CareSystem, from_state
from simulation.places import known, load
from simulation.shift import reference_lines

ROOT = Path(__file__).resolve().parents[1]
PHOTOGRAPH = Path(__file__).with_name("photograph.yaml")
CHANGELOG = ROOT / "CHANGELOG.md"
ONE_IN, SEED, YEARS, FIGURES = 100, 1, 2, 3
SAID = "- Moves results:"
HEAD = """\
# One small run, to three significant figures: one adult in a hundred of Doncaster, seed 1, central values, the headline plan
# and present policy in the second year of the plan. It is no result: so small a sample tells nothing about the place.
# Renewed by `make accept` only. A measure that is not there had nothing to tell.
"""
Picture = dict[str, dict[str, float]]


def take() -> Picture:
    """Present policy and the headline plan, two years, one person in a hundred: every measure in the last year."""
    plan = replace(load_scenario("ten_percent_to_community", places=known()).plan, years=YEARS)
    as_now = replace(load_scenario("as_now", places=known()).plan, years=YEARS)
    start = CareSystem(load("doncaster"), central(), as_now, seed=SEED, one_in=ONE_IN, events="counts").burn_in()
    state, spent, seen = start.state(), None, {}
    start.close()
    for told in (as_now, plan):
        system = from_state(state, replace(told, reference=spent)).run()
        spent = reference_lines(system.town)
        seen[told.name] = {measure: rounded(value) for year, measure, _, group, value in system.recorder.yearly(system.town)
                           if year == YEARS - 1 and group == "all"}
        system.close()
    return seen


def rounded(value: float) -> float:
    """To three significant figures; nought stays nought."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    return float(f"{value:.{FIGURES}g}")


def moved(before: Picture, now: Picture) -> list[str]:
    """Which measures differ between two photographs: in words, one a line."""
    told = []
    for run in sorted(before.keys() | now.keys()):
        old, new = before.get(run, {}), now.get(run, {})
        for name in sorted(old.keys() | new.keys()):
            if name not in old or name not in new:
                told.append(f"{run}: {name} is {'new' if name in new else 'gone'}")
            elif old[name] != new[name]:
                change = f" ({new[name] / old[name] - 1:+.1%})" if old[name] else ""
                told.append(f"{run}: {name} ({MEASURES[name].unit}) was {old[name]:g}, is {new[name]:g}{change}")
    return told


def kept() -> Picture:
    """The photograph as it was last accepted."""
    picture: Picture = yaml.safe_load(PHOTOGRAPH.read_text(encoding="utf-8"))
    return picture


def test_the_photograph_is_as_it_was() -> None:
    """If this fails and you meant to move results, read what moved, say it in CHANGELOG.md, and run `make accept`."""
    told = moved(kept(), take())
    assert not told, "\n".join([f"{len(told)} figures moved:", *told, "",
                                'If this is meant, add a line that begins "- Moves results:" to the unreleased part of CHANGELOG.md '
                                "and run: make accept"])


# Accepting ----------------------------------------------------------------------------------------------------------------
def lines_that_move(changelog: str) -> list[str]:
    """What the unreleased part of a changelog says of moved results."""
    unreleased = changelog.split("\n## ")[1] if "\n## " in changelog else ""
    if "unreleased" not in unreleased.split("\n")[0].lower():
        return []
    return [line.strip() for line in unreleased.split("\n") if line.startswith(SAID) and line.removeprefix(SAID).strip()]


def told_before() -> list[str]:
    """The same of the changelog as it stood when the photograph was last committed; nothing where it never was."""
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else ""
    last = git("log", "-n", "1", "--format=%H", "--", PHOTOGRAPH.relative_to(ROOT).as_posix()).strip()
    return lines_that_move(git("show", f"{last}:{CHANGELOG.name}")) if last else []


def may_accept(now: list[str], before: list[str]) -> str:
    """Why a new photograph may not be taken; nothing where it may."""
    if set(now) - set(before):
        return ""
    return (f'not accepted: the unreleased part of {CHANGELOG.name} has no new line that begins "{SAID}".\n'
            "Say there which results move and why, then run make accept again.")


def accept() -> int:
    """Take a new photograph, if something moved and the changelog says so. Returns the exit code."""
    now = take()
    told = moved(kept(), now) if PHOTOGRAPH.exists() else ["there was no photograph"]
    if not told:
        print("nothing moved; the photograph stays")
        return 0
    print("\n".join(told))
    why_not = may_accept(lines_that_move(CHANGELOG.read_text(encoding="utf-8")), told_before())
    if why_not:
        print(why_not, file=sys.stderr)
        return 2
    PHOTOGRAPH.write_text(HEAD + yaml.safe_dump(now, sort_keys=True, default_flow_style=False), encoding="utf-8")
    print(f"accepted: {PHOTOGRAPH.relative_to(ROOT).as_posix()} is renewed; commit it together with the changelog")
    return 0


BEFORE = "# Changelog\n\n## 0.2.0 (unreleased)\n- Moves results: fees.\n\n## 0.1.0\n- Moves results: all.\n"


@pytest.mark.parametrize(("now", "accepted"), [
    (BEFORE, False),
    (BEFORE.replace("- Moves results: fees.", "- A new chart."), False),
    (BEFORE.replace("- Moves results: fees.", "- Moves results: fees.\n- Moves results:"), False),
    (BEFORE.replace("- Moves results: fees.", "- Moves results: fees.\n- Moves results: waits."), True),
    (BEFORE.replace("## 0.1.0\n", "## 0.1.0\n- Moves results: late.\n"), False)])
def test_a_new_photograph_needs_a_new_line_in_the_unreleased_part(now: str, accepted: bool) -> None:
    assert (may_accept(lines_that_move(now), lines_that_move(BEFORE)) == "") == accepted


def test_what_moved_is_told_by_run_measure_unit_and_size() -> None:
    before, now = {"as_now": {"people": 100.0, "deaths": 2.0}}, {"as_now": {"people": 110.0, "falls": 1.0}}
    assert moved(before, now) == ["as_now: deaths is gone", "as_now: falls is new", "as_now: people (people) was 100, is 110 (+10.0%)"]
    assert moved(before, before) == []
    assert rounded(123456.0) == 123000.0 and rounded(-0.00123456) == -0.00123 and rounded(0.0) == 0.0


if __name__ == "__main__":
    raise SystemExit(accept())
