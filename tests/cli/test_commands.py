from __future__ import annotations

import pytest
from tests.cli.rig import Command

import tickwright as library


COMMANDS = (
    "watch", "record", "replay", "instruments", "doctor", "balances", "positions", "orders", "demo",
    "sandbox",
)  # fmt: skip


def test_the_version_is_the_library_s(tickwright: Command) -> None:
    assert tickwright("--version") == (0, library.__version__ + "\n", "")


def test_without_a_command_all_are_listed(tickwright: Command) -> None:
    result = tickwright()
    assert result.code == 2
    assert all(name in result.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(tickwright: Command, name: str) -> None:
    result = tickwright(name, "--help")
    assert result.code == 0
    assert "Usage: tickwright " + name in result.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["fly"], "No such command 'fly'"),
        (["replay"], "Missing argument"),
        (["replay", "x", "--faster"], "No such option: --faster"),
        (["watch", "binance:BTC/USDT", "--levels", "many"], "'--levels'"),
        (["watch", "binance:BTC/USDT", "--seconds", "-1"], "'--seconds'"),
        (["record", "binance:BTC/USDT"], "Missing option '--output'"),
        (["--log-level", "loud", "doctor"], "--log-level loud"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(
    tickwright: Command, arguments: list[str], reason: str
) -> None:
    result = tickwright(*arguments)
    assert result.code == 2
    assert reason in result.reason
    assert result.out == ""


def test_a_wrong_option_names_the_help_that_helps(tickwright: Command) -> None:
    assert "`tickwright replay --help`" in tickwright("replay").reason
