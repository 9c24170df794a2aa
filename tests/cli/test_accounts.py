"""Which account a command is about, what it waits for, and what it asks first."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.accounts_rig import BTC, SandboxThread
from tests.cli.rig import Command, spawned

from tickwright import Sandbox
from tickwright.app.config import Settings
from tickwright.cli.accounts import account_settings, ask_first, places, products_with_orders
from tickwright.errors import ConfigError, UsageError
from tickwright.venues.signing import Credentials


READY = {
    "binance.spot": {"rest": "http://127.0.0.1:1", "ws_public": "ws://127.0.0.1:2"},
    "account": {"key": "planted-key", "secret": "planted-secret"},
    "control": {"rest": "http://127.0.0.1:3"},
}
PLANTED = ("planted-key", "planted-secret")


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    path = tmp_path / "ready.json"
    path.write_text(json.dumps(READY))
    return path


def test_a_ready_file_gives_addresses_and_key_and_no_journal(ready: Path) -> None:
    settings = account_settings(None, ready, None, None)
    assert settings.environment == "sandbox"
    assert list(settings.endpoints) == ["binance.spot"]
    assert settings.credentials["binance"].key.reveal() == "planted-key"
    assert settings.journal == "memory:"
    assert account_settings(None, ready, None, None, "sqlite:mine.db").journal == "sqlite:mine.db"
    assert [each.name for each in products_with_orders((), settings)] == ["binance.spot"]


def test_what_cancels_orders_when_a_program_ends_is_not_for_commands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TICKWRIGHT_CANCEL_ON_EXIT", "true")
    monkeypatch.setenv("TICKWRIGHT_DEAD_MAN_S", "30")
    settings = account_settings(None, None, None, None)
    assert (settings.cancel_on_exit, settings.dead_man_s) == (False, None)


def test_an_instrument_narrows_a_command_to_its_product() -> None:
    settings = Settings(credentials={"binance": Credentials("key", "secret")})
    for names in ((), ("binance",), ("binance.spot",)):
        assert [each.name for each in places(names, BTC, settings)] == ["binance.spot"]
    with pytest.raises(UsageError, match=r"is of binance\.spot, and not of binance\.usdm"):
        places(("binance.usdm",), BTC, settings)


def test_g30_neither_settings_nor_errors_show_what_a_ready_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    for broken in ({**READY, "mars.spot": {}}, {**READY, "binance.spot": {"planted-key": "x"}}):
        path.write_text(json.dumps(broken))
        with pytest.raises(ConfigError, match="no ready file") as caught:
            account_settings("sandbox", path, None, None)
        assert caught.value.__suppress_context__
        assert not any(secret in str(caught.value) for secret in PLANTED)
    path.write_text(json.dumps(READY))
    assert not any(secret in repr(account_settings(None, path, None, None)) for secret in PLANTED)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', "{}"])
def test_another_file_is_no_ready_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match="no ready file of `tickwright sandbox`"):
        account_settings(None, path, None, None)


def test_a_port_that_there_is_not_is_told_before_anybody_goes_there(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.write_text(json.dumps({**READY, "binance.spot": {"ws_api": "ws://127.0.0.1:99999"}}))
    with pytest.raises(ConfigError, match="no ready file of `tickwright sandbox`"):
        account_settings(None, path, None, None)


def test_a_ready_file_that_is_not_there_asks_whether_the_sandbox_runs(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is the sandbox running"):
        account_settings(None, tmp_path / "none.json", None, None)


def test_a_ready_file_and_another_environment_contradict_each_other(ready: Path) -> None:
    with pytest.raises(UsageError, match="--environment live contradict"):
        account_settings("live", ready, None, None)


def test_venues_without_a_key_are_left_out_where_another_has_one() -> None:
    settings = Settings(credentials={"binance": Credentials("key", "secret")})
    assert {each.venue for each in products_with_orders((), settings)} == {"binance"}
    with pytest.raises(UsageError, match=r"binance\.coinm takes no orders here; those that do"):
        products_with_orders(["binance.coinm"], settings)


async def test_only_live_orders_are_asked_about() -> None:
    for environment in ("sandbox", "testnet", "demo"):
        await ask_first(Settings(environment=environment), "buy", is_agreed=False)
    await ask_first(Settings(), "buy", is_agreed=True)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Make standard input a terminal, and return what types there."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as stdin, os.fdopen(ours, "w") as keyboard:
        monkeypatch.setattr("sys.stdin", stdin)
        yield lambda text: print(text, file=keyboard, flush=True)


@pytest.mark.parametrize("answer", ["y", "YES"])
async def test_a_yes_at_the_terminal_lets_it_happen(
    terminal: Callable[[str], None], answer: str
) -> None:
    terminal(answer)
    await ask_first(Settings(), "buy 1 BTC", is_agreed=False)


@pytest.mark.parametrize("answer", ["", "n", "maybe"])
async def test_anything_else_sends_nothing(
    terminal: Callable[[str], None], answer: str, capfd: pytest.CaptureFixture[str]
) -> None:
    terminal(answer)
    with pytest.raises(SystemExit) as ended:
        await ask_first(Settings(), "buy 1 BTC", is_agreed=False)
    assert ended.value.code == 1
    told = capfd.readouterr().err
    assert "live: buy 1 BTC? [y/N]" in told
    assert "nothing was sent" in told


@pytest.mark.slow
def test_an_account_that_is_waited_for_can_be_interrupted(sandbox: SandboxThread) -> None:
    sandbox.box.faults.rest_black_hole = True
    sandbox.box.faults.rest_only = {"/api/v3/account"}

    async def wait_for_the_stream(box: Sandbox) -> None:
        while not box.venue.connections("binance.spot"):
            await asyncio.sleep(0.01)

    with spawned("balances", "binance.spot", *sandbox.options) as process:
        sandbox.call(wait_for_the_stream)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=2)
    assert process.returncode == 130


@pytest.mark.slow
def test_g30_no_command_about_an_account_shows_its_key(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    at = sandbox.options
    calls = (
        ("orders", "submit", BTC, "buy", "0.01", "--price", "60000", "--id", "mine-1"),
        ("orders", "submit", BTC, "buy", "0.01", "--price", "90000", "--post-only"),
        ("orders", "amend", "mine-1", "--quantity", "7"),
        ("orders", "list", "--all"),
        ("orders", "watch", "--seconds", "0.1"),
        ("orders", "cancel", "mine-1"),
        ("balances",),
        ("positions", "--json"),
    )
    for call in calls:
        result = tickwright("--log-level", "debug", *call, *at)
        assert not any(text in result.out + result.err for text in sandbox.secrets), call
    sandbox.box.faults.revoked_keys.add(sandbox.secrets[0])
    refused = tickwright("--log-level", "debug", "balances", *at)
    assert refused.code == 1
    assert "-2015" in refused.reason
    assert not any(text in refused.out + refused.err for text in sandbox.secrets)


def test_a_refused_key_is_told_in_one_line_with_its_product_and_its_variables(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    told = json.loads(sandbox.path.read_text())
    told["account"]["key"] = "x" * 64
    sandbox.path.write_text(json.dumps(told))
    result = tickwright("orders", "list", "binance.usdm", *sandbox.options)
    assert result.code == 1
    assert "binance.usdm: " in result.reason
    assert "TICKWRIGHT_BINANCE__KEY" in result.reason
    assert result.err.count("\n") == 1, "nothing but the reason, and no raw notice"
