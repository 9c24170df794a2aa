"""Opening a socket: names, addresses, TLS settings, and what each failure means to the one who reads it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import ssl
from collections.abc import Collection
from urllib.parse import SplitResult

import aiohappyeyeballs

from tickwright.errors import ConnectFailed


__all__ = ["Dialler", "connect_failed", "hang_up", "is_origin", "verified_tls"]

_NEXT_ADDRESS_AFTER_S = 0.25
"""When to try the next address beside the first one: the value of RFC 8305."""
_TURNS_TO_CLOSE = 10
"""Turns of the event loop in which a transport notices that its socket was shut down; it needs two."""


class Dialler:
    """Opens the socket of one connection, and holds on to it until the handshake is done.

    picows forgets a socket whose handshake was cancelled until that handshake times out; with the
    socket in hand it can be ended at once.
    """

    __slots__ = ("_socket",)

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    async def open(self, host: str, port: int) -> socket.socket:
        """Return a connected socket to whichever address of ``host`` answers first."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        self._socket = await aiohappyeyeballs.start_connection(
            found, happy_eyeballs_delay=_NEXT_ADDRESS_AFTER_S
        )
        return self._socket

    async def abandon(self) -> None:
        """End the socket, if there is one, through the transport that reads it; returns when it is closed."""
        if self._socket is not None:
            await hang_up(self._socket)


async def hang_up(sock: socket.socket) -> None:
    """End ``sock`` through the transport that reads it; returns when it is closed. Twice is fine."""
    if sock.fileno() < 0:
        return
    # Not close(): the transport has the descriptor registered, and must be the one that closes it.
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    interruption: asyncio.CancelledError | None = None
    for _ in range(_TURNS_TO_CLOSE):
        if sock.fileno() < 0:
            break
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError as error:  # again: these few turns are all it takes
            interruption = error
    if interruption is not None:
        raise interruption


@functools.cache
def verified_tls() -> ssl.SSLContext:
    """Return the shared context that verifies hosts against the system's certificates."""
    return ssl.create_default_context()


def is_origin(address: SplitResult, schemes: Collection[str]) -> bool:
    """Tell whether an address names a host one can connect to, at a port that there is, by one of ``schemes``.

    Example:
        >>> is_origin(urlsplit("ws://127.0.0.1:99999"), ["ws", "wss"])
        False
    """
    try:
        return address.scheme in schemes and bool(address.hostname) and address.port != 0
    except ValueError:  # which `port` raises for what is none
        return False


def connect_failed(host: str, error: OSError) -> ConnectFailed:
    """Return ``error``, raised while connecting to ``host``, as one line that says what to do."""
    if isinstance(error, socket.gaierror):
        return ConnectFailed(
            f"{host} does not resolve ({error.strerror}); check the address and your DNS"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        words = getattr(error, "verify_message", "") or str(error)
        return ConnectFailed(
            f"{host} has a certificate that is not trusted ({words}); "
            "check the address, the clock, and whether something sits in between"
        )
    if isinstance(error, ssl.SSLError):
        words = getattr(error, "reason", "") or str(error)
        return ConnectFailed(f"{host} speaks no TLS we know ({words}); check port and scheme")
    if isinstance(error, ConnectionRefusedError):
        return ConnectFailed(f"{host} refused the connection; check the port and that it is up")
    words = error.strerror or str(error) or type(error).__name__
    return ConnectFailed(f"{host} cannot be reached ({words}); check the network")
