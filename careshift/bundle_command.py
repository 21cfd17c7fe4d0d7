"""The command `careshift bundle`: what a paper needs in one file, and whether such a file is as it was packed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

What = Annotated[list[str] | None, typer.Argument(help="A folder of answers (results/NAME); or the word experiment and a name in the store.",
                                                  show_default=False)]
To = Annotated[Path | None, typer.Option("-o", "--output", help="The file to write [NAME.zip].")]
Check = Annotated[Path | None, typer.Option("--check", help="Say whether every file of this bundle is as it was packed, and pack nothing.")]
StoreAt = Annotated[str | None, typer.Option("--store", help="For an experiment: a file, or postgresql+psycopg://user@host/name [results/store.db].")]
Events = Annotated[bool, typer.Option(help="Run one replication again, hold it against what is kept, and pack every event of it.")]


def bundle(what: What = None, output: To = None, check: Check = None, store: StoreAt = None, events: Events = True) -> None:
    """Pack answers with what was asked, place, evidence, events, checklists, code and a container recipe; the same bits each time."""
    from scenarios import bundle as packing
    from simulation.errors import BadInput, Problem

    words = what or []
    if check is not None:
        if words or output:
            raise BadInput(Problem("", 0, "--check", "packs nothing", "careshift bundle --check FILE.zip"))
        count, manifest = packing.check(check)
        print(f"{check}: all {count:,} files are as they were packed; hash of the manifest {manifest}")
        return
    of_store = words[:1] == ["experiment"]
    if len(words) != (2 if of_store else 1) or (store and not of_store):
        raise BadInput(Problem("", 0, "bundle", "says neither a folder of answers nor an experiment", "careshift bundle results/NAME, "
                               "careshift bundle experiment NAME [--store STORE], or careshift bundle --check FILE.zip"))
    file = output or Path(f"{Path(words[-1]).resolve().name if not of_store else words[1]}.zip")
    if file.is_dir():
        raise BadInput(Problem(str(file), 0, "--output", "is a folder", "name a file"))
    _packed(words, file, store, events, of_store)


def _packed(words: list[str], file: Path, store: str | None, events: bool, of_store: bool) -> None:
    from scenarios import bundle as packing
    from scenarios import bundle_parts
    from scenarios.store import Store

    if of_store:
        with Store(store, make=False) as kept:
            parts = bundle_parts.of_experiment(kept, words[1], events=events)
    else:
        parts = bundle_parts.of_results(Path(words[0]), events=events)
    manifest = packing.pack(file, parts)
    print(f"{file}: {len(parts) + 1:,} files, {file.stat().st_size / 1e6:,.1f} MB; hash of the manifest {manifest}")
    print("  publish that hash beside the file; inside, README.md says how to check it and run it again")
