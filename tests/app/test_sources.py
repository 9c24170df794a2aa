"""Reading, precedence, and errors that say where and what."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tickwright.app.config import Settings, load_settings
from tickwright.core.risklimits import RiskLimits
from tickwright.errors import ConfigError
from tickwright.venues.base import Endpoints


REST = "TICKWRIGHT_ENDPOINTS__BINANCE_SPOT__REST"


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.upper().startswith("TICKWRIGHT_"):
            monkeypatch.delenv(name)


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.write_text(text)
    return path


def refusal(**arguments: object) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(**arguments)  # type: ignore[arg-type]  # wrong kinds are the point
    text = str(caught.value)
    assert "\n" not in text
    return text


class TestPrecedence:
    def test_arguments_then_environment_then_dotenv_then_yaml(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("tickwright.yaml", "queue_capacity: 1\n")
        assert load_settings().queue_capacity == 1
        write(".env", "TICKWRIGHT_QUEUE_CAPACITY=2\n")
        assert load_settings().queue_capacity == 2
        monkeypatch.setenv("TICKWRIGHT_QUEUE_CAPACITY", "3")
        assert load_settings().queue_capacity == 3
        assert load_settings(queue_capacity=4).queue_capacity == 4

    def test_endpoints_are_merged_one_by_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write(
            "tickwright.yaml",
            "endpoints:\n"
            "  binance.spot: {rest: http://yaml, ws_api: ws://yaml, ws_public: ws://yaml}\n"
            "  binance.usdm: {rest: http://yaml}\n",
        )
        monkeypatch.setenv(REST, "http://environment")
        settings = load_settings(endpoints={"binance.spot": Endpoints(ws_public="ws://argument")})
        assert settings.endpoints == {
            "binance.spot": Endpoints(
                rest="http://environment", ws_api="ws://yaml", ws_public="ws://argument"
            ),
            "binance.usdm": Endpoints(rest="http://yaml"),
        }

    def test_a_value_that_equals_the_default_counts_as_said(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("tickwright.yaml", "environment: demo\n")
        monkeypatch.setenv("TICKWRIGHT_ENVIRONMENT", "live")
        assert load_settings().environment == "live"

    def test_an_empty_variable_says_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TICKWRIGHT_PROXY", "")
        assert load_settings().proxy is None


class TestSources:
    def test_variables_are_read_as_what_they_stand_for(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TICKWRIGHT_CONNECT_TIMEOUT_S", "2.5")
        monkeypatch.setenv("tickwright_audit_books", "false")
        monkeypatch.setenv(REST, "http://127.0.0.1:1/")
        assert load_settings() == Settings(
            connect_timeout_s=2.5,
            audit_books=False,
            endpoints={"binance.spot": Endpoints(rest="http://127.0.0.1:1")},
        )

    def test_endpoints_may_be_given_as_plain_mappings(self) -> None:
        settings = load_settings(endpoints={"binance.spot": {"rest": "http://a"}})
        assert settings.endpoints == {"binance.spot": Endpoints(rest="http://a")}

    def test_a_variable_may_name_the_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write("other.yaml", "environment: demo\n")
        write("tickwright.yaml", "environment: testnet\n")
        monkeypatch.setenv("TICKWRIGHT_CONFIG", "other.yaml")
        assert load_settings().environment == "demo"
        assert load_settings(file="tickwright.yaml").environment == "testnet"

    def test_variables_of_others_are_left_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write(".env", "PROXY=x\nOTHER_QUEUE_CAPACITY=y\n")
        monkeypatch.setenv("TICKWRIGHT_PURE", "1")
        assert load_settings() == Settings()

    def test_limits_of_all_sources_are_put_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write(
            "tickwright.yaml", "risk: {price_collar: 0.05, max_open_orders: 3, max_position: 1}\n"
        )
        monkeypatch.setenv("TICKWRIGHT_RISK__MAX_POSITION", "0.5")
        monkeypatch.setenv("TICKWRIGHT_RISK__INSTRUMENTS", "binance:BTC/USDT, bybit:BTC/USDT:USDT")
        assert load_settings().risk == RiskLimits(
            instruments=frozenset({"binance:BTC/USDT", "bybit:BTC/USDT:USDT"}),
            max_open_orders=3,
            max_position=Decimal("0.5"),
            price_collar=Decimal("0.05"),
        )
        assert load_settings(risk=RiskLimits(max_open_orders=1)).risk == RiskLimits(
            max_open_orders=1
        )

    def test_an_empty_file_says_nothing(self) -> None:
        write("tickwright.yaml", "# nothing yet\n")
        assert load_settings() == Settings()


class TestErrors:
    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("a: [", "tickwright.yaml, line 1: not valid YAML: expected the node content"),
            ("- live", "tickwright.yaml: must hold settings as `name: value` lines"),
            ("just text", "tickwright.yaml: must hold settings as `name: value` lines"),
            ("enviroment: live", "there is no 'enviroment'; did you mean environment?"),
            ("zzz: 1", "known are environment, endpoints, proxy"),
            (
                "environment: 5",
                "environment: should be 'live', 'testnet', 'demo' or 'sandbox', not 5",
            ),
            ("connect_timeout_s: soon", "connect_timeout_s: should be a valid number, not 'soon'"),
            ("connect_timeout_s: .nan", "connect_timeout_s: should be a finite number, not nan"),
            ("request_timeout_s: 0", "request_timeout_s: should be greater than 0, not 0"),
            ("queue_capacity: 0", "queue_capacity: should be greater than or equal to 1, not 0"),
            (
                "endpoints: {binance.spto: {}}",
                "there is no 'binance.spto'; did you mean binance.spot?",
            ),
            ("endpoints: {binance.spot: {res: a}}", "there is no 'res'; did you mean rest?"),
            (
                "endpoints: {binance.spot: {rest: 'ws://a'}}",
                "endpoints.binance.spot.rest: should be an address that starts with https://, not 'ws://a'",
            ),
            (
                "endpoints: {binance.spot: {rest: 'http://a:99999'}}",
                "endpoints.binance.spot.rest: should be an address with a port from 1 to 65535",
            ),
            ("journal: 'sqlite:'", "should be memory:, sqlite: with a path, or postgresql://"),
            ("risk: {max_order_notionl: 10}", "did you mean max_order_notional?"),
            ("risk: {max_position: -1}", "risk.max_position: should be 0 or above 0, not -1"),
            ("risk: {max_open_orders: 0}", "risk.max_open_orders: should be above 0, not 0"),
            ("risk: {price_collar: .inf}", "price_collar: should be a finite number in digits"),
            ("risk: {max_open_orders: true}", "max_open_orders: should be a finite number"),
            ("risk: {instruments: [BTCUSDT]}", "risk.instruments: should be instrument ids"),
            ("risk: 10", "risk: should have settings of its own (instruments, max_order_quantity"),
            ("binance: {key: k}", "credentials belong into the environment or .env"),
            ("audit_books: maybe\nproxy: 5", "(and 1 more)"),
        ],
    )
    def test_of_a_file_name_it_the_setting_and_what_was_expected(
        self, text: str, error: str
    ) -> None:
        write("tickwright.yaml", text)
        told = refusal()
        assert told.startswith("tickwright.yaml")
        assert error in told

    def test_of_a_variable_name_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TICKWRIGHT_QUEUE_CAPACITY", "many")
        assert refusal() == (
            "environment variable TICKWRIGHT_QUEUE_CAPACITY: should be a valid integer, not 'many'"
        )

    def test_of_a_nested_variable_name_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(REST, "nowhere")
        assert f"variable {REST}: should be an address" in refusal()

    @pytest.mark.parametrize("value", ["nan", "inf", "-1", "0", "1e400", "1_000", "much"])
    def test_g36_of_a_limit_that_limits_nothing_name_the_variable(
        self, monkeypatch: pytest.MonkeyPatch, value: str
    ) -> None:
        monkeypatch.setenv("TICKWRIGHT_RISK__MAX_ORDER_NOTIONAL", value)
        assert "variable TICKWRIGHT_RISK__MAX_ORDER_NOTIONAL: should be " in refusal()

    @pytest.mark.parametrize(
        ("variable", "error"),
        [
            ("RISK__MAX_ORDER_NOTIONL", "'max_order_notionl'; did you mean max_order_notional?"),
            ("BINANCE__SECRT", "there is no 'secrt'; did you mean secret?"),
            ("BINANCE", "there is no ''; known are key, secret, password"),
            ("BINANC__SECRET_FILE", "there is no 'binanc'; did you mean binance?"),
        ],
    )
    def test_of_a_misspelt_name_tell_the_nearest_right_one(
        self, monkeypatch: pytest.MonkeyPatch, variable: str, error: str
    ) -> None:
        monkeypatch.setenv(f"TICKWRIGHT_{variable}", "1")
        told = refusal()
        assert f"variable TICKWRIGHT_{variable}: " in told
        assert error in told

    def test_of_dotenv_name_file_and_variable(self) -> None:
        write(".env", "TICKWRIGHT_ENVIROMENT=live\n")
        assert refusal() == (
            ".env: TICKWRIGHT_ENVIROMENT: there is no 'enviroment'; did you mean environment?"
        )

    def test_of_variables_that_contradict_each_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TICKWRIGHT_PROXY", "http://a")
        monkeypatch.setenv("TICKWRIGHT_PROXY__HOST", "a")
        assert "contradict" in refusal()

    def test_of_an_argument_name_it(self) -> None:
        assert refusal(environment="prod").startswith("argument environment: should be 'live'")

    def test_of_a_file_that_is_not_there(self) -> None:
        assert refusal(file="nope.yaml") == "nope.yaml: no such settings file"

    def test_of_a_file_that_is_not_text(self) -> None:
        Path("tickwright.yaml").write_bytes(b"\xff\xfe\x00")
        assert refusal().startswith("tickwright.yaml")

    def test_g30_a_password_is_not_shown(self) -> None:
        told = refusal(proxy="ftp://user:geheim@proxy")
        assert "geheim" not in told
        assert "proxy: should be an address that starts with http://" in told


def test_settings_survive_a_copy() -> None:
    settings = Settings(environment="demo")
    assert msgspec.structs.replace(settings, environment="live") == Settings()


class TestSafety:
    @pytest.mark.parametrize(("text", "window_s"), [("30", 30.0), ("7.5", 7.5)])
    def test_a_window_comes_from_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, text: str, window_s: float
    ) -> None:
        monkeypatch.setenv("TICKWRIGHT_DEAD_MAN_S", text)
        monkeypatch.setenv("TICKWRIGHT_CANCEL_ON_EXIT", "true")
        settings = load_settings()
        assert (settings.dead_man_s, settings.cancel_on_exit) == (window_s, True)

    @pytest.mark.parametrize("value", [0, -1, float("inf"), "soon"])
    def test_a_window_that_is_none_is_refused(self, value: object) -> None:
        assert refusal(dead_man_s=value).startswith("argument dead_man_s: ")
