"""The loopback venue at a set pace: ``python -m benchmarks.paced trade --rate 1000``.

What `benchmarks.source` plays as fast as it is read goes out here frame by frame, each at its time, from a loop that
never sleeps: timers are too coarse for a frame every 100 µs. The reply to ``/bench/play?phase=main`` comes when all
are sent, and tells for each frame its id and when it was handed to the socket, in ns of the monotonic clock that all
processes of a machine share.
"""

from __future__ import annotations

import argparse
import os
import socket
import time
from typing import Any

import msgspec
import uvloop
from aiohttp import web

from benchmarks.source import Connection, Source, serve
from benchmarks.stopwatch import LATENCY_CASES, take_core
from benchmarks.workload import build


__all__ = ["PacedSource", "main"]

LEAD_NS = 20_000_000
"""From the request to the first frame: the client has gone back to its event loop by then."""


class _Ids(msgspec.Struct):
    """The id of a trade, an aggregated trade, or a delta."""

    t: int | None = None
    a: Any = None
    u: int | None = None

    def id(self) -> int:
        """Return the one that the frame has; a delta's ``a`` are its asks."""
        found = self.t if self.t is not None else self.u if self.u is not None else self.a
        assert isinstance(found, int)
        return found


class PacedSource(Source):
    """Plays the frames to measure at ``rate_per_s``; the warm-up as fast as it is read."""

    rate_per_s: float = 1_000.0

    async def _play(self, request: web.Request) -> web.Response:
        if request.query["phase"] != "main":
            return await super()._play(request)
        frames = self.workload.main
        connection = next(each for each in self.connections if each.chunks(frames[:2], 1))
        ids = [
            msgspec.json.decode(payload, type=_Ids).id()
            for stream, payload in frames
            if stream in connection.streams
        ]
        sent_ns = _send_paced(connection, connection.chunks(frames, 1), self.rate_per_s)
        return web.Response(body=msgspec.json.encode({"ids": ids, "sent_ns": sent_ns}))


def _send_paced(connection: Connection, chunks: list[bytes], rate_per_s: float) -> list[int]:
    """Send each chunk at its time and return when each was first tried; nothing else happens meanwhile."""
    clock, sent_ns = time.monotonic_ns, list[int]()
    # The transport would write at the end of this turn of the loop. It has nothing of its own to send now.
    sock = socket.socket(fileno=os.dup(connection.fileno()))
    try:
        first_ns = clock() + LEAD_NS
        for number, chunk in enumerate(chunks):
            due_ns = first_ns + round(number * 1e9 / rate_per_s)
            while (now_ns := clock()) < due_ns:
                pass
            sent_ns.append(now_ns)
            _send(sock, chunk)
    finally:
        sock.close()
    return sent_ns


def _send(sock: socket.socket, chunk: bytes) -> None:
    """Send all of it; a client that does not keep up is waited for, and its delays show it."""
    rest = memoryview(chunk)
    while rest:
        try:
            rest = rest[sock.send(rest) :]
        except BlockingIOError:
            continue


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("case", choices=LATENCY_CASES)
    parser.add_argument("--frames", type=int, default=4_000, help="frames to measure")
    parser.add_argument("--rate", type=float, default=1_000.0, help="frames a second")
    arguments = parser.parse_args()
    source = PacedSource(build(arguments.case, arguments.frames))
    source.rate_per_s = arguments.rate
    take_core(-1)
    uvloop.run(serve(source))


if __name__ == "__main__":
    main()
