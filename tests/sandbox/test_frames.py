from __future__ import annotations

import pytest

from tickwright.sandbox.frames import (
    CLOSE,
    PING,
    PONG,
    close_frame,
    control_frame,
    payload_of,
    text_frame,
)


@pytest.mark.parametrize(
    ("size", "head"),
    [(5, b"\x81\x05"), (125, b"\x81\x7d"), (126, b"\x81\x7e\x00\x7e"), (65535, b"\x81\x7e\xff\xff"),
     (65536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00")],
)  # fmt: skip
def test_frames_have_the_length_that_the_protocol_says(size: int, head: bytes) -> None:
    frame = text_frame(b"x" * size)
    assert frame == head + b"x" * size
    assert payload_of(frame) == b"x" * size


def test_control_frames_are_whole_and_short() -> None:
    assert control_frame(PING, b"1") == b"\x89\x011"
    assert control_frame(PONG) == b"\x8a\x00"
    assert close_frame(1008, "no") == bytes([CLOSE, 4]) + b"\x03\xf0no"
    assert len(close_frame(1008, "x" * 200)) == 2 + 125
