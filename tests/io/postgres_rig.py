"""A PostgreSQL of the tests' own, made and thrown away, and a line to it that can be cut where it hurts."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest


__all__ = ["Cluster", "Relay", "binaries", "fresh_name", "relay"]

NAMED = os.environ.get("POSTGRES_BIN")
SOCKET = ".s.PGSQL.5432"

_SETTINGS = "-c listen_addresses= -c fsync=off -c unix_socket_directories={folder}"


def binaries() -> Path:
    """Return where PostgreSQL's programs are; where they are not, skip the test.

    It fails, rather, if ``POSTGRES_BIN`` says where they have to be.
    """
    found = [Path(NAMED)] if NAMED else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    path = shutil.which("initdb")
    if path is not None and not NAMED:
        found.append(Path(path).parent)
    for folder in reversed(found):
        if (folder / "initdb").exists():
            return folder
    text = "PostgreSQL is absent: no initdb on the path or below /usr/lib/postgresql; install it, or name it: POSTGRES_BIN"
    if NAMED:
        pytest.fail(f"POSTGRES_BIN={NAMED} holds no initdb")
    pytest.skip(text)


_numbers = itertools.count()


def fresh_name() -> str:
    """Return the name of a journal that no other test has."""
    return f"journal{next(_numbers)}"


class Cluster:
    """A server with an empty database, on a socket in a folder of its own.

    Args:
        binaries: Where its programs are.
        settings: Of the server; without syncing to disk unless told otherwise.
    """

    def __init__(self, binaries: Path, settings: str = _SETTINGS) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tw-pg-"))
        self._binaries = binaries
        self._settings = settings.format(folder=self.folder)
        # The server refuses to be root's.
        self._user = _server_user() if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(self.folder, self._user, -1)

    def __enter__(self) -> Self:
        data = self.folder / "data"
        self._run("initdb", "--no-sync", "-A", "trust", "-U", "tests", "-D", str(data))
        rules = data / "pg_hba.conf"
        rules.write_text(f"local all locked scram-sha-256\n{rules.read_text()}")
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, journal: str, folder: Path | None = None) -> str:
        """Return the URL of a journal, with a password that must be seen nowhere."""
        host = folder or self.folder
        return f"postgresql://tests:hunter2@/postgres?host={host}&journal={journal}"

    def start(self) -> None:
        """Start the server."""
        log = self.folder / "log"
        self._control("start", "-l", str(log), "-o", self._settings)

    def stop(self) -> None:
        """Stop the server as a crash does: sessions end, and nothing is tidied up."""
        self._control("stop", "-m", "immediate")

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-w", "-s", "-D", str(self.folder / "data"), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._binaries / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            user=self._user,
        )


def _server_user() -> int:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    pytest.skip("PostgreSQL does not run as root, and there is no other user to run it as")


class Relay:
    """Stands between a store and its server.

    Attributes:
        cut: What ends the next connection: ``"request"`` before it arrives, ``"reply"`` once it was carried out.
        is_stuck: Whether nothing comes through any more, and nothing is closed either.
        is_holding: Whether something came that did not come through.
    """

    def __init__(self, server: Path) -> None:
        self.cut: str | None = None
        self.is_stuck = False
        self.is_holding = False
        self.cuts = 0
        self._server = server
        self._tasks: list[asyncio.Task[None]] = []
        self._writers: list[asyncio.StreamWriter] = []

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin to carry a connection."""
        self._tasks.append(asyncio.get_running_loop().create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        to, at = await asyncio.open_unix_connection(str(self._server / SOCKET))
        self._writers.append(at)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._carry("request", reader, at, writer))
            group.create_task(self._carry("reply", to, writer, at))

    async def _carry(
        self,
        what: str,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                while self.is_stuck:
                    self.is_holding = True
                    await asyncio.sleep(0.01)
                if self.cut == what:
                    self.cut = None
                    self.cuts += 1
                    break
                sink.write(data)
                await sink.drain()
        sink.close()
        back.close()

    async def end(self) -> None:
        """End all connections."""
        self.is_stuck = False
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*self._tasks)


@contextlib.asynccontextmanager
async def relay(cluster: Cluster, folder: Path) -> AsyncIterator[Relay]:
    """Yield a relay that listens in a folder, in the server's place."""
    carrying = Relay(cluster.folder)
    server = await asyncio.start_unix_server(carrying.take, str(folder / SOCKET))
    try:
        yield carrying
    finally:
        server.close()
        await carrying.end()
