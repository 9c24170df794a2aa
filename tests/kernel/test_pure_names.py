"""Where a frame says which stream it belongs to: both kernels, side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.kernel import IS_COMPILED, name_after, pure_names


HEAD = b'{"stream":"'

FRAMES = {
    b'{"stream":"btcusdt@trade","data":{}}': "btcusdt@trade",
    b'{"stream":"","data":{}}': "",
    '{"stream":"测试usdt@trade"}'.encode(): "测试usdt@trade",
    b'{"stream":"a\\u0062c@trade"}': None,
    b'{"stream":"btc\xffusdt@trade"}': None,
    b'{"stream":"btcusdt': None,
    b'{"stream":"': None,
    b'{"stream":': None,
    b'{"result":null,"id":1}': None,
    b"": None,
}


@pytest.mark.parametrize("frame", FRAMES, ids=repr)
def test_the_name_stands_between_the_head_and_the_next_quote(frame: bytes) -> None:
    assert name_after(frame, HEAD) == FRAMES[frame]
    assert pure_names.name_after(frame, HEAD) == FRAMES[frame]


@given(st.binary(max_size=40), st.binary(max_size=6))
def test_both_kernels_agree_on_any_bytes(frame: bytes, prefix: bytes) -> None:
    assert name_after(frame, prefix) == pure_names.name_after(frame, prefix)
    assert name_after(prefix + frame, prefix) == pure_names.name_after(prefix + frame, prefix)


@pytest.mark.skipif(not IS_COMPILED, reason="the extension was not built")
@pytest.mark.parametrize("wrong", [None, "text", 7])
def test_only_bytes_are_looked_into(wrong: object) -> None:
    with pytest.raises(TypeError):
        name_after(wrong, HEAD)  # type: ignore[arg-type]  # the wrong type is the point
