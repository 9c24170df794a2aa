"""The table of one stream's subscription, cell by cell, against a second writing of it."""

from __future__ import annotations

from itertools import product

import pytest

from tickwright.core.streamstate import TABLE, StreamEvent, StreamState
from tickwright.errors import IllegalTransition


# What follows on each event: next state, and +ask / +leave / +out for what happens to the queues.
GRID = """
           WANT        UNWANT          RENEW      SENT           ACKED          REFUSED       RETRY            UNANSWERED       RECONNECTED
GONE       WANTED+ask  GONE            GONE       -              -              -             -                -                -
WANTED     WANTED      GONE+out        WANTED     PENDING+out    -              -             -                -                WANTED
REPEATED   REPEATED    DOUBTFUL+leave  REPEATED   PENDING+out    -              -             -                -                WANTED
PENDING    PENDING     DROPPED         PENDING    -              CONFIRMED      FAILED        WANTED+ask       REPEATED+ask     WANTED+ask
DROPPED    PENDING     DROPPED         DROPPED    -              SURPLUS+leave  GONE          GONE             DOUBTFUL+leave   GONE
CONFIRMED  CONFIRMED   SURPLUS+leave   RENEWING+leave  -         -              FAILED        -                -                WANTED+ask
RENEWING   RENEWING    SURPLUS         RENEWING   RETURNING+out  -              FAILED+out    -                -                WANTED+ask
SURPLUS    CONFIRMED+out  SURPLUS      SURPLUS    LEAVING+out    -              GONE+out      -                -                GONE+out
DOUBTFUL   REPEATED+ask  DOUBTFUL      DOUBTFUL   LEAVING+out    -              -             -                -                GONE+out
LEAVING    RETURNING   LEAVING         LEAVING    -              GONE           GONE          DOUBTFUL+leave   DOUBTFUL+leave   GONE
RETURNING  RETURNING   LEAVING         RETURNING  -              WANTED+ask     REPEATED+ask  RENEWING+leave   RENEWING+leave   WANTED+ask
FAILED     WANTED+ask  GONE            FAILED     -              -              -             -                -                FAILED
"""

WORDS = {"ASK": "+ask", "LEAVE": "+leave", "UNQUEUE": "+out"}


def cells() -> dict[tuple[str, str], str]:
    header, *rows = (line.split() for line in GRID.strip().splitlines())
    return {
        (row[0], event): cell for row in rows for event, cell in zip(header, row[1:], strict=True)
    }


@pytest.mark.parametrize(("state", "event"), list(product(StreamState, StreamEvent)))
def test_each_cell_of_the_table_is_as_written(state: StreamState, event: StreamEvent) -> None:
    expected = cells()[state.name, event.name]
    if expected == "-":
        with pytest.raises(IllegalTransition):
            TABLE.step(state, event)
        return
    following, effect = TABLE.step(state, event)
    assert following.name + (WORDS[effect.name] if effect else "") == expected


def test_a_user_can_want_unwant_and_renew_in_every_state() -> None:
    for state, event in product(
        StreamState, (StreamEvent.WANT, StreamEvent.UNWANT, StreamEvent.RENEW)
    ):
        assert (state, event) in TABLE.cells


def test_a_new_connection_leaves_nothing_but_wanted_failed_and_gone() -> None:
    for state in set(StreamState) - {StreamState.GONE}:
        following, _effect = TABLE.step(state, StreamEvent.RECONNECTED)
        assert following in (StreamState.WANTED, StreamState.FAILED, StreamState.GONE)
