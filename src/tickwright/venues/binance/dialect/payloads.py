"""The payloads of market streams, written as Binance documents them (sections 4 and 5 of its reference).

One class a family. Times are ms; ``E`` is when the venue speaks, ``T`` when it happened.
"""

from __future__ import annotations

from typing import Protocol

from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.binance.dialect.spelling import Spelling, levels_text
from tickwright.venues.facts import (
    AggTradeFact,
    CandleFact,
    DayFact,
    ForcedFact,
    MarkFact,
    TradeFact,
)


__all__ = ["FuturesPayloads", "Payloads", "SpotPayloads", "kline", "payloads_of"]

Levels = list[tuple[int, int]]


class Payloads(Protocol):
    """What both families can say. ``now_ms`` is the event time."""

    def trade(self, at: Spelling, trade: TradeFact, now_ms: int) -> str:
        """Write a single match."""

    def agg_trade(self, at: Spelling, trade: AggTradeFact, now_ms: int) -> str:
        """Write a joined match."""

    def book_ticker(
        self, at: Spelling, update_id: int, best: tuple[int, int, int, int], now_ms: int
    ) -> str:
        """Write the best bid and ask."""

    def depth(
        self, at: Spelling, ids: tuple[int, int, int], bids: Levels, asks: Levels, now_ms: int
    ) -> str:
        """Write a diff; ``ids`` are first, last and previous last update id."""

    def partial_depth(
        self, at: Spelling, ids: tuple[int, int, int], bids: Levels, asks: Levels, now_ms: int
    ) -> str:
        """Write the best levels."""

    def mini_ticker(self, at: Spelling, day: DayFact, now_ms: int) -> str:
        """Write a day's short statistics."""

    def ticker(
        self, at: Spelling, day: DayFact, best: tuple[int, int, int, int], now_ms: int
    ) -> str:
        """Write a day's full statistics."""


def payloads_of(product: DialectProduct) -> Payloads:
    """Return the writer of a product's family."""
    return FuturesPayloads(product) if product.is_futures else SpotPayloads()


def _flag(value: bool) -> str:
    return "true" if value else "false"


def kline(
    at: Spelling, interval: str, candle: CandleFact, now_ms: int, *, is_closed: bool, head: str = ""
) -> str:
    """Write a candle; ``head`` replaces the symbol of continuous ones."""
    k, price = candle, at.price
    name = head or f'"s":"{at.symbol}"'
    event = "continuous_kline" if head else "kline"
    inner = "" if head else f'"s":"{at.symbol}",'
    return (
        f'{{"e":"{event}","E":{now_ms},{name},"k":{{"t":{k.open_ms},"T":{k.close_ms},{inner}'
        f'"i":"{interval}","f":{k.first_id},"L":{k.last_id},"o":"{price(k.open)}","c":"{price(k.close)}",'
        f'"h":"{price(k.high)}","l":"{price(k.low)}","v":"{at.quantity(k.volume)}","n":{k.trades},'
        f'"x":{_flag(is_closed)},"q":"{at.turnover(k.turnover)}","V":"{at.quantity(k.taker_volume)}",'
        f'"Q":"{at.turnover(k.taker_turnover)}","B":"0"}}}}'
    )


class SpotPayloads:
    """Spot: eight digits everywhere; book tickers and partial books carry no event type."""

    def trade(self, at: Spelling, trade: TradeFact, now_ms: int) -> str:
        """Write ``<symbol>@trade``."""
        t = trade
        return (
            f'{{"e":"trade","E":{now_ms},"s":"{at.symbol}","t":{t.id},"p":"{at.price(t.price)}",'
            f'"q":"{at.quantity(t.quantity)}","T":{t.ts_ms},"m":{_flag(t.is_buyer_maker)},"M":true}}'
        )

    def agg_trade(self, at: Spelling, trade: AggTradeFact, now_ms: int) -> str:
        """Write ``<symbol>@aggTrade``."""
        t = trade
        return (
            f'{{"e":"aggTrade","E":{now_ms},"s":"{at.symbol}","a":{t.id},"p":"{at.price(t.price)}",'
            f'"q":"{at.quantity(t.quantity)}","f":{t.first_id},"l":{t.last_id},"T":{t.ts_ms},'
            f'"m":{_flag(t.is_buyer_maker)},"M":true}}'
        )

    def book_ticker(
        self, at: Spelling, update_id: int, best: tuple[int, int, int, int], now_ms: int
    ) -> str:
        """Write ``<symbol>@bookTicker``."""
        bid, bid_quantity, ask, ask_quantity = best
        return (
            f'{{"u":{update_id},"s":"{at.symbol}","b":"{at.price(bid)}","B":"{at.quantity(bid_quantity)}",'
            f'"a":"{at.price(ask)}","A":"{at.quantity(ask_quantity)}"}}'
        )

    def depth(
        self, at: Spelling, ids: tuple[int, int, int], bids: Levels, asks: Levels, now_ms: int
    ) -> str:
        """Write ``<symbol>@depth``."""
        return (
            f'{{"e":"depthUpdate","E":{now_ms},"s":"{at.symbol}","U":{ids[0]},"u":{ids[1]},'
            f'"b":{levels_text(at, bids)},"a":{levels_text(at, asks)}}}'
        )

    def partial_depth(
        self, at: Spelling, ids: tuple[int, int, int], bids: Levels, asks: Levels, now_ms: int
    ) -> str:
        """Write ``<symbol>@depth<levels>``."""
        return (
            f'{{"lastUpdateId":{ids[1]},"bids":{levels_text(at, bids)},'
            f'"asks":{levels_text(at, asks)}}}'
        )

    def mini_ticker(self, at: Spelling, day: DayFact, now_ms: int) -> str:
        """Write ``<symbol>@miniTicker``."""
        return f"{{{_mini(at, day, now_ms)}}}"

    def ticker(
        self, at: Spelling, day: DayFact, best: tuple[int, int, int, int], now_ms: int
    ) -> str:
        """Write ``<symbol>@ticker``."""
        bid, bid_quantity, ask, ask_quantity = best
        return (
            f'{{"e":"24hrTicker","E":{now_ms},"s":"{at.symbol}",{_change(at, day)},'
            f'"x":"{at.price(day.open)}","c":"{at.price(day.last)}","Q":"{at.quantity(day.last_quantity)}",'
            f'"b":"{at.price(bid)}","B":"{at.quantity(bid_quantity)}","a":"{at.price(ask)}",'
            f'"A":"{at.quantity(ask_quantity)}",{_window(at, day)}}}'
        )

    def window_ticker(self, at: Spelling, day: DayFact, window: str, now_ms: int) -> str:
        """Write ``<symbol>@ticker_<window>``."""
        return (
            f'{{"e":"{window}Ticker","E":{now_ms},"s":"{at.symbol}",{_change(at, day)},'
            f'"c":"{at.price(day.last)}",{_window(at, day)}}}'
        )

    def average_price(self, at: Spelling, day: DayFact, now_ms: int) -> str:
        """Write ``<symbol>@avgPrice``; ``day`` is the window that is averaged."""
        average = at.average(day.turnover, day.volume, day.last)
        return (
            f'{{"e":"avgPrice","E":{now_ms},"s":"{at.symbol}","i":"5m","w":"{average}",'
            f'"T":{day.close_ms}}}'
        )


class FuturesPayloads:
    """USD-M and COIN-M: the instrument's own digits, ``T`` beside ``E``, and the family in ``st``."""

    def __init__(self, product: DialectProduct) -> None:
        self._st = ',"st":2' if product.is_inverse else ',"st":1'

    def trade(self, at: Spelling, trade: TradeFact, now_ms: int) -> str:
        """Write ``<symbol>@trade``, which is undocumented and widely used."""
        t = trade
        return (
            f'{{"e":"trade","E":{now_ms},"T":{t.ts_ms},"s":"{at.symbol}","t":{t.id},'
            f'"p":"{at.price(t.price)}","q":"{at.quantity(t.quantity)}","X":"MARKET",'
            f'"m":{_flag(t.is_buyer_maker)}{self._st}}}'
        )

    def agg_trade(self, at: Spelling, trade: AggTradeFact, now_ms: int) -> str:
        """Write ``<symbol>@aggTrade``."""
        t, quantity = trade, at.quantity(trade.quantity)
        return (
            f'{{"e":"aggTrade","E":{now_ms},"a":{t.id},"s":"{at.symbol}","p":"{at.price(t.price)}",'
            f'"q":"{quantity}","nq":"{quantity}","f":{t.first_id},"l":{t.last_id},"T":{t.ts_ms},'
            f'"m":{_flag(t.is_buyer_maker)}{self._st}}}'
        )

    def book_ticker(
        self, at: Spelling, update_id: int, best: tuple[int, int, int, int], now_ms: int
    ) -> str:
        """Write ``<symbol>@bookTicker``."""
        bid, bid_quantity, ask, ask_quantity = best
        return (
            f'{{"e":"bookTicker","u":{update_id},"s":"{at.symbol}","ps":"{at.pair}","b":"{at.price(bid)}",'
            f'"B":"{at.quantity(bid_quantity)}","a":"{at.price(ask)}","A":"{at.quantity(ask_quantity)}",'
            f'"T":{now_ms},"E":{now_ms}{self._st}}}'
        )

    def depth(
        self, at: Spelling, ids: tuple[int, int, int], bids: Levels, asks: Levels, now_ms: int
    ) -> str:
        """Write ``<symbol>@depth`` and, with the best levels only, ``<symbol>@depth<levels>``."""
        return (
            f'{{"e":"depthUpdate","E":{now_ms},"T":{now_ms},"s":"{at.symbol}","ps":"{at.pair}",'
            f'"U":{ids[0]},"u":{ids[1]},"pu":{ids[2]},"b":{levels_text(at, bids)},'
            f'"a":{levels_text(at, asks)}{self._st}}}'
        )

    partial_depth = depth

    def mini_ticker(self, at: Spelling, day: DayFact, now_ms: int) -> str:
        """Write ``<symbol>@miniTicker``."""
        return f'{{{_mini(at, day, now_ms)},"ps":"{at.pair}"{self._st}}}'

    def ticker(
        self, at: Spelling, day: DayFact, best: tuple[int, int, int, int], now_ms: int
    ) -> str:
        """Write ``<symbol>@ticker``, which has no best bid and ask here."""
        return (
            f'{{"e":"24hrTicker","E":{now_ms},"s":"{at.symbol}","ps":"{at.pair}",{_change(at, day)},'
            f'"c":"{at.price(day.last)}","Q":"{at.quantity(day.last_quantity)}",'
            f"{_window(at, day)}{self._st}}}"
        )

    def mark_price(self, at: Spelling, mark: MarkFact, now_ms: int) -> str:
        """Write ``<symbol>@markPrice``."""
        price = at.rate(mark.mark)
        return (
            f'{{"e":"markPriceUpdate","E":{now_ms},"s":"{at.symbol}","p":"{price}","ap":"{price}",'
            f'"P":"{price}","i":"{at.rate(mark.index)}","r":"{at.rate(mark.rate)}",'
            f'"T":{mark.next_funding_ms}{self._st}}}'
        )

    def force_order(self, at: Spelling, forced: ForcedFact, now_ms: int) -> str:
        """Write ``<symbol>@forceOrder``: an order of the venue's that closed a position."""
        side = "BUY" if forced.is_buy else "SELL"
        price, average = at.price(forced.price), at.price(forced.average)
        quantity = at.quantity(forced.quantity)
        return (
            f'{{"e":"forceOrder","E":{now_ms},"o":{{"s":"{at.symbol}","S":"{side}","o":"LIMIT","f":"IOC",'
            f'"q":"{quantity}","p":"{price}","ap":"{average}","X":"FILLED","l":"{quantity}",'
            f'"z":"{quantity}","T":{forced.ts_ms}}},"ps":"{at.pair}"{self._st}}}'
        )


def _mini(at: Spelling, day: DayFact, now_ms: int) -> str:
    return (
        f'"e":"24hrMiniTicker","E":{now_ms},"s":"{at.symbol}","c":"{at.price(day.last)}",'
        f'"o":"{at.price(day.open)}","h":"{at.price(day.high)}","l":"{at.price(day.low)}",'
        f'"v":"{at.quantity(day.volume)}","q":"{at.turnover(day.turnover)}"'
    )


def _change(at: Spelling, day: DayFact) -> str:
    return (
        f'"p":"{at.price(day.last - day.open)}","P":"{at.change_percent(day.open, day.last)}",'
        f'"w":"{at.average(day.turnover, day.volume, day.last)}"'
    )


def _window(at: Spelling, day: DayFact) -> str:
    return (
        f'"o":"{at.price(day.open)}","h":"{at.price(day.high)}","l":"{at.price(day.low)}",'
        f'"v":"{at.quantity(day.volume)}","q":"{at.turnover(day.turnover)}","O":{day.open_ms},'
        f'"C":{day.close_ms},"F":{day.first_id},"L":{day.last_id},"n":{day.trades}'
    )
