"""How private streams are asked for, kept, and refused."""

from __future__ import annotations

import json

import pytest

from tickwright.errors import ConfigError, CredentialsRefused, DecodeError, TimestampRefused
from tickwright.venues.base import Endpoints, Security, ShutdownNotice
from tickwright.venues.binance.private_links import SpotLink, UsdmLink, shutdown_in
from tickwright.venues.signing import Credentials, Signer
from tickwright.venues.trading import Greeted, GreetingRefused


SIGNER = Signer(Credentials("SimApiKey0001", "secret"))
NOW_MS = 1_795_000_000_000
SPOT, USDM = SpotLink(), UsdmLink()


def test_spot_asks_on_the_websocket_api_with_a_signature_and_no_session() -> None:
    url = SPOT.url(Endpoints(ws_api="wss://ws-api.binance.com:443/"), "")
    assert url == "wss://ws-api.binance.com:443/ws-api/v3?returnRateLimits=false"
    (text,) = SPOT.greetings(SIGNER, NOW_MS)
    said = json.loads(text)
    assert (said["id"], said["method"]) == ("1", "userDataStream.subscribe.signature")
    assert said["params"]["timestamp"] == NOW_MS
    assert set(said["params"]) == {"apiKey", "recvWindow", "timestamp", "signature"}
    assert SPOT.key() is None
    assert SPOT.ping() is None
    with pytest.raises(ConfigError):
        SPOT.keepalive("")


def test_an_answer_of_the_websocket_api_agrees_or_says_why_not() -> None:
    fine = b'{"id":"1","status":200,"result":{"subscriptionId":0}}'
    assert SPOT.control(fine) == Greeted(1)
    refused = SPOT.control(
        b'{"id":"1","status":401,"error":{"code":-2015,"msg":"Invalid API-key, IP, or permissions"}}'
    )
    assert isinstance(refused, GreetingRefused)
    assert isinstance(refused.error, CredentialsRefused)
    assert refused.is_final
    old = SPOT.control(b'{"id":"1","status":400,"error":{"code":-1021,"msg":"Timestamp"}}')
    assert isinstance(old, GreetingRefused)
    assert isinstance(old.error, TimestampRefused)
    assert not old.is_final
    wordless = SPOT.control(b'{"id":"1","status":500}')
    assert isinstance(wordless, GreetingRefused)
    assert not wordless.is_final


@pytest.mark.parametrize(
    "frame", [b'{"subscriptionId":0,"event":{"e":"executionReport"}}', b"[]", b"", b"\xff"]
)
def test_events_are_no_answers(frame: bytes) -> None:
    assert SPOT.control(frame) is None


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (b'{"event":{"e":"serverShutdown","E":1795000000000}}', ShutdownNotice()),
        (b'{"subscriptionId":0,"event":{"e":"executionReport","c":"serverShutdown"}}', None),
        (b'{"event":{"e":"executionReport","c":"serverShutdown"}}', None),
        (b'{"event":"serverShutdown"}', None),
        (b'{"note":"serverShutdown"}', None),
        (b'"serverShutdown"', None),
    ],
)
def test_g23_a_notice_of_shutdown_is_told_from_all_that_only_names_it(
    frame: bytes, told: ShutdownNotice | None
) -> None:
    assert shutdown_in(frame) == SPOT.control(frame) == told


def test_usdm_asks_for_a_listen_key_with_the_api_key_alone() -> None:
    call = USDM.key()
    assert call is not None
    assert (call.method, call.path, call.security) == ("POST", "/fapi/v1/listenKey", Security.KEY)
    assert call.decode(b'{"listenKey":"abc"}', 0) == "abc"
    with pytest.raises(DecodeError):
        call.decode(b"{}", 0)
    kept = USDM.keepalive("abc")
    assert (kept.method, kept.security, kept.params) == ("PUT", Security.KEY, ())


def test_usdm_connects_to_the_private_route_with_its_key() -> None:
    url = USDM.url(Endpoints(ws_private="wss://fstream.binance.com"), "abc")
    assert url.startswith("wss://fstream.binance.com/private/ws?listenKey=abc&events=ORDER_TRADE_")
    assert "listenKeyExpired" in url
    assert USDM.greetings(SIGNER, NOW_MS) == ()
    assert USDM.control(b'{"id":"1","status":200}') is None
    assert USDM.keepalive_s is not None
    assert USDM.keepalive_s < 3600


@pytest.mark.parametrize("link", [SPOT, USDM])
def test_an_address_that_is_missing_is_named(link: SpotLink | UsdmLink) -> None:
    with pytest.raises(ConfigError, match="set ws_"):
        link.url(Endpoints(), "k")
