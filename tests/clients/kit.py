"""Independent clients against the sandbox: each runs in a process of its own, in its own environment.

The venue runs in the test; the client runs in ``.venv-clients`` (``make clients`` creates it), behind an agent that
takes calls and gives back what the client returned, said or raised. Nothing of a client is patched: it gets
addresses and keys, no more.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tickwright.sandbox import LoopbackVenue


PROJECT = Path(__file__).resolve().parents[2]
AGENTS = Path(__file__).resolve().parent / "agents"
NAMED_PYTHON = os.environ.get("CLIENTS_PYTHON")
CLIENTS_PYTHON = Path(NAMED_PYTHON or PROJECT / ".venv-clients" / "bin" / "python")
TIMEOUT_S = 10.0
START_TIMEOUT_S = 50.0  # a client freshly installed is compiled when first imported

_VERSIONS = {"": "v1", "V2": "v2", "V3": "v3"}

Book = tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]


class ClientError(Exception):
    """What the client raised, over there.

    Attributes:
        kind: The name of its class.
        kinds: The names of its classes, itself first.
        text: What it says.
        detail: Its attributes.
    """

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['type']}: {error['text']}")
        self.kind: str = error["type"]
        self.kinds: list[str] = error["kinds"]
        self.text: str = error["text"]
        self.detail: dict[str, Any] = error["detail"]


class ClientProcess:
    """An agent's process, from the first test that wants it to the last.

    Importing a client takes seconds, so one process serves many tests; `close` it between them with the agent's
    own ``close``.

    Args:
        agent: Name of the module in ``agents``.
    """

    def __init__(self, agent: str) -> None:
        environment = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        self._process = subprocess.Popen(
            [str(CLIENTS_PYTHON), str(AGENTS / f"{agent}.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self._calls: dict[int, Future[Any]] = {}
        self._events: dict[str, deque[Any]] = {}
        self._waiting: list[tuple[str, Callable[[list[Any]], bool], Future[list[Any]]]] = []
        self._lock = threading.Lock()
        self._serial = 0
        self._is_up = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    async def call(self, do: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the client and return its result.

        Raises:
            ClientError: If the client raised.
            TimeoutError: If it neither returned nor raised in time.
        """
        answer: Future[Any] = Future()
        with self._lock:
            self._serial += 1
            self._calls[self._serial] = answer
            message = {"id": self._serial, "do": do, "args": args, "kwargs": kwargs}
            stdin = self._process.stdin
            assert stdin is not None
            stdin.write(json.dumps(message) + "\n")
            stdin.flush()
        timeout_s = TIMEOUT_S if self._is_up else START_TIMEOUT_S
        result = await asyncio.wait_for(asyncio.wrap_future(answer), timeout_s)
        self._is_up = True
        return result

    def events(self, name: str) -> list[Any]:
        """Return what came under a name since the last `forget`."""
        with self._lock:
            return list(self._events.get(name, ()))

    async def wait_for(self, name: str, condition: Callable[[list[Any]], bool]) -> list[Any]:
        """Wait until the events of a name fulfil a condition, and return them.

        Raises:
            TimeoutError: If they do not in time.
        """
        found: Future[list[Any]] = Future()
        with self._lock:
            events = list(self._events.get(name, ()))
            if condition(events):
                return events
            self._waiting.append((name, condition, found))
        return await asyncio.wait_for(asyncio.wrap_future(found), TIMEOUT_S)

    def forget(self) -> None:
        """Drop all events."""
        with self._lock:
            self._events.clear()
            self._waiting.clear()

    def stop(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            with self._lock:
                self._take(message)
        with self._lock:
            for answer in self._calls.values():
                answer.set_exception(RuntimeError("the client's process ended"))

    def _take(self, message: dict[str, Any]) -> None:
        if "event" in message:
            name = message["event"]
            events = self._events.setdefault(name, deque(maxlen=10_000))
            events.append(message["data"])
            for entry in [one for one in self._waiting if one[0] == name]:
                if entry[1](list(events)):
                    self._waiting.remove(entry)
                    _resolve(entry[2], list(events))
            return
        answer = self._calls.pop(message["id"])
        if "error" in message:
            _fail(answer, ClientError(message["error"]))
        else:
            _resolve(answer, message["result"])


def _resolve(future: Future[Any], value: Any) -> None:
    if future.set_running_or_notify_cancel():
        future.set_result(value)


def _fail(future: Future[Any], error: Exception) -> None:
    if future.set_running_or_notify_cancel():
        future.set_exception(error)


class Clients:
    """The agents' processes of a test session, started when first asked for."""

    def __init__(self) -> None:
        self._processes: dict[str, ClientProcess] = {}

    def get(self, agent: str) -> ClientProcess:
        """Return an agent's process; where the clients are not installed, skip the test.

        It fails, rather, if ``CLIENTS_PYTHON`` says where they have to be.
        """
        if not CLIENTS_PYTHON.exists():
            text = (
                f"independent clients are absent: no {CLIENTS_PYTHON}; `make clients` installs them"
            )
            (pytest.fail if NAMED_PYTHON else pytest.skip)(text)
        if agent not in self._processes:
            self._processes[agent] = ClientProcess(agent)
        return self._processes[agent]

    def stop(self) -> None:
        """End all processes."""
        for process in self._processes.values():
            process.stop()


def floats(book: Book) -> tuple[dict[float, float], dict[float, float]]:
    """Return a book as a client that keeps floats must hold it: the nearest float of every exact number."""
    bids, asks = book
    return (
        {float(price): float(quantity) for price, quantity in bids.items()},
        {float(price): float(quantity) for price, quantity in asks.items()},
    )


def unknown_fields(data: Any) -> set[str]:
    """Return the names of all fields, at any depth, that a model of Binance's SDKs has no place for."""
    if isinstance(data, list):
        return {name for one in data for name in unknown_fields(one)}
    if not isinstance(data, dict):
        return set()
    found = set(data.get("additional_properties", ()))
    return found | {name for one in data.values() for name in unknown_fields(one)}


def ccxt_addresses(venue: LoopbackVenue) -> dict[str, Any]:
    """Return where ccxt finds what the venue serves, in the form of its ``urls["api"]``.

    ccxt tells spot sockets from futures ones by ``/stream`` in the URL, which the host of the real venue has. A
    user name in the address does as well, and the server does not mind it.
    """
    spot, usdm, coinm = (venue.endpoints[f"binance.{name}"] for name in ("spot", "usdm", "coinm"))
    stream = f"{spot.ws_public}/ws".replace("://", "://stream@")
    return {
        **dict.fromkeys(("public", "private"), f"{spot.rest}/api/v3"),
        **{f"sapi{version}": f"{spot.rest}/sapi/{path}" for version, path in _VERSIONS.items()},
        **{
            f"fapiPublic{version}": f"{usdm.rest}/fapi/{path}"
            for version, path in _VERSIONS.items()
        },
        **{
            f"fapiPrivate{version}": f"{usdm.rest}/fapi/{path}"
            for version, path in _VERSIONS.items()
        },
        **{
            f"dapiPublic{version}": f"{coinm.rest}/dapi/{path}"
            for version, path in _VERSIONS.items()
        },
        **{
            f"dapiPrivate{version}": f"{coinm.rest}/dapi/{path}"
            for version, path in _VERSIONS.items()
        },
        "fapiData": f"{usdm.rest}/futures/data",
        "dapiData": f"{coinm.rest}/futures/data",
        "ws": {
            "spot": stream,
            "margin": stream,
            # Their names of today, and those of the releases up to the summer of 2026.
            **dict.fromkeys(("linear", "future"), f"{usdm.ws_public}/ws"),
            **dict.fromkeys(("inverse", "delivery"), f"{coinm.ws_public}/ws"),
            "ws-api": {
                "spot": f"{spot.ws_api}/ws-api/v3",
                **dict.fromkeys(("linear", "future"), f"{usdm.ws_api}/ws-fapi/v1"),
            },
        },
    }


def sdk_addresses(venue: LoopbackVenue, product: str, **key: Any) -> dict[str, Any]:
    """Return the configurations of Binance's own clients for a product of the venue, and a key for it."""
    at = venue.endpoints[f"binance.{product}"]
    api = {"spot": "/ws-api/v3", "usdm": "/ws-fapi/v1"}[product]
    # A failed request is an answer here: nothing is asked twice.
    return {
        "product": product,
        "rest": {"base_path": at.rest, "retries": 0, "timeout": 5000, **key},
        "streams": {"stream_url": at.ws_public},
        "ws_api": {"stream_url": f"{at.ws_api}{api}", **key},
    }
