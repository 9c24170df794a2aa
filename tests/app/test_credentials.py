"""Credentials from variables: which names, which order, and nothing shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tickwright.app.config import load_settings
from tickwright.app.credentials import credentials_in, is_credential
from tickwright.errors import ConfigError
from tickwright.venues.signing import Credentials


PLANTED = "planted-secret-987654321"


@pytest.mark.parametrize(
    ("variables", "key", "secret"),
    [
        ({"tickwright_binance__key": "k", "tickwright_binance__secret": "s"}, "k", "s"),
        ({"binance_api_key": "k2", "binance_api_secret": "s2"}, "k2", "s2"),
        (
            {
                "tickwright_binance__key": "k",
                "tickwright_binance__secret": "s",
                "binance_api_key": "k2",
                "binance_api_secret": "s2",
            },
            "k",
            "s",
        ),
    ],
)
def test_own_names_come_before_those_that_others_use(
    variables: dict[str, str], key: str, secret: str
) -> None:
    found = credentials_in(variables)["binance"]
    assert (found.key.reveal(), found.secret.reveal()) == (key, secret)


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text("-----BEGIN PRIVATE KEY-----\n…\n")
    found = credentials_in(
        {
            "tickwright_bybit__key": "k",
            "tickwright_bybit__secret_file": str(file),
            "tickwright_bybit__password": "p",
        }
    )["bybit"]
    assert found.secret.reveal().startswith("-----BEGIN")
    assert found.password.reveal() == "p"


@pytest.mark.parametrize("prefix", ["tickwright_binance__", "binance_api_"])
def test_key_and_secret_may_both_be_files_whose_last_line_ends(tmp_path: Path, prefix: str) -> None:
    for name in ("key", "secret"):
        (tmp_path / name).write_text(f"the {name}\r\n")
    files = {f"{prefix}{name}_file": str(tmp_path / name) for name in ("key", "secret")}
    found = credentials_in(files)["binance"]
    assert (found.key.reveal(), found.secret.reveal()) == ("the key", "the secret")


def test_a_password_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(" with spaces \n")
    variables = {
        "binance_api_key": "k",
        "binance_api_secret": "s",
        "tickwright_binance__password_file": str(file),
    }
    assert credentials_in(variables)["binance"].password.reveal() == " with spaces "


@pytest.mark.parametrize("hidden", ["\n", "\r\n", "\0", "\x7f", "\u200b"])
@pytest.mark.parametrize("part", ["key", "secret"])
def test_g30_a_value_with_a_character_that_cannot_be_seen_is_refused_by_its_variable(
    part: str, hidden: str
) -> None:
    variables = {"binance_api_key": "k", "binance_api_secret": "s"}
    variables[f"binance_api_{part}"] = f"planted{hidden}secret"
    with pytest.raises(ConfigError, match=f"^BINANCE_API_{part.upper()}: ") as caught:
        credentials_in(variables)
    assert "planted" not in str(caught.value)


def test_g30_of_such_a_value_in_a_program_the_part_is_told() -> None:
    with pytest.raises(ConfigError, match="argument credentials: secret of binance: ") as caught:
        load_settings(credentials={"binance": Credentials("key", "planted\nsecret")})
    assert "planted" not in str(caught.value)


def test_g30_of_such_a_value_in_a_file_the_variable_of_the_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("two\nlines\n")
    variables = {"binance_api_key": "k", "binance_api_secret_file": str(file)}
    with pytest.raises(ConfigError, match=r"^BINANCE_API_SECRET_FILE: "):
        credentials_in(variables)


@pytest.mark.parametrize(("mode", "is_warned"), [(0o600, False), (0o640, False), (0o644, True)])
def test_g30_a_file_that_everybody_can_read_is_named_in_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int, is_warned: bool
) -> None:
    file = tmp_path / "secret"
    file.write_text(PLANTED)
    file.chmod(mode)
    credentials_in({"binance_api_key": "k", "binance_api_secret_file": str(file)})
    assert bool(caplog.messages) is is_warned
    assert not is_warned or f"can read {file}; chmod 600 it" in caplog.text
    assert PLANTED not in caplog.text


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="it is no text"):
        credentials_in({"binance_api_key": "k", "binance_api_secret_file": str(file)})


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"tickwright_binance__key": PLANTED}, "TICKWRIGHT_BINANCE__SECRET"),
        ({"binance_api_secret": PLANTED}, "TICKWRIGHT_BINANCE__KEY"),
        (
            {"tickwright_binance__key": PLANTED, "tickwright_binance__secret_file": "/nowhere"},
            "TICKWRIGHT_BINANCE__SECRET_FILE: /nowhere cannot be read: No such file",
        ),
        (
            {
                "tickwright_binance__key": PLANTED,
                "tickwright_binance__key_file": "/nowhere",
                "tickwright_binance__secret": PLANTED,
            },
            "TICKWRIGHT_BINANCE__KEY and TICKWRIGHT_BINANCE__KEY_FILE are both set: keep one",
        ),
        (
            {"binance_api_key": PLANTED, "binance_api_secret_file": "/dev/null"},
            "BINANCE_API_SECRET_FILE: /dev/null is empty",
        ),
        (
            {"binance_api_key": PLANTED, "binance_api_secret_file": "/"},
            "BINANCE_API_SECRET_FILE: / cannot be read: Is a directory",
        ),
    ],
)
def test_g30_half_of_a_pair_is_named_and_never_shown(variables: dict[str, str], text: str) -> None:
    with pytest.raises(ConfigError, match=text) as caught:
        credentials_in(variables)
    assert PLANTED not in str(caught.value)


def test_without_variables_there_are_no_credentials() -> None:
    assert credentials_in({"path": "/bin"}) == {}


def test_credentials_are_told_from_settings_by_their_names() -> None:
    assert is_credential("tickwright_binance__key")
    assert is_credential("tickwright_bybit__secret_file")
    assert is_credential("tickwright_bybit__key_file")
    assert not is_credential("tickwright_bybit__file")
    assert not is_credential("tickwright_endpoints__binance_spot__rest")
    assert not is_credential("tickwright_nowhere__key")
    assert not is_credential("binance__key")


@pytest.fixture
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_empty_environment")
def test_g30_settings_hold_credentials_and_show_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"BYBIT_API_KEY=k\nBYBIT_API_SECRET={PLANTED}\n")
    monkeypatch.setenv("TICKWRIGHT_BINANCE__KEY", PLANTED)
    monkeypatch.setenv("TICKWRIGHT_BINANCE__SECRET", PLANTED)
    settings = load_settings()
    assert set(settings.credentials) == {"binance", "bybit"}
    assert PLANTED not in repr(settings)
    own = load_settings(credentials={"binance": Credentials("a", "b")})
    assert own.credentials["binance"].key.reveal() == "a"
    assert own.credentials["bybit"].secret.reveal() == PLANTED


@pytest.mark.usefixtures("_empty_environment")
def test_credentials_do_not_belong_into_yaml(tmp_path: Path) -> None:
    file = tmp_path / "tickwright.yaml"
    file.write_text(f"credentials:\n  binance: {PLANTED}\n")
    with pytest.raises(ConfigError, match=r"environment or \.env") as caught:
        load_settings()
    assert PLANTED not in str(caught.value)


@pytest.mark.usefixtures("_empty_environment")
@pytest.mark.parametrize(
    ("yaml", "text"),
    [
        ("journal: mongodb://x\n", "memory:, sqlite: with a path, or postgresql:"),
        ("order_prefix: NoGood\n", "lower-case"),
        ("risk:\n  max_open_orders: many\n", "risk"),
    ],
)
def test_settings_of_orders_that_make_no_sense_are_one_line(
    tmp_path: Path, yaml: str, text: str
) -> None:
    (tmp_path / "tickwright.yaml").write_text(yaml)
    with pytest.raises(ConfigError, match=text) as caught:
        load_settings()
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("_empty_environment")
def test_limits_may_stand_in_yaml(tmp_path: Path) -> None:
    (tmp_path / "tickwright.yaml").write_text(
        "risk:\n  max_open_orders: 5\n  price_collar: '0.05'\n  instruments: ['binance:BTC/USDT']\n"
    )
    risk = load_settings().risk
    assert (risk.max_open_orders, str(risk.price_collar)) == (5, "0.05")
    assert risk.instruments == frozenset({"binance:BTC/USDT"})


@pytest.mark.parametrize(
    "arguments", [{"credentials": {"binance": "k"}}, {"credentials": "k"}, {"risk": {"a": 1}}]
)
@pytest.mark.usefixtures("_empty_environment")
def test_arguments_of_the_wrong_kind_say_what_to_give(arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="give a"):
        load_settings(**arguments)


@pytest.mark.usefixtures("_empty_environment")
def test_limits_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICKWRIGHT_RISK__MAX_OPEN_ORDERS", "5")
    monkeypatch.setenv("TICKWRIGHT_RISK__MAX_ORDER_NOTIONAL", "1000.5")
    risk = load_settings().risk
    assert (risk.max_open_orders, str(risk.max_order_notional)) == (5, "1000.5")
