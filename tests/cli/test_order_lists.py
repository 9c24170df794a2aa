"""What was placed and what traded, from the prompt."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.accounts_rig import BTC, PERP, SandboxThread
from tests.cli.rig import Command

from tickwright import Sandbox


def test_history_of_the_venue_is_asked_for_and_others_orders_are_marked(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    at = [*sandbox.options, "--instrument", BTC]
    assert tickwright("orders", "submit", BTC, "buy", "0.02", *sandbox.options).code == 0
    assert tickwright("orders", "list", "--json", *at).json == []
    (row,) = tickwright("orders", "list", "--history", "--fresh", "--json", *at).json
    assert (row["state"], row["is_external"], row["filled_quantity"]) == ("filled", True, "0.02")
    assert row["placed_ts_ns"] > 0
    assert row["fills"]
    table = tickwright("orders", "list", "--history", "--fresh", "--since", "1h", *at)
    assert table.out.splitlines()[0].split()[-1] == "placed"
    assert table.err == "1 order\n"


def test_history_is_known_here_from_the_journal(
    sandbox: SandboxThread, tickwright: Command, tmp_path: Path
) -> None:
    at = [*sandbox.options, "--journal", f"sqlite:{tmp_path / 'orders.db'}"]
    placed = tickwright(
        "orders", "submit", BTC, "buy", "0.01", "--price", "60000", "--json", *at
    ).json
    name = placed["client_order_id"]
    assert tickwright("orders", "cancel", name, *at).code == 0
    (row,) = tickwright("orders", "list", "--history", "--since", "24h", "--json", *at).json
    assert (row["client_order_id"], row["state"]) == (name, "canceled")
    later = ["--since", "2100-01-01", "--json", *at]
    assert tickwright("orders", "list", "--history", *later).json == []
    assert tickwright("orders", "fills", *later).json == []


def test_fills_are_listed_with_what_they_cost(sandbox: SandboxThread, tickwright: Command) -> None:
    at = sandbox.options
    assert tickwright("orders", "submit", PERP, "sell", "0.02", *at).code == 0
    rows = tickwright("orders", "fills", "--fresh", "--json", *at).json
    assert {row["instrument"] for row in rows} == {PERP}
    assert {(row["side"], row["is_maker"], row["fee_asset"]) for row in rows} == {
        ("sell", False, "USDT")
    }
    table = tickwright("orders", "fills", "--fresh", *at)
    assert "taker" in table.out
    first, hint = table.err.splitlines()
    assert first.startswith(f"{len(rows)} fill")
    assert first.endswith(" USDT")
    assert "--instrument" in hint


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["list", "--since", "24h"], "--since goes with --history"),
        (["fills", "--since", "soon"], "write a length of time"),
    ],
)
def test_what_makes_no_sense_is_refused(
    sandbox: SandboxThread, tickwright: Command, arguments: list[str], reason: str
) -> None:
    result = tickwright("orders", *arguments, *sandbox.options)
    assert result.code == 2
    assert reason in result.reason


@pytest.mark.parametrize("arguments", [["list", "--all"], ["list", "--history"], ["fills"]])
def test_where_nothing_was_written_down_it_is_said_how_to_ask_the_venue(
    sandbox: SandboxThread, tickwright: Command, arguments: list[str]
) -> None:
    result = tickwright("orders", *arguments, *sandbox.options)
    assert result.code == 0
    assert "no journal is kept here" in result.err
    assert "--fresh" in result.err


def test_other_products_do_not_hold_up_a_command_about_one_instrument(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    async def fail(box: Sandbox) -> None:
        box.faults_of("binance.usdm").rest_status = 503

    sandbox.call(fail)
    assert tickwright("orders", "list", "binance", "--instrument", BTC, *sandbox.options).code == 0
