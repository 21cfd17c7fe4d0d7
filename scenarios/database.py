"""The database under a store of answers: SQLite in one file with one writer, or PostgreSQL by URL; brought up to date when opened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from scenarios import keeping
from simulation.errors import BadInput, Problem, RunStopped

T = TypeVar("T")
MIGRATIONS = Path(__file__).parent / "migrations"
TRIES, PAUSE = 6, 0.2  # a lost connection is taken up again so often, after a pause that doubles
NO_STORE = "name it with --store, or run an experiment first"
NO_ROOM = ("full", "disk i/o", "no space", "readonly", "read-only", "unable to open")


def now() -> str:
    """The time, in words that sort."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def address(given: str | Path | None) -> str:
    """A store's URL from what a person wrote: a URL, a file, or nothing for results/store.db."""
    text = str(given or Path("results") / "store.db")
    return text if "://" in text else f"sqlite:///{Path(text)}"


class Database:
    """A database of answers, of the form this careshift writes. `writing()` holds it for one writer; `_do` is one transaction."""

    def __init__(self, given: str | Path | None = None, *, make: bool = True):
        try:
            self.url = sa.make_url(address(given))
            self.file = Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None
            if self.file and not make and not self.file.exists():
                raise bad(self, "there is no store here", NO_STORE)
            if self.file:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            self.engine = sa.create_engine(self.url, pool_pre_ping=self.file is None)
        except ImportError as error:
            raise BadInput(Problem(str(given), 0, "", f"{error.name} is needed for this kind of store and is not installed",
                                   "pip install 'careshift[postgres]'")) from None
        except (SQLAlchemyError, ValueError):
            raise BadInput(Problem(str(given), 0, "", "this is not the address of a store",
                                   "write a file's path, or postgresql+psycopg://user@host/name")) from None
        except OSError as error:
            raise BadInput(Problem(str(given), 0, "", f"a store cannot be made here ({error.strerror})")) from None
        if self.file:
            sa.event.listen(self.engine, "connect", _careful)
        try:
            self._upgrade(make)
        except BaseException:
            self.engine.dispose()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    def __str__(self) -> str:
        return str(self.file) if self.file else self.url.render_as_string(hide_password=True)

    @contextmanager
    def writing(self, patience: float = 0.0) -> Iterator[None]:
        """Hold a store kept in a file for one writer; a second is told so after so many seconds. A database server looks after itself."""
        if not self.file:
            yield
            return
        with keeping.held_file(self.file.with_name(self.file.name + ".lock"), Problem(
                str(self.file), 0, "", "another careshift is writing to this store",
                "wait until it is done, or write to another --store and put them together with careshift experiment merge"), patience):
            yield

    def checkpoint(self) -> None:
        """Bring what stands in the write-ahead log into the file itself."""
        if self.file:
            self._do(lambda c: c.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all())

    # Transactions -----------------------------------------------------------------------------------------------------
    def _rows(self, query: Any) -> list[dict[str, Any]]:
        return [dict(r) for r in self._do(lambda c: c.execute(query).mappings().all())]

    def _new(self, c: sa.Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        dialect: Any = sqlite if self.file else postgresql
        if rows:
            c.execute(dialect.insert(table).on_conflict_do_nothing(), [dict(r) for r in rows])

    def _do(self, work: Callable[[sa.Connection], T]) -> T:
        """One transaction, whole or not at all; tried again where the connection was lost, for writing twice is harmless."""
        for k in range(TRIES):
            try:
                with self.engine.begin() as c:
                    return work(c)
            except DBAPIError as error:
                lost = not self.file and (error.connection_invalidated or isinstance(error, sa.exc.OperationalError))
                if not lost or k == TRIES - 1 or _no_room(error):
                    raise _stopped(self, error) from None
            time.sleep(PAUSE * 2**k)
        raise AssertionError

    def _upgrade(self, make: bool) -> None:
        """Bring the store to the form this careshift writes; one written by a later careshift is left alone."""
        from alembic import command
        from alembic.config import Config
        from alembic.runtime.migration import MigrationContext
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        scripts = ScriptDirectory.from_config(config)
        now_at = self._do(lambda c: MigrationContext.configure(c).get_current_revision())
        if now_at == scripts.get_current_head():
            return
        if now_at is None and not make:
            raise bad(self, "there is no store here", NO_STORE)
        if now_at is not None and now_at not in {s.revision for s in scripts.walk_revisions()}:
            raise bad(self, f"this store was written by a later careshift (form {now_at})", "use that careshift")

        def work(c: sa.Connection) -> None:
            config.attributes["connection"] = c
            command.upgrade(config, "head")
        with self.writing():
            self._do(work)


def _careful(connection: Any, _: object) -> None:
    for order in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {order}")


def _no_room(error: DBAPIError) -> bool:
    return any(word in str(error.orig).lower() for word in NO_ROOM)


def _stopped(store: Database, error: DBAPIError) -> RunStopped:
    why = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    todo = "make room on the disk" if _no_room(error) else "see that the store can be reached and is sound"
    return RunStopped(Problem(str(store), 0, "", f"the store cannot be written or read ({why}); what is finished is kept",
                              f"{todo}, then give the same command again, an experiment with --resume"))


def bad(store: Database, what: str, todo: str) -> BadInput:
    """What is wrong with a store, as an error to raise."""
    return BadInput(Problem(str(store), 0, "", what, todo))
