"""Orders from the prompt, against a sandbox that a ready file leads to."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.accounts_rig import BTC, PERP, SandboxThread
from tests.cli.rig import Command

from tickwright import Sandbox


REST = ("--price", "60000")


def test_an_order_is_placed_listed_amended_and_canceled(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    at = sandbox.options
    placed = tickwright("orders", "submit", BTC, "buy", "0.01", *REST, "--json", *at).json
    assert (placed["state"], placed["price"], placed["quantity"]) == ("open", "60000", "0.01")
    name = placed["client_order_id"]
    listed = tickwright("orders", "list", *at)
    assert listed.err == "1 order\n"
    assert listed.out.splitlines()[1].split() == [
        name, BTC, "buy", "0.01", "60000", "0", "open",
    ]  # fmt: skip
    amended = tickwright("orders", "amend", name, "--quantity", "0.005", "--json", *at).json
    assert (amended["state"], amended["quantity"]) == ("open", "0.005")
    canceled = tickwright("orders", "cancel", name, *at)
    assert canceled.code == 0
    assert "canceled" in canceled.out
    assert tickwright("orders", "list", "--json", *at).json == []


def test_a_market_order_is_told_with_its_executions(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    order = tickwright("orders", "submit", PERP, "sell", "0.02", "--json", *sandbox.options).json
    assert (order["state"], order["filled_quantity"]) == ("filled", "0.02")
    assert all(fill["fee_asset"] == "USDT" for fill in order["fills"])


def test_what_is_denied_or_rejected_is_told_with_its_words_and_fails(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    at = sandbox.options
    denied = tickwright("orders", "submit", BTC, "buy", "1000", *REST, *at)
    assert denied.code == 1
    assert "denied: INSTRUMENT_RULES: notional" in denied.out
    crossing = ("--price", "70000", "--post-only")
    rejected = tickwright("orders", "submit", BTC, "buy", "0.01", *crossing, *at)
    assert rejected.code == 1
    assert "rejected: POST_ONLY" in rejected.out
    assert "Order would immediately match and take." in rejected.out


def test_g01_an_outcome_that_nobody_knows_is_told_as_unknown_and_fails(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    async def lose(box: Sandbox) -> None:
        box.faults.order_failures = 1
        box.faults.order_failure_executes = False

    sandbox.call(lose)
    at = ("--wait", "0.1", *sandbox.options)
    result = tickwright("orders", "submit", BTC, "buy", "0.01", *REST, *at)
    assert result.code == 1
    assert "unknown" in result.out
    assert "-1007" in result.out
    assert "Do not send it again" in result.err


def test_all_open_orders_of_an_instrument_or_a_venue_are_canceled(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    at = sandbox.options
    for instrument in (BTC, PERP):
        assert tickwright("orders", "submit", instrument, "buy", "0.01", *REST, *at).code == 0
    ended = tickwright("orders", "cancel", "--all", "--instrument", BTC, "--json", *at).json
    assert [(order["instrument"], order["state"]) for order in ended] == [(BTC, "canceled")]
    (kept,) = tickwright("orders", "list", "--json", *at).json
    assert kept["instrument"] == PERP
    rest = tickwright("orders", "cancel", "--all", "--venue", "binance.usdm", "--json", *at).json
    assert [(order["instrument"], order["state"]) for order in rest] == [(PERP, "canceled")]


def test_orders_that_have_ended_are_listed_from_the_journal(
    sandbox: SandboxThread, tickwright: Command, tmp_path: Path
) -> None:
    at = ("--journal", f"sqlite:{tmp_path / 'orders.db'}", *sandbox.options)
    order = tickwright("orders", "submit", BTC, "buy", "0.01", "--json", *at).json
    (known,) = tickwright("orders", "list", "--all", "--json", *at).json
    assert known == order
    assert tickwright("orders", "list", "--json", *at).json == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["submit", BTC, "buy"], "say how much, by a quantity or by a quote quantity"),
        (["submit", BTC, "hold", "1"], "side: 'hold' is none of 'buy', 'sell'"),
        (["submit", BTC, "buy", "1e400x"], "quantity"),
        (["submit", BTC, "buy", "1", "--expire", "soon"], "--expire soon: write a time"),
        (["submit", "bnance:BTC/USDT", "buy", "1"], "did you mean binance?"),
        (["submit", "binance:BTC/USD:BTC", "buy", "1"], "binance.coinm takes no orders here"),
        (["submit", BTC, "buy", "1", "--time-in-force", "forever"], "'--time-in-force'"),
        (["amend", "x"], "--quantity, --price, or both"),
        (["amend", "x", "--quantity", "1"], "no order goes by 'x' here"),
        (["submit", BTC, "buy", "1", "--trigger-kind", "take-profit"], "go with --trigger"),
        (["submit", BTC, "buy", "1", "--id", "ü"], "the venue takes 1 to 36 letters"),
        (["submit", "binance:FOO/BAR", "buy", "1"], "`tickwright instruments` lists"),
        (["amend", "x", "--quantity", "0"], "--quantity 0: it must be above zero"),
        (["cancel"], "name the orders to cancel, or say --all"),
        (["cancel", "x", "--all"], "name the orders to cancel, or say --all"),
        (["cancel", "x"], "`tickwright orders list`"),
        (["list", "--instrument", "binance:NOPE/USDT", "-e", "live"], "contradict each other"),
        (["list", "--instrument", "binance:FOO/BAR"], "is not listed by binance"),
        (["list", "bybit", "--instrument", BTC], "is of binance.spot, and not of bybit"),
        (["list", "--all", "--fresh"], "--history --fresh asks the venue"),
        (["fills", "--instrument", "binance:FOO/BAR"], "is not listed by binance"),
        (["watch", "bybit", "--instrument", BTC], "is of binance.spot, and not of bybit"),
        (["cancel", "--all", "--instrument", "binance:FOO/BAR"], "is not listed by binance"),
        (["fly"], "No such command 'fly'"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(
    sandbox: SandboxThread, tickwright: Command, arguments: list[str], reason: str
) -> None:
    is_known = arguments[0] != "fly"
    result = tickwright("orders", *arguments, *(sandbox.options if is_known else ()))
    assert (result.code, result.out) == (2, "")
    assert reason in result.reason


@pytest.mark.parametrize(
    "arguments", [["submit", BTC, "buy", "0.01"], ["amend", "x", "--price", "1"], ["cancel", "x"]]
)
def test_live_orders_are_not_touched_unless_somebody_agrees(
    tickwright: Command, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setenv("TICKWRIGHT_BINANCE__KEY", "a-key")
    monkeypatch.setenv("TICKWRIGHT_BINANCE__SECRET", "a-secret")
    result = tickwright("orders", *arguments)
    assert (result.code, result.out) == (2, "")
    assert "say it with --yes" in result.reason


def test_an_environment_sandbox_brings_up_a_venue_of_its_own(tickwright: Command) -> None:
    result = tickwright("orders", "submit", BTC, "buy", "0.01", *REST, "-e", "sandbox", "--json")
    assert result.code == 0
    assert result.json["state"] == "open"


def test_settings_that_cancel_orders_of_programs_leave_those_of_the_prompt_alone(
    sandbox: SandboxThread, tickwright: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TICKWRIGHT_CANCEL_ON_EXIT", "true")
    monkeypatch.setenv("TICKWRIGHT_DEAD_MAN_S", "30")
    at = ("--journal", f"sqlite:{tmp_path / 'orders.db'}", *sandbox.options)
    placed = tickwright("orders", "submit", BTC, "buy", "0.01", *REST, "--json", *at).json
    assert tickwright("orders", "list", *at).code == 0
    (order,) = tickwright("orders", "list", "--fresh", "--json", *at).json
    assert (order["client_order_id"], order["state"]) == (placed["client_order_id"], "open")


def test_limits_that_want_a_book_have_it_opened(
    sandbox: SandboxThread, tickwright: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKWRIGHT_RISK__PRICE_COLLAR", "0.05")
    monkeypatch.setenv("TICKWRIGHT_RISK__MAX_ORDER_NOTIONAL", "2000")
    at = sandbox.options
    far = tickwright("orders", "submit", PERP, "buy", "0.01", "--price", "90000", *at)
    assert far.code == 1
    assert "denied: PRICE_COLLAR" in far.out
    assert "lies beyond" in far.out
    order = tickwright("orders", "submit", PERP, "buy", "0.01", *REST, "--json", *at).json
    amended = ("amend", order["client_order_id"], "--quantity", "0.02", "--instrument", PERP)
    assert tickwright("orders", *amended, "--json", *at).json["quantity"] == "0.02"
    assert tickwright("orders", "submit", PERP, "buy", "0.01", *at).code == 0


def test_the_names_that_are_known_are_canceled_and_the_others_told(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    at = sandbox.options
    assert tickwright("orders", "submit", BTC, "buy", "0.01", *REST, "--id", "a", *at).code == 0
    result = tickwright("orders", "cancel", "a", "b", "--json", *at)
    assert result.code == 1
    assert [order["state"] for order in result.json] == ["canceled"]
    assert "no order goes by 'b'" in result.reason


def test_an_order_that_has_ended_is_not_amended_and_that_fails(
    sandbox: SandboxThread, tickwright: Command, tmp_path: Path
) -> None:
    at = ("--journal", f"sqlite:{tmp_path / 'orders.db'}", *sandbox.options)
    assert tickwright("orders", "submit", PERP, "buy", "0.01", "--id", "a", *at).code == 0
    result = tickwright("orders", "amend", "a", "--quantity", "0.02", *at)
    assert (result.code, result.out) == (1, "")
    assert "order a has ended (filled)" in result.reason
