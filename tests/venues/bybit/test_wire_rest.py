"""The structs of REST answers read what their docstrings show."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from tickwright.venues.bybit import wire_rest


SHOWN = re.compile(r"``([{\[].*?[}\]])``", re.DOTALL)


@pytest.mark.parametrize(
    "kind",
    [wire_rest.ServerTime, wire_rest.PriceFilter, wire_rest.TradeRow, wire_rest.KlineRow,
     wire_rest.FundingRow, wire_rest.OpenInterestRow],
)  # fmt: skip
def test_the_payload_in_a_docstring_is_read(kind: type) -> None:
    (shown,) = SHOWN.findall(kind.__doc__ or "")
    json.loads(shown)
    assert isinstance(
        msgspec.json.decode(shown.replace("\n    ", ""), type=kind, strict=False), kind
    )


def test_g25_new_fields_are_skipped() -> None:
    body = b'{"timeSecond":"1","timeNano":"2","timeOfDay":{"hour":3}}'
    assert msgspec.json.decode(body, type=wire_rest.ServerTime, strict=False).time_ns == 2


def test_a_page_without_cursor_is_the_last() -> None:
    read = msgspec.json.Decoder(wire_rest.Rows[int]).decode
    assert read(b'{"list":[1]}').cursor is None
    assert read(b'{"list":[1],"nextPageCursor":"x"}').cursor == "x"
