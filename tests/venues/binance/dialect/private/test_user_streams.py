from __future__ import annotations

from tickwright.venues.binance.dialect.private.user_streams import user_stream
from tickwright.venues.binance.dialect.streams import is_well_formed


def test_accounts_have_streams_of_their_own() -> None:
    assert user_stream("me") != user_stream("you")


def test_nobody_can_subscribe_to_a_user_stream_by_its_name() -> None:
    assert not is_well_formed(user_stream("me"))
