"""How fast is it? `python -m benchmarks [--quick] [--write]`: one run, every form side by side, goals beside values."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path

from benchmarks.measure import FULL, QUICK, everything, services
from benchmarks.table import BEGINS, ENDS, line, put_in, report
from benchmarks.table import services as services_goal

HERE = Path(__file__).resolve().parent
PAGE, SHARES, LATEST = HERE.parent / "docs" / "performance.md", HERE / "shares.csv", HERE / "latest.json"


def main() -> None:
    """Measure, print, keep; with --write also put the tables into the docs and the shares beside this file."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    ask.add_argument("--quick", action="store_true", help="a sample of one in ten, a minute or two; no whole place, no first start")
    ask.add_argument("--write", action="store_true", help="write docs/performance.md and benchmarks/shares.csv as well")
    ask.add_argument("--from-latest", action="store_true", help="measure nothing: tell again what the last run found")
    ask.add_argument("--services", action="store_true", help="only what all services cost against the first seven; --write renews that row")
    told = ask.parse_args()
    if told.services:
        sizes = QUICK if told.quick else FULL
        goal = services_goal(services(sizes.one_in, sizes.rounds))
        print(line(goal))
        if told.write:
            PAGE.write_text(put_in(PAGE.read_text(encoding="utf-8"), goal), encoding="utf-8")
        return
    if told.from_latest:
        if not LATEST.exists():
            sys.exit("there is no benchmarks/latest.json yet: run python -m benchmarks first")
        found = json.loads(LATEST.read_text(encoding="utf-8"))
    else:
        found = everything(QUICK if told.quick else FULL, lambda what: print(f"... {what}", file=sys.stderr))
        LATEST.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = report(found)
    print(text)
    if told.write:
        write(text, found["guard"])


def write(text: str, guard: dict[str, float]) -> None:
    """The tables into the page between its marks; the shares a test compares with."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    PAGE.write_text(f"{before}{BEGINS}\n\n{text}\n{ENDS}{after}", encoding="utf-8")
    with SHARES.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("process", "share"))
        rows.writerows((name, f"{share:.4f}") for name, share in guard.items())


if __name__ == "__main__":
    main()
