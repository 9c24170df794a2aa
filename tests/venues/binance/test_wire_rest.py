"""Every REST answer in the shared fixtures decodes, or stands here with the reason why not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tickwright.errors import DecodeError, TickwrightError, VenueRejected
from tickwright.model.instrument import Instrument, Instruments
from tickwright.venues.base import Product, RestCall
from tickwright.venues.binance.spec import COINM, SPOT, USDM


FOLDER = Path("fixtures/binance/rest")
RECEIVED_NS = 1_800_000_000_000_000_000

PRODUCTS = {"api": SPOT, "fapi": USDM, "dapi": COINM}

# Endpoints outside public market data, or that no call of ours uses.
NOT_OFFERED = {
    r"/api/v3/(order|order/test|allOrders|userDataStream)": "private",
    r"/sapi/.*|/wapi/.*": "private",
    r"/api/v3/avgPrice": "the stream of average prices serves that",
    r"/\w+/v1/ticker/price|/api/v3/ticker/price": "ticker and quote serve that",
    r"/\w+/v1/fundingInfo": "caps and floors of funding rates",
    r"/\w+/v1/(continuousKlines|indexPriceKlines|markPriceKlines)": "candles of other prices",
    r"/fapi/v1/indexInfo": "the make-up of an index",
    r"/dapi/v1/historicalTrades": "needs an API key",
    r"/futures/data/.*": "statistics",
}

# What the venue could not have sent.
NEVER_SENT = {
    "gct__GET_api_v3_aggTrades_3": "a field without a name stands for m",
    "gct__GET_api_v3_aggTrades_4": "a field without a name stands for m",
    "gct__GET_dapi_v1_fundingRate_2": "null, where the venue sends an empty array",
    "gct__GET_fapi_v1_fundingRate_1": "null, where the venue sends an empty array",
    "gct__GET_fapi_v1_fundingRate_2": "null, where the venue sends an empty array",
    "gct__GET_fapi_v1_fundingRate_4": "null, where the venue sends an empty array",
}

# Errors that were recorded as answers: stem → the venue's code.
REFUSALS = {"gct__GET_fapi_v1_ticker_24hr_0": -1121, "gct__GET_dapi_v1_klines_0": -4088}

# Answers without an envelope that says what they are: stem → product and symbol.
SNAPSHOTS = {
    "adshao_v2__msg_0": (SPOT, "BTCUSDT"),
    "barter_l2__msg_0": (SPOT, "BTCUSDT"),
    "cmp__msg_42": (SPOT, "BTCUSDT"),
    "cmp__msg_45": (COINM, "BTCUSD_PERP"),
    "cmp__msg_46": (USDM, "BTCUSDT"),
}

CALLS: dict[str, Callable[[Product, Instrument], RestCall[Any]]] = {
    "time": lambda product, _: product.calls.server_time(),
    "exchangeInfo": lambda product, _: product.calls.instruments(),
    "depth": lambda product, one: product.calls.book(one, 1000),
    "trades": lambda product, one: product.calls.trades(one),
    "historicalTrades": lambda product, one: product.calls.trades(one, from_id=1),
    "aggTrades": lambda product, one: product.calls.agg_trades(one),
    "klines": lambda product, one: product.calls.candles(one, "1h"),
    "ticker/24hr": lambda product, one: product.calls.ticker(one),
    "ticker/bookTicker": lambda product, one: product.calls.quote(one),
    "premiumIndex": lambda product, one: product.calls.premium_index(one),
    "fundingRate": lambda product, one: product.calls.funding_history(one),
    "openInterest": lambda product, one: product.calls.open_interest(one),
}


def symbol_of(query: str, product: Product) -> str:
    match = re.search(r"(?:symbol|pair)=(\w+)", query)
    if match is None:  # a question about all symbols, whose decoder needs one all the same
        return "BTCUSD_PERP" if product is COINM else "BTCUSDT"
    return match[1]


def decode(path: Path) -> Any:
    """Decode the answer in ``path`` by the call that asks for it."""
    value = json.loads(path.read_text(encoding="utf-8"))
    if path.stem in SNAPSHOTS:
        product, symbol = SNAPSHOTS[path.stem]
        return product.calls.book(product.infer(symbol), 1000).decode(
            path.read_bytes(), RECEIVED_NS
        )
    _, prefix, _, endpoint = value["path"].split("/", 3)
    product = PRODUCTS[prefix]
    body = json.dumps(value["data"]).encode()
    refusal = product.error(200, body, value["path"])
    if refusal is not None:
        raise refusal
    instrument = product.infer(symbol_of(value["queryString"], product))
    call = CALLS[endpoint](product, instrument)
    if endpoint.startswith(("ticker/24hr", "ticker/bookTicker", "premium")) and isinstance(
        value["data"], list
    ):
        symbols = [row["symbol"] for row in value["data"]]
        if len(symbols) != 1:
            call = CALLS[endpoint](product, product.infer(symbols[0]))
            return [call.decode(json.dumps(row).encode(), RECEIVED_NS) for row in value["data"]]
    return call.decode(body, RECEIVED_NS)


def fixtures(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.json"))
    assert found
    return found


def endpoint_of(path: Path) -> str:
    return str(json.loads(path.read_text(encoding="utf-8")).get("path", ""))


def is_offered(path: Path) -> bool:
    endpoint = endpoint_of(path)
    return not any(re.fullmatch(pattern, endpoint) for pattern in NOT_OFFERED)


def test_every_fixture_decodes_or_has_a_reason_not_to(shared_data: Path) -> None:
    failed = []
    for path in fixtures(shared_data / FOLDER):
        if not is_offered(path) or path.stem in NEVER_SENT or path.stem in REFUSALS:
            continue
        try:
            assert decode(path), "nothing"
        except (TickwrightError, AssertionError, KeyError) as error:  # one run names all
            failed.append(f"{path.stem}: {error!r}")
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("stem", sorted(NEVER_SENT))
def test_what_the_venue_could_not_have_sent_is_refused(stem: str, shared_data: Path) -> None:
    with pytest.raises(DecodeError):
        decode(shared_data / FOLDER / f"{stem}.json")


@pytest.mark.parametrize("stem", sorted(REFUSALS))
def test_a_recorded_error_is_the_venue_s_refusal(stem: str, shared_data: Path) -> None:
    with pytest.raises(VenueRejected) as caught:
        decode(shared_data / FOLDER / f"{stem}.json")
    assert caught.value.code == REFUSALS[stem]


def test_the_tables_of_reasons_name_only_fixtures_that_exist(shared_data: Path) -> None:
    paths = fixtures(shared_data / FOLDER)
    known = {path.stem for path in paths}
    assert NEVER_SENT.keys() | REFUSALS.keys() | SNAPSHOTS.keys() <= known
    endpoints = {endpoint_of(path) for path in paths}
    for pattern in NOT_OFFERED:
        assert any(re.fullmatch(pattern, endpoint) for endpoint in endpoints), pattern


def test_all_tickers_of_an_answer_are_found_by_their_symbols(shared_data: Path) -> None:
    value = json.loads((shared_data / FOLDER / "gct__GET_api_v3_ticker_24hr_4.json").read_text())
    listed = Instruments([SPOT.infer("BTCUSDT"), SPOT.infer("ETHUSDT")])
    body = json.dumps(value["data"]).encode()
    tickers = SPOT.calls.tickers(listed).decode(body, RECEIVED_NS)
    assert [ticker.instrument for ticker in tickers] == ["binance:BTC/USDT", "binance:ETH/USDT"]
