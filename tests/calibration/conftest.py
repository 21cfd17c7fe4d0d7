"""Linear algebra on one thread, as a calibration has it: several threads on small matrices only wait for one another."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
