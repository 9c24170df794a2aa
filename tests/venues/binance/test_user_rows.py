"""The payloads that the rows of user data quote are read by them; keys that differ by case only stay apart."""

from __future__ import annotations

import msgspec
import pytest

from tickwright.venues.binance.user_rows import (
    AccountUpdate,
    AlgoUpdate,
    Envelope,
    ExecutionReport,
    OrderTradeUpdate,
    OutboundPosition,
)


def test_an_envelope_holds_its_event_unread() -> None:
    wrapped = msgspec.json.decode(b'{"subscriptionId":0,"event":{"e":"x"}}', type=Envelope)
    assert bytes(wrapped.event) == b'{"e":"x"}'
    combined = msgspec.json.decode(b'{"stream":"k","data":{"e":"y"}}', type=Envelope)
    assert bytes(combined.data) == b'{"e":"y"}'
    raw = msgspec.json.decode(b'{"e":"z","E":5}', type=Envelope)
    assert (raw.kind, raw.time_ms, bytes(raw.event)) == ("z", 5, b"")


def test_keys_of_an_execution_report_differ_by_case() -> None:
    row = msgspec.json.decode(
        b'{"s":"B","c":"new","C":"old","S":"BUY","q":"1","p":"2","x":"TRADE","X":"FILLED","i":3,'
        b'"l":"4","L":"5","z":"6","Z":"7","n":"8","N":"BNB","t":9,"T":10,"r":"NONE","w":false}',
        type=ExecutionReport,
    )
    assert (row.client_id, row.original_client_id) == ("new", "old")
    assert (row.last_quantity, row.last_price) == ("4", "5")
    assert (row.filled, row.quote_filled) == ("6", "7")
    assert (row.fee, row.fee_asset) == ("8", "BNB")
    assert (row.trade_id, row.time_ms) == (9, 10)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (OutboundPosition, b'{"e":"outboundAccountPosition","E":1,"u":2,"B":[{"a":"BTC","f":"1","l":"0"}]}'),
        (
            OrderTradeUpdate,
            b'{"o":{"s":"B","c":"f","S":"BUY","q":"1","p":"2","x":"NEW","X":"NEW","i":3,"z":"0","T":4}}',
        ),
        (AlgoUpdate, b'{"o":{"caid":"a","s":"B","S":"SELL","X":"NEW","ai":""}}'),
        (AccountUpdate, b'{"a":{"m":"ORDER","B":[],"P":[]}}'),
        (AccountUpdate, b'{"a":{"m":"DEPOSIT"}}'),
    ],
)  # fmt: skip
def test_documented_payloads_fit_their_rows(kind: type[msgspec.Struct], raw: bytes) -> None:
    assert isinstance(msgspec.json.decode(raw, type=kind), kind)
