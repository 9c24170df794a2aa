"""What only a server can do: be away, lose an answer, believe in a dead client."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.io.postgres_rig import Cluster, Relay, fresh_name, relay

from tickwright.errors import Closed, ConfigError, StoreError
from tickwright.io.store import Store
from tickwright.io.store_postgres import PostgresStore


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.url(fresh_name())


@pytest.fixture
async def line(postgres: Cluster, tmp_path: Path) -> AsyncIterator[Relay]:
    async with relay(postgres, tmp_path) as carrying:
        yield carrying


@pytest.fixture
async def store(line: Relay, postgres: Cluster, tmp_path: Path) -> AsyncIterator[PostgresStore]:
    """Return a store with one row, at the other end of a line that can be cut."""
    opened = await PostgresStore.open(postgres.url(fresh_name(), tmp_path), patience_s=5.0)
    await opened.append([b"first"])
    yield opened
    await opened.close()


async def bodies(store: Store) -> list[bytes]:
    return [body async for _, body in store.rows()]


# ---------------------------------------------------------------------- one writer, many readers


async def test_a_second_writer_is_told_who_the_first_one_is(url: str) -> None:
    first = await PostgresStore.open(url)
    with pytest.raises(StoreError, match=rf"backend \d+ \(tickwright, process {os.getpid()} on "):
        await PostgresStore.open(url)
    await first.close()
    await (await PostgresStore.open(url)).close()


async def test_journals_of_one_database_do_not_disturb_each_other(postgres: Cluster) -> None:
    one, two = [await PostgresStore.open(postgres.url(fresh_name())) for _ in range(2)]
    await one.append([b"one"])
    await two.append([b"two"])
    assert (await bodies(one), await bodies(two)) == ([b"one"], [b"two"])
    await one.close()
    await two.close()


async def test_a_reader_sees_what_the_writer_wrote_and_writes_nothing(url: str) -> None:
    with pytest.raises(ConfigError, match="there is no journal at"):
        await PostgresStore.open(url, is_read_only=True)
    writer = await PostgresStore.open(url)
    await writer.append([b"a"])
    reader = await PostgresStore.open(url, is_read_only=True)
    await writer.append([b"b"])
    assert await bodies(reader) == [b"a", b"b"]
    with pytest.raises(StoreError, match="to be read"):
        await reader.append([b"c"])
    await reader.close()
    await writer.close()


# ---------------------------------------------------------------------- a server that goes away


async def test_a_server_that_restarts_is_waited_for(postgres: Cluster, url: str) -> None:
    store = await PostgresStore.open(url)
    reader = await PostgresStore.open(url, is_read_only=True)
    await store.append([b"before"])
    postgres.stop()
    writing = asyncio.gather(store.append([b"while"]), bodies(reader))
    await asyncio.sleep(0)
    await asyncio.to_thread(postgres.start)
    await writing
    assert await store.append([b"after"]) == 3
    assert await bodies(reader) == [b"before", b"while", b"after"]
    await reader.close()
    await store.close()


@pytest.mark.parametrize("cut", ["request", "reply"])
async def test_g34_a_batch_whose_answer_is_lost_is_neither_lost_nor_doubled(
    line: Relay, store: PostgresStore, cut: str
) -> None:
    for number in range(3):
        await store.append([b"second"])
        line.cut = cut
        assert await store.append([b"third", b"fourth"]) == 4 + 3 * number
    assert line.cuts == 3
    assert await bodies(store) == [b"first"] + [b"second", b"third", b"fourth"] * 3


async def test_g34_a_batch_that_was_given_up_is_not_there_later(
    line: Relay, postgres: Cluster, tmp_path: Path
) -> None:
    journal = fresh_name()
    store = await PostgresStore.open(postgres.url(journal, tmp_path), patience_s=0.05)
    await store.append([b"first"])
    line.cut = "reply"
    with pytest.raises(StoreError, match="cannot be written"):
        await store.append([b"given up"])
    reader = await PostgresStore.open(postgres.url(journal), is_read_only=True)
    assert await bodies(reader) == [b"first", b"given up"]  # which nobody could know
    store._patience_s = 5.0
    assert await store.append([b"second"]) == 2
    assert await bodies(reader) == [b"first", b"second"]
    await reader.close()
    await store.close()


async def test_g34_a_batch_that_was_cancelled_is_not_there_later(
    line: Relay, store: PostgresStore
) -> None:
    line.is_stuck = True
    async with asyncio.TaskGroup() as group:
        writing = group.create_task(store.append([b"cancelled"]))
        while not line.is_holding:
            await asyncio.sleep(0)
        writing.cancel()
    line.is_stuck = False
    assert await store.append([b"second"]) == 2
    assert await bodies(store) == [b"first", b"second"]


async def test_a_line_that_is_stuck_is_given_up_and_the_server_told_that_its_client_is_gone(
    line: Relay, store: PostgresStore
) -> None:
    line.is_stuck = True
    store._patience_s = 0.05
    with pytest.raises(StoreError, match="cannot be written: it does not answer"):
        await store.append([b"stuck"])
    line.is_stuck = False
    store._patience_s = 5.0
    assert await store.append([b"second"]) == 2


async def test_a_journal_that_another_process_went_on_with_takes_no_more(
    postgres: Cluster, url: str
) -> None:
    store = await PostgresStore.open(url)
    postgres.stop()
    postgres.start()
    usurper = await PostgresStore.open(url)
    with pytest.raises(StoreError, match="being written by backend"):
        await store.append([b"late"])
    await usurper.append([b"theirs"])
    await usurper.close()
    for _ in range(2):
        with pytest.raises(StoreError, match="written by another process"):
            await store.append([b"late"])
    await store.close()
    reader = await PostgresStore.open(url, is_read_only=True)
    assert await bodies(reader) == [b"theirs"]
    await reader.close()


async def test_closing_ends_what_waits_for_a_server(line: Relay, store: PostgresStore) -> None:
    line.cut = "request"
    (error, _) = await asyncio.gather(
        store.append([b"late"]), store.close(), return_exceptions=True
    )
    assert isinstance(error, Closed)


# ---------------------------------------------------------------------- secrets


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


async def test_g30_a_password_is_in_no_text_and_no_log(
    postgres: Cluster, url: str, logged: pytest.LogCaptureFixture
) -> None:
    store = await PostgresStore.open(url)
    texts = [repr(store), str(store)]
    session = await asyncpg.connect(url.partition("&")[0])
    await session.execute("DROP ROLE IF EXISTS locked; CREATE ROLE locked LOGIN PASSWORD 'other'")
    await session.close()
    wrong = [
        url.replace("tests:", "locked:"),
        url.replace("/postgres?", "/nowhere?"),
        url.replace(str(postgres.folder), "/nowhere"),
        url + "&no_such_setting=1",
        url,
    ]
    for each in wrong:
        with pytest.raises(StoreError) as raised:
            await PostgresStore.open(each)
        texts += [str(raised.value), repr(raised.value), repr(raised.value.__cause__)]
    await store.close()
    assert "hunter2" not in "".join([*texts, logged.text])
