from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from tests.cli.rig import BTC, Command, VenueThread, spawned

from tickwright.errors import CaptureError
from tickwright.io.files import CaptureReader, CaptureRecord
from tickwright.sandbox.faults import Faults


PROMPT_S = 4.0
"""Ctrl-C ends anything within 2 s; twice that, since the machine may be busy with other tests."""


def readable(path: Path) -> list[CaptureRecord]:
    found: list[CaptureRecord] = []
    try:
        for record in CaptureReader(path):
            found.append(record)  # noqa: PERF402 - what was read before it breaks off counts
    except CaptureError:
        pass
    return found


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_file_properly(
    venue: VenueThread, tickwright: Command, tmp_path: Path, suffix: str, number: signal.Signals
) -> None:
    path = tmp_path / f"a.jsonl{suffix}"
    with spawned("record", BTC, "-o", path, *venue.options) as process:
        venue.wait_for_frames(50)
        process.send_signal(number)
        began_s = time.monotonic()  # noqa: TID251 - the process has no other clock than ours
        out, err = process.communicate(timeout=30)
        took_s = time.monotonic() - began_s  # noqa: TID251
    assert process.returncode == 0, err
    assert took_s < PROMPT_S
    assert out == ""
    assert f"{path}: " in err.splitlines()[-1]
    report = tickwright("replay", path, "--product", "binance.spot", "--json")
    assert report.code == 0
    book = report.json["instruments"][BTC]["book"]
    assert book["state"] == "live"
    assert book["gaps"] == 0


@pytest.mark.slow
def test_a_venue_that_falls_silent_delays_the_end_by_little(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    faults = Faults()
    with (
        VenueThread(faults) as venue,
        spawned("record", BTC, "-o", path, *venue.options) as process,
    ):
        venue.wait_for_frames(20)
        faults.black_hole = True
        process.send_signal(signal.SIGINT)
        began_s = time.monotonic()  # noqa: TID251
        _, err = process.communicate(timeout=30)
        took_s = time.monotonic() - began_s  # noqa: TID251
    assert process.returncode == 0
    assert took_s < PROMPT_S
    assert "Traceback" not in err
    assert "ERROR" not in err


@pytest.mark.slow
def test_a_kill_leaves_a_file_that_can_be_read(venue: VenueThread, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    with spawned("record", BTC, "-o", path, *venue.options) as process:
        while len(readable(path) if path.exists() else []) < 20:
            assert process.poll() is None
            venue.wait_for_frames(1)
        process.kill()
    kinds = {record.direction for record in readable(path)}
    assert kinds == {"in", "out", "http"}


def test_it_stops_by_itself_after_so_long(
    venue: VenueThread, tickwright: Command, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl.zst"
    result = tickwright(
        "record", BTC, "-o", path, "--streams", "trades", "--seconds", "0.3", *venue.options
    )
    assert result.code == 0
    assert "0 of 1 connections live" in result.err or "1 of 1" in result.err
    urls = [record.path for record in readable(path) if record.direction == "http"]
    assert [url.rpartition("/")[2] for url in urls if url] == ["exchangeInfo"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["binance:BTC/USD"], "did you mean binance:BTC/USDT"),
        ([BTC, "--streams", "book,news"], "--streams news: the words are book, trades"),
        ([BTC, "--streams", ","], "--streams names nothing"),
        (["BTCUSDT"], "is not an instrument id"),
        (["mtgox:BTC/USD"], "unknown venue 'mtgox'"),
    ],
)
def test_what_cannot_be_recorded_leaves_no_file(
    venue: VenueThread, tickwright: Command, tmp_path: Path, arguments: list[str], reason: str
) -> None:
    path = tmp_path / "a.jsonl"
    result = tickwright("record", *arguments, "-o", path, *venue.options)
    assert result.code == 2
    assert reason in result.reason
    assert not path.exists()


def test_an_existing_file_is_kept_unless_told(
    venue: VenueThread, tickwright: Command, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("precious")
    result = tickwright("record", BTC, "-o", path, *venue.options)
    assert result.code == 2
    assert "a.jsonl exists; choose another name, or say --overwrite" in result.reason
    assert path.read_text() == "precious"
    again = tickwright("record", BTC, "-o", path, "--overwrite", "--seconds", "0", *venue.options)
    assert again.code == 0
    assert "precious" not in path.read_text()


def test_a_place_that_cannot_be_written_is_one_line(
    venue: VenueThread, tickwright: Command
) -> None:
    result = tickwright("record", BTC, "-o", "nowhere/a.jsonl", *venue.options)
    assert result.code == 2
    assert "cannot be created: No such file or directory" in result.reason


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is full")
def test_a_full_disk_ends_it_in_one_line(venue: VenueThread, tickwright: Command) -> None:
    result = tickwright("record", BTC, "-o", "/dev/full", "--overwrite", *venue.options)
    assert result.code == 1
    assert "cannot be written: No space left on device" in result.reason


def test_an_unreachable_host_is_one_line_and_no_file(tickwright: Command, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    address = "binance.spot.rest=http://127.0.0.1:9"
    result = tickwright("record", BTC, "-o", path, "--endpoint", address)
    assert result.code == 1
    assert "127.0.0.1:9 refused the connection" in result.reason
    assert not path.exists()
