"""One suite over every store."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.io.postgres_rig import fresh_name

from tickwright.errors import Closed, ConfigError, StoreError, WouldBlock
from tickwright.io.store import ForgetfulStore, MemoryStore, Store, open_store


Opening = Callable[[], Awaitable[Store]]


def _again() -> Opening:
    rows: list[MemoryStore] = []

    async def again() -> Store:
        rows.append(MemoryStore(rows[-1].contents if rows else ()))
        return rows[-1]

    return again


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    """Return what opens the same store again and again."""
    match request.param:
        case "sqlite":
            return lambda: open_store(f"sqlite:{tmp_path / 'journal.db'}")
        case "postgresql":
            url = request.getfixturevalue("postgres").url(fresh_name())
            return lambda: open_store(url)
    return _again()


async def contents(store: Store, after: int = 0) -> list[tuple[int, bytes]]:
    return [row async for row in store.rows(after)]


async def test_rows_come_back_in_the_order_of_writing(opening: Opening) -> None:
    store = await opening()
    assert await store.append([b"a", b"b"]) == 2
    assert await store.append([b"c"]) == 3
    assert await contents(store) == [(1, b"a"), (2, b"b"), (3, b"c")]
    assert await contents(store, after=2) == [(3, b"c")]
    await store.close()


async def test_a_store_that_is_waited_for_by_nobody_writes_on_the_spot_and_no_other_does(
    opening: Opening,
) -> None:
    store = await opening()
    if store.is_immediate:
        assert store.append_nowait([b"a"]) == 1
        with pytest.raises(StopIteration):  # nor does this one ever wait
            store.append([b"b"]).send(None)
        assert await contents(store) == [(1, b"a"), (2, b"b")]
    else:
        with pytest.raises(WouldBlock, match="waited for"):
            store.append_nowait([b"a"])
        assert await contents(store) == []
    await store.close()


async def test_a_batch_of_nothing_changes_nothing(opening: Opening) -> None:
    store = await opening()
    await store.append([b"a"])
    assert await store.append([]) == 1
    assert await contents(store) == [(1, b"a")]
    await store.close()


@pytest.mark.parametrize("opening", ["sqlite", "postgresql"], indirect=True)
async def test_a_batch_that_cannot_be_written_leaves_nothing_and_no_hole(opening: Opening) -> None:
    store = await opening()
    with pytest.raises(StoreError):
        await store.append([b"good", None])  # type: ignore[list-item]  # a row that tables refuse
    assert await store.append([b"next"]) == 1
    assert await contents(store) == [(1, b"next")]
    await store.close()


async def test_what_was_written_is_there_after_opening_again(opening: Opening) -> None:
    store = await opening()
    await store.append([bytes([number]) for number in range(200)])
    await store.close()
    again = await opening()
    assert len(await contents(again)) == 200
    assert await again.append([b"next"]) == 201
    await again.close()


async def test_many_rows_are_read_in_parts_without_a_seam(opening: Opening) -> None:
    store = await opening()
    await store.append([str(number).encode() for number in range(2500)])
    found = await contents(store)
    assert [int(body) for _, body in found] == list(range(2500))
    await store.close()


async def test_nothing_is_taken_after_closing_and_closing_twice_is_fine(opening: Opening) -> None:
    store = await opening()
    await store.close()
    await store.close()
    with pytest.raises(Closed):
        await store.append([b"late"])


async def test_g30_another_kind_of_url_shows_nothing_of_itself() -> None:
    for url in ("postgre//bot:hunter2@host/db", "hunter2@host", "postgresql//bot:hunter2@host"):
        with pytest.raises(ConfigError) as raised:
            await open_store(url)
        assert "hunter2" not in str(raised.value)


async def test_postgresql_without_its_driver_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tickwright.io.store_postgres", None)
    with pytest.raises(ConfigError, match=r"install tickwright\[postgres\]"):
        await open_store("postgresql://host/db")


@pytest.mark.parametrize("url", ["", "mongodb://x", "memory:x", "postgresql:x"])
async def test_another_kind_of_url_is_refused_with_those_that_there_are(url: str) -> None:
    with pytest.raises(ConfigError, match="memory:, sqlite: with a path, or postgresql://"):
        await open_store(url)


async def test_a_file_without_a_name_is_asked_for() -> None:
    with pytest.raises(
        ConfigError, match=r"needs the path of a file, for example sqlite:orders\.db"
    ):
        await open_store("sqlite:")


@pytest.mark.parametrize("rows", [1, 2, 16, 17, 40])
async def test_a_batch_of_any_size_is_numbered_without_holes_and_written_whole(
    opening: Opening, rows: int
) -> None:
    store = await opening()
    batch = [bytes([number]) for number in range(rows)]
    assert await store.append(batch) == rows
    assert await store.append([b"next"]) == rows + 1
    assert await contents(store) == list(enumerate([*batch, b"next"], 1))
    await store.close()


@pytest.mark.parametrize("rows", [2, 16, 40])
@pytest.mark.parametrize("opening", ["sqlite", "postgresql"], indirect=True)
async def test_one_row_that_is_refused_keeps_the_whole_batch_out(
    opening: Opening, rows: int
) -> None:
    store = await opening()
    with pytest.raises(StoreError):
        await store.append([b"good"] * (rows - 1) + [None])  # type: ignore[list-item]  # a row that tables refuse
    assert await contents(store) == []
    await store.close()


async def test_g16_who_wants_no_journal_keeps_nothing() -> None:
    store = await open_store("memory:")
    assert isinstance(store, ForgetfulStore)
    assert (store.append_nowait([b"a", b"b"]), await store.append([b"c"])) == (2, 3)
    assert await contents(store) == []
    await store.close()
    with pytest.raises(Closed):
        await store.append([b"d"])
