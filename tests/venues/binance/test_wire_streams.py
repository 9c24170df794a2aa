"""Every public stream message in the shared fixtures decodes, or stands here with the reason why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tickwright.errors import DecodeError, TickwrightError
from tickwright.model.instrument import Instrument, Instruments
from tickwright.venues.base import Product
from tickwright.venues.binance.spec import COINM, SPOT, USDM


FOLDER = Path("fixtures/binance/ws-public")

# What a fixture shows of a stream that this library does not offer.
NOT_OFFERED = {
    "adshao_delivery__continuous_kline_5": "candles of a pair's contracts in turn",
    "adshao_delivery__indexPrice_kline_6": "candles of an index",
    "adshao_delivery__markPrice_kline_7": "candles of a mark price",
    "adshao_futures__compositeIndex_22": "the make-up of an index",
    "adshao_futures__continuous_kline_7": "candles of a pair's contracts in turn",
    "adshao_futures__nav_20": "leveraged tokens, whose stream the venue ended in 2024",
    "cmp__BTCUSDT_C_TRADE_ALL_5": "European options",
    "cmp__BTCUSDT_TICKER_ALL_36": "European options",
    "cmp___bookTicker_21": "spot's !bookTicker, which the venue ended in 2022-12",
    "cmp___ticker_arr_27": "spot's !ticker@arr, which the venue ended in 2026-03",
}

# What the venue could not have sent: abridged or invented by whoever wrote the example.
NEVER_SENT = {
    "adshao_futures__kline_5": "its candle opens below its low",
    "barter_trade__trade_1": "m is the text 'yes'; the venue sends true or false",
    "xchange__testDepthEvent": "JSON with comments",
    "xchange__testTradeEvent": "JSON with comments",
}

# Decodes, as a stream's name decides; but it is a ticker of ETHBTC on the stream of BTCUSDT.
CONTRADICTORY = {"gct__btcusdt_ticker_1"}

KINDS = {
    "trade": "trade",
    "aggTrade": "aggTrade",
    "kline": "kline_{interval}",
    "24hrMiniTicker": "miniTicker",
    "24hrTicker": "ticker",
    "bookTicker": "bookTicker",
    "depthUpdate": "depth@100ms",
    "forceOrder": "forceOrder",
    "markPriceUpdate": "markPrice@1s",
}


def product_of(message: dict[str, Any]) -> Product:
    """Tell the product by what only its messages have."""
    symbol = str(message.get("s") or message["o"]["s"])
    if "_PERP" in symbol or symbol.partition("_")[0].endswith("USD"):
        return COINM
    kind = message.get("e")
    is_usdm = (
        "_" in symbol
        or kind in ("forceOrder", "markPriceUpdate")
        or bool({"pu", "X", "st"} & set(message))
        or (kind in ("bookTicker", "depthUpdate") and "T" in message)
        or (kind == "24hrTicker" and "b" not in message)
    )
    return USDM if is_usdm else SPOT


def stream_of(value: Any) -> tuple[str, Any, dict[str, Any]]:
    """Return the stream's name, the data, and one message inside."""
    data = value["data"] if isinstance(value, dict) and "stream" in value else value
    message = data[0] if isinstance(data, list) else data
    if isinstance(value, dict) and "stream" in value:
        return value["stream"], data, message
    kind = KINDS[message.get("e", "bookTicker")]
    if isinstance(data, list):
        return f"!{kind.replace('@1s', '')}@arr", data, message
    symbol = message.get("s") or message["o"]["s"]
    interval = message.get("k", {}).get("i")
    return f"{symbol.lower()}@{kind.format(interval=interval)}", data, message


def infer(product: Product, data: Any) -> Iterator[Instrument]:
    for message in data if isinstance(data, list) else [data]:
        yield product.infer(message.get("s") or message["o"]["s"])


def decode(path: Path) -> Any:
    value = json.loads(path.read_text(encoding="utf-8"))
    name, data, message = stream_of(value)
    product = product_of(message)
    found = product.recordings.stream(name, Instruments(infer(product, data)))
    assert found is not None, f"{product.name} has no stream {name}"
    frame = json.dumps({"stream": name, "data": data}).encode()
    channel = found[1]
    return channel.kind.decode(frame, 1, channel.subject)


def fixtures(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.json"))
    assert found
    return found


def test_every_fixture_decodes_or_has_a_reason_not_to(shared_data: Path) -> None:
    failed = []
    for path in fixtures(shared_data / FOLDER):
        if path.stem in NOT_OFFERED.keys() | NEVER_SENT.keys() | CONTRADICTORY:
            continue
        try:
            assert decode(path), "no event"
        except (TickwrightError, AssertionError, KeyError) as error:  # one run names all
            failed.append(f"{path.stem}: {error!r}")
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("stem", sorted(NEVER_SENT))
def test_what_the_venue_could_not_have_sent_is_refused(stem: str, shared_data: Path) -> None:
    with pytest.raises((DecodeError, json.JSONDecodeError)):
        decode(shared_data / FOLDER / f"{stem}.json")


def test_the_tables_of_reasons_name_only_fixtures_that_exist(shared_data: Path) -> None:
    known = {path.stem for path in fixtures(shared_data / FOLDER)}
    assert NOT_OFFERED.keys() | NEVER_SENT.keys() | CONTRADICTORY <= known
