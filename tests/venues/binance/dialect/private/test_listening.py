"""Connections to USD-M's private route: every way to name a listen key."""

from __future__ import annotations

import json

import pytest

from tickwright.venues.binance.dialect.private.listening import Listening, is_private
from tickwright.venues.binance.dialect.private.user_streams import EVENTS, listen_stream
from tickwright.venues.binance.dialect.products import USDM
from tickwright.venues.dialects import Reply


def all_of(*keys: str) -> list[str]:
    return [listen_stream(key, event) for key in keys for event in EVENTS]


def ask(listening: Listening, method: str, *params: str) -> Reply:
    text = json.dumps({"method": method, "params": list(params), "id": 1})
    return listening.answer(text, refused={})


@pytest.mark.parametrize(
    ("path", "query", "streams"),
    [
        ("/private/ws/KEY", "", all_of("KEY")),
        ("/private/ws", "listenKey=KEY", all_of("KEY")),
        ("/private/ws", "", []),
        ("/private/stream", "streams=KEY", all_of("KEY")),
        (
            "/private/ws", "listenKey=KEY&events=ORDER_TRADE_UPDATE/ACCOUNT_UPDATE",
            [listen_stream("KEY", one) for one in ("ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE", "listenKeyExpired")],
        ),
        ("/private/stream", "listenKey=K1&listenKey=K2", all_of("K1", "K2")),
        (
            "/private/stream", "listenKey=K1&events=ALGO_UPDATE&listenKey=K2&events=ORDER_TRADE_UPDATE",
            [
                listen_stream(key, event)
                for key, kind in (("K1", "ALGO_UPDATE"), ("K2", "ORDER_TRADE_UPDATE"))
                for event in (kind, "listenKeyExpired")
            ],
        ),
    ],
)  # fmt: skip
def test_a_url_names_keys_and_the_types_of_their_events(
    path: str, query: str, streams: list[str]
) -> None:
    assert list(Listening(USDM, path, query).streams) == streams


def test_a_listen_key_is_a_streams_name() -> None:
    listening = Listening(USDM, "/private/stream")
    reply = ask(listening, "SUBSCRIBE", "KEY")
    assert (reply.text, list(reply.added), reply.is_logon) == (
        '{"result":null,"id":1}', all_of("KEY"), True,
    )  # fmt: skip
    assert list(listening.streams) == all_of("KEY")
    assert json.loads(ask(listening, "LIST_SUBSCRIPTIONS").text)["result"] == ["KEY"]
    reply = ask(listening, "UNSUBSCRIBE", "KEY")
    assert (list(reply.removed), reply.is_logon) == (all_of("KEY"), False)
    assert not listening.streams


def test_the_path_decides_how_events_are_framed() -> None:
    stream, event = listen_stream("KEY", "TRADE_LITE"), '{"e":"TRADE_LITE"}'
    raw, combined = Listening(USDM, "/private/ws/KEY"), Listening(USDM, "/private/stream")
    assert raw.wrap(stream, event) == event
    assert combined.wrap(stream, event) == '{"stream":"KEY","data":{"e":"TRADE_LITE"}}'
    assert raw.framing != combined.framing
    assert raw.is_served(stream)
    assert raw.allowance.frames_per_s == 10


def test_what_is_no_path_of_the_route_is_refused() -> None:
    assert is_private("/private/ws/KEY")
    assert not is_private("/ws/private")
    for path in ("/private", "/private/nothing", "/private/stream/KEY"):
        with pytest.raises(ValueError, match="no market stream"):
            Listening(USDM, path)


def test_refused_names_are_refused_here_too() -> None:
    listening = Listening(USDM, "/private/ws")
    text = '{"method":"SUBSCRIBE","params":["KEY"],"id":1}'
    reply = listening.answer(text, refused={"KEY": "not this one"})
    assert (json.loads(reply.text)["error"]["msg"], reply.is_logon) == ("not this one", False)
    flat = Listening(USDM, "/private/ws", is_flat=True).answer(
        text, refused={"KEY": "not this one"}
    )
    assert json.loads(flat.text) == {"code": 2, "msg": "not this one", "id": 1}
