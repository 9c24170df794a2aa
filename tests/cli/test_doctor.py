from __future__ import annotations

import pytest
from tests.cli.accounts_rig import SandboxThread
from tests.cli.rig import Command, Result, VenueThread

from tickwright.app.doctor import KeyFinding
from tickwright.cli.doctor import interval, key_line
from tickwright.model.account import KeyPermissions


def test_what_can_be_reached_is_measured(venue: VenueThread, tickwright: Command) -> None:
    result = tickwright("doctor", "binance.spot", *venue.options)
    assert (result.code, result.err) == (0, "")
    for word in ("kernel", "event loop", "binance.spot", "✓ open in", "request weight 6,000 / min"):
        assert word in result.out


def test_json_says_the_same_in_numbers(venue: VenueThread, tickwright: Command) -> None:
    found = tickwright("doctor", "binance.spot", "--json", *venue.options).json
    assert set(found) == {"installation", "environment", "hosts", "keys"}
    (host,) = found["hosts"]
    assert host["rest_error"] is host["ws_error"] is None
    assert host["latency_ms"] > 0
    assert abs(host["clock_offset_ms"]) < 60_000
    assert {"name", "used", "limit", "interval_s"} == set(host["limits"][0])


def test_a_key_that_is_not_set_is_told_as_none(venue: VenueThread, tickwright: Command) -> None:
    result = tickwright("doctor", "binance.spot", *venue.options)
    assert "none: market data needs none, orders do" in result.out


@pytest.fixture
def with_key(sandbox: SandboxThread, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Set the sandbox's own key, and return the options that lead there."""
    for name, text in zip(("KEY", "SECRET"), sandbox.secrets, strict=True):
        monkeypatch.setenv(f"TICKWRIGHT_BINANCE__{name}", text)
    origins = sandbox.box.endpoints["binance.spot"]
    addresses = (("rest", origins.rest), ("ws_public", origins.ws_public))
    return [
        option
        for field, origin in addresses
        for option in ("--endpoint", f"binance.spot.{field}={origin}")
    ]


def test_g30_what_a_key_may_is_told_and_never_the_key(
    sandbox: SandboxThread, tickwright: Command, with_key: list[str]
) -> None:
    def told(*form: str) -> Result:
        result = tickwright("--log-level", "debug", "doctor", "binance.spot", *form, *with_key)
        assert result.code == 0
        assert not any(text in result.out + result.err for text in sandbox.secrets)
        return result

    assert told().out
    result = told("--json")
    (key,) = result.json["keys"]
    assert (key["venue"], key["is_set"], key["error"]) == ("binance", True, None)
    assert key["permissions"]["can_trade"]
    assert not key["permissions"]["can_withdraw"]
    table = tickwright("doctor", "binance.spot", *with_key)
    assert "may trade, from any address" in table.out


def test_a_key_that_the_venue_refuses_fails(
    sandbox: SandboxThread, tickwright: Command, with_key: list[str]
) -> None:
    sandbox.box.faults.revoked_keys.add(sandbox.secrets[0])
    result = tickwright("doctor", "binance.spot", *with_key)
    assert result.code == 1
    assert "binance, key: " in result.reason
    assert "-2015" in result.reason
    assert not any(text in result.out + result.err for text in sandbox.secrets)


def test_g30_permissions_that_cannot_be_had_are_no_failure(
    sandbox: SandboxThread, tickwright: Command, with_key: list[str]
) -> None:
    sandbox.box.faults.rest_only = {"/sapi/*"}
    sandbox.box.faults.rest_status = 404
    result = tickwright("doctor", "binance.spot", *with_key)
    assert (result.code, result.err) == (0, "")
    assert "set; " in result.out
    assert not any(text in result.out for text in sandbox.secrets)


def test_a_key_that_may_withdraw_is_warned_of() -> None:
    may = KeyPermissions(can_trade=True, can_withdraw=True, is_bound=True)
    told = key_line(KeyFinding(venue="binance", is_set=True, permissions=may)).plain
    assert told.startswith("may trade, from named addresses only; may WITHDRAW")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_host_out_of_reach_is_told_and_fails(
    venue: VenueThread, tickwright: Command, form: list[str]
) -> None:
    wrong = ["--endpoint", "binance.spot.ws_public=ws://127.0.0.1:9"]
    result = tickwright("doctor", "binance.spot", *form, *venue.options, *wrong)
    assert result.code == 1
    assert "binance.spot, WebSocket: 127.0.0.1:9 refused the connection" in result.reason
    assert "binance.spot" in result.out


def test_an_environment_that_a_product_lacks_is_a_wrong_call(tickwright: Command) -> None:
    result = tickwright("doctor", "-e", "mars")
    assert result.code == 2
    assert "'live', 'testnet'" in result.reason


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.5, "0.5 s"), (10, "10 s"), (60, "min"), (300, "5 min"), (3600, "h"), (86_400, "d")],
)
def test_intervals_read_well(seconds: float, text: str) -> None:
    assert interval(seconds) == text
