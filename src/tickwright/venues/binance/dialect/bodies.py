"""The rows of Binance's REST answers, each written as its endpoint documents it."""

from __future__ import annotations

from collections.abc import Iterable

from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.binance.dialect.spelling import Spelling, levels_text
from tickwright.venues.facts import (
    AggTradeFact,
    CandleFact,
    DayFact,
    InstrumentView,
    MarkFact,
    TradeFact,
)


__all__ = [
    "agg_trade",
    "average_price",
    "book_ticker",
    "day",
    "depth",
    "execution_rules",
    "funding",
    "kline",
    "mini_window",
    "open_interest",
    "premium_index",
    "price",
    "reference_price",
    "rows",
    "trade",
    "window",
]


def rows(texts: Iterable[str]) -> str:
    """Return rows as a JSON array."""
    return f"[{','.join(texts)}]"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _name(product: DialectProduct, at: Spelling) -> str:
    pair = f',"pair":"{at.pair}"' if product.is_inverse else ""
    return f'"symbol":"{at.symbol}"{pair}'


def depth(
    product: DialectProduct, at: Spelling, instrument: InstrumentView, limit: int, now_ms: int
) -> str:
    """``depth``: the book as it stands; futures say when."""
    times = ""
    if product.is_futures:
        times = f'"E":{now_ms},"T":{instrument.book_ms},'
    if product.is_inverse:
        times += _name(product, at) + ","
    return (
        f'{{"lastUpdateId":{instrument.update_id},{times}'
        f'"bids":{levels_text(at, instrument.bids(limit))},'
        f'"asks":{levels_text(at, instrument.asks(limit))}}}'
    )


def trade(product: DialectProduct, at: Spelling, fact: TradeFact) -> str:
    """One row of ``trades`` and ``historicalTrades``."""
    worth = at.turnover(at.listing.turnover(fact.price, fact.quantity))
    name = "baseQty" if product.is_inverse else "quoteQty"
    last = ',"isRPITrade":false' if product.is_futures else ',"isBestMatch":true'
    return (
        f'{{"id":{fact.id},"price":"{at.price(fact.price)}","qty":"{at.quantity(fact.quantity)}",'
        f'"{name}":"{worth}","time":{fact.ts_ms},"isBuyerMaker":{_flag(fact.is_buyer_maker)}'
        f"{'' if product.is_inverse else last}}}"
    )


def agg_trade(product: DialectProduct, at: Spelling, fact: AggTradeFact) -> str:
    """One row of ``aggTrades``."""
    quantity = at.quantity(fact.quantity)
    normal = f'"nq":"{quantity}",' if product.is_futures else ""
    last = "" if product.is_futures else ',"M":true'
    return (
        f'{{"a":{fact.id},"p":"{at.price(fact.price)}","q":"{quantity}",{normal}"f":{fact.first_id},'
        f'"l":{fact.last_id},"T":{fact.ts_ms},"m":{_flag(fact.is_buyer_maker)}{last}}}'
    )


def kline(at: Spelling, k: CandleFact) -> str:
    """One row of ``klines``: a tuple of twelve."""
    p, q, t = at.price, at.quantity, at.turnover
    return (
        f'[{k.open_ms},"{p(k.open)}","{p(k.high)}","{p(k.low)}","{p(k.close)}","{q(k.volume)}",'
        f'{k.close_ms},"{t(k.turnover)}",{k.trades},"{q(k.taker_volume)}","{t(k.taker_turnover)}","0"]'
    )


def day(
    product: DialectProduct,
    at: Spelling,
    fact: DayFact,
    best: tuple[int, int, int, int],
    *,
    is_mini: bool,
) -> str:
    """``ticker/24hr``; futures show neither best prices nor the previous close."""
    if is_mini and not product.is_futures:
        return f"{{{_name(product, at)},{_window(product, at, fact)}}}"
    around = ""
    if not product.is_futures:
        bid, bid_quantity, ask, ask_quantity = best
        around = (
            f'"prevClosePrice":"{at.price(fact.open)}","bidPrice":"{at.price(bid)}",'
            f'"bidQty":"{at.quantity(bid_quantity)}","askPrice":"{at.price(ask)}",'
            f'"askQty":"{at.quantity(ask_quantity)}",'
        )
    return (
        f"{{{_name(product, at)},{_change(at, fact)},{around}"
        f'"lastQty":"{at.quantity(fact.last_quantity)}",{_window(product, at, fact)}}}'
    )


def window(at: Spelling, fact: DayFact) -> str:
    """``ticker`` of a rolling window (spot)."""
    w = fact
    return (
        f'{{"symbol":"{at.symbol}",{_change(at, w)},"openPrice":"{at.price(w.open)}",'
        f'"highPrice":"{at.price(w.high)}","lowPrice":"{at.price(w.low)}",'
        f'"lastPrice":"{at.price(w.last)}","volume":"{at.quantity(w.volume)}",'
        f'"quoteVolume":"{at.turnover(w.turnover)}","openTime":{w.open_ms},"closeTime":{w.close_ms},'
        f'"firstId":{w.first_id},"lastId":{w.last_id},"count":{w.trades}}}'
    )


def mini_window(at: Spelling, w: DayFact) -> str:
    """``ticker`` of a rolling window (spot), of type MINI."""
    return (
        f'{{"symbol":"{at.symbol}","openPrice":"{at.price(w.open)}","highPrice":"{at.price(w.high)}",'
        f'"lowPrice":"{at.price(w.low)}","lastPrice":"{at.price(w.last)}",'
        f'"volume":"{at.quantity(w.volume)}","quoteVolume":"{at.turnover(w.turnover)}",'
        f'"openTime":{w.open_ms},"closeTime":{w.close_ms},"firstId":{w.first_id},'
        f'"lastId":{w.last_id},"count":{w.trades}}}'
    )


def execution_rules(at: Spelling) -> str:
    """One row of ``executionRules`` (spot)."""
    return (
        f'{{"symbol":"{at.symbol}","rules":[{{"ruleType":"PRICE_RANGE","bidLimitMultUp":"1.1000",'
        f'"bidLimitMultDown":"0.5000","askLimitMultUp":"2.0000","askLimitMultDown":"0.9000"}}]}}'
    )


def reference_price(at: Spelling, best: tuple[int, int, int, int], now_ms: int) -> str:
    """``referencePrice`` (spot): the middle of the book."""
    middle = at.price((best[0] + best[2]) // 2)
    return f'{{"symbol":"{at.symbol}","referencePrice":"{middle}","timestamp":{now_ms}}}'


def _change(at: Spelling, w: DayFact) -> str:
    return (
        f'"priceChange":"{at.price(w.last - w.open)}",'
        f'"priceChangePercent":"{at.change_percent(w.open, w.last)}",'
        f'"weightedAvgPrice":"{at.average(w.turnover, w.volume, w.last)}"'
    )


def _window(product: DialectProduct, at: Spelling, w: DayFact) -> str:
    turnover = "baseVolume" if product.is_inverse else "quoteVolume"
    return (
        f'"openPrice":"{at.price(w.open)}","highPrice":"{at.price(w.high)}",'
        f'"lowPrice":"{at.price(w.low)}","lastPrice":"{at.price(w.last)}",'
        f'"volume":"{at.quantity(w.volume)}","{turnover}":"{at.turnover(w.turnover)}",'
        f'"openTime":{w.open_ms},"closeTime":{w.close_ms},"firstId":{w.first_id},'
        f'"lastId":{w.last_id},"count":{w.trades}'
    )


def price(product: DialectProduct, at: Spelling, last: int, now_ms: int) -> str:
    """``ticker/price``."""
    time = f',"time":{now_ms}' if product.is_futures else ""
    pair = f',"ps":"{at.pair}"' if product.is_inverse else ""
    return f'{{"symbol":"{at.symbol}"{pair},"price":"{at.price(last)}"{time}}}'


def book_ticker(product: DialectProduct, at: Spelling, instrument: InstrumentView) -> str:
    """``ticker/bookTicker``."""
    bid, bid_quantity, ask, ask_quantity = instrument.best()
    time = f',"time":{instrument.book_ms}' if product.is_futures else ""
    return (
        f'{{{_name(product, at)},"bidPrice":"{at.price(bid)}","bidQty":"{at.quantity(bid_quantity)}",'
        f'"askPrice":"{at.price(ask)}","askQty":"{at.quantity(ask_quantity)}"{time}}}'
    )


def average_price(at: Spelling, fact: DayFact) -> str:
    """``avgPrice`` (spot); ``fact`` is the window that is averaged."""
    average = at.average(fact.turnover, fact.volume, fact.last)
    return f'{{"mins":5,"price":"{average}","closeTime":{fact.close_ms}}}'


def premium_index(product: DialectProduct, at: Spelling, mark: MarkFact, now_ms: int) -> str:
    """``premiumIndex`` (futures)."""
    return (
        f'{{{_name(product, at)},"markPrice":"{at.rate(mark.mark)}","indexPrice":"{at.rate(mark.index)}",'
        f'"estimatedSettlePrice":"{at.rate(mark.index)}","lastFundingRate":"{at.rate(mark.rate)}",'
        f'"interestRate":"0.00010000","nextFundingTime":{mark.next_funding_ms},"time":{now_ms}}}'
    )


def funding(at: Spelling, paid: MarkFact) -> str:
    """One row of ``fundingRate`` (futures)."""
    return (
        f'{{"symbol":"{at.symbol}","fundingRate":"{at.rate(paid.rate)}",'
        f'"fundingTime":{paid.next_funding_ms},"markPrice":"{at.rate(paid.mark)}",'
        f'"rateType":"Regular"}}'
    )


def open_interest(product: DialectProduct, at: Spelling, contracts: int, now_ms: int) -> str:
    """``openInterest`` (futures)."""
    kind = ',"contractType":"PERPETUAL"' if product.is_inverse else ""
    return (
        f'{{{_name(product, at)},"openInterest":"{at.quantity(contracts)}"{kind},"time":{now_ms}}}'
    )
