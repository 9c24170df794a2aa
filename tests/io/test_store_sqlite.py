"""What only files can do: outlive a kill, keep a second writer out, and be something else than a journal."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tickwright.errors import ConfigError, StoreError
from tickwright.io import store_sqlite as module
from tickwright.io.store import Store, open_store
from tickwright.io.store_sqlite import STEPS, SqliteStore


NOBODY = 65534


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


async def test_a_reader_leaves_nothing_beside_a_file_that_nobody_writes(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    writer = SqliteStore.open(path)
    await writer.append([b"a"])
    await writer.close()
    path.with_name("journal.db.lock").unlink()
    link = tmp_path / "link.db"
    link.symlink_to(path)
    for each in (path, link):
        reader = SqliteStore.open(each, is_read_only=True)
        assert await contents(reader) == [(1, b"a")]
        await reader.close()
    assert sorted(os.listdir(tmp_path)) == ["journal.db", "link.db"]


async def test_a_reader_who_came_first_sees_what_a_later_writer_wrote(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await SqliteStore.open(path).close()
    reader = SqliteStore.open(path, is_read_only=True)
    assert await contents(reader) == []
    writer = SqliteStore.open(path)
    await writer.append([b"a"])
    assert await contents(reader) == [(1, b"a")]
    await reader.close()
    await writer.close()


@contextmanager
def somebody_without_rights() -> Iterator[None]:
    """Run as nobody where the tests run as root, who may write anywhere."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_who_may_not_write_may_read() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to others
        path = Path(folder) / "journal.db"
        writer = SqliteStore.open(path)
        await writer.append([b"a"])
        await writer.close()
        os.chmod(path, 0o444)
        os.chmod(folder, 0o555)
        with somebody_without_rights():
            with pytest.raises(OSError, match="ermission"):
                (Path(folder) / "other").touch()
            reader = SqliteStore.open(path, is_read_only=True)
            assert await contents(reader) == [(1, b"a")]
            await reader.close()
        os.chmod(folder, 0o755)


def test_a_file_that_may_not_be_opened_says_what_right_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "journal.db"
    folder.mkdir()
    with pytest.raises(StoreError, match="this user needs the right to read it"):
        SqliteStore.open(folder)


def test_a_file_that_is_not_there_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no journal at"):
        SqliteStore.open(tmp_path / "none.db", is_read_only=True)
    assert not list(tmp_path.iterdir())


async def test_a_file_that_is_no_journal_is_refused_and_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"no database at all, but quite a long text")
    with pytest.raises(StoreError, match="no journal"):
        SqliteStore.open(path)
    assert path.read_bytes().startswith(b"no database")
    await SqliteStore.open(tmp_path / "other.db").close()  # its lock was let go


@pytest.mark.parametrize(("table", "version"), [("other", 0), ("other", 1), ("log", 0)])
async def test_some_other_database_is_refused(tmp_path: Path, table: str, version: int) -> None:
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE {table} (x)")
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with pytest.raises(StoreError, match="no journal but some other database"):
        SqliteStore.open(path)


async def test_a_journal_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await SqliteStore.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    for is_read_only in (True, False):
        with pytest.raises(StoreError, match="version 99, and this program knows versions up to 1"):
            SqliteStore.open(path, is_read_only=is_read_only)


@pytest.fixture
async def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a journal of version 1, which has become old."""
    path = tmp_path / "journal.db"
    store = SqliteStore.open(path)
    await store.append([b"old"])
    await store.close()
    monkeypatch.setattr(module, "STEPS", (*STEPS, "ALTER TABLE log ADD COLUMN note TEXT"))
    return path


async def test_an_older_journal_is_migrated_by_its_next_writer_and_a_copy_stays(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreError, match="this program reads version 2"):
        SqliteStore.open(old, is_read_only=True)
    store = SqliteStore.open(old)
    assert await store.append([b"new"]) == 2
    assert await contents(store) == [(1, b"old"), (2, b"new")]
    await store.close()
    await SqliteStore.open(old, is_read_only=True).close()
    monkeypatch.setattr(module, "STEPS", STEPS)
    copy = SqliteStore.open(old.with_name("journal.db.v1"), is_read_only=True)
    assert await contents(copy) == [(1, b"old")]
    await copy.close()


async def test_a_migration_that_fails_leaves_the_journal_as_it_was(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):  # the copy of the first try is no obstacle
        with monkeypatch.context() as patch:
            patch.setattr(module, "STEPS", (*STEPS, "CREATE TABLE more (x)", "no SQL at all"))
            with pytest.raises(StoreError, match="no journal: near"):
                SqliteStore.open(old)
    monkeypatch.setattr(module, "STEPS", STEPS)
    store = SqliteStore.open(old)
    assert await contents(store) == [(1, b"old")]
    await store.close()


async def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: No such file"):
        SqliteStore.open(tmp_path / "nowhere" / "journal.db")


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
