"""Binance's public REST endpoints, answered from a simulated market (sections 8, 11 and 12 of its reference)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial

from tickwright.venues.binance.dialect import bodies
from tickwright.venues.binance.dialect.contracts import perpetual, price_candle
from tickwright.venues.binance.dialect.errors import error_body
from tickwright.venues.binance.dialect.listings import exchange_info
from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.binance.dialect.spelling import Spelling
from tickwright.venues.binance.dialect.streams import INTERVALS
from tickwright.venues.binance.dialect.weights import depth_weight
from tickwright.venues.dialects import Answer
from tickwright.venues.facts import CandleFact, InstrumentView, MarketView


__all__ = ["RestDesk"]

_DAY_MS = 86_400_000
_DIGITS = re.compile(r"[0-9]{1,20}")
_CONTRACTS = ("PERPETUAL", "CURRENT_QUARTER", "NEXT_QUARTER", "TRADIFI_PERPETUAL")
# Candles of prices that nobody trades at, and what they are asked by.
_PRICE_KLINES = {
    "indexPriceKlines": "pair",
    "markPriceKlines": "symbol",
    "premiumIndexKlines": "symbol",
}

Params = Mapping[str, str]


class _Refused(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class RestDesk:
    """Answers the public endpoints of one product.

    Args:
        product: Whose dialect.
        market: What is asked about.
    """

    def __init__(self, product: DialectProduct, market: MarketView) -> None:
        self.product = product
        self.market = market
        self._endpoints = self._table()

    def answer(self, method: str, path: str, params: Params) -> Answer:
        """Return the answer to a request; refusals are answers too."""
        endpoint = self._endpoints.get(path)
        if endpoint is None or method != "GET":
            return Answer(404, error_body(-1099, "Not found, unauthenticated, or unauthorized."))
        try:
            weight, make = endpoint
            cost = weight(params) if callable(weight) else weight
            return Answer(200, make(params), cost)
        except _Refused as error:
            return Answer(400, error_body(error.code, str(error)))

    # ------------------------------------------------------------------ the endpoints

    def _table(self) -> dict[str, tuple[int | Callable[[Params], int], Callable[[Params], str]]]:
        product = self.product
        one = product.prefix
        is_futures = product.is_futures
        table: dict[str, tuple[int | Callable[[Params], int], Callable[[Params], str]]] = {
            f"{one}/ping": (1, lambda _: "{}"),
            f"{one}/time": (1, lambda _: f'{{"serverTime":{self.market.now_ms}}}'),
            f"{one}/exchangeInfo": (1 if is_futures else 20, self._exchange_info),
            f"{one}/depth": (self._depth_weight, self._depth),
            f"{one}/trades": (5 if is_futures else 25, self._trades),
            f"{one}/historicalTrades": (200 if is_futures else 25, self._trades),
            f"{one}/aggTrades": (20 if is_futures else 4, self._agg_trades),
            f"{one}/klines": (self._klines_weight, self._klines),
            f"{one}/ticker/24hr": (self._by_symbol(1 if is_futures else 2, 40 if is_futures else 80), self._day),
            f"{one}/ticker/price": (self._by_symbol(1 if is_futures else 2, 2 if is_futures else 4), self._price),
            f"{one}/ticker/bookTicker": (self._by_symbol(2, 5 if is_futures else 4), self._book_ticker),
        }  # fmt: skip
        if is_futures:
            table |= {
                f"{one}/premiumIndex": (self._by_symbol(1, 10), self._premium_index),
                f"{one}/fundingRate": (0, self._funding_rate),
                f"{one}/fundingInfo": (0, lambda _: "[]"),
                f"{one}/openInterest": (1, self._open_interest),
                f"{one}/continuousKlines": (self._klines_weight, self._continuous_klines),
            }
            for kind, key in _PRICE_KLINES.items():
                table[f"{one}/{kind}"] = (
                    self._klines_weight,
                    partial(self._price_klines, kind, key),
                )
            if not product.is_inverse:
                table["/fapi/v2/ticker/price"] = (self._by_symbol(1, 2), self._price)
        else:
            table |= {
                f"{one}/uiKlines": (2, self._klines),
                f"{one}/avgPrice": (2, self._average_price),
                "/sapi/v1/system/status": (1, lambda _: '{"status":0,"msg":"normal"}'),
                f"{one}/ticker": (self._listed_weight, self._rolling),
                f"{one}/ticker/tradingDay": (self._listed_weight, self._trading_day),
                f"{one}/historicalBlockTrades": (25, self._block_trades),
                f"{one}/executionRules": (self._rules_weight, self._execution_rules),
                f"{one}/referencePrice": (2, self._reference_price),
                f"{one}/referencePrice/calculation": (2, self._reference_calculation),
            }
        return table

    def _exchange_info(self, params: Params) -> str:
        listings = [one.listing for one in self.market.instruments]
        if not self.product.is_futures and ("symbol" in params or "symbols" in params):
            listings = [one.listing for one, _ in self._asked(params)]
        return exchange_info(self.product, listings, self.market.now_ms)

    def _depth_weight(self, params: Params) -> int:
        return depth_weight(self.product, self._depth_limit(params))

    def _depth_limit(self, params: Params) -> int:
        product = self.product
        limit = self._number(params, "limit", product.depth_default) or 0
        if product.depth_limits is not None and limit not in product.depth_limits:
            raise _Refused(-4021, f"'{limit}' is not valid depth limit.")
        return max(1, min(limit, product.depth_max))

    def _depth(self, params: Params) -> str:
        instrument, at = self._one(params)
        limit = self._depth_limit(params)
        return bodies.depth(self.product, at, instrument, limit, self.market.now_ms)

    def _trades(self, params: Params) -> str:
        instrument, at = self._one(params)
        from_id = self._number(params, "fromId", None)
        found = instrument.trades(from_id, self._limit(params, 500, 1000))
        return bodies.rows(bodies.trade(self.product, at, trade) for trade in found)

    def _agg_trades(self, params: Params) -> str:
        instrument, at = self._one(params)
        found = instrument.agg_trades(
            self._number(params, "fromId", None),
            self._number(params, "startTime", None),
            self._number(params, "endTime", None),
            self._limit(params, 500, 1000),
        )
        return bodies.rows(bodies.agg_trade(self.product, at, trade) for trade in found)

    def _klines_weight(self, params: Params) -> int:
        if not self.product.is_futures:
            return 2
        limit = self._number(params, "limit", 500) or 0
        return 1 if limit < 100 else 2 if limit < 500 else 5 if limit <= 1000 else 10

    def _klines(self, params: Params) -> str:
        instrument, at = self._one(params)
        return bodies.rows(bodies.kline(at, one) for one in self._candles(params, instrument))

    def _continuous_klines(self, params: Params) -> str:
        instrument, at = self._of_pair(params)
        contract = self._required(params, "contractType")
        if contract not in _CONTRACTS:
            raise _Refused(-4104, "Invalid contract type")
        found = self._candles(params, instrument, has_seconds=True)
        # Only perpetual contracts are invented: the other kinds have no candles yet.
        return bodies.rows(bodies.kline(at, one) for one in found if contract == "PERPETUAL")

    def _price_klines(self, kind: str, key: str, params: Params) -> str:
        instrument, at = self._of_pair(params) if key == "pair" else self._one(params)
        found = self._candles(params, instrument)
        return bodies.rows(price_candle(at.listing, one, kind) for one in found)

    def _candles(
        self, params: Params, instrument: InstrumentView, *, has_seconds: bool = False
    ) -> list[CandleFact]:
        interval = self._required(params, "interval")
        has_seconds = has_seconds or not self.product.is_futures
        if interval not in INTERVALS or (interval == "1s" and not has_seconds):
            raise _Refused(-1120, "Invalid interval.")
        limit = self._limit(params, 500, self.product.klines_max)
        start = self._number(params, "startTime", None)
        end = self._number(params, "endTime", None)
        return instrument.candles(interval, start, end, limit, self.market.now_ms)

    def _day(self, params: Params) -> str:
        now_ms = self.market.now_ms
        is_mini = params.get("type") == "MINI"
        return self._each(
            params,
            lambda one, at: bodies.day(
                self.product, at, one.day(now_ms, _DAY_MS), one.best(), is_mini=is_mini
            ),
        )

    def _rolling(self, params: Params) -> str:
        now_ms = self.market.now_ms
        window = params.get("windowSize", "1d")
        match = re.fullmatch(r"([1-9]\d?)([mhd])", window)
        if match is None:
            raise _Refused(-1130, "Data sent for parameter 'windowSize' is not valid.")
        length_ms = int(match[1]) * {"m": 60_000, "h": 3_600_000, "d": _DAY_MS}[match[2]]
        return self._windows(params, now_ms, length_ms)

    def _trading_day(self, params: Params) -> str:
        now_ms = self.market.now_ms
        return self._windows(params, now_ms, max(60_000, now_ms % _DAY_MS))

    def _windows(self, params: Params, now_ms: int, length_ms: int) -> str:
        if "symbol" not in params and "symbols" not in params:
            raise _Refused(
                -1102, "Param 'symbol' or 'symbols' must be sent, but both were empty/null!"
            )
        make = bodies.mini_window if params.get("type") == "MINI" else bodies.window
        return self._each(params, lambda one, at: make(at, one.day(now_ms, length_ms)))

    def _block_trades(self, params: Params) -> str:
        self._one(params)
        self._required(params, "fromId")
        return "[]"

    def _execution_rules(self, params: Params) -> str:
        listed = self._asked(params)
        return f'{{"symbolRules":{bodies.rows(bodies.execution_rules(at) for _, at in listed)}}}'

    def _reference_price(self, params: Params) -> str:
        instrument, at = self._one(params)
        return bodies.reference_price(at, instrument.best(), self.market.now_ms)

    def _reference_calculation(self, params: Params) -> str:
        _, at = self._one(params)
        return (
            f'{{"symbol":"{at.symbol}","calculationType":"ARITHMETIC_MEAN","bucketCount":10,'
            f'"bucketWidthMs":1000}}'
        )

    def _price(self, params: Params) -> str:
        now_ms = self.market.now_ms
        return self._each(
            params, lambda one, at: bodies.price(self.product, at, one.last_price, now_ms)
        )

    def _book_ticker(self, params: Params) -> str:
        return self._each(params, lambda one, at: bodies.book_ticker(self.product, at, one))

    def _average_price(self, params: Params) -> str:
        instrument, at = self._one(params)
        return bodies.average_price(at, instrument.day(self.market.now_ms, 300_000))

    def _premium_index(self, params: Params) -> str:
        now_ms = self.market.now_ms
        return self._each(
            params, lambda one, at: bodies.premium_index(self.product, at, one.mark(now_ms), now_ms)
        )

    def _funding_rate(self, params: Params) -> str:
        now_ms = self.market.now_ms
        limit = self._limit(params, 100, 1000)
        start = self._number(params, "startTime", None)
        end = self._number(params, "endTime", None)
        asked = self._asked(params) if "symbol" in params else self._all()
        return bodies.rows(
            bodies.funding(at, paid)
            for one, at in asked
            for paid in one.fundings(start, end, limit, now_ms)
        )

    def _open_interest(self, params: Params) -> str:
        instrument, at = self._one(params)
        return bodies.open_interest(
            self.product, at, instrument.open_interest(), self.market.now_ms
        )

    # ------------------------------------------------------------------ parameters

    def _required(self, params: Params, name: str) -> str:
        value = params.get(name, "")
        if not value:
            raise _Refused(
                -1102,
                f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.",
            )
        return value

    def _number(self, params: Params, name: str, default: int | None) -> int | None:
        value = params.get(name)
        if value is None:
            return default
        if _DIGITS.fullmatch(value) is None:
            raise _Refused(
                -1100,
                f"Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'.",
            )
        return int(value)

    def _limit(self, params: Params, default: int, top: int) -> int:
        limit = self._number(params, "limit", default) or 0
        if limit < 1 or (limit > top and self.product.is_futures):
            raise _Refused(-1130, "Data sent for parameter 'limit' is not valid.")
        return min(limit, top)

    def _find(self, symbol: str) -> tuple[InstrumentView, Spelling]:
        instrument = self.market.find(symbol)
        if instrument is None:
            raise _Refused(-1121, "Invalid symbol.")
        return instrument, Spelling(self.product, instrument.listing)

    def _one(self, params: Params) -> tuple[InstrumentView, Spelling]:
        return self._find(self._required(params, "symbol"))

    def _of_pair(self, params: Params) -> tuple[InstrumentView, Spelling]:
        instrument = perpetual(self.market, self._required(params, "pair"))
        if instrument is None:
            raise _Refused(-4144, "Invalid pair")
        return instrument, Spelling(self.product, instrument.listing)

    def _all(self) -> list[tuple[InstrumentView, Spelling]]:
        return [(one, Spelling(self.product, one.listing)) for one in self.market.instruments]

    def _count(self, params: Params) -> int:
        return 1 if "symbol" in params else len(self._asked(params))

    def _listed_weight(self, params: Params) -> int:
        return min(200, 4 * self._count(params))

    def _rules_weight(self, params: Params) -> int:
        is_named = "symbol" in params or "symbols" in params
        return min(40, 2 * self._count(params)) if is_named else 40

    def _asked(self, params: Params) -> list[tuple[InstrumentView, Spelling]]:
        """Return what a request names, all without a name; every listing is TRADING."""
        found = self._named(params)
        if params.get("symbolStatus", "TRADING") == "TRADING" or self.product.is_futures:
            return found
        if "symbol" in params:
            raise _Refused(-1220, "The symbol's status does not match the requested symbolStatus.")
        return []

    def _named(self, params: Params) -> list[tuple[InstrumentView, Spelling]]:
        if "symbol" in params:
            if "symbols" in params:
                raise _Refused(-1128, "Combination of optional parameters invalid.")
            return [self._find(params["symbol"])]
        if "symbols" not in params or self.product.is_futures:
            return self._all()
        try:
            names = json.loads(params["symbols"])
        except json.JSONDecodeError:
            names = None
        if not isinstance(names, list) or not names:
            raise _Refused(-1100, "Illegal characters found in parameter 'symbols'.")
        return [self._find(str(name)) for name in names]

    def _each(self, params: Params, make: Callable[[InstrumentView, Spelling], str]) -> str:
        """Return one row as an object, several (and on COIN-M any number) as an array."""
        texts = [make(one, at) for one, at in self._asked(params)]
        if "symbol" in params and not self.product.is_inverse:
            return texts[0]
        return bodies.rows(texts)

    def _by_symbol(self, one: int, every: int) -> Callable[[Params], int]:
        return lambda params: one if "symbol" in params else every
