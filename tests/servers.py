"""A real PostgreSQL server for tests, started by them on a socket of its own and ended by them; or the reason why not."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def binary(name: str) -> str | None:
    """A program of PostgreSQL, on the path or where Debian puts it."""
    root = Path(os.sep) / "usr" / "lib" / "postgresql"
    return shutil.which(name) or next((str(p) for p in sorted(root.glob(f"*/bin/{name}"), reverse=True)), None)


def why_not() -> str:
    """Why no server can be started here; empty where one can."""
    if os.name != "posix":
        return "PostgreSQL is tried on POSIX systems only"
    if missing := [name for name in ("initdb", "postgres") if not binary(name)]:
        return f"PostgreSQL is not installed ({', '.join(missing)} not found); apt-get install postgresql"
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed; pip install 'careshift[postgres]'"
    return ""


def _somebody() -> int | None:
    """A user the server may run as: it refuses to run as root."""
    import pwd

    if os.getuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    return None


@contextmanager
def postgres() -> Iterator[str]:
    """A server with an empty folder behind it; gives the URL of its first database. Skips, with the reason, where there is none."""
    if reason := why_not():
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    data, user = folder / "data", _somebody()
    if user is not None:
        os.chown(folder, user, -1)
    as_user = {"user": user, "cwd": folder} if user is not None else {"cwd": folder}
    server = None
    try:
        made = subprocess.run([binary("initdb"), "-D", data, "-U", "tester", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"],
                              capture_output=True, text=True, **as_user)
        if made.returncode:
            pytest.skip(f"initdb failed: {made.stderr.strip().splitlines()[-1]}")
        with (folder / "log").open("w") as log:
            server = subprocess.Popen([binary("postgres"), "-D", data, "-k", folder, "-c", "listen_addresses=", "-F"],
                                      stdout=log, stderr=subprocess.STDOUT, **as_user)
        url = f"postgresql+psycopg://tester@/postgres?host={folder}"
        _wait(url, server, folder / "log")
        yield url
    finally:
        if server:
            server.terminate()
            server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    import time

    import sqlalchemy as sa

    engine = sa.create_engine(url)
    for _ in range(300):
        if server.poll() is not None:
            pytest.skip(f"PostgreSQL did not start: {log.read_text().strip().splitlines()[-1]}")
        try:
            engine.connect().close()
            break
        except sa.exc.OperationalError:
            time.sleep(0.1)
    engine.dispose()


def database(url: str, name: str) -> str:
    """A fresh database on the server; gives its URL."""
    import sqlalchemy as sa

    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as c:
        c.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.replace("/postgres?", f"/{name}?")
