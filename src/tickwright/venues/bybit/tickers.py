"""The ticker of one instrument, put together from the frames that each bring a part of it.

On contracts the first frame of ``tickers.<symbol>`` is whole, and each later one names what changed. Values are
absolute, so whatever is newer by its ``cs`` may be laid over what is known, also while two connections bring the
same topic. What is passed on is always whole: as long as something was never sent, a ``DecodeError`` names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tickwright.core.invariants import checked
from tickwright.errors import DecodeError
from tickwright.model.instrument import Instrument
from tickwright.model.market import (
    FundingRate,
    IndexPrice,
    MarketEvent,
    MarkPrice,
    OpenInterest,
    Ticker,
)
from tickwright.venues.bybit.wire_rest import TickerRow
from tickwright.venues.bybit.wire_streams import TickerFrame
from tickwright.venues.typed import MS, read_decimal, read_optional, reader


__all__ = ["MergedTicker", "contract_values", "statistics", "ticker"]

_SNAPSHOT = "snapshot"
_DELTA = "delta"
_NEEDED = frozenset(
    {"lastPrice", "prevPrice24h", "highPrice24h", "lowPrice24h", "volume24h", "turnover24h"}
)
"""What a `Ticker` cannot do without, on any product."""

_STATISTICS = _NEEDED | {"price24hPcnt", "bid1Price", "ask1Price"}
_FUNDING = frozenset({"fundingRate", "nextFundingTime"})
_HUNDRED = Decimal(100)

_read_frame = reader(TickerFrame)


class MergedTicker:
    """What is known of one instrument's ticker, and up to which ``cs``. The subject of its topic's frames.

    Args:
        instrument: Whose ticker.
    """

    __slots__ = ("_sequence", "_values", "instrument")

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self._values: dict[str, Any] = {}
        self._sequence = -1

    def take(self, frame: TickerFrame) -> frozenset[str]:
        """Lay a frame over what is known; return the names of what it brought, none if it is old.

        Raises:
            DecodeError: If it is neither a snapshot nor a delta, or something was never sent.
        """
        if frame.kind == _SNAPSHOT:
            self._values = frame.values
        elif frame.kind != _DELTA:
            raise DecodeError(f"a ticker is a snapshot or a delta, not {frame.kind!r}")
        elif frame.sequence < self._sequence:
            return frozenset()
        else:
            self._values.update(frame.values)
        self._sequence = frame.sequence
        missing = _NEEDED - self._values.keys()
        if missing:
            raise DecodeError(f"the ticker lacks {', '.join(sorted(missing))}: no snapshot came")
        return frozenset(frame.values)

    def text(self, name: str) -> str:
        """Return a value as the venue wrote it, ``""`` for none.

        Raises:
            DecodeError: If it is no text.
        """
        value = self._values.get(name, "")
        if not isinstance(value, str):
            raise DecodeError(f"{name}: a text expected, not {value!r:.80}")
        return value


def ticker(frame: bytes, received_ts_ns: int, merged: MergedTicker) -> list[MarketEvent]:
    """Read ``tickers.<symbol>`` (*Ticker*): each part that the frame changed, whole.

    See `tickwright.venues.bybit.wire_streams.TickerFrame`. A part whose values the venue has emptied, as before the
    first trade of a listing, is left out.
    """
    read = _read_frame(frame)
    changed = merged.take(read)
    time_ns = read.time_ms * MS
    events: list[MarketEvent] = []
    if not _STATISTICS.isdisjoint(changed) and all(merged.text(name) for name in _NEEDED):
        row = TickerRow(
            symbol=merged.instrument.symbol,
            last=merged.text("lastPrice"),
            open=merged.text("prevPrice24h"),
            high=merged.text("highPrice24h"),
            low=merged.text("lowPrice24h"),
            volume=merged.text("volume24h"),
            turnover=merged.text("turnover24h"),
            change_ratio=merged.text("price24hPcnt"),
            bid_price=merged.text("bid1Price"),
            ask_price=merged.text("ask1Price"),
        )
        events.append(statistics(row, merged.instrument, time_ns, received_ts_ns))
    if not changed.isdisjoint(("markPrice", "indexPrice", "openInterest")) or not (
        _FUNDING.isdisjoint(changed)
    ):
        part = TickerRow(
            symbol="", last="", open="", high="", low="", volume="", turnover="",
            mark_price=merged.text("markPrice") if "markPrice" in changed else "",
            index_price=merged.text("indexPrice") if "indexPrice" in changed else "",
            open_interest=merged.text("openInterest") if "openInterest" in changed else "",
            funding_rate="" if _FUNDING.isdisjoint(changed) else merged.text("fundingRate"),
            next_funding_ms=merged.text("nextFundingTime"),
        )  # fmt: skip
        events += contract_values(part, merged.instrument, time_ns, received_ts_ns)
    return events


def statistics(
    row: TickerRow, instrument: Instrument, venue_ts_ns: int | None, received_ts_ns: int
) -> Ticker:
    """Return the statistics of 24 h in a row, of a stream or of REST.

    The venue's turnover counts the quote coin; on inverse contracts, whose volume is in contracts, it counts the base
    coin, and is left out.
    """
    ratio = read_decimal(row.change_ratio) if row.change_ratio else None
    return checked(
        Ticker(
            instrument.id,
            venue_ts_ns,
            received_ts_ns,
            read_decimal(row.last),
            read_decimal(row.open),
            read_decimal(row.high),
            read_decimal(row.low),
            read_decimal(row.volume),
            None if instrument.is_inverse else read_decimal(row.turnover),
            None,
            None if ratio is None else ratio * _HUNDRED,
            None,
            read_optional(row.bid_price),
            read_optional(row.ask_price),
        )
    )


def contract_values(
    row: TickerRow, instrument: Instrument, venue_ts_ns: int | None, received_ts_ns: int
) -> Iterator[MarketEvent]:
    """Yield what a row says of a contract: mark price, index price, open interest and predicted funding rate.

    A delivery contract has no funding: its rate is empty.
    """
    name = instrument.id
    mark, index = read_optional(row.mark_price), read_optional(row.index_price)
    if mark is not None:
        yield checked(MarkPrice(name, venue_ts_ns, received_ts_ns, mark))
    if index is not None:
        yield checked(IndexPrice(name, venue_ts_ns, received_ts_ns, index))
    if row.open_interest:
        quantity = read_decimal(row.open_interest)
        yield checked(OpenInterest(name, venue_ts_ns, received_ts_ns, quantity))
    if row.funding_rate:
        due_ms = read_optional(row.next_funding_ms)
        due_ns = None if due_ms is None else int(due_ms) * MS
        rate = read_decimal(row.funding_rate)
        yield checked(FundingRate(name, venue_ts_ns, received_ts_ns, rate, due_ns))
