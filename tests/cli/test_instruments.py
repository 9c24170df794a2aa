from __future__ import annotations

import pytest
from tests.cli.rig import Command, VenueThread

from tickwright.sandbox.faults import Faults


KEYS = {
    "id", "product", "symbol", "kind", "status", "tick_size", "lot_size", "min_quantity",
    "max_quantity", "min_notional", "contract_size",
}  # fmt: skip


def test_a_product_is_listed_as_a_table_with_its_count_beside_it(
    venue: VenueThread, tickwright: Command
) -> None:
    result = tickwright("instruments", "binance.spot", *venue.options)
    assert result.code == 0
    head, *lines = result.out.splitlines()
    assert head.split()[:4] == ["id", "symbol", "status", "tick"]
    assert [line.split()[0] for line in lines] == [
        "binance:BNB/USDT", "binance:BTC/USDT", "binance:ETH/USDT",
    ]  # fmt: skip
    assert result.err == "3 instruments\n"


def test_json_has_exact_numbers_as_text(venue: VenueThread, tickwright: Command) -> None:
    rows = tickwright("instruments", "binance.spot", "--json", *venue.options).json
    assert all(set(row) == KEYS for row in rows)
    btc = next(row for row in rows if row["symbol"] == "BTCUSDT")
    assert (btc["tick_size"], btc["kind"], btc["contract_size"]) == ("0.01", "spot", None)


@pytest.mark.parametrize("text", ["btc/", "BTCUSDT", "BtC"])
def test_a_search_looks_at_ids_and_symbols(
    venue: VenueThread, tickwright: Command, text: str
) -> None:
    rows = tickwright(
        "instruments", "binance.spot", "--search", text, "--json", *venue.options
    ).json
    assert [row["id"] for row in rows] == ["binance:BTC/USDT"]


def test_a_venue_is_the_sum_of_its_products(tickwright: Command) -> None:
    with VenueThread(spot=2, usdm=2, coinm=2) as venue:
        rows = tickwright("instruments", "binance", "--json", *venue.options).json
    assert {row["product"] for row in rows} == {"binance.spot", "binance.usdm", "binance.coinm"}
    ids = [row["id"] for row in rows]
    assert len(ids) == 6
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("bnance", "did you mean binance?"), ("binance.spott", "did you mean binance.spot?")],
)
def test_an_unknown_product_names_those_there_are(
    tickwright: Command, name: str, reason: str
) -> None:
    result = tickwright("instruments", name)
    assert result.code == 2
    assert reason in result.reason


def test_a_limit_is_not_waited_for_at_a_prompt(tickwright: Command) -> None:
    with VenueThread(Faults(rest_status=429, retry_after_s=30)) as venue:
        result = tickwright("instruments", "binance.spot", *venue.options)
    assert (result.code, result.out) == (1, "")
    assert "over a limit of the venue; try again at " in result.reason
    assert " UTC" in result.reason
