from __future__ import annotations

import gzip
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.rig import Command, Result, spawned, tiny_capture, written_capture


BOOK_KEYS = {
    "state", "updates", "gaps", "resyncs", "sequence", "audited", "audit_mismatches", "bids", "asks",
}  # fmt: skip
RECORDINGS = {
    "binance-coinm-1": (1, 98_385),
    "binance-coinm-4": (10, 4_371),
    "binance-spot-1": (1, 99_573),
    "binance-spot-4": (3, 4_716),
    "binance-spot-5": (10, 11_357),
    "binance-spot-8": (4, 265),
    "binance-usdm-1": (1, 73_764),
    "binance-usdm-2": (1, 71_983),
    "binance-usdm-5": (1, 74_654),
    "binance-usdm-7": (5, 8_421),
    "binanceus-spot-1": (10, 6_008),
    "binanceus-spot-4": (4, 480),
}
"""Recording → its instruments and frames."""


def check_contract(report: dict[str, Any]) -> None:
    """Fail unless ``report`` has exactly the keys and kinds of values that are promised."""
    assert set(report) == {"instruments", "failures", "seconds"}
    assert isinstance(report["failures"], int)
    assert isinstance(report["seconds"], float)
    for found in report["instruments"].values():
        assert set(found) == {"trades", "quotes", "book", "candles"}
        assert set(found["trades"]) == {"count", "base_volume", "last_price"}
        assert set(found["quotes"]) == {"count"}
        assert set(found["candles"]) == {"count"}
        numbers = [found["trades"]["base_volume"], found["trades"]["last_price"]]
        if found["book"] is not None:
            assert set(found["book"]) == BOOK_KEYS
            levels = found["book"]["bids"] + found["book"]["asks"]
            assert all(len(level) == 2 for level in levels)
            numbers += [number for level in levels for number in level]
        for number in filter(None, numbers):
            assert isinstance(number, str)
            assert "e" not in number.lower()


def check_book(book: dict[str, Any]) -> None:
    """Fail unless a recorded book is what the data's README says of all of them."""
    assert book["state"] in ("live", "unaudited")
    assert (book["gaps"], book["resyncs"]) == (0, 0)
    assert book["audit_mismatches"] <= 4  # a momentary lock of the venue's own
    bids, asks = ([float(price) for price, _ in book[side]] for side in ("bids", "asks"))
    assert bids == sorted(bids, reverse=True)
    assert asks == sorted(asks)
    assert bids[0] < asks[0]
    assert max(len(bids), len(asks)) <= 20


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDINGS)
def test_every_recording_gives_the_promised_object_directly_and_through_sockets(
    name: str, tickwright: Command, capture_path: Callable[[str], Path]
) -> None:
    path = capture_path(name)
    direct = tickwright("replay", path, "--json")
    assert direct.code == 0
    report = direct.json
    check_contract(report)
    assert len(report["instruments"]) == RECORDINGS[name][0]
    assert report["failures"] == 0
    for found in report["instruments"].values():
        check_book(found["book"])

    through = tickwright("replay", path, "--via-socket", "--json").json
    del report["seconds"], through["seconds"]
    assert through == report

    table = tickwright("replay", path)
    assert f"{RECORDINGS[name][1]:,} frames in" in table.out
    for result in (direct, table):
        assert f"{path.name}: 100 %" in result.err


def test_progress_goes_to_standard_error_and_json_alone_to_standard_output(
    tickwright: Command, tmp_path: Path
) -> None:
    path = tiny_capture(tmp_path / "a.jsonl")
    result = tickwright("replay", path, "--json")
    check_contract(result.json)
    trades = result.json["instruments"]["binance:BTC/USDT"]["trades"]
    assert trades == {"count": 3, "base_volume": "0.3", "last_price": "103.5"}
    assert result.json["instruments"]["binance:BTC/USDT"]["book"] is None
    assert "playing a.jsonl" in result.err
    assert "a.jsonl: 100 %" in result.err
    assert "taken for binance:BTC/USDT" in result.err


def test_a_table_is_for_people(tickwright: Command, tmp_path: Path) -> None:
    result = tickwright("replay", tiny_capture(tmp_path / "a.jsonl.gz"))
    assert result.code == 0
    assert "binance:BTC/USDT" in result.out
    assert "3 frames in" in result.out


def test_several_files_make_one_report(tickwright: Command, tmp_path: Path) -> None:
    files = tiny_capture(tmp_path / "a.jsonl"), tiny_capture(tmp_path / "b.jsonl.zst", trades=5)
    direct = tickwright("replay", *files, "--json").json
    through = tickwright("replay", *files, "--via-socket", "--json").json
    assert direct["instruments"]["binance:BTC/USDT"]["trades"]["count"] == 8
    assert direct["instruments"] == through["instruments"]


def test_a_malformed_frame_is_counted_and_the_replay_goes_on(
    tickwright: Command, tmp_path: Path
) -> None:
    good = tiny_capture(tmp_path / "good.jsonl", trades=4)
    frames = [json.loads(line)["data"] for line in good.read_text().splitlines()]
    frames[1] = frames[1][:60]
    frames.insert(3, "<html>no</html>")
    result = tickwright("replay", written_capture(tmp_path / "bad.jsonl", frames), "--json")
    assert result.code == 0
    assert result.json["failures"] == 2
    assert result.json["instruments"]["binance:BTC/USDT"]["trades"]["count"] == 3
    assert result.err.count("WARNING tickwright.marketdata.replay: frame") == 2


def damaged(tickwright: Command, path: Path) -> Result:
    result = tickwright("replay", path, "--json")
    assert result.code == 1
    assert path.name in result.reason
    return result


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_capture_that_breaks_off_is_reported_as_far_as_it_goes(
    tickwright: Command, tmp_path: Path, suffix: str
) -> None:
    path = tiny_capture(tmp_path / f"a.jsonl{suffix}", trades=3000)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - (40 if suffix == "" else 2)])
    result = damaged(tickwright, path)
    check_contract(result.json)
    assert result.json["instruments"]["binance:BTC/USDT"]["trades"]["count"] >= 2999


def test_a_capture_cut_within_its_compression_keeps_what_came_before(
    tickwright: Command, capture_path: Callable[[str], Path], tmp_path: Path
) -> None:
    path = tmp_path / "cut.jsonl.zst"
    path.write_bytes(capture_path("binance-spot-1").read_bytes()[:2_000_000])
    result = damaged(tickwright, path)
    assert result.json["instruments"]["binance:BTC/USDT"]["book"]["updates"] > 100
    assert "breaks off after line" in result.reason


def test_a_broken_line_is_named(tickwright: Command, tmp_path: Path) -> None:
    path = tiny_capture(tmp_path / "a.jsonl", trades=9)
    lines = path.read_text().splitlines(keepends=True)
    lines[4] = lines[4][:50] + "\n"
    path.write_text("".join(lines))
    result = damaged(tickwright, path)
    assert "line 5" in result.reason
    assert result.json["instruments"]["binance:BTC/USDT"]["trades"]["count"] == 4


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"# a readme\n", "line 1: no capture record"),
        (b'{"a": 1}\n', "line 1: no capture record"),
        (bytes(range(256)) * 9, "line 1: no capture record"),
        (gzip.compress(b"text\n"), "line 1: no capture record"),
    ],
)
@pytest.mark.parametrize("way", [[], ["--via-socket"]])
def test_what_is_no_capture_is_one_line(
    tickwright: Command, tmp_path: Path, content: bytes, reason: str, way: list[str]
) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(content)
    result = tickwright("replay", path, *way, "--json")
    assert (result.code, result.out) == (1, "")
    assert reason in result.reason


def test_a_missing_file_is_a_wrong_call(tickwright: Command) -> None:
    result = tickwright("replay", "none.zst")
    assert (result.code, result.reason) == (2, "tickwright: none.zst: no such file")


def untold(path: Path) -> Path:
    lines = [json.loads(line) for line in tiny_capture(path).read_text().splitlines()]
    path.write_text("".join(json.dumps({**line, "conn": None}) + "\n" for line in lines))
    return path


def test_a_capture_that_does_not_tell_its_product_asks_for_it(
    tickwright: Command, tmp_path: Path
) -> None:
    path = untold(tmp_path / "a.jsonl")
    result = tickwright("replay", path)
    assert result.code == 2
    assert "say --product with one of binance.spot, binance.usdm" in result.reason
    told = tickwright("replay", path, "--product", "binance.usdm", "--json")
    assert list(told.json["instruments"]) == ["binance:BTC/USDT:USDT"]


@pytest.mark.parametrize(
    ("product", "reason"),
    [
        ("binance.spto", "did you mean binance.spot"),
        ("mtgox", "unknown venue 'mtgox'"),
        ("binance", "--product binance: name one of binance.spot"),
    ],
)
def test_an_unknown_product_names_those_there_are(
    tickwright: Command, tmp_path: Path, product: str, reason: str
) -> None:
    result = tickwright("replay", untold(tmp_path / "a.jsonl"), "--product", product)
    assert result.code == 2
    assert reason in result.reason


@pytest.mark.slow
@pytest.mark.parametrize("way", [[], ["--via-socket"]])
def test_an_interrupt_ends_it_with_130(capture_path: Callable[[str], Path], way: list[str]) -> None:
    path = capture_path("binance-spot-1")
    with spawned("replay", *[path] * 50, *way, "--json") as process:
        assert process.stderr is not None
        while "playing" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
