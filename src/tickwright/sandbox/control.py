"""The control port: what Python does with a `Sandbox`, over HTTP and JSON, for programs in any language.

::

    GET    /status                       what is served, and to whom
    GET    /faults   /faults/PRODUCT     the faults in force
    PATCH  /faults   /faults/PRODUCT     {"snapshot_failures": 2}; null sets a field back
    DELETE /faults   /faults/PRODUCT     all is well again
    POST   /sockets/close                {"code": 1008, "reason": "", "product": "binance.spot"}
    POST   /sockets/ping                 ping every client now
    POST   /sockets/black-hole           {"count": 1, "product": …}: nothing is sent any more on the oldest so many
    POST   /sockets/shutdown-notice      say that the server is about to go
    POST   /doors                        {"state": "open" | "shut" | "hanging"}
    POST   /advance                      {"seconds": 60}
    POST   /burst                        {"frames": 50000, "product": …}
    GET    /book?instrument=ID           the exact book of this moment

A request that cannot be is 400 (or 404) with ``{"error": "…"}``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from aiohttp import web

from tickwright.errors import ConfigError, TickwrightError
from tickwright.sandbox.faultfile import patch
from tickwright.sandbox.faults import Faults
from tickwright.sandbox.sockets import HOST, HttpDoor


if TYPE_CHECKING:
    from tickwright.sandbox.sandbox import Sandbox


__all__ = ["ControlServer"]


class _Close(msgspec.Struct, forbid_unknown_fields=True):
    code: int = 1000
    reason: str = ""
    product: str | None = None


class _BlackHole(msgspec.Struct, forbid_unknown_fields=True):
    count: int = 1
    product: str | None = None


class _Doors(msgspec.Struct, forbid_unknown_fields=True):
    state: Literal["open", "shut", "hanging"]


class _Advance(msgspec.Struct, forbid_unknown_fields=True):
    seconds: float


class _Burst(msgspec.Struct, forbid_unknown_fields=True):
    frames: int
    product: str | None = None


class ControlServer:
    """Serves the control port of a sandbox.

    Args:
        sandbox: What is controlled.
        port: 0 takes a free one.
    """

    def __init__(self, sandbox: Sandbox, port: int = 0) -> None:
        self.address = ""
        self._sandbox = sandbox
        self._door = HttpDoor(self._handle, port)
        self._posts: dict[str, Callable[[bytes], Awaitable[object]]] = {
            "/sockets/close": self._close,
            "/sockets/ping": self._ping,
            "/sockets/black-hole": self._black_hole,
            "/sockets/shutdown-notice": self._notice,
            "/doors": self._doors,
            "/advance": self._advance,
            "/burst": self._burst,
        }

    async def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: If the port is in use.
        """
        self.address = f"http://{HOST}:{await self._door.open()}"

    async def stop(self) -> None:
        """Listen no more."""
        await self._door.close()

    async def _handle(self, request: web.Request) -> web.Response:
        try:
            found = await self._answer(request)
        except (TickwrightError, msgspec.DecodeError) as error:
            return _json(400, {"error": " ".join(str(error).split())})
        if found is None:
            known = ["/status", "/faults", "/book", *self._posts]
            text = f"there is no {request.method} {request.path}; there are {', '.join(known)}"
            return _json(404, {"error": text})
        return _json(200, found)

    async def _answer(self, request: web.Request) -> object | None:
        method, path = request.method, request.path
        if path == "/faults" or path.startswith("/faults/"):
            product = path.removeprefix("/faults").removeprefix("/") or None
            return self._faults(method, product, await request.read())
        if method == "GET" and path == "/status":
            return self._status()
        if method == "GET" and path == "/book":
            return self._book(request.query.get("instrument", ""))
        act = self._posts.get(path) if method == "POST" else None
        return None if act is None else await act(await request.read())

    # ------------------------------------------------------------------ what is asked

    def _status(self) -> dict[str, object]:
        sandbox, products = self._sandbox, dict[str, object]()
        for market in sandbox.venue.markets:
            board = sandbox.venue.switchboard(market.product)
            products[market.product] = {
                "connections": len(board.connections),
                "connected": board.connected,
                "streams": len(board.streams),
                "frames_sent": board.frames_sent,
                "requests": sandbox.venue.rest(market.product).served,
                "time_ms": getattr(market, "now_ms", None),
            }
        return {
            "seed": sandbox.seed,
            "speed": str(sandbox.speed),
            "instruments": len(sandbox.instruments),
            "products": products,
        }

    def _book(self, instrument: str) -> dict[str, list[tuple[str, str]]]:
        bids, asks = self._sandbox.book(instrument)
        rows = {
            "bids": sorted(bids.items(), reverse=True),
            "asks": sorted(asks.items()),
        }
        return {
            side: [(f"{price:f}", f"{quantity:f}") for price, quantity in levels]
            for side, levels in rows.items()
        }

    def _faults(self, method: str, product: str | None, body: bytes) -> dict[str, Any] | None:
        sandbox = self._sandbox
        if product is not None and product not in sandbox.products:
            raise ConfigError(f"{product!r} is not served; there are {', '.join(sandbox.products)}")
        if method == "GET":
            faults = sandbox.faults if product is None else sandbox.venue.faults_in_force(product)
        elif method in ("PATCH", "DELETE"):
            chosen = [sandbox.faults] if product is None else [sandbox.faults_of(product)]
            if product is None:
                # For all means for those, too, that have faults of their own.
                chosen += [sandbox.venue.faults_in_force(name) for name in sandbox.products]
            changes = None if method == "DELETE" else _changes(body)
            for faults in chosen:
                if changes is None:
                    faults.assign(Faults())
                else:
                    patch(faults, changes)
            faults = chosen[0]
        else:
            return None
        found: dict[str, Any] = msgspec.to_builtins(faults)
        return found

    # ------------------------------------------------------------------ what is done

    async def _close(self, body: bytes) -> dict[str, int]:
        asked = _read(body, _Close)
        if not 1000 <= asked.code <= 4999:
            raise ConfigError(f"code: must lie between 1000 and 4999, not {asked.code}")
        closed = self._sandbox.close_sockets(asked.code, asked.reason, product=asked.product)
        return {"closed": closed}

    async def _ping(self, body: bytes) -> dict[str, int]:
        self._sandbox.venue.ping_all()
        return {"pinged": len(self._sandbox.venue.connections())}

    async def _black_hole(self, body: bytes) -> dict[str, int]:
        asked = _read(body, _BlackHole)
        chosen = self._sandbox.venue.connections(asked.product)[: asked.count]
        for connection in chosen:
            connection.is_black_hole = True
        return {"silenced": len(chosen)}

    async def _notice(self, body: bytes) -> dict[str, int]:
        self._sandbox.announce_shutdown()
        return {}

    async def _doors(self, body: bytes) -> dict[str, str]:
        state = _read(body, _Doors).state
        if state == "open":
            await self._sandbox.open_doors()
        else:
            await self._sandbox.shut_doors(is_hanging=state == "hanging")
        return {"state": state}

    async def _advance(self, body: bytes) -> dict[str, float]:
        seconds = _read(body, _Advance).seconds
        if not 0 <= seconds <= 31 * 86_400:
            raise ConfigError(f"seconds: must lie between 0 and a month, not {seconds:g}")
        await self._sandbox.advance(seconds)
        return {"seconds": seconds}

    async def _burst(self, body: bytes) -> dict[str, int]:
        asked = _read(body, _Burst)
        return {"frames": self._sandbox.burst(asked.frames, product=asked.product)}


def _changes(body: bytes) -> dict[str, Any]:
    changes = msgspec.json.decode(body)
    if not isinstance(changes, dict):
        raise ConfigError("faults: must be a JSON object of fields")
    return changes


def _read(body: bytes, kind: type[Any]) -> Any:
    return msgspec.json.decode(body or b"{}", type=kind)


def _json(status: int, value: object) -> web.Response:
    return web.Response(
        status=status, body=msgspec.json.encode(value), content_type="application/json"
    )
