"""Bybit's public REST endpoints, answered from a simulated market (section 7)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from tickwright.venues.bybit.dialect.books import BookWindow, sequence_of
from tickwright.venues.bybit.dialect.categories import CATEGORIES, INTERVALS, LINEAR, Category
from tickwright.venues.bybit.dialect.envelope import (
    Refused,
    answered,
    missing,
    refused,
    unknown_path,
    wrong,
)
from tickwright.venues.bybit.dialect.listings import (
    LEVERAGE_MAX,
    RISK_LIMIT,
    instruments_result,
)
from tickwright.venues.bybit.dialect.payloads import limit_prices, trade_id
from tickwright.venues.bybit.dialect.publisher import Publisher
from tickwright.venues.bybit.dialect.spelling import Spelling, stripped
from tickwright.venues.bybit.dialect.tickers import rest_ticker
from tickwright.venues.bybit.dialect.topics import FULL, Topic, parse_topic
from tickwright.venues.dialects import Answer
from tickwright.venues.facts import CandleFact, InstrumentView, MarketView


__all__ = ["RestDesk", "time_result"]

Params = Mapping[str, str]
_ABSENT = ("inverse", "option")
"""Categories of the venue's that have no instruments here."""
_BOOK_MAX = 1000
_FUNDING_MAX, _INTEREST_MAX, _INTEREST_LIMIT = 200, 200, 50
_CANDLES_MAX, _CANDLES_LIMIT = 1000, 200
_LISTED_MAX, _LISTED_LIMIT = 1000, 500
_INTEREST_MS = {
    "5min": 300_000, "15min": 900_000, "30min": 1_800_000, "1h": 3_600_000, "4h": 14_400_000,
    "1d": 86_400_000,
}  # fmt: skip


def time_result(now_ms: int) -> str:
    """Return the result of ``/v5/market/time``."""
    return f'{{"timeSecond":"{now_ms // 1000}","timeNano":"{now_ms * 1_000_000}"}}'


class RestDesk:
    """Answers the public endpoints.

    Args:
        market: What is asked about.
        publisher: Whose lines of update ids the books of REST belong to.
        categories: Those that are served here.
    """

    def __init__(
        self, market: MarketView, publisher: Publisher, categories: Sequence[Category]
    ) -> None:
        self.market = market
        self._publisher = publisher
        self._categories = {category.name: category for category in categories}
        one = "/v5/market"
        self._endpoints: dict[str, Callable[[Params], str]] = {
            f"{one}/time": lambda _: time_result(self.market.now_ms),
            f"{one}/instruments-info": self._instruments,
            f"{one}/orderbook": self._book,
            f"{one}/full_orderbook": self._full_book,
            f"{one}/rpi_orderbook": self._rpi_book,
            f"{one}/tickers": self._tickers,
            f"{one}/recent-trade": self._trades,
            f"{one}/kline": self._candles,
            f"{one}/mark-price-kline": self._price_candles,
            f"{one}/index-price-kline": self._price_candles,
            f"{one}/premium-index-price-kline": self._price_candles,
            f"{one}/funding/history": self._fundings,
            f"{one}/open-interest": self._interest,
            f"{one}/price-limit": self._price_limit,
            f"{one}/insurance": lambda _: '{"updatedTime":"0","list":[]}',
            f"{one}/risk-limit": self._risk_limits,
        }

    def answer(self, method: str, path: str, params: Params) -> Answer:
        """Return the answer to a request; refusals are answers too."""
        make = self._endpoints.get(path)
        if make is None or method != "GET":
            return unknown_path()
        try:
            return answered(make(params), self.market.now_ms)
        except Refused as error:
            return refused(error, self.market.now_ms)

    # ------------------------------------------------------------------ listings

    def _instruments(self, params: Params) -> str:
        if self._is_absent(params):
            body = {"category": params["category"], "list": [], "nextPageCursor": ""}
            return _written(body)
        category = self._category(params)
        listings = [one.listing for one in self._of(category)]
        for name, of in (("symbol", "symbol"), ("baseCoin", "base")):
            asked = params.get(name)
            if asked:
                holder = [(one, one if of == "symbol" else one.name) for one in listings]
                listings = [one for one, held in holder if getattr(held, of) == asked]
        if params.get("symbol") and not listings:
            raise Refused(10001, "params error: symbol invalid")
        if params.get("status", "Trading") != "Trading":
            listings = []
        limit = self._limit(params, _LISTED_LIMIT, _LISTED_MAX)
        try:
            return instruments_result(category, listings, limit, params.get("cursor", ""))
        except ValueError:
            raise wrong("cursor") from None

    def _risk_limits(self, params: Params) -> str:
        category = self._contracts(params)
        rows = [
            {
                "id": 1,
                "symbol": one.listing.symbol,
                "riskLimitValue": str(RISK_LIMIT),
                "maintenanceMargin": "0.005",
                "initialMargin": "0.01",
                "isLowestRisk": 1,
                "maxLeverage": f"{LEVERAGE_MAX}.00",
                "mmDeduction": "",
            }
            for one in self._of(category)
            if params.get("symbol", one.listing.symbol) == one.listing.symbol
        ]
        return _written({"category": category.name, "list": rows, "nextPageCursor": ""})

    def _price_limit(self, params: Params) -> str:
        instrument, at = self._one(params, default=LINEAR)
        buy, sell = limit_prices(at, instrument, self.market.now_ms)
        return _written(
            {
                "symbol": at.symbol,
                "buyLmt": at.price(buy),
                "sellLmt": at.price(sell),
                "ts": str(self.market.now_ms),
            }
        )

    # ------------------------------------------------------------------ books, trades, tickers

    def _book(self, params: Params) -> str:
        instrument, at = self._one(params)
        limit = self._limit(params, at.category.book_limit, _BOOK_MAX)
        return self._window(instrument, at, "1000").body(limit, self.market.now_ms)

    def _full_book(self, params: Params) -> str:
        instrument, at = self._one(params)
        return self._window(instrument, at, "full").body(FULL, self.market.now_ms)

    def _rpi_book(self, params: Params) -> str:
        instrument, at = self._one(params, default=LINEAR)
        price, quantity = at.price, at.quantity
        limit = self._limit(params, 50, 50)
        sides = {
            name: [[price(one), quantity(amount), "0"] for one, amount in levels]
            for name, levels in (("b", instrument.bids(limit)), ("a", instrument.asks(limit)))
        }
        now_ms, sequence = self.market.now_ms, sequence_of(instrument)
        tail = {"ts": now_ms, "u": instrument.update_id, "seq": sequence, "cts": instrument.book_ms}
        return _written({"s": at.symbol, **sides, **tail})

    def _window(self, instrument: InstrumentView, at: Spelling, detail: str) -> BookWindow:
        """Return the book of the stream's line if anybody listens to it, else one of this moment."""
        found = self._publisher.window(at.listing.key, detail)
        if found is not None:
            return found
        topic = parse_topic(at.category, f"orderbook.{detail}.{at.symbol}")
        assert isinstance(topic, Topic)
        return BookWindow(topic, instrument)

    def _tickers(self, params: Params) -> str:
        if self._is_absent(params):
            return _written({"category": params["category"], "list": []})
        category, now_ms = self._category(params), self.market.now_ms
        asked = [self._one(params)[0]] if params.get("symbol") else self._of(category)
        rows = [rest_ticker(one, now_ms) for one in asked]
        return _written({"category": category.name, "list": rows})

    def _trades(self, params: Params) -> str:
        instrument, at = self._one(params)
        category, sequence = at.category, sequence_of(instrument)
        limit = self._limit(params, category.trades_limit, category.trades_max)
        rows = [
            {
                "execId": trade_id(at, one.id),
                "symbol": at.symbol,
                "price": at.price(one.price),
                "size": at.quantity(one.quantity),
                "side": "Sell" if one.is_buyer_maker else "Buy",
                "time": str(one.ts_ms),
                "isBlockTrade": False,
                "isRPITrade": False,
                "seq": str(sequence - instrument.last_trade_id + one.id),
            }
            for one in reversed(instrument.trades(None, limit))
        ]
        return _written({"category": category.name, "list": rows})

    # ------------------------------------------------------------------ candles

    def _candles(self, params: Params) -> str:
        instrument, at = self._one(params, default=LINEAR)
        rows = [
            [
                *_prices(at, one),
                stripped(at.quantity(one.volume)),
                stripped(at.turnover(one.turnover)),
            ]
            for one in self._found(params, instrument)
        ]
        return _written({"symbol": at.symbol, "category": at.category.name, "list": rows})

    def _price_candles(self, params: Params) -> str:
        instrument, at = self._one(params, default=LINEAR)
        self._contracts({"category": at.category.name})
        rows = [_prices(at, one) for one in self._found(params, instrument)]
        return _written({"symbol": at.symbol, "category": at.category.name, "list": rows})

    def _found(self, params: Params, instrument: InstrumentView) -> list[CandleFact]:
        """Return the candles that are asked for, the newest first."""
        interval = INTERVALS.get(_required(params, "interval"))
        if interval is None:
            raise Refused(10001, "Invalid period!")
        limit = self._limit(params, _CANDLES_LIMIT, _CANDLES_MAX)
        start, end, now_ms = _number(params, "start"), _number(params, "end"), self.market.now_ms
        # Of too many the newest are returned, whatever the start is.
        most = limit if start is None else _CANDLES_MAX + 1
        found = instrument.candles(interval, None, end, most, now_ms)
        return [one for one in reversed(found) if start is None or one.open_ms >= start][:limit]

    # ------------------------------------------------------------------ contracts

    def _fundings(self, params: Params) -> str:
        self._contracts(params)
        instrument, at = self._one(params)
        start, end = _number(params, "startTime"), _number(params, "endTime")
        if start is not None and end is None:
            raise Refused(10001, "endTime is required when startTime is given")
        limit, now_ms = self._limit(params, _FUNDING_MAX, _FUNDING_MAX), self.market.now_ms
        found = instrument.fundings(None, end, limit, now_ms)
        rows = [
            {
                "symbol": at.symbol,
                "fundingRate": at.rate(one.rate),
                "fundingRateTimestamp": str(one.next_funding_ms),
            }
            for one in reversed(found)
            if start is None or one.next_funding_ms >= start
        ]
        return _written({"category": at.category.name, "list": rows})

    def _interest(self, params: Params) -> str:
        self._contracts(params)
        instrument, at = self._one(params)
        step_ms = _INTEREST_MS.get(_required(params, "intervalTime"))
        if step_ms is None:
            raise wrong("intervalTime")
        now_ms = self.market.now_ms
        last = min(now_ms, _number(params, "endTime") or now_ms) // step_ms * step_ms
        first = _number(params, "startTime") or 0
        limit = self._limit(params, _INTEREST_LIMIT, _INTEREST_MAX)
        interest = instrument.open_interest()
        rows = [
            {
                "openInterest": at.quantity(interest),
                "singleOpenInterest": at.quantity(interest // 2),
                "timestamp": str(last - place * step_ms),
            }
            for place in range(limit)
            if last - place * step_ms >= first
        ]
        body = {"symbol": at.symbol, "category": at.category.name, "list": rows}
        return _written({**body, "nextPageCursor": ""})

    # ------------------------------------------------------------------ parameters

    def _category(self, params: Params, default: Category | None = None) -> Category:
        name = params.get("category") or (default.name if default is not None else "")
        if not name:
            raise missing("category")
        found = self._categories.get(name)
        if found is None:
            known = name in CATEGORIES or name in _ABSENT
            raise Refused(10001, "Not supported symbols" if known else "Illegal category")
        return found

    def _is_absent(self, params: Params) -> bool:
        """Tell whether a category is asked for that the venue has, and this market does not."""
        name = params.get("category")
        return name in _ABSENT and name not in self._categories

    def _contracts(self, params: Params) -> Category:
        category = self._category(params)
        if not category.is_contract:
            raise Refused(10001, "category only support linear or inverse")
        return category

    def _of(self, category: Category) -> list[InstrumentView]:
        return [one for one in self.market.instruments if one.listing.category == category.name]

    def _one(
        self, params: Params, default: Category | None = None
    ) -> tuple[InstrumentView, Spelling]:
        category = self._category(params, default)
        symbol = _required(params, "symbol")
        found = self.market.find(f"{category.name}/{symbol}")
        if found is None:
            raise Refused(10001, "Not supported symbols")
        return found, Spelling(found.listing)

    def _limit(self, params: Params, default: int, most: int) -> int:
        limit = _number(params, "limit")
        if limit is None:
            return default
        if limit < 1:
            raise wrong("limit")
        return min(limit, most)


def _prices(at: Spelling, one: CandleFact) -> list[str]:
    """Return when a candle opens, and its prices, without zeros at their end."""
    raws = (one.open, one.high, one.low, one.close)
    return [str(one.open_ms), *(stripped(at.price(raw)) for raw in raws)]


def _required(params: Params, name: str) -> str:
    value = params.get(name, "")
    if not value:
        raise missing(name)
    return value


def _number(params: Params, name: str) -> int | None:
    value = params.get(name)
    if not value:
        return None
    if not value.isdecimal():
        raise wrong(name)
    return int(value)


def _written(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
