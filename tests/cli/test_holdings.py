"""Balances and positions from the prompt."""

from __future__ import annotations

import gc

from tests.cli.accounts_rig import PERP, SandboxThread
from tests.cli.rig import Command


def test_balances_are_exact_and_sorted_and_name_their_wallet(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    rows = tickwright("balances", "binance.spot", "--json", *sandbox.options).json
    assert [row["product"] for row in rows] == ["binance.spot"] * len(rows)
    assert [row["asset"] for row in rows] == sorted(row["asset"] for row in rows)
    usdt = next(row for row in rows if row["asset"] == "USDT")
    assert usdt == {
        "product": "binance.spot", "asset": "USDT", "free": "1000000", "locked": "0",
        "total": "1000000",
    }  # fmt: skip
    table = tickwright("balances", *sandbox.options)
    assert "1,000,000" in table.out
    assert table.err.endswith(" balances\n")


def test_positions_show_which_way_they_go(sandbox: SandboxThread, tickwright: Command) -> None:
    at = sandbox.options
    assert tickwright("positions", "--json", *at).json == []
    assert tickwright("orders", "submit", PERP, "sell", "0.02", *at).code == 0
    (position,) = tickwright("positions", "--json", *at).json
    assert (position["instrument"], position["quantity"]) == (PERP, "-0.02")
    table = tickwright("positions", *at)
    assert table.out.splitlines()[1].split()[:2] == [PERP, "-0.02"]
    assert table.err == "1 position\n"


def test_g27_a_private_stream_has_ended_when_its_connector_has(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    assert tickwright("balances", *sandbox.options).code == 0
    gc.collect()  # a socket that is left behind warns, and warnings are errors here


def test_without_a_key_the_variables_that_hold_one_are_named(tickwright: Command) -> None:
    result = tickwright("balances", "-e", "testnet")
    assert (result.code, result.out) == (2, "")
    assert "TICKWRIGHT_BINANCE__KEY" in result.reason
