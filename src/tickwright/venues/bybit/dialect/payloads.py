"""Trades, candles, liquidations and price limits as Bybit streams them (sections 4.2 and 4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from tickwright.venues.bybit.dialect.spelling import Spelling, stripped
from tickwright.venues.bybit.dialect.topics import Topic
from tickwright.venues.facts import RATE_SCALE, CandleFact, InstrumentPrices, TradeFact


__all__ = [
    "SPOT_IDS_FROM",
    "candle",
    "limit_prices",
    "liquidation",
    "price_limit",
    "trade_id",
    "trades",
]

SPOT_IDS_FROM = 2_290_000_000_000_000_000
"""Trade ids of spot are numbers beyond this one; those of contracts are UUIDs."""
_ONE: int = 10**RATE_SCALE


def trade_id(at: Spelling, number: int) -> str:
    """Return a trade's id: a number on spot, a UUID on contracts, always the same one."""
    if not at.category.is_contract:
        return str(SPOT_IDS_FROM + number)
    digest = sha256(f"{at.symbol}/{number}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-b{digest[17:20]}-{digest[20:32]}"


def trades(topic: Topic, at: Spelling, found: Sequence[TradeFact], sequence: int, last: int) -> str:
    """Write the matches of one taker at one price; ``last`` is the price before them."""
    is_contract = at.category.is_contract
    rows = []
    for one in found:
        side = "Sell" if one.is_buyer_maker else "Buy"
        price, quantity = at.price(one.price), at.quantity(one.quantity)
        name = trade_id(at, one.id)
        if is_contract:
            direction = _tick(last, one.price)
            rows.append(
                f'{{"T":{one.ts_ms},"s":"{at.symbol}","S":"{side}","v":"{quantity}","p":"{price}",'
                f'"L":"{direction}","i":"{name}","BT":false,"RPI":false,"seq":{sequence}}}'
            )
        else:
            rows.append(
                f'{{"i":"{name}","T":{one.ts_ms},"p":"{price}","v":"{quantity}","S":"{side}",'
                f'"seq":{sequence},"s":"{at.symbol}","BT":false,"RPI":false}}'
            )
        last = one.price
    ts_ms, data = found[-1].ts_ms, ",".join(rows)
    if is_contract:
        return f'{{"topic":"{topic.text}","type":"snapshot","ts":{ts_ms},"data":[{data}]}}'
    return f'{{"topic":"{topic.text}","ts":{ts_ms},"type":"snapshot","data":[{data}]}}'


def _tick(before: int, price: int) -> str:
    if price == before:
        return "ZeroPlusTick"
    return "PlusTick" if price > before else "MinusTick"


def candle(topic: Topic, at: Spelling, found: CandleFact, now_ms: int, *, is_closed: bool) -> str:
    """Write a candle; recorded ones have no zeros at the end of a number, on contracts neither."""
    one = found
    prices = [stripped(at.price(raw)) for raw in (one.open, one.close, one.high, one.low)]
    volume, turnover = stripped(at.quantity(one.volume)), stripped(at.turnover(one.turnover))
    data = (
        f'[{{"start":{one.open_ms},"end":{one.close_ms},"interval":"{topic.detail}",'
        f'"open":"{prices[0]}","close":"{prices[1]}","high":"{prices[2]}","low":"{prices[3]}",'
        f'"volume":"{volume}","turnover":"{turnover}","confirm":{"true" if is_closed else "false"},'
        f'"timestamp":{min(now_ms, one.close_ms)}}}]'
    )
    if at.category.is_contract:
        return f'{{"topic":"{topic.text}","data":{data},"ts":{now_ms},"type":"snapshot"}}'
    return f'{{"type":"snapshot","topic":"{topic.text}","data":{data},"ts":{now_ms}}}'


def liquidation(topic: Topic, at: Spelling, found: TradeFact, now_ms: int) -> str:
    """Write a trade as the liquidation that it then was; ``S`` is the side of the liquidated position."""
    side = "Buy" if found.is_buyer_maker else "Sell"
    return (
        f'{{"topic":"{topic.text}","type":"snapshot","ts":{now_ms},"data":[{{"T":{found.ts_ms},'
        f'"s":"{at.symbol}","S":"{side}","v":"{at.quantity(found.quantity)}","p":"{at.price(found.price)}"}}]}}'
    )


def limit_prices(at: Spelling, instrument: InstrumentPrices, now_ms: int) -> tuple[int, int]:
    """Return the highest price to buy and the lowest to sell at, on the tick (section 8)."""
    listing, mark = at.listing, instrument.mark(now_ms).mark
    unit: int = 10 ** (RATE_SCALE - listing.price_scale) * listing.tick
    band = at.category.band
    buy = mark * (_ONE + band) // (_ONE * unit)
    sell = -(-mark * (_ONE - band) // (_ONE * unit))
    return buy * listing.tick, sell * listing.tick


def price_limit(topic: Topic, at: Spelling, prices: tuple[int, int], now_ms: int) -> str:
    """Write the price limits; this message has no type."""
    buy, sell = at.price(prices[0]), at.price(prices[1])
    return (
        f'{{"topic":"{topic.text}","data":{{"symbol":"{at.symbol}","buyLmt":"{buy}","sellLmt":"{sell}"}},'
        f'"ts":{now_ms}}}'
    )
