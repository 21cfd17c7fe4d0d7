"""Where replications are run: in this process, in worker processes of this machine, or on a cluster. Anything with `submit` will do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from scenarios import runs


class Here(Executor):
    """One process, this one: a replication is run when it is handed over."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run at once; an error is the future's, a stop is everybody's."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Beside(Executor):
    """Worker processes of this machine, which hear of Ctrl-C from their parent alone and do not outlive it."""

    def __init__(self, pool: Executor):
        self.pool = pool

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a replication to the next free worker."""
        with runs._deaf_to_ctrl_c():  # workers are born on the first submits
            return self.pool.submit(fn, *args, **kwargs)


@contextmanager
def local(workers: int) -> Iterator[Executor]:
    """So many worker processes, fresh ones; one alone is this process."""
    if workers == 1:
        yield Here()
        return
    with runs._pool(workers) as pool:
        yield Beside(pool)
