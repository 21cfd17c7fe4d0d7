"""What is finished stays finished: files are written whole or not at all, and one comparison at a time has a folder."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from simulation.errors import BadInput, Problem, RunStopped

LOCK, PAUSE = ".in_use", 0.1
POSTERIOR = "posterior.json"  # a copy of the calibration that a comparison was made with, beside what was asked
ELSEWHERE = "name another folder with --results"


def whole(file: Path, write: Callable[[IO[bytes]], object]) -> Path:
    """Write a file so that a reader finds the old one or the new one, never half of one. Returns its path."""
    part = file.with_name(f"{file.name}.part-{os.getpid()}")
    try:
        with part.open("wb") as out:
            write(out)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return file


def whole_text(file: Path, text: str) -> Path:
    """The same for words."""
    return whole(file, lambda out: out.write(text.encode("utf-8")))


def as_asked(folder: Path, plans: Sequence[Path], others: Sequence[Path]) -> None:
    """Copies of the files that a comparison was asked with: the plan, what it is compared with, a council's own page."""
    folder.mkdir(exist_ok=True)
    for file in (*plans, *others):
        raw = file.read_bytes()
        whole(folder / file.name, partial(_all_of, raw))


def _all_of(raw: bytes, out: IO[bytes]) -> None:
    out.write(raw)


@contextmanager
def written(what: Path) -> Iterator[None]:
    """Say plainly that an answer could not be written: the runs behind it are kept. Raises RunStopped."""
    try:
        yield
    except OSError as error:
        raise RunStopped(Problem(str(error.filename or what), 0, "", f"cannot be written ({error.strerror or error})",
                                 "what is finished is kept: mend this (close the file, make room on the disk), then give "
                                 "the same command again")) from None


def writable(folder: Path) -> None:
    """Refuse a results folder that cannot be written before anybody waits. Raises BadInput."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise BadInput(Problem(str(folder), 0, "", f"results cannot be written here ({error.strerror})", ELSEWHERE)) from None


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a results folder, so that two comparisons do not write over one another. Raises BadInput where one has it.

    The hold ends with the process, however it ends; a file system that knows no locks is used without.
    """
    with held_file(folder / LOCK, Problem(str(folder), 0, "", "another careshift is writing its answers here",
                                          f"wait until it is done, or {ELSEWHERE}")):
        yield


@contextmanager
def held_file(file: Path, taken: Problem, patience: float = 0.0) -> Iterator[None]:
    """Hold a lock file to the end of the process, however it ends. Raises BadInput with `taken` where somebody keeps it so many seconds."""
    until = time.monotonic() + patience
    with file.open("a+b") as lock:
        while True:
            try:
                _lock(lock)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise BadInput(taken) from None
                time.sleep(PAUSE)
                continue
            except OSError:
                pass
            break
        yield


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            raise BlockingIOError from None
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
