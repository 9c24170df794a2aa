"""The structs of private rows read what their docstrings show."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from tickwright.venues.bybit import wire_private


SHOWN = re.compile(r"``(\{.*?\})``", re.DOTALL)


@pytest.mark.parametrize(
    "kind",
    [
        wire_private.OrderRow,
        wire_private.ExecutionRow,
        wire_private.PositionRow,
        wire_private.CoinRow,
    ],
)
def test_the_payload_in_a_docstring_is_read(kind: Any) -> None:
    (shown,) = SHOWN.findall(kind.__doc__ or "")
    row = msgspec.json.decode(shown.replace("\n    ", ""), type=kind, strict=False)
    assert isinstance(row, kind)


def test_a_frame_without_an_id_is_one() -> None:
    frame = b'{"topic":"execution.fast","creationTime":1795000004354,"data":[1]}'
    read = msgspec.json.decode(frame, type=wire_private.PrivateFrame[int])
    assert (read.topic, read.rows, read.made_ms) == ("execution.fast", [1], 1_795_000_004_354)
