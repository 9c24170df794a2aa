"""Statuses and sides: all that are documented, and what is made of others."""

from __future__ import annotations

import pytest

from tickwright.errors import DecodeError
from tickwright.model.orders import ReportedState
from tickwright.venues.binance.order_words import (
    ALGO_STATES,
    STATES,
    state_of,
    state_or_open,
)


ENDINGS = ("FILLED", "CANCELED", "REJECTED", "EXPIRED", "EXPIRED_IN_MATCH")


@pytest.mark.parametrize("states", [STATES, ALGO_STATES])
def test_every_documented_status_is_known_and_those_that_end_an_order_end_it(
    states: dict[str, ReportedState],
) -> None:
    for word, state in states.items():
        assert state_of(word, states) == state_or_open(word, states) == (state, "")
    ended = {word for word, state in states.items() if state is not ReportedState.OPEN}
    assert ended == {word for word in ENDINGS if word in states}


@pytest.mark.parametrize("word", ["", "TELEPORTED", "FILLED_AND_EXPIRED"])
def test_g01_a_word_that_nobody_knows_is_never_an_ending(word: str) -> None:
    with pytest.raises(DecodeError, match="unknown order status"):
        state_of(word)
    state, text = state_or_open(word)
    assert state is ReportedState.OPEN
    assert repr(word) in text
