"""The table of private streams, cell by cell."""

from __future__ import annotations

import pytest

from tickwright.core.privatestate import TABLE, PrivateEvent, PrivateState
from tickwright.errors import IllegalTransition


# Rows are states, columns are events; "!" is a bug.
GRID = """
             DIAL        OPENED    GREETED      RECONCILED  DOUBTED  LOST     REFUSED  CLOSE
WAITING      CONNECTING  !         !            !           !        !        REFUSED  CLOSED
CONNECTING   !           GREETING  !            !           !        WAITING  REFUSED  CLOSED
GREETING     !           !         RECONCILING  !           !        WAITING  REFUSED  CLOSED
RECONCILING  !           !         !            READY       !        WAITING  REFUSED  CLOSED
READY        !           !         !            READY       WAITING  WAITING  REFUSED  CLOSED
REFUSED      CONNECTING  !         !            !           !        !        !        CLOSED
CLOSED       !           !         !            !           !        !        !        CLOSED
"""


def cells() -> list[tuple[str, str, str]]:
    head, *rows = [line.split() for line in GRID.strip().splitlines()]
    return [
        (state, event, cell)
        for state, *found in rows
        for event, cell in zip(head, found, strict=True)
    ]


@pytest.mark.parametrize(("state", "event", "cell"), cells())
def test_every_cell_of_the_table_is_decided(state: str, event: str, cell: str) -> None:
    if cell == "!":
        with pytest.raises(IllegalTransition):
            TABLE.step(PrivateState[state], PrivateEvent[event])
    else:
        following, _ = TABLE.step(PrivateState[state], PrivateEvent[event])
        assert following is PrivateState[cell]


def test_g08_ready_is_reached_through_reconciling_only() -> None:
    before = {
        state
        for (state, _), (following, _) in TABLE.cells.items()
        if following is PrivateState.READY
    }
    assert before == {PrivateState.RECONCILING, PrivateState.READY}
