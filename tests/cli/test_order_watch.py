"""Watching what becomes of orders."""

from __future__ import annotations

import json
import signal

import pytest
from tests.cli.accounts_rig import BTC, SandboxThread
from tests.cli.rig import Command, spawned


@pytest.mark.slow
def test_every_event_of_an_order_of_somebody_else_is_a_line(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    with spawned("orders", "watch", *sandbox.options) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("order")
        placed = ("submit", BTC, "buy", "0.01", "--price", "60000", "--id", "mine-1")
        assert tickwright("orders", *placed, *sandbox.options).code == 0
        assert tickwright("orders", "cancel", "mine-1", *sandbox.options).code == 0
        lines = [process.stdout.readline() for _ in range(2)]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=2)
    assert (process.returncode, err) == (0, "")
    assert "mine-1  accepted as " in lines[0]
    assert f": buy 0.01 {BTC} at 60000" in lines[0]
    assert "mine-1  canceled" in lines[1]


@pytest.mark.slow
def test_json_is_what_is_open_then_one_object_an_event(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    with spawned("orders", "watch", "--instrument", BTC, "--json", *sandbox.options) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"open": []}
        assert tickwright("orders", "submit", BTC, "buy", "0.01", *sandbox.options).code == 0
        event = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=2)
    assert set(event) >= {"event", "received_ts_ns", "venue_ts_ns", "order"}
    assert event["order"]["instrument"] == BTC


def test_it_stops_after_the_time_that_was_given(
    sandbox: SandboxThread, tickwright: Command
) -> None:
    result = tickwright("orders", "watch", "--seconds", "0.2", *sandbox.options)
    assert (result.code, result.err) == (0, "")
    assert result.out.split()[:2] == ["order", "instrument"]
