"""One suite over every store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tickwright.errors import Closed, ConfigError
from tickwright.io.store import MemoryStore, Store, open_store


Opening = Callable[[], Awaitable[Store]]


@pytest.fixture(params=["memory", "sqlite"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    """Return what opens the same store again and again."""
    if request.param == "sqlite":
        return lambda: open_store(f"sqlite:{tmp_path / 'journal.db'}")
    rows: list[MemoryStore] = []

    async def again() -> Store:
        rows.append(MemoryStore(rows[-1].contents if rows else ()))
        return rows[-1]

    return again


async def contents(store: Store, after: int = 0) -> list[tuple[int, bytes]]:
    return [row async for row in store.rows(after)]


async def test_rows_come_back_in_the_order_of_writing(opening: Opening) -> None:
    store = await opening()
    assert await store.append([b"a", b"b"]) == 2
    assert await store.append([b"c"]) == 3
    assert await contents(store) == [(1, b"a"), (2, b"b"), (3, b"c")]
    assert await contents(store, after=2) == [(3, b"c")]
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


@pytest.mark.parametrize("url", ["", "mongodb://x", "memory:x", "sqlite:"])
async def test_another_kind_of_url_is_refused_with_those_that_there_are(url: str) -> None:
    with pytest.raises(ConfigError, match="memory:, or sqlite:"):
        await open_store(url)
