"""``tickwright record``: a connector with ears on its ports."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tickwright.app.assembly import Ports
from tickwright.app.connector import Connector
from tickwright.errors import UsageError
from tickwright.io.clock import SystemClock
from tickwright.io.files import CaptureWriter
from tickwright.marketdata.capture import CapturingTransport, capture_answers
from tickwright.model.ids import parse_instrument_id
from tickwright.model.topics import AggTrades, BookUpdates, Candles, Quotes, Topic, Trades


__all__ = ["Recording", "topics_for"]

STREAMS: dict[str, type[Any]] = {
    "book": BookUpdates,
    "trades": Trades,
    "aggtrades": AggTrades,
    "quotes": Quotes,
    "candles": Candles,
}
"""The words of ``--streams``."""


def topics_for(instruments: Sequence[str], streams: str) -> list[Topic]:
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
        UnknownInstrument, NotSupported, ConnectivityError: On entering, if a topic cannot be had.
    """

    def __init__(
        self,
        path: Path,
        topics: Sequence[Topic],
        *,
        is_overwriting: bool = False,
        **options: Any,
    ) -> None:
        self._path = path
        self._topics = topics
        self._is_overwriting = is_overwriting
        self._options = options
        self._stack = AsyncExitStack()
        self._writer: CaptureWriter | None = None
        self._connector: Connector | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            clock = SystemClock()
            writer = CaptureWriter(self._path, is_overwriting=self._is_overwriting)
            self._writer = stack.enter_context(writer)
            from tickwright.io.websocket_picows import PicowsTransport

            ports = Ports(
                websockets=CapturingTransport(PicowsTransport(), writer, clock),
                middlewares=(capture_answers(writer),),
            )
            venues = dict.fromkeys(
                getattr(topic, "instrument", "").partition(":")[0] for topic in self._topics
            )
            self._connector = await stack.enter_async_context(
                Connector.open(*venues, ports=ports, **self._options)
            )
            await stack.enter_async_context(self._connector.subscribe(*self._topics, capacity=1))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, traceback)

    def progress(self) -> str:
        """Return one line about how far it is."""
        assert self._writer is not None and self._connector is not None
        status = self._connector.status()
        sessions = [session for product in status.products for session in product.sessions]
        live = sum(session.state == "live" for session in sessions)
        return (
            f"{self._writer.records:,} records · {live} of {len(sessions)} connections live ·"
            f" {sum(session.decode_failures for session in sessions)} unreadable"
        )
