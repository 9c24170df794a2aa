"""The address of a journal in PostgreSQL, and what its tables are brought to."""

from __future__ import annotations

import asyncpg
import pytest
from tests.io.postgres_rig import Cluster, fresh_name

from tickwright.errors import ConfigError, StoreError
from tickwright.io import postgres as module
from tickwright.io.postgres import is_passing, parsed
from tickwright.io.store_postgres import PostgresStore


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (
            "postgresql://bot:hunter2@db.example:5433/trading",
            "postgresql://db.example:5433/trading",
        ),
        ("postgres://db/trading?journal=bot1", "postgresql://db/trading?journal=bot1"),
        ("postgresql:///trading?host=/run/pg&password=hunter2", "postgresql:///trading"),
        ("postgresql://bot:hunter2@one:5432,two:5433/db", "postgresql://one:5432,two:5433/db"),
        ("postgresql://bot:hunter2@[::1]:5432/db", "postgresql://[::1]:5432/db"),
    ],
)
def test_g30_an_address_shows_host_and_database_alone(url: str, name: str) -> None:
    address = parsed(url)
    assert address.name == name
    assert repr(address) == f"Address({name})"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bot:hunter/2@host/db",
        "postgresql://bot:hunter@2@host/db",
        "postgresql://bot:hunter#2@host/db",
        "postgresql://bot:hunter?2@host/db",
        "postgresql://bot:hunter2",
    ],
)
def test_g30_a_password_that_falls_apart_is_refused_unseen(url: str) -> None:
    with pytest.raises(ConfigError, match="percent-encoded") as raised:
        parsed(url)
    assert "hunter" not in str(raised.value)


def test_the_rest_of_a_url_is_left_to_the_driver() -> None:
    address = parsed("postgresql://bot:p%40ss@h/db?journal=bot1&synchronous_commit=off")
    assert address.url == "postgresql://bot:p%40ss@h/db?synchronous_commit=off"
    assert address.schema == '"bot1"'


@pytest.mark.parametrize("name", ["", "Bot", "1st", "bot-1", 'a"b', "x" * 64])
def test_a_journal_has_a_plain_name(name: str) -> None:
    with pytest.raises(ConfigError, match="small letters"):
        parsed(f"postgresql://h/db?journal={name}&x=y")


def test_every_journal_has_a_lock_of_its_own() -> None:
    keys = {parsed(f"postgresql://h/db?journal=bot{number}").key for number in range(100)}
    assert len(keys) == 100
    assert all(0 <= key < 2**63 for key in keys)


def test_a_server_that_is_down_is_told_from_one_that_says_no() -> None:
    for error in (ConnectionResetError(), TimeoutError(), asyncpg.CannotConnectNowError()):
        assert is_passing(error)
    for refusal in (asyncpg.InvalidPasswordError(), asyncpg.DiskFullError(), asyncpg.DataError()):
        assert not is_passing(refusal)


async def test_an_older_journal_is_migrated_by_its_next_writer_in_one_go(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.url(fresh_name())
    store = await PostgresStore.open(url)
    await store.append([b"old"])
    await store.close()
    monkeypatch.setattr(module, "STEPS", (*module.STEPS, "ALTER TABLE {schema}.log ADD note text"))
    with pytest.raises(StoreError, match="this program reads version 2"):
        await PostgresStore.open(url, is_read_only=True)
    store = await PostgresStore.open(url)
    assert [row async for row in store.rows()] == [(1, b"old")]
    await store.close()
    await (await PostgresStore.open(url, is_read_only=True)).close()


async def test_a_migration_that_fails_leaves_the_journal_as_it_was(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.url(fresh_name())
    await (await PostgresStore.open(url)).close()
    with monkeypatch.context() as patch:
        steps = ("CREATE TABLE {schema}.more (x int)", "no SQL at all")
        patch.setattr(module, "STEPS", (*module.STEPS, *steps))
        with pytest.raises(StoreError, match="cannot be opened: syntax error"):
            await PostgresStore.open(url)
    store = await PostgresStore.open(url)
    assert await store.append([b"fine"]) == 1
    await store.close()


async def test_a_journal_of_a_newer_program_is_refused(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.url(fresh_name())
    with monkeypatch.context() as patch:
        patch.setattr(module, "STEPS", (*module.STEPS, "ALTER TABLE {schema}.log ADD note text"))
        await (await PostgresStore.open(url)).close()
    for is_read_only in (True, False):
        with pytest.raises(StoreError, match="version 2, and this program knows versions up to 1"):
            await PostgresStore.open(url, is_read_only=is_read_only)
