"""Bybit's disconnect-cancel-all, at the sandbox's door."""

from __future__ import annotations

import msgspec
import pytest
from tests.venues.bybit.trading_rig import Desk

from tickwright.errors import DecodeError, VenueRejected
from tickwright.venues.bybit.disconnects import TETHERS
from tickwright.venues.deadman import Tether


LINEAR, SPOT = TETHERS["linear"], TETHERS["spot"]


@pytest.fixture
def desk() -> Desk:
    return Desk("linear")


def test_an_account_that_has_none_is_told_so(desk: Desk) -> None:
    assert desk.ask(LINEAR.ask) is None


def test_a_window_is_set_for_one_product_and_read_back(desk: Desk) -> None:
    desk.ask(LINEAR.set(30.0))
    assert desk.ask(LINEAR.ask) == 30.0
    assert desk.ask(SPOT.ask) is None


def test_parts_of_a_second_are_rounded_up(desk: Desk) -> None:
    desk.ask(SPOT.set(7.2))
    assert desk.ask(SPOT.ask) == 8.0


@pytest.mark.parametrize("tether", TETHERS.values(), ids=list(TETHERS))
def test_the_range_is_the_venue_s(desk: Desk, tether: Tether) -> None:
    least, most = tether.window_s_min, tether.window_s_max
    assert most is not None
    for window_s in (least, most):
        desk.ask(tether.set(window_s))
    for window_s in (least - 1, most + 1):
        with pytest.raises(VenueRejected, match="3 to 300"):
            desk.ask(tether.set(window_s))


@pytest.mark.parametrize(
    ("category", "topic"), [("linear", "dcp.future"), ("spot", "dcp.spot")], ids=["linear", "spot"]
)
def test_it_is_asked_for_by_a_topic_of_its_product(category: str, topic: str) -> None:
    said = msgspec.json.decode(TETHERS[category].greeting(3))
    assert said == {"req_id": "3", "op": "subscribe", "args": [topic]}


def test_one_that_is_switched_off_does_not_count() -> None:
    body = b'{"retCode":0,"result":{"dcpInfos":[{"product":"SPOT","dcpStatus":"OFF","timeWindow":"10"}]}}'
    assert SPOT.ask.decode(body, 1) is None


def test_what_is_no_answer_is_an_error() -> None:
    with pytest.raises(DecodeError):
        SPOT.ask.decode(b'{"retCode":0,"result":[]}', 1)
