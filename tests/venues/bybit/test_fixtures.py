"""Every fixture of the venue decodes, or stands here with the reason why it does not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SHARED_DATA
from tests.venues.bybit.samples import RECEIVED_NS

from tickwright.errors import DecodeError, VenueRejected
from tickwright.model.account import Position
from tickwright.model.instrument import Instruments
from tickwright.model.market import BookDelta, Ticker
from tickwright.model.topics import Tickers
from tickwright.venues.base import Ack, Control, Ignored, Nack, Product
from tickwright.venues.bybit.account import account_news, balances, order_report, position
from tickwright.venues.bybit.hedges import Sides
from tickwright.venues.bybit.private_protocol import PrivateTopics, TradeSocket
from tickwright.venues.bybit.refusals import refusal
from tickwright.venues.bybit.spec import INVERSE, LINEAR, PRODUCTS, SPOT
from tickwright.venues.bybit.wire_private import OrderRow, PositionRow, WalletRow
from tickwright.venues.bybit.wire_rest import Reply, Rows
from tickwright.venues.typed import reader


FOLDER = SHARED_DATA / "fixtures" / "bybit"
FILES = sorted(FOLDER.rglob("*.json"))
if not FILES:
    pytest.skip(f"fixtures are absent: {FOLDER}", allow_module_level=True)

OLD = "the interfaces before V5, which are switched off"
OTHER_CALL = "answers a call that nothing here makes"
OTHER_TOPIC = "a topic of options, spreads or leveraged tokens"
REBUILT = "the bare result as a client library rebuilt it, in none of the venue's forms"

REASONS: dict[str, str] = {
    r"jkorf-rest/jkorf__(CopyTrading|Derivatives|General|Spot)_.*": OLD,
    r"jkorf-ws-api/jkorf__(CopyTrading|Derivatives|Spot)_.*": OLD,
    r"(rest|ws-public)/cmp__.*": OLD,
    r"jkorf-rest/jkorf__V5(Api)?_(Account|CryptoLoan|Earn|SubAccount)_.*": OTHER_CALL,
    r"jkorf-rest/jkorf__V5Api_ExchangeData_Get(IndexPrice|MarkPrice)Klines.*": OTHER_CALL,
    r"jkorf-rest/jkorf__V5Api_ExchangeData_Get(Insurance|LeverageTokens|Option|OrderPrice|Spread).*": OTHER_CALL,
    r"jkorf-rest/jkorf__V5Api_Trading_(?!Edit|PlaceMultiple).*": OTHER_CALL,
    r"jkorf-rest/jkorf__V5Api_Trading_EditSpreadOrder.*": OTHER_CALL,
    r"rest/hirokisan__v5-(account|asset|position|user)-.*": OTHER_CALL,
    r"rest/hirokisan__v5-market-get-(historical-volatility|insurance|premium-index-price-kline).*": OTHER_CALL,
    r"rest/hirokisan__v5-market-get-(instruments-info|tickers)-.*": REBUILT,
    r"rest/hirokisan__v5-(amend|cancel|create)-order.*": REBUILT,
    r"rest/hirokisan__v5-execution-get-execution-list.*": REBUILT,
    r"rest/xchange__(getFeeRates|setLeverage|switchPositionMode).*": OTHER_CALL,
    r"ws-public/gct__(kline_lt|lt|tickers_lt)\..*": OTHER_TOPIC,
    r"ws-public/gct__wsTicker_1\..*": OTHER_TOPIC,
    r"ws-public/gct__wsTicker_0\..*": "names a topic that does not exist: tickers.BTC-USDT",
    r"ws-public/gct__orderbook\.50\.WEMIXUSDT.*": "a made-up snapshot: it holds a level of quantity 0, above the one below it",
    r"ws-public/hirokisan__public-v5-ticker-inverse.*": REBUILT,
    r"ws-public/barter_trade__publicTrade\.BTCUSDT\.should_not_be_present.*": "made up: its name says so",
    r"ws-user/gct__wsAuth_1\..*": "a template: its symbol is %s",
    r"ws-user/hirokisan__private-v5-position\..*": "of 2023-02, when positions did not tell their category",
    r"jkorf-subscriptions/jkorf__V5_Private_Order\..*": "an order of an option, which is left out",
    r"jkorf-subscriptions/jkorf__V5_(Option|Private_Greeks|Private_Spread|Spot_System).*": OTHER_TOPIC,
    r"jkorf-ws-api/jkorf__V5Api_Private_.*": "scripts of the trade socket, read below",
}
"""Names → why they are not among those that are decoded here."""


def name_of(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


def reason(path: Path) -> str | None:
    found = {text for pattern, text in REASONS.items() if re.fullmatch(pattern, name_of(path))}
    assert len(found) < 2, f"{name_of(path)}: {found}"
    return next(iter(found), None)


def documents(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the venue's messages in a fixture: ``<`` in a script, ``=`` what a script shows of data, else the file."""
    text = path.read_text(encoding="utf-8")
    decoder = json.JSONDecoder()
    at = 0
    while (match := re.compile(r"[{\[]").search(text, at)) is not None:
        lead = text[at : match.start()].strip()
        document, at = decoder.raw_decode(text, match.start())
        if not lead.endswith(">"):
            yield lead, document


def frames(path: Path) -> list[bytes]:
    return [json.dumps(document).encode() for _, document in documents(path)]


def inferred(product: Product, *symbols: str) -> Instruments:
    return Instruments([product.infer(symbol) for symbol in symbols])


PRODUCT_OF = {"BTCUSD": INVERSE, "BTCPERP": LINEAR}
CONTROLS: dict[str, Control | None] = {
    "ws-control/barter_message__ping_0.json": Ignored(),
    "ws-control/barter_subscription__subscribe_0.json": Ack(10001),
    "ws-control/gct__pong_9.json": Ignored(),
    "ws-control/gct__subscribe_0.json": Ack(1),
}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_fixture_is_read_or_has_a_reason(path: Path) -> None:
    why = reason(path)
    read = [decode for pattern, decode in DECODERS.items() if re.fullmatch(pattern, name_of(path))]
    assert len(read) + (why is not None) == 1, f"{name_of(path)}: {why}, {len(read)} decoders"
    if read:
        read[0](path)


def test_every_reason_is_needed() -> None:
    names = [name_of(path) for path in FILES]
    for pattern in (*REASONS, *DECODERS):
        assert any(re.fullmatch(pattern, name) for name in names), pattern


def control(path: Path) -> None:
    (frame,) = frames(path)
    assert LINEAR.ws.control(frame) == CONTROLS[name_of(path)]


def trade_login(path: Path) -> None:
    (frame,) = frames(path)
    reply = TradeSocket().reply(frame)
    assert reply is not None
    assert isinstance(reply.error, VenueRejected)
    assert reply.error.code == 10004


def public(path: Path) -> None:
    """Decode a public frame: by linear, or by the product that has the symbol."""
    product = SPOT if "spot" in path.name.lower() else LINEAR
    for frame in frames(path):
        stream = product.ws.stream_of(frame)
        if stream is None:
            assert isinstance(product.ws.control(frame), Ack | Ignored)
            continue
        symbol = stream.rpartition(".")[2]
        owner = PRODUCT_OF.get(symbol, product)
        found = owner.recordings.stream(stream, inferred(owner, symbol))
        assert found is not None, stream
        topic, channel = found
        is_delta = json.loads(frame).get("type") == "delta"
        if is_delta and isinstance(topic, Tickers):
            with pytest.raises(DecodeError, match="no snapshot came"):
                channel.kind.decode(frame, RECEIVED_NS, channel.subject)
        else:
            event = channel.kind.decode(frame, RECEIVED_NS, channel.subject)
            assert isinstance(event, BookDelta) or event


def private(path: Path) -> None:
    listed = inferred(LINEAR, "XRPUSDT", "BTCUSDT", "ETHUSDT", "SOLUSDT")
    for frame in frames(path):
        if PrivateTopics().stream_of(frame) is None:
            assert isinstance(PrivateTopics().control(frame), Ack | Nack | Ignored)
            continue
        news = account_news(frame, RECEIVED_NS, listed, Sides())
        said = json.loads(frame)
        is_known = said["topic"] in ("order", "execution", "position", "wallet")
        # One side of a hedge alone is no position yet.
        is_half = said["topic"] == "position" and any(row["positionIdx"] for row in said["data"])
        assert bool(news) == (is_known and not is_half), path.name


def rest(call: Callable[[Product], Any], category: str) -> Callable[[Path], None]:
    (product,) = [each for each in PRODUCTS if each.name == f"bybit.{category}"]

    def decode(path: Path) -> None:
        ((_, document),) = documents(path)
        if "retCode" not in document:
            document = {"retCode": 0, "retMsg": "OK", "result": document}
        body = json.dumps(document).encode()
        assert refusal(200, body, "GET /") is None
        assert call(product).decode(body, RECEIVED_NS)

    return decode


def acknowledged(path: Path) -> None:
    ((_, document),) = documents(path)
    assert refusal(200, json.dumps(document).encode(), "POST /") is None
    result = document["result"]
    assert result.get("orderId") or result["list"][0]["orderId"]


def private_rows(kind: Any, use: Callable[[Any], object]) -> Callable[[Path], None]:
    read = reader(Reply[Rows[kind]])

    def decode(path: Path) -> None:
        for frame in frames(path):
            rows = read(frame).result.rows
            assert rows
            assert all(use(row) for row in rows)

    return decode


def btc(product: Product) -> Any:
    return product.infer("BTCUSD" if product is INVERSE else "BTCUSDT")


DECODERS: dict[str, Callable[[Path], None]] = {
    r"ws-control/gct__auth_15\.json": trade_login,
    r"ws-control/(barter|gct__(pong|subscribe)).*": control,
    r"ws-public/gct__wsTicker_[2357]\.json": public,
    r"ws-public/gct__orderbook\.50\.BTCUSDT_2\.json": public,
    r"ws-public/xchange__tradeResponse\.json": public,
    r"jkorf-subscriptions/jkorf__V5_(Linear|Spot)_(Ticker|Trades)\.json": public,
    r"jkorf-subscriptions/jkorf__V5_Private_Position\.json": private,
    r"ws-user/gct__wsAuth_[023]\.json": private,
    r"ws-user/(hirokisan__private-v5-execution|xchange__positionChangeResponse)\.json": private,
    r"jkorf-rest/jkorf__V5Api_ExchangeData_GetFundingRateHistory\.json": rest(
        lambda product: product.calls.funding_history(btc(product)), "linear"
    ),
    r"jkorf-rest/jkorf__V5Api_ExchangeData_GetLinearInverseSymbols\.json": rest(
        lambda product: product.calls.instruments(), "linear"
    ),
    r"jkorf-rest/jkorf__V5Api_ExchangeData_GetLinearInverseTickers\.json": rest(
        lambda product: product.calls.ticker(btc(product)), "inverse"
    ),
    r"jkorf-rest/jkorf__V5Api_ExchangeData_GetOpenInterest\.json": rest(
        lambda product: product.calls.open_interest(btc(product)), "inverse"
    ),
    r"jkorf-rest/jkorf__V5Api_ExchangeData_GetOrderbook\.json": rest(
        lambda product: product.calls.book(btc(product), 50), "spot"
    ),
    r"(jkorf-rest/jkorf__V5Api_ExchangeData_GetSpotTickers|rest/xchange__getTickerSpot)\.json": rest(
        lambda product: product.calls.ticker(btc(product)), "spot"
    ),
    r"(jkorf-rest/jkorf__V5_ExchangeData_GetSpotSymbolsAsync|rest/xchange__getInstrumentSpot)\.json": rest(
        lambda product: product.calls.instruments(), "spot"
    ),
    r"rest/xchange__getInstrumentInverse\.json": rest(
        lambda product: product.calls.instruments(), "inverse"
    ),
    r"rest/hirokisan__v5-market-get-public-trading-history\.json": rest(
        lambda product: product.calls.trades(btc(product)), "linear"
    ),
    r"rest/hirokisan__v5-market-get-open-interest\.json": rest(
        lambda product: product.calls.open_interest(btc(product)), "linear"
    ),
    r"(jkorf-rest/jkorf__V5Api_Trading_(EditOrder|PlaceMultipleOrders)|rest/xchange__(cancel|change)Order)\.json": (
        acknowledged
    ),
    r"jkorf-rest/jkorf__V5_Trading_GetPositionsAsync2?\.json": private_rows(
        PositionRow, lambda row: position(row, btc(LINEAR))
    ),
    r"rest/xchange__(getOrder|getOrderDetailsSpot)\.json": private_rows(
        OrderRow, lambda row: order_report(row, btc(LINEAR), RECEIVED_NS)
    ),
    r"rest/xchange__getWalletBalance\.json": private_rows(
        WalletRow, lambda row: list(balances([row]))
    ),
}
"""Names → what reads them."""


def test_the_numbers_of_a_position_are_those_of_the_file() -> None:
    (frame,) = frames(FOLDER / "ws-user" / "gct__wsAuth_0.json")
    (found,) = account_news(frame, RECEIVED_NS, inferred(LINEAR, "XRPUSDT"), Sides())
    assert isinstance(found, Position)
    assert (found.quantity, found.entry_price) == (Decimal(75), Decimal("0.3615"))


def test_the_numbers_of_a_ticker_are_those_of_the_file() -> None:
    (frame,) = frames(FOLDER / "ws-public" / "gct__wsTicker_2.json")
    stream = LINEAR.recordings.stream("tickers.BTCUSDT", inferred(LINEAR, "BTCUSDT"))
    assert stream is not None
    ticker = stream[1].kind.decode(frame, RECEIVED_NS, stream[1].subject)[0]  # type: ignore[index]  # a list
    assert isinstance(ticker, Ticker)
    assert (ticker.last, ticker.change_percent) == (Decimal("61874.00"), Decimal("-0.9772"))


@pytest.mark.parametrize("path", sorted((FOLDER / "jkorf-ws-api").glob("*V5Api*")), ids=name_of)
def test_answers_of_the_trade_socket_are_read(path: Path) -> None:
    for frame in frames(path):
        reply = TradeSocket().reply(frame)
        assert reply is not None
        assert reply.error is None
        assert reply.operation
