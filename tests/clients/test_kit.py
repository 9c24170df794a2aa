"""That the tests with independent clients cannot be skipped by mistake where they have to run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.clients import kit


ABSENT = Path("/nowhere/python")


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "CLIENTS_PYTHON", ABSENT)


@pytest.mark.usefixtures("absent")
def test_clients_that_were_not_asked_for_may_be_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "NAMED_PYTHON", None)
    with pytest.raises(pytest.skip.Exception, match="make clients"):
        kit.Clients().get("ccxt_agent")


@pytest.mark.usefixtures("absent")
def test_clients_that_were_named_have_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "NAMED_PYTHON", str(ABSENT))
    with pytest.raises(pytest.fail.Exception, match=str(ABSENT)):
        kit.Clients().get("ccxt_agent")


def test_the_full_check_installs_the_clients_and_names_them() -> None:
    lines = (kit.PROJECT / ".ci" / "run").read_text().splitlines()
    steps = [line.split("#")[0].strip() for line in lines if line.startswith(("step", "export"))]
    named = 'export CLIENTS_PYTHON="$PWD/.venv-clients/bin/python"'
    installs = next(index for index, step in enumerate(steps) if step.endswith("make clients"))
    tests = next(index for index, step in enumerate(steps) if "make test ARGS" in step)
    assert installs < steps.index(named) < tests


def test_unknown_fields_are_found_at_any_depth() -> None:
    inner = {"price": "1", "additional_properties": {"new": 1}}
    data = [{"rows": [inner], "additional_properties": {}}, {"additional_properties": {"old": 2}}]
    assert kit.unknown_fields(data) == {"new", "old"}
