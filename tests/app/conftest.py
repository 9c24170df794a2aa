from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.rig import tiny_capture

from tickwright.io.files import CaptureWriter


SPOT_URL = "wss://stream.binance.com:9443/stream"
USDM_URL = "wss://fstream.binance.com/public/stream"


def frames_of(path: Path) -> list[str]:
    """Return the frames of a plain capture."""
    return [json.loads(line)["data"] for line in path.read_text().splitlines()]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Return a capture of two products that share symbols and stream names."""
    frames = frames_of(tiny_capture(tmp_path / "tiny.jsonl"))
    path = tmp_path / "mixed.jsonl"
    with CaptureWriter(path) as writer:
        for frame in frames:
            writer.write(frame, received_ts_ns=1, conn=SPOT_URL)
            future = frame.replace('"q":"0.10"', '"q":"2"').replace('"M":true', '"X":"MARKET"')
            writer.write(future, received_ts_ns=1, conn=USDM_URL)
    return path
