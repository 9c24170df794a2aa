"""What settings are, and that importing them costs nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tickwright.app.config import Environment, Settings, load_settings
from tickwright.venues.base import Endpoints


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.upper().startswith("TICKWRIGHT_"):
            monkeypatch.delenv(name)


def test_without_any_source_the_defaults_hold() -> None:
    assert load_settings() == Settings()


def test_arguments_may_be_any_field() -> None:
    endpoints = {"binance.spot": Endpoints(rest="http://127.0.0.1:8080")}
    assert load_settings(environment="testnet", audit_books=False, endpoints=endpoints) == Settings(
        environment="testnet", audit_books=False, endpoints=endpoints
    )


def test_a_file_may_be_named_as_text_or_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("environment: demo\n")
    assert load_settings(file=file) == load_settings(file=str(file)) == Settings(environment="demo")


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ("live", "sqlite:tickwright-orders.db"),
        ("testnet", "sqlite:tickwright-orders-testnet.db"),
        ("sandbox", "memory:"),
    ],
)
def test_each_environment_has_a_journal_of_its_own_unless_one_is_named(
    environment: Environment, url: str
) -> None:
    assert Settings(environment=environment).journal_url == url
    assert Settings(environment=environment, journal="sqlite:x.db").journal_url == "sqlite:x.db"


def test_g30_a_password_of_a_journal_is_not_shown() -> None:
    settings = load_settings(journal="postgresql://bot:geheim@db/orders")
    assert settings.journal == "postgresql://bot:geheim@db/orders"
    assert "geheim" not in repr(settings)


def test_g30_a_password_of_a_proxy_is_not_shown() -> None:
    settings = load_settings(proxy="http://user:geheim@proxy:3128")
    assert settings.proxy == "http://user:geheim@proxy:3128"
    assert "geheim" not in repr(settings)
    assert "proxy:3128" in repr(settings)


def test_importing_it_does_not_import_pydantic() -> None:
    code = "import sys, tickwright.app.config; print('pydantic' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"
