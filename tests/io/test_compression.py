from __future__ import annotations

import gzip

import pytest
import zstandard

from tickwright.io.compression import compressor_for, expander_for


TEXT = bytes(range(256)) * 500


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("step", [1, 7, 1000, 10**9])
def test_frames_after_frames_are_expanded_whatever_the_steps(suffix: str, step: int) -> None:
    squeeze = gzip.compress if suffix == ".gz" else zstandard.compress
    packed = squeeze(TEXT[:1000]) + squeeze(b"") + squeeze(TEXT[1000:])
    expander = expander_for(packed[:4])
    assert expander is not None
    parts = [expander.expand(packed[at : at + step]) for at in range(0, len(packed), step)]
    assert b"".join(parts) == TEXT
    assert not expander.is_inside


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_what_was_flushed_can_be_expanded_before_the_end(suffix: str) -> None:
    compressor, mode = compressor_for(suffix)
    assert compressor is not None
    begun = compressor.compress(TEXT) + compressor.flush(mode)
    expander = expander_for(begun)
    assert expander is not None
    assert expander.expand(begun) == TEXT
    assert expander.is_inside
    assert expander.expand(compressor.flush()) == b""
    assert not expander.is_inside


def test_plain_files_need_nothing() -> None:
    assert compressor_for(".jsonl") == (None, 0)
    assert expander_for(b'{"ts') is None
    assert expander_for(b"") is None
