from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.io.postgres_rig import Cluster, binaries


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """Return a server; a test that stops it starts it again."""
    with Cluster(binaries()) as cluster:
        yield cluster
