"""One child's spec and standing."""

from __future__ import annotations

from random import Random

import pytest

from tickwright.core.restart import RestartPolicy
from tickwright.runtime.children import Child, ChildSpec, ChildState, ChildStatus, Restart


async def nothing() -> None:
    pass


@pytest.mark.parametrize(
    ("restart", "is_failure", "again"),
    [
        (Restart.PERMANENT, False, True),
        (Restart.PERMANENT, True, True),
        (Restart.TRANSIENT, False, False),
        (Restart.TRANSIENT, True, True),
        (Restart.TEMPORARY, False, False),
        (Restart.TEMPORARY, True, False),
    ],
)
def test_every_cell_of_the_restart_table(restart: Restart, is_failure: bool, again: bool) -> None:
    assert restart.applies(is_failure=is_failure) is again


def test_its_status_tells_where_it_stands() -> None:
    child = Child(ChildSpec(name="feed", start=nothing), Random(1))
    assert child.status(0.0) == ChildStatus("feed", "idle", 0, None, None)
    child.wait_until(12.0)
    assert child.status(10.0).state == "waiting"
    assert child.status(10.0).restart_in_s == 2.0
    assert child.status(99.0).restart_in_s == 0.0
    child.rest(ChildState.ENDED)
    assert child.status(10.0) == ChildStatus("feed", "ended", 0, None, None)


def test_the_status_of_a_supervisor_shows_what_is_below() -> None:
    below = (ChildStatus("socket", "running", 0, None, None),)
    child = Child(ChildSpec(name="venue", start=nothing, below=lambda: below), Random(1))
    assert child.status(0.0).children == below


def test_forgiven_its_delays_start_anew() -> None:
    spec = ChildSpec(name="feed", start=nothing, delays=RestartPolicy(jitter=0))
    child = Child(spec, Random(1))
    assert [child.delays.failed(0.0), child.delays.failed(1.0)] == [1.0, 2.0]
    child.forgive()
    assert child.delays.failed(5.0) == 1.0
