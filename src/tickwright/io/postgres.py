"""What a journal in PostgreSQL needs of its server: an address without secrets, a session with a lock, tables of this version.

Each journal is a schema of its own: a ``log`` of rows, and one row ``about`` them. Whoever writes holds an advisory lock, which
lives and dies with the session, and signs in ``about.writer``: a writer that had to connect again can tell whether
somebody else wrote meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

import asyncpg
import msgspec

from tickwright.errors import ConfigError
from tickwright.io.store_schema import steps_missing


__all__ = [
    "STEPS",
    "Address",
    "Connection",
    "brought_up_to_date",
    "check_readable",
    "connected",
    "end_backend",
    "is_passing",
    "last_writer",
    "parsed",
    "try_lock",
    "writer_of",
]

Connection = Any
"""One of asyncpg's, which carries no types."""

STEPS = ("CREATE TABLE {schema}.log (number bigint PRIMARY KEY, body bytea NOT NULL)",)
"""From each version to the next; never changed once released, only added to."""

_DEFAULT_JOURNAL = "tickwright"
_JOURNAL = re.compile(r"[a-z_][a-z0-9_]{0,62}")
"""Whatever a shell, a URL and SQL have to say of other characters."""

_TIMEOUT_S = 10.0
"""For a statement or a connection: a server on the way down answers no more than a dead one."""

_SETTINGS = {
    # A host that vanished frees its lock within half a minute rather than in two hours.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
}

_HOLDER = """
SELECT held.pid, session.application_name
FROM pg_locks AS held JOIN pg_stat_activity AS session USING (pid)
WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
  AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (held.classid::bigint << 32) | held.objid::bigint = $1
"""


class Address(msgspec.Struct, frozen=True):
    """Where a journal is. Its text is the name alone, for the URL may hold a password."""

    url: str
    """As asyncpg takes it."""
    schema: str
    """The journal's, in quotes."""
    name: str
    """For errors: host, port and database, no user and no password."""

    def __repr__(self) -> str:
        return f"Address({self.name})"

    @property
    def key(self) -> int:
        """The number of the journal's advisory lock in its database."""
        digest = hashlib.blake2b(f"tickwright:{self.schema}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") >> 1


def parsed(url: str) -> Address:
    """Take a URL apart.

    Args:
        url: ``postgresql://USER:PASSWORD@HOST:PORT/DATABASE?journal=NAME``; what is left out comes from ``PGHOST``,
            ``PGPASSWORD``, ``~/.pgpass`` and the like. Other parameters are settings of the session.

    Raises:
        ConfigError: If it is none; the text repeats nothing that may be part of a password.

    Example:
        >>> parsed("postgresql://bot:hunter2@db.example/trading?journal=bot1").name
        'postgresql://db.example/trading?journal=bot1'
    """
    parts = urlsplit(url)
    if not _is_whole(parts, url):
        raise ConfigError(
            "this is no URL of PostgreSQL: write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with"
            " every @ : / ? # % of user and password percent-encoded"
        )
    query = parse_qsl(parts.query, keep_blank_values=True)
    journal = dict(query).get("journal", _DEFAULT_JOURNAL)
    if not _JOURNAL.fullmatch(journal):
        raise ConfigError(
            "a journal's name in PostgreSQL has small letters, digits and underscores, begins with no digit, and has at"
            " most 63 of them"
        )
    rest = urlencode([(name, text) for name, text in query if name != "journal"])
    shown = "" if journal == _DEFAULT_JOURNAL else f"?journal={journal}"
    hosts = parts.netloc.rpartition("@")[2]
    return Address(
        url=f"postgresql://{parts.netloc}{parts.path}?{rest}",
        schema=f'"{journal}"',
        name=f"postgresql://{hosts}{parts.path}{shown}",
    )


def _is_whole(parts: SplitResult, url: str) -> bool:
    """Tell whether no part of a password can have slipped into host, path or query."""
    hosts = parts.netloc.rpartition("@")[2].split(",")
    ports = [host.rpartition("]")[2].partition(":")[2] for host in hosts]
    return url.count("@") == parts.netloc.count("@") <= 1 and all(
        not port or port.isdecimal() for port in ports
    )


async def connected(address: Address) -> Connection:
    """Open a session.

    Raises:
        OSError, asyncpg.PostgresError, asyncpg.InterfaceError: If there is none to be had; see `is_passing`.
    """
    return await asyncpg.connect(
        address.url,
        timeout=_TIMEOUT_S,
        command_timeout=_TIMEOUT_S,
        server_settings={
            **_SETTINGS,
            "application_name": f"tickwright, process {os.getpid()} on {socket.gethostname()}"[:63],
        },
    )


def is_passing(error: BaseException) -> bool:
    """Tell whether an error says that a server or the way to it is down, as at a restart, rather than that it said no."""
    return isinstance(error, _PASSING) and not isinstance(error, asyncpg.DataError | ValueError)


_PASSING = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)


# ---------------------------------------------------------------------- one writer


async def try_lock(session: Connection, address: Address) -> bool:
    """Become a journal's writer for as long as the session lives; ``False`` if another one is."""
    return bool(await session.fetchval("SELECT pg_try_advisory_lock($1)", address.key))


async def writer_of(session: Connection, address: Address) -> tuple[int, str] | None:
    """Return the backend that holds a journal's lock and what its program calls itself, ``None`` if none does."""
    row = await session.fetchrow(_HOLDER, address.key)
    return (
        None if row is None else (row["pid"], row["application_name"] or "which does not say whose")
    )


async def end_backend(session: Connection, address: Address, backend: int) -> None:
    """End a session of our own that the server still believes in, if it still holds the lock."""
    await session.execute(
        f"SELECT pg_terminate_backend(pid) FROM ({_HOLDER}) AS holder WHERE pid = $2",
        address.key,
        backend,
    )


# ---------------------------------------------------------------------- tables


async def brought_up_to_date(session: Connection, address: Address, writer: str) -> None:
    """Make or migrate a journal's tables, and note who writes, in one transaction.

    Raises:
        StoreError: If a newer program wrote it.
    """
    schema = address.schema
    async with session.transaction():
        version = await _version_of(session, address)
        if version is None:
            if await session.fetchval("SELECT to_regnamespace($1)", schema) is None:
                await session.execute(f"CREATE SCHEMA {schema}")
            await session.execute(
                f"CREATE TABLE {schema}.about (version integer NOT NULL, writer text NOT NULL);"
                f"INSERT INTO {schema}.about VALUES (0, '')"
            )
        for step in steps_missing(address.name, version or 0, STEPS, is_read_only=False):
            await session.execute(step.format(schema=schema))
        await session.execute(
            f"UPDATE {schema}.about SET version = $1, writer = $2", len(STEPS), writer
        )


async def last_writer(session: Connection, address: Address) -> str:
    """Return who opened a journal last to write."""
    return str(await session.fetchval(f"SELECT writer FROM {address.schema}.about"))


async def check_readable(session: Connection, address: Address) -> None:
    """Make sure that there is a journal of this version.

    Raises:
        ConfigError: If there is none.
        StoreError: If it is of another version.
    """
    version = await _version_of(session, address)
    if version is None:
        raise ConfigError(f"there is no journal at {address.name}")
    steps_missing(address.name, version, STEPS, is_read_only=True)


async def _version_of(session: Connection, address: Address) -> int | None:
    """Return the version of a journal's tables, ``None`` if there are none."""
    about = f"{address.schema}.about"
    if await session.fetchval("SELECT to_regclass($1)", about) is None:
        return None
    return int(await session.fetchval(f"SELECT version FROM {about}"))
