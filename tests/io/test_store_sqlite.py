"""What only files can do: outlive a kill, keep a second writer out, and be something else than a journal."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tickwright.errors import StoreError
from tickwright.io.store import Store, open_store
from tickwright.io.store_sqlite import SqliteStore


async def contents(store: Store, after: int = 0) -> list[tuple[int, bytes]]:
    return [row async for row in store.rows(after)]


async def test_a_second_writer_is_told_who_the_first_one_is(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "journal.db")
    with pytest.raises(StoreError, match=f"written by process {os.getpid()}"):
        SqliteStore.open(tmp_path / "journal.db")
    await store.close()
    await SqliteStore.open(tmp_path / "journal.db").close()


async def test_a_reader_sees_what_the_writer_wrote_and_writes_nothing(tmp_path: Path) -> None:
    writer = SqliteStore.open(tmp_path / "journal.db")
    await writer.append([b"a"])
    reader = await open_store(f"sqlite:{tmp_path / 'journal.db'}", is_read_only=True)
    await writer.append([b"b"])
    assert await contents(reader) == [(1, b"a"), (2, b"b")]
    with pytest.raises(StoreError, match="to be read"):
        await reader.append([b"c"])
    await reader.close()
    await writer.close()


async def test_a_file_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        await open_store(f"sqlite:{tmp_path / 'none.db'}", is_read_only=True)


async def test_a_file_that_is_no_journal_is_refused_and_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"no database at all, but quite a long text")
    with pytest.raises(StoreError, match="no journal"):
        SqliteStore.open(path)
    assert path.read_bytes().startswith(b"no database")
    await SqliteStore.open(tmp_path / "other.db").close()  # its lock was let go


@pytest.mark.parametrize("version", [0, 99])
async def test_a_file_of_another_version_is_refused(tmp_path: Path, version: int) -> None:
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (x)")
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with pytest.raises(StoreError, match=f"version {version}"):
        SqliteStore.open(path)


async def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: No such file"):
        SqliteStore.open(tmp_path / "nowhere" / "journal.db")


async def test_a_batch_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "journal.db")
    with pytest.raises(StoreError):
        await store.append([b"good", None])  # type: ignore[list-item]  # a row that the table refuses
    assert await contents(store) == []
    await store.close()


async def test_the_log_beside_the_file_is_moved_into_it_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickwright.io.store_sqlite._ROWS_A_CHECKPOINT", 100)
    path = tmp_path / "journal.db"
    store = SqliteStore.open(path, is_power_safe=True)
    empty = path.stat().st_size
    await store.append([bytes(1000)] * 100)
    assert store._moving is not None
    await asyncio.wait([store._moving])
    assert path.stat().st_size > empty + 100_000
    await store.close()


_WRITER = """
import asyncio, sys
from tickwright.io.store_sqlite import SqliteStore

async def main():
    store = SqliteStore.open(sys.argv[1])
    number = 0
    while True:
        await store.append([b"first", b"second"])
        number += 2
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()

asyncio.run(main())
"""


def left_behind(path: Path) -> list[bytes]:
    """Return what a file holds, read by the next writer, for the lock has died with the last one."""

    async def read() -> list[bytes]:
        store = SqliteStore.open(path)
        try:
            return [body for _, body in await contents(store)]
        finally:
            await store.close()

    return asyncio.run(read())


@pytest.mark.slow
def test_g34_a_killed_writer_loses_nothing_and_leaves_no_half_batch(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    told = 0
    for batches in (3, 40, 200):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        last = 0
        for _ in range(batches):
            last = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        last = max([last, *(int(line) for line in writer.stdout if line.endswith("\n"))])
        writer.wait()
        writer.stdout.close()
        told += last
        bodies = left_behind(path)
        assert len(bodies) >= told
        assert bodies == [b"first", b"second"] * (len(bodies) // 2)
        told = len(bodies)
