"""Every cell of the table of an order's life."""

from __future__ import annotations

import pytest

from tickwright.core.machine import mermaid
from tickwright.core.ordertable import TABLE, News, Tell
from tickwright.errors import IllegalTransition
from tickwright.model.orders import OrderState


# Rows are states, columns are news; a cell is the next state, with what is told after a slash. "!" is a bug.
GRID = """
                DENIED         SENT      LOST              ABSENT            REJECTED           OPEN          PARTLY_FILLED          FILLED          CANCELED           EXPIRED            FOUND
NEW             DENIED/DENIED  SENT/SENT UNKNOWN/UNKNOWN   !                 REJECTED/REJECTED  OPEN/ACCEPTED PARTLY_FILLED/ACCEPTED FILLED/ACCEPTED CANCELED/CANCELED  EXPIRED/EXPIRED            !
SENT            DENIED/DENIED  !         UNKNOWN/UNKNOWN   REJECTED/REJECTED REJECTED/REJECTED  OPEN/ACCEPTED PARTLY_FILLED/ACCEPTED FILLED/ACCEPTED CANCELED/CANCELED  EXPIRED/EXPIRED            !
UNKNOWN         !              !         UNKNOWN           REJECTED/REJECTED REJECTED/REJECTED  OPEN/ACCEPTED PARTLY_FILLED/ACCEPTED FILLED/ACCEPTED CANCELED/CANCELED  EXPIRED/EXPIRED            !
OPEN            !              !         OPEN              EXPIRED/EXPIRED   OPEN               OPEN          PARTLY_FILLED          FILLED          CANCELED/CANCELED  EXPIRED/EXPIRED            !
PARTLY_FILLED   !              !         PARTLY_FILLED     EXPIRED/EXPIRED   PARTLY_FILLED      PARTLY_FILLED PARTLY_FILLED          FILLED          CANCELED/CANCELED  EXPIRED/EXPIRED            !
FILLED          !              !         FILLED            FILLED            FILLED             FILLED        FILLED                 FILLED          FILLED             FILLED            !
CANCELED        !              !         CANCELED          CANCELED          CANCELED           CANCELED      CANCELED               FILLED          CANCELED           CANCELED            !
EXPIRED         !              !         EXPIRED           EXPIRED           EXPIRED            EXPIRED       EXPIRED                FILLED          EXPIRED            EXPIRED            OPEN/REVIVED
REJECTED        !              !         REJECTED          REJECTED          REJECTED           OPEN/REVIVED  PARTLY_FILLED/REVIVED  FILLED/REVIVED  CANCELED/CANCELED  EXPIRED/EXPIRED            !
DENIED          !              !         !                 !                 DENIED             OPEN/REVIVED  PARTLY_FILLED/REVIVED  FILLED/REVIVED  CANCELED/CANCELED  EXPIRED/EXPIRED            !
"""


def cells() -> list[tuple[str, str, str]]:
    head, *rows = [line.split() for line in GRID.strip().splitlines()]
    return [
        (state, news, cell)
        for state, *found in rows
        for news, cell in zip(head, found, strict=True)
    ]


@pytest.mark.parametrize(("state", "news", "cell"), cells())
def test_g35_every_cell_of_the_table_is_decided(state: str, news: str, cell: str) -> None:
    if cell == "!":
        with pytest.raises(IllegalTransition):
            TABLE.step(OrderState[state], News[news])
        return
    following, _, told = cell.partition("/")
    expected = (OrderState[following], Tell[told] if told else None)
    assert TABLE.step(OrderState[state], News[news]) == expected


def test_g35_the_grid_names_every_state_and_all_news() -> None:
    assert {(state, news) for state, news, _ in cells()} == {
        (state.name, news.name) for state in OrderState for news in News
    }


def test_the_diagram_is_drawn_from_the_table() -> None:
    assert "UNKNOWN --> REJECTED: ABSENT, REJECTED / REJECTED" in mermaid(TABLE)


# ---------------------------------------------------------------------- reports
