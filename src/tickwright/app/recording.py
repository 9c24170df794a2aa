"""``tickwright record``: a connector with ears on its ports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tickwright.app.assembly import Ports
from tickwright.app.connector import Connector
from tickwright.errors import Closed, UsageError
from tickwright.io.clock import SystemClock
from tickwright.io.files import CaptureWriter
from tickwright.marketdata.capture import CapturingTransport, Tape, capture_answers
from tickwright.model.ids import parse_instrument_id
from tickwright.model.topics import (
    AggTrades,
    BookUpdates,
    Candles,
    InstrumentTopic,
    Quotes,
    Trades,
)


__all__ = ["Recording", "topics_for"]

STREAMS: dict[str, type[InstrumentTopic]] = {
    "book": BookUpdates,
    "trades": Trades,
    "aggtrades": AggTrades,
    "quotes": Quotes,
    "candles": Candles,
}
"""The words of ``--streams``."""

LOOKS_PER_S = 4
"""How often progress is told; the file is flushed once a second."""


def topics_for(instruments: Sequence[str], streams: str) -> list[InstrumentTopic]:
    """Return the topics that ``--streams`` names, for each instrument.

    Raises:
        UnknownInstrument: If an id is malformed.
        UsageError: If a word is none of `STREAMS`.
    """
    for instrument in instruments:
        parse_instrument_id(instrument)
    kinds = [word.strip() for word in streams.split(",") if word.strip()]
    for kind in kinds:
        if kind not in STREAMS:
            raise UsageError(f"--streams {kind}: the words are {', '.join(STREAMS)}")
    if not kinds:
        raise UsageError(f"--streams names nothing; the words are {', '.join(STREAMS)}")
    return [STREAMS[kind](instrument) for instrument in instruments for kind in kinds]


class Recording:
    """Records ``topics`` while it is entered. A crash leaves all but the last second readable.

    Args:
        path: The capture file.
        topics: What to record.
        is_overwriting: Replace an existing file.
        options: As for `Connector.open`.

    Raises:
        ConfigError: On entering, if the file exists or cannot be made.
        UnknownInstrument, NotSupported, ConnectivityError: On entering, if a topic cannot be had; no file is left.

    Example:
        >>> topics = topics_for(["binance:BTC/USDT"], "book,trades")
        >>> async with Recording(Path("btc.jsonl.zst"), topics) as recording:
        ...     await recording.run()
    """

    def __init__(
        self,
        path: Path,
        topics: Sequence[InstrumentTopic],
        *,
        is_overwriting: bool = False,
        **options: Any,
    ) -> None:
        self._path = path
        self._topics = topics
        self._is_overwriting = is_overwriting
        self._options = options
        self._stack = AsyncExitStack()
        self._parts: tuple[Tape, Connector] | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            clock = SystemClock()
            writer = CaptureWriter(self._path, is_overwriting=self._is_overwriting)
            # Undone once all is well: a file of nothing but a listing would only be in the way of the next try.
            unmake = stack.enter_context(ExitStack())
            unmake.callback(self._path.unlink, missing_ok=True)
            tape = Tape(stack.enter_context(writer), clock)
            from tickwright.io.websocket_picows import PicowsTransport

            ports = Ports(
                websockets=CapturingTransport(PicowsTransport(), tape),
                middlewares=(capture_answers(tape),),
            )
            venues = dict.fromkeys(topic.instrument.partition(":")[0] for topic in self._topics)
            connector = await stack.enter_async_context(
                Connector.open(*venues, ports=ports, **self._options)
            )
            # Nobody reads it: one place is enough for the oldest to make room for the newest.
            await stack.enter_async_context(connector.subscribe(*self._topics, capacity=1))
            self._parts = tape, connector
            unmake.pop_all()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, traceback)

    async def run(self, show: Callable[[str], None] | None = None) -> None:
        """Record until cancelled.

        Args:
            show: Called four times a second with one line about how far it is.

        Raises:
            CaptureError: The file takes no more; the disk is full, for example.
        """
        tape, _ = self._opened
        while True:
            for _ in range(LOOKS_PER_S):
                if show is not None:
                    show(self.progress())
                await asyncio.sleep(1 / LOOKS_PER_S)
                if tape.failure is not None:
                    raise tape.failure
            tape.flush()

    @property
    def has_begun(self) -> bool:
        """True once everything was subscribed, and after the end."""
        return self._parts is not None

    @property
    def records(self) -> int:
        """Records written so far."""
        return self._opened[0].records

    def progress(self) -> str:
        """Return one line about how far it is."""
        tape, connector = self._opened
        status = connector.status()
        sessions = [session for product in status.products for session in product.sessions]
        live = sum(session.state == "live" for session in sessions)
        unreadable = sum(session.decode_failures for session in sessions)
        records = f"{tape.records:,} record{'' if tape.records == 1 else 's'}"
        parts = [records, f"{live} of {len(sessions)} connections live"]
        if unreadable:
            parts.append(f"{unreadable:,} unreadable")
        return " · ".join(parts)

    @property
    def _opened(self) -> tuple[Tape, Connector]:
        if self._parts is None:
            raise Closed("this recording is not open; use it inside `async with Recording(...)`")
        return self._parts
