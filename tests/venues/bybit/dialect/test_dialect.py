from __future__ import annotations

import pytest
from tests.venues.bybit.dialect.samples import NOW_MS, FixedMarket, read

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import parse_instrument_id
from tickwright.venues.bybit.dialect import PRODUCT_NAMES, dialect_of


def test_one_dialect_speaks_for_the_site_and_one_for_each_product() -> None:
    assert PRODUCT_NAMES == ("bybit.spot", "bybit.linear", "bybit.inverse")
    assert dialect_of("bybit").products == PRODUCT_NAMES
    for name in PRODUCT_NAMES:
        assert (dialect_of(name).site, dialect_of(name).products) == ("bybit", (name,))


def test_the_path_says_which_category_a_socket_carries() -> None:
    dialect = dialect_of("bybit")
    for name in ("spot", "linear", "inverse"):
        found = dialect.converse(f"/v5/public/{name}", {}, is_flat=False, is_listed=lambda _: True)
        assert found.category.name == name
    with pytest.raises(ValueError, match="option"):
        dialect.converse("/v5/public/option", {}, is_flat=False, is_listed=lambda _: True)
    with pytest.raises(ValueError, match="linear"):
        dialect_of("bybit.spot").converse(
            "/v5/public/linear", {}, is_flat=False, is_listed=lambda _: True
        )


def test_connections_have_ids_of_their_own() -> None:
    dialect = dialect_of("bybit")
    ids = set()
    for _ in range(2):
        talk = dialect.converse("/v5/public/spot", {}, is_flat=False, is_listed=lambda _: True)
        ids.add(read(talk.answer('{"op":"ping"}', now_ms=0, refused={}).text)["conn_id"])
    assert len(ids) == 2


def test_instruments_find_their_category_by_what_they_settle_in() -> None:
    dialect = dialect_of("bybit")
    assert dialect.listed(parse_instrument_id("bybit:BTC/USDT"), 1).category == "spot"
    assert dialect.listed(parse_instrument_id("bybit:BTC/USDT:USDT"), 1).category == "linear"
    with pytest.raises(UnknownInstrument):
        dialect_of("bybit.spot").listed(parse_instrument_id("bybit:BTC/USDT:USDT"), 1)
    assert dialect_of("bybit.linear").invented("BTC").id == "bybit:BTC/USDT:USDT"
    assert dialect_of("bybit.spot").invented("BTC").id == "bybit:BTC/USDT"
    assert dialect_of("bybit.inverse").invented("BTC").id == "bybit:BTC/USD:BTC"
    inverse = dialect.listed(parse_instrument_id("bybit:BTC/USD:BTC"), 65_000)
    assert (inverse.key, inverse.contract_size) == ("inverse/BTCUSD", 1)
    assert dialect.rules(inverse) is None


def test_a_ban_is_plain_text_and_a_failure_has_an_envelope() -> None:
    dialect = dialect_of("bybit")
    assert dialect.refusal(403, NOW_MS, None) == "access too frequent"
    assert read(dialect.refusal(503, NOW_MS, None))["retCode"] == 10016
    assert read(dialect.refusal(429, NOW_MS, None))["retCode"] == 429


def test_the_clock_can_be_stepped_and_snapshots_aged() -> None:
    dialect = dialect_of("bybit")
    body = dialect.time_stepped(dialect.time_body(NOW_MS), 30_000)
    assert read(body)["time"] == NOW_MS + 30_000
    assert read(body)["result"]["timeNano"] == str((NOW_MS + 30_000) * 1_000_000)
    assert dialect.is_snapshot("/v5/market/orderbook")
    assert not dialect.is_snapshot("/v5/market/tickers")


def test_a_desk_answers_for_its_publishers_market() -> None:
    dialect, market = dialect_of("bybit"), FixedMarket()
    desk = dialect.desk(market, dialect.publisher(market))
    answer = dialect.in_asked_unit(desk.answer("GET", "/v5/market/time", {}), {})
    assert read(answer.body)["time"] == NOW_MS
    assert dialect.meter().take(1, NOW_MS).status == 200


def test_recordings_are_of_one_product() -> None:
    dialect = dialect_of("bybit.linear")
    stream, _ = dialect.taken_apart('{"topic":"orderbook.200.BTCUSDT"}')
    assert stream == "linear/orderbook.200.BTCUSDT"
    assert dialect.symbol_of(stream) == "BTCUSDT"
    assert dialect.symbol_of("linear/insurance.USDT") == ""
    assert dialect.family_of(stream) == stream
    info = read(dialect.exchange_info(["BTCUSDT"], NOW_MS))
    assert info["result"]["list"][0]["symbol"] == "BTCUSDT"
    assert read(dialect.unlisted(["BTCUSDT"]).body)["retCode"] == 10001
    assert dialect.unlisted(()).status == 404


def test_nothing_is_said_before_a_server_goes_and_unheard_of_topics_can_be_made() -> None:
    dialect = dialect_of("bybit")
    assert dialect.shutdown_notice(NOW_MS) is None
    assert read(dialect.unheard_of("NEW", NOW_MS))["topic"] == "NEW.BTCUSDT"


def test_enums_can_be_made_strange() -> None:
    value = {"orderStatus": "New"}
    dialect_of("bybit").estrange(value, "X")
    assert value == {"orderStatus": "X"}
