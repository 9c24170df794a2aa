"""How the private stream is asked for, and what its frames say."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from tests.venues.bybit.samples import LISTED

from tickwright.errors import (
    ConfigError,
    CredentialsRefused,
    DecodeError,
    TimestampRefused,
    VenueRejected,
)
from tickwright.model.orders import OrderReport, ReportedState
from tickwright.venues.base import Endpoints
from tickwright.venues.bybit.private_link import BybitLink
from tickwright.venues.bybit.trading import BybitTrading
from tickwright.venues.signing import Credentials, Signer
from tickwright.venues.trading import AccountNews, Greeted, GreetingRefused


LINK = BybitLink("bybit.linear")
SIGNER = Signer(Credentials("DEMOKEY0001", "demosecret0001"))


def test_it_logs_in_and_then_asks_for_four_topics() -> None:
    login, topics = (json.loads(text) for text in LINK.greetings(SIGNER, 1_763_640_000_000))
    assert (login["op"], login["args"][:2]) == ("auth", ["DEMOKEY0001", 1_763_640_010_000])
    assert login["args"][2].startswith("69a2bd74")
    assert topics["args"] == ["order", "execution", "position", "wallet"]
    assert LINK.ping() == '{"op":"ping"}'
    assert LINK.key() is None
    assert LINK.url(Endpoints(ws_private="wss://stream.bybit.com"), "") == (
        "wss://stream.bybit.com/v5/private"
    )


@pytest.mark.parametrize(
    ("frame", "number"),
    [
        (b'{"success":true,"ret_msg":"","op":"auth","conn_id":"x"}', 1),
        (b'{"success":true,"ret_msg":"","op":"auth","conn_id":"x","req_id":"1"}', 1),
        (b'{"success":true,"ret_msg":"","conn_id":"x","req_id":"2","op":"subscribe"}', 2),
    ],
)
def test_answers_to_greetings_are_counted(frame: bytes, number: int) -> None:
    assert LINK.control(frame) == Greeted(number)


def test_a_login_that_came_late_is_tried_again_and_a_wrong_key_is_not() -> None:
    late = LINK.control(b'{"success":false,"ret_msg":"Params Error","op":"auth","conn_id":"x"}')
    assert isinstance(late, GreetingRefused)
    assert not late.is_final
    assert isinstance(late.error, TimestampRefused)  # so that the clock is learned anew
    wrong = LINK.control(b'{"success":false,"ret_msg":"Invalid sign","op":"auth"}')
    assert isinstance(wrong, GreetingRefused)
    assert wrong.is_final
    assert isinstance(wrong.error, CredentialsRefused)
    assert "Invalid sign" in str(wrong.error)


def test_a_venue_that_is_busy_says_nothing_of_the_key() -> None:
    for text in ("System busy, please try again later", "Too many sessions"):
        frame = json.dumps({"success": False, "ret_msg": text, "op": "auth"}).encode()
        busy = LINK.control(frame)
        assert isinstance(busy, GreetingRefused)
        assert not busy.is_final
        assert isinstance(busy.error, VenueRejected)
        assert not isinstance(busy.error, CredentialsRefused)


@pytest.mark.parametrize(
    "frame", [b'{"op":"pong","args":["1"]}', b'{"topic":"order","data":[]}', b"", b"[]"]
)
def test_other_frames_are_no_answers(frame: bytes) -> None:
    assert LINK.control(frame) is None


def test_an_execution_is_a_report_that_leaves_the_state_to_the_order_s_own_rows() -> None:
    row = {
        "category": "linear", "symbol": "BTCUSDT", "execFee": "0.0178", "execId": "e-1",
        "execPrice": "89000.00", "execQty": "0.001", "execType": "Trade", "orderId": "o-1",
        "orderLinkId": "bot1-1", "side": "Buy", "execTime": "1795000004353", "isMaker": True,
    }  # fmt: skip
    frame = json.dumps({"topic": "execution", "data": [row]}).encode()
    (report,) = LINK.read(frame, 5, LISTED)
    assert isinstance(report, OrderReport)
    assert (report.state, report.venue_order_id) == (ReportedState.OPEN, "o-1")
    assert report.client_order_id == "bot1-1"  # known before the venue's name for it is
    assert (report.fills[0].trade_id, report.fills[0].fee) == ("e-1", Decimal("0.0178"))
    assert report.filled_quantity is None


def test_balances_and_positions_are_news_of_the_account() -> None:
    position = {"category": "linear", "symbol": "BTCUSDT", "side": "Sell", "size": "0.001"}
    wallet = {"accountType": "UNIFIED", "coin": [{"coin": "USDT", "walletBalance": "5"}]}
    (held,) = LINK.read(json.dumps({"topic": "position", "data": [position]}).encode(), 5, LISTED)
    made = {"topic": "wallet", "creationTime": 1795000002027, "data": [wallet]}
    (owned,) = LINK.read(json.dumps(made).encode(), 5, LISTED)
    assert isinstance(held, AccountNews)
    assert held.venue_ts_ns is None
    assert held.positions[0].quantity == Decimal("-0.001")
    assert isinstance(owned, AccountNews)
    assert owned.balances[0].free == 5
    assert owned.venue_ts_ns == 1795000002027_000_000


def test_what_a_connection_told_of_one_side_of_a_hedge_is_forgotten_with_it() -> None:
    def told(link: BybitLink, side: int, size: str) -> list[Decimal]:
        row = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy" if side == 1 else "Sell"}
        said = {"topic": "position", "data": [{**row, "size": size, "positionIdx": side}]}
        news = link.read(json.dumps(said).encode(), 5, LISTED)
        return [each.positions[0].quantity for each in news if isinstance(each, AccountNews)]

    link, other = (BybitTrading("linear").link for _ in range(2))
    assert isinstance(link, BybitLink)
    assert isinstance(other, BybitLink)
    assert told(link, 1, "0.5") == []
    assert told(other, 2, "0.1") == []  # another account
    assert told(link, 2, "0.2") == [Decimal("0.3")]
    link.greetings(SIGNER, 1_763_640_000_000)
    assert told(link, 2, "0.4") == []


def test_g25_topics_that_nobody_knows_say_nothing() -> None:
    frame = b'{"topic":"UNHEARD_OF","data":{"is":[1]}}'
    assert list(LINK.read(frame, 5, LISTED)) == []
    assert list(LINK.read(b'{"op":"pong"}', 5, LISTED)) == []
    with pytest.raises(DecodeError):
        LINK.read(b'{"topic":"order","data":[{}]}', 5, LISTED)


def test_what_it_does_not_have_is_said() -> None:
    with pytest.raises(ConfigError, match="set ws_private"):
        LINK.url(Endpoints(), "")
    with pytest.raises(ConfigError, match="no stream keys"):
        LINK.keepalive("")
