"""The structs of streams read what their docstrings show."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from tickwright.venues.bybit import wire_streams
from tickwright.venues.bybit.wire_streams import (
    KlineFrame,
    LiquidationFrame,
    TickerFrame,
)


SHOWN = re.compile(r"``(\{.*?\})``", re.DOTALL)


def shown(kind: type) -> list[bytes]:
    return [text.replace("\n    ", "").encode() for text in SHOWN.findall(kind.__doc__ or "")]


@pytest.mark.parametrize("kind", [KlineFrame, TickerFrame, LiquidationFrame])
def test_the_payload_in_a_docstring_is_read(kind: type) -> None:
    for frame in shown(kind):
        assert isinstance(msgspec.json.decode(frame, type=kind, strict=False), kind)


def test_g25_new_fields_and_quoted_numbers_are_read() -> None:
    (frame,) = shown(LiquidationFrame)
    changed = frame.replace(b'"T":1795000000929', b'"T":"1795000000929","new":[1]')
    read: Any = msgspec.json.decode(changed, type=wire_streams.LiquidationFrame, strict=False)
    assert read.rows[0].time_ms == 1_795_000_000_929
