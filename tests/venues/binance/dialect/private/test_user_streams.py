"""Names that nobody can guess, ask for, or confuse."""

from __future__ import annotations

import pytest

from tickwright.venues.binance.dialect.control import Conversation
from tickwright.venues.binance.dialect.private.user_streams import (
    EVENTS,
    listen_key_of,
    listen_stream,
    user_stream,
)
from tickwright.venues.binance.dialect.products import SPOT, USDM
from tickwright.venues.binance.dialect.streams import is_well_formed


STREAMS = [user_stream("me"), *(listen_stream("KEY", event) for event in EVENTS)]


def test_accounts_have_streams_of_their_own() -> None:
    assert user_stream("me") != user_stream("you")


def test_each_type_of_event_has_a_stream_of_its_own() -> None:
    assert len(set(STREAMS)) == len(EVENTS) + 1
    assert {listen_key_of(stream) for stream in STREAMS[1:]} == {"KEY"}


@pytest.mark.parametrize("stream", STREAMS)
def test_nobody_can_subscribe_to_a_user_stream_by_its_name(stream: str) -> None:
    assert not is_well_formed(stream)
    for product in (SPOT, USDM):
        for path, params in ((f"/ws/{stream}", {}), ("/stream", {"streams": stream})):
            assert stream not in Conversation(product, path, params).streams
