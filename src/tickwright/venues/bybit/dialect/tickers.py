"""Tickers (section 4.3): whole on spot, and on contracts a snapshot with the fields that changed after it."""

from __future__ import annotations

import json

from tickwright.venues.bybit.dialect.books import sequence_of
from tickwright.venues.bybit.dialect.spelling import Spelling
from tickwright.venues.bybit.dialect.topics import Topic
from tickwright.venues.facts import RATE_SCALE, DayFact, InstrumentView


__all__ = ["TickerWatch", "contract_fields", "rest_ticker", "spot_fields"]

_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000
_FUNDING_HOURS, _FUNDING_CAP = "8", "0.005"

Fields = dict[str, str]


def spot_fields(instrument: InstrumentView, now_ms: int) -> Fields:
    """Return a spot ticker's fields; the stream has neither bid nor ask."""
    at, day = Spelling(instrument.listing), instrument.day(now_ms, _DAY_MS)
    return {
        "symbol": at.symbol,
        "lastPrice": at.price(day.last),
        "highPrice24h": at.price(day.high),
        "lowPrice24h": at.price(day.low),
        "prevPrice24h": at.price(day.open),
        "volume24h": at.quantity(day.volume),
        "turnover24h": at.turnover(day.turnover),
        "price24hPcnt": at.change(day.open, day.last),
        "usdIndexPrice": at.index(instrument.mark(now_ms).index),
    }


def contract_fields(instrument: InstrumentView, now_ms: int) -> Fields:
    """Return a perpetual's fields."""
    at, day = Spelling(instrument.listing), instrument.day(now_ms, _DAY_MS)
    mark, bid, ask = instrument.mark(now_ms), *_sides(instrument)
    interest = instrument.open_interest()
    (hour,) = instrument.candles("1h", None, now_ms, 1, now_ms)
    return {
        "symbol": at.symbol,
        "tickDirection": _direction(instrument, day),
        "price24hPcnt": at.change(day.open, day.last),
        "lastPrice": at.price(day.last),
        "prevPrice24h": at.price(day.open),
        "highPrice24h": at.price(day.high),
        "lowPrice24h": at.price(day.low),
        "prevPrice1h": at.price(hour.open),
        "markPrice": at.mark(mark.mark),
        "indexPrice": at.mark(mark.index),
        "openInterest": at.quantity(interest),
        "openInterestValue": _worth(at, interest, mark.mark),
        "turnover24h": at.turnover(day.turnover),
        "volume24h": at.quantity(day.volume),
        "fundingIntervalHour": _FUNDING_HOURS,
        "fundingCap": _FUNDING_CAP,
        "singleOpenInterest": at.quantity(interest // 2),
        "singleOpenInterestValue": _worth(at, interest // 2, mark.mark),
        "nextFundingTime": str(mark.next_funding_ms),
        "fundingRate": at.rate(mark.rate),
        **bid,
        **ask,
        "preOpenPrice": "",
        "preQty": "",
        "curPreListingPhase": "",
    }


def rest_ticker(instrument: InstrumentView, now_ms: int) -> Fields:
    """Return a row of ``/v5/market/tickers`` (section 7): spot has bid and ask there, contracts all keys."""
    bid, ask = _sides(instrument)
    if not Spelling(instrument.listing).category.is_contract:
        fields = spot_fields(instrument, now_ms)
        return {"symbol": fields.pop("symbol"), **bid, **ask, **fields}
    fields = contract_fields(instrument, now_ms)
    del fields["tickDirection"]
    dated = ("predictedDeliveryPrice", "basisRate", "basisRateYear", "deliveryFeeRate", "basis")
    return {**fields, **dict.fromkeys(dated, ""), "deliveryTime": "0"}


def _sides(instrument: InstrumentView) -> tuple[Fields, Fields]:
    """Return best bid and ask; an empty side has empty texts."""
    at, sides = Spelling(instrument.listing), []
    for name, levels in (("bid1", instrument.bids(1)), ("ask1", instrument.asks(1))):
        price, size = (at.price(levels[0][0]), at.quantity(levels[0][1])) if levels else ("", "")
        sides.append({f"{name}Price": price, f"{name}Size": size})
    return sides[0], sides[1]


def _direction(instrument: InstrumentView, day: DayFact) -> str:
    last = instrument.trades(None, 2)
    before = last[0].price if len(last) > 1 else day.last
    if day.last == before:
        return "ZeroPlusTick"
    return "PlusTick" if day.last > before else "MinusTick"


def _worth(at: Spelling, quantity: int, mark: int) -> str:
    """Return what contracts are worth, in what they settle in."""
    if at.category.is_inverse:
        unit = 10 ** (RATE_SCALE - at.listing.price_scale)
        return at.turnover(at.listing.turnover(mark // unit, quantity))
    digits = 2
    scale = RATE_SCALE + at.listing.quantity_scale
    raw = quantity * mark // 10 ** (scale - digits)
    return f"{raw // 100}.{raw % 100:02d}"


class TickerWatch:
    """One ticker topic: what its subscribers know.

    Args:
        topic: Which one.
        instrument: Whose.
        now_ms: The time.
    """

    def __init__(self, topic: Topic, instrument: InstrumentView, now_ms: int) -> None:
        self._topic = topic
        self._instrument = instrument
        self._known = self._read(now_ms)

    def _read(self, now_ms: int) -> Fields:
        make = contract_fields if self._topic.category.is_contract else spot_fields
        return make(self._instrument, now_ms)

    def snapshot(self, now_ms: int) -> str:
        """Return everything that subscribers know."""
        return self._message("snapshot", self._known, now_ms)

    def flush(self, now_ms: int) -> str | None:
        """Return what changed since the last push, ``None`` if nothing did; on spot the whole of it."""
        known, self._known = self._known, self._read(now_ms)
        changed = {name: value for name, value in self._known.items() if known[name] != value}
        if not changed:
            return None
        if not self._topic.category.is_contract:
            return self.snapshot(now_ms)
        return self._message("delta", {"symbol": self._topic.symbol, **changed}, now_ms)

    def _message(self, kind: str, fields: Fields, now_ms: int) -> str:
        data = json.dumps(fields, separators=(",", ":"))
        sequence, text = sequence_of(self._instrument), self._topic.text
        if self._topic.category.is_contract:
            return (
                f'{{"topic":"{text}","type":"{kind}","data":{data},"cs":{sequence},"ts":{now_ms}}}'
            )
        return f'{{"topic":"{text}","ts":{now_ms},"type":"{kind}","cs":{sequence},"data":{data}}}'
