"""What the accounts are long or short of, from the prompt."""

from __future__ import annotations

from decimal import Decimal

from tests.cli.accounts_rig import PERP, SandboxThread
from tests.cli.rig import Command


def test_exposure_adds_wallets_and_contracts_up_and_shows_them(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    at = sandbox.options
    assert tickwright("orders", "submit", PERP, "sell", "0.02", *at).code == 0
    rows = tickwright("exposure", "--json", *at).json
    btc = next(row for row in rows if row["asset"] == "BTC")
    assert btc["is_complete"]
    assert [(part["where"], part["source"]) for part in btc["parts"]] == [
        ("binance.spot", "balance"),
        ("binance.usdm", "balance"),
        (PERP, "position"),
    ]
    parts = [Decimal(part["amount"]) for part in btc["parts"]]
    assert parts[-1] == Decimal("-0.02")
    assert Decimal(btc["amount"]) == sum(parts)
    table = tickwright("exposure", *at)
    assert f"{PERP}: position" in table.out
    assert table.err == f"{len(rows)} assets\n"


def test_one_wallet_alone_stands_on_one_line(sandbox: SandboxThread, tickwright: Command) -> None:
    table = tickwright("exposure", "binance.spot", *sandbox.options)
    lines = table.out.splitlines()[1:]
    assert all(line.endswith("binance.spot: balance") for line in map(str.rstrip, lines))
