"""Captures: what is written is read, and what breaks says where."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from tickwright.errors import CaptureError, ConfigError
from tickwright.io.files import CaptureReader, CaptureRecord, CaptureWriter


SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst")
URL = "wss://stream.binance.com:9443/stream"


class StoppedClock:
    """Moves when told to."""

    def __init__(self) -> None:
        self.now_ns = 0

    def time_ns(self) -> int:
        return self.now_ns

    def monotonic_ns(self) -> int:
        return self.now_ns

    def monotonic_s(self) -> float:
        return self.now_ns / 1e9


def record(number: int, data: str | None = None) -> CaptureRecord:
    return CaptureRecord(
        received_ts_ns=number,
        conn=URL,
        direction="in",
        data=f'{{"u":{number}}}' if data is None else data,
    )


def write(path: Path, records: list[CaptureRecord]) -> None:
    with CaptureWriter(path) as writer:
        for one in records:
            writer.write(
                one.data,
                received_ts_ns=one.received_ts_ns,
                conn=one.conn,
                direction=one.direction,
                path=one.path,
            )


def read_until_error(path: Path) -> tuple[list[CaptureRecord], str]:
    """Return what was read before the error, and its text (empty where there was none)."""
    records = []
    try:
        for one in CaptureReader(path):
            records.append(one)  # noqa: PERF402 - what came before the error must be kept
    except CaptureError as error:
        return records, str(error)
    return records, ""


@pytest.fixture(params=SUFFIXES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"capture{request.param}"


def test_what_was_written_is_read_exactly(path: Path) -> None:
    records = [
        record(1),
        CaptureRecord(received_ts_ns=None, conn=None, direction="out", data=""),
        CaptureRecord(
            received_ts_ns=2,
            conn=None,
            direction="http",
            path="/api/v3/depth?symbol=BTCUSDT",
            data='{"a": "ü\\n\\u0000"}\n',
        ),
    ]
    write(path, records)
    assert list(CaptureReader(path)) == records


def test_lines_have_the_documented_form(tmp_path: Path) -> None:
    path = tmp_path / "capture.jsonl"
    with CaptureWriter(path) as writer:
        writer.write(b'{"e":"trade"}', received_ts_ns=17, conn=URL)
        writer.write("[]", received_ts_ns=None, direction="http", path="/api/v3/depth")
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"ts": 17, "conn": URL, "dir": "in", "data": '{"e":"trade"}'},
        {"ts": None, "conn": None, "dir": "http", "path": "/api/v3/depth", "data": "[]"},
    ]


@given(texts=st.lists(st.text(st.characters(codec="utf-8")), max_size=20))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("capture") / "c.jsonl.zst"
    write(path, [record(number, text) for number, text in enumerate(texts)])
    assert [one.data for one in CaptureReader(path)] == texts


def test_bytes_that_are_no_text_are_kept_readable(path: Path) -> None:
    with CaptureWriter(path) as writer:
        writer.write(b"ok\xff", received_ts_ns=1)
    assert next(iter(CaptureReader(path))).data == "ok\\xff"


@pytest.mark.parametrize("name", ["c.txt", "c.jsonl.zst", "c.gz"])
def test_compression_is_told_by_the_first_bytes_not_by_the_name(tmp_path: Path, name: str) -> None:
    line = b'{"ts":1,"conn":null,"dir":"in","data":"x"}\n'
    for content in (line, gzip.compress(line), zstandard.compress(line)):
        path = tmp_path / name
        path.write_bytes(content)
        assert [one.data for one in CaptureReader(path)] == ["x"]


def test_several_compressed_pieces_in_one_file_are_read_as_one(tmp_path: Path) -> None:
    lines = [b'{"ts":%d,"conn":null,"dir":"in","data":"x"}\n' % number for number in range(4)]
    for squeeze in (gzip.compress, zstandard.compress):
        path = tmp_path / "c"
        path.write_bytes(
            squeeze(lines[0] + lines[1][:9]) + squeeze(lines[1][9:] + b"".join(lines[2:]))
        )
        assert [one.received_ts_ns for one in CaptureReader(path)] == [0, 1, 2, 3]


def test_a_missing_last_newline_empty_lines_and_unknown_fields_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(
        b'\n{"ts":1,"conn":null,"dir":"in","data":"a","note":[1]}\r\n\n\n{"ts":2,"conn":null,"dir":"in","data":"b"}'
    )
    assert [one.data for one in CaptureReader(path)] == ["a", "b"]


def test_an_empty_file_holds_nothing(path: Path) -> None:
    write(path, [])
    assert list(CaptureReader(path)) == []
    path.write_bytes(b"")
    assert list(CaptureReader(path)) == []


def test_a_file_larger_than_one_chunk_is_read_whole_and_twice(path: Path) -> None:
    records = [record(number, f"{number:01000d}") for number in range(5000)]
    write(path, records)
    reader = CaptureReader(path)
    assert list(reader) == records
    assert sum(len(batch) for batch in reader.batches()) == 5000


def test_progress_is_told_in_bytes_and_reaches_the_end(path: Path) -> None:
    write(path, [record(number, f"{number:01000d}") for number in range(3000)])
    seen: list[tuple[int, int]] = []
    list(CaptureReader(path, on_progress=lambda done, total: seen.append((done, total))))
    size = path.stat().st_size
    assert seen[-1] == (size, size)
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"<html>", "malformed"),
        (b'{"ts":1,"conn":null,"dir":"sideways","data":""}', "sideways"),
        (b'{"ts":1,"conn":null,"dir":"in"}', "data"),
        (b'{"ts":1.5,"conn":null,"dir":"in","data":""}', "ts"),
        (b'{"ts":1,"conn":null,"dir":"in","data":"half', "truncated"),
    ],
)
def test_a_broken_line_is_named_after_everything_before_it(
    tmp_path: Path, line: bytes, words: str
) -> None:
    path = tmp_path / "c.jsonl"
    good = b'{"ts":1,"conn":null,"dir":"in","data":"x"}\n'
    path.write_bytes(good * 3 + line + b"\n" + good)
    records, text = read_until_error(path)
    assert len(records) == 3
    assert text.startswith(f"{path}, line 4: no capture record (")
    assert words in text
    assert "remove the line" in text
    assert "\n" not in text


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_cut_file_gives_all_it_holds_and_then_says_where_it_ends(
    tmp_path: Path, suffix: str, part: float
) -> None:
    path = tmp_path / f"c{suffix}"
    written = [record(number, f"{number * 7919:0200d}") for number in range(3000)]
    write(path, written)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    records, text = read_until_error(path)
    assert records == written[: len(records)]
    assert len(records) > 0
    assert str(path) in text
    if suffix != ".jsonl":
        assert f"breaks off after line {len(records)}" in text


def test_damage_inside_a_compressed_file_is_told_from_a_cut(tmp_path: Path) -> None:
    for suffix in (".jsonl.gz", ".jsonl.zst"):
        path = tmp_path / f"c{suffix}"
        write(path, [record(number, f"{number * 7919:0200d}") for number in range(3000)])
        content = bytearray(path.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 64] = bytes(64)
        path.write_bytes(content)
        _, text = read_until_error(path)
        assert "is damaged after line" in text or "no capture record" in text


def test_a_missing_file_says_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        CaptureReader(tmp_path / "none.jsonl")


def test_an_existing_file_is_never_overwritten_unasked(path: Path) -> None:
    write(path, [record(1)])
    with pytest.raises(ConfigError, match="exists; choose another name"):
        CaptureWriter(path)
    assert len(list(CaptureReader(path))) == 1
    with CaptureWriter(path, is_overwriting=True):
        pass
    assert list(CaptureReader(path)) == []


def test_a_file_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be created: No such file or directory"):
        CaptureWriter(tmp_path / "missing" / "c.jsonl")


def test_a_full_disk_says_so() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    writer = CaptureWriter("/dev/full", is_overwriting=True)
    writer.write("x", received_ts_ns=1)
    with pytest.raises(CaptureError, match="cannot be written: No space left"):
        writer.close()


def test_what_is_a_second_old_is_in_the_file(path: Path) -> None:
    clock = StoppedClock()
    writer = CaptureWriter(path, clock=clock)
    writer.write("first", received_ts_ns=1)
    clock.now_ns = 1_000_000_000
    writer.write("second", received_ts_ns=2)
    writer.write("third", received_ts_ns=3)
    assert [one.data for one in read_until_error(path)[0]] == ["first", "second"]
    writer.flush()
    assert [one.data for one in read_until_error(path)[0]] == ["first", "second", "third"]
    writer.close()
    assert len(list(CaptureReader(path))) == writer.records == 3


def test_what_exceeds_a_megabyte_is_in_the_file(path: Path) -> None:
    writer = CaptureWriter(path, clock=StoppedClock())
    for number in range(3):
        writer.write("x" * 600_000, received_ts_ns=number)
    assert len(read_until_error(path)[0]) == 2
    writer.close()


def test_closing_twice_is_fine_and_then_nothing_is_written(path: Path) -> None:
    writer = CaptureWriter(path)
    writer.close()
    writer.close()
    with pytest.raises(CaptureError, match="was closed; open another file"):
        writer.write("x", received_ts_ns=1)
    with pytest.raises(CaptureError, match="was closed; open another file"):
        writer.flush()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_killed_recorder_leaves_a_readable_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"c{suffix}"
    recorder = textwrap.dedent("""
        import os, sys
        from tickwright.io.files import CaptureWriter
        writer = CaptureWriter(sys.argv[1])
        for number in range(3000):
            writer.write("x" * 1000, received_ts_ns=number)
        os.kill(os.getpid(), 9)
    """)
    subprocess.run([sys.executable, "-c", recorder, str(path)], check=False, timeout=30)
    records = read_until_error(path)[0]
    assert 2000 < len(records) < 3000
    assert [one.received_ts_ns for one in records] == list(range(len(records)))


def test_the_real_recordings_are_read_whole(capture_path: Callable[[str], Path]) -> None:
    records = list(CaptureReader(capture_path("binance-spot-1")))
    assert len(records) == 99_574
    assert {one.direction for one in records} == {"in", "http"}
    assert all(json.loads(one.data) for one in records[::1000])
