from __future__ import annotations

from pathlib import Path

import pytest

from tickwright.errors import ConfigError
from tickwright.sandbox import Faults
from tickwright.sandbox.faultfile import parse_plan, patch, read_plan


YAML = """
snapshot_failures: 2          # for all
silent_streams: ["*@trade"]
binance.usdm:
  close_on_open: 1008
"""
JSON = '{"snapshot_failures": 2, "binance.usdm": {"close_on_open": 1008}}'


@pytest.mark.parametrize("text", [YAML, JSON])
def test_a_file_sets_faults_for_all_and_for_one_product(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(text)
    plan = read_plan(path)
    assert (plan.common.snapshot_failures, plan.common.close_on_open) == (2, None)
    own = plan.products["binance.usdm"]
    assert (own.snapshot_failures, own.close_on_open) == (2, 1008)


def test_an_empty_file_sets_none(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("# nothing yet\n")
    assert read_plan(path).common == Faults()


def test_a_typo_names_the_field_and_the_nearest_valid_one(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("binance.spot: {snapshot_failurs: 2}")
    with pytest.raises(ConfigError) as raised:
        read_plan(path)
    assert str(raised.value) == (
        f"{path}: binance.spot: there is no fault 'snapshot_failurs'; did you mean snapshot_failures?"
    )


def test_a_name_like_none_lists_what_there_is() -> None:
    with pytest.raises(ConfigError, match="there are handshake_status, close_on_open"):
        parse_plan({"qqqq": 1})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"snapshot_failures": "two"}, "faults: snapshot_failures: expected int, got str, not 'two'"),
        ({"snapshot_failures": -1}, "faults: snapshot_failures: expected int >= 0, not -1"),
        ({"close_on_open": 99}, "faults: close_on_open: expected int >= 1000, not 99"),
        ({"black_hole": 1}, "faults: black_hole: expected bool, got int, not 1"),
        ({"drop": {"a": "b"}}, "faults: drop: expected int, got str, not {'a': 'b'}"),
    ],
)  # fmt: skip
def test_a_wrong_value_says_what_is_expected(changes: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_plan(changes)
    assert str(raised.value) == text


@pytest.mark.parametrize("text", ["- a", "7", "{", "binance.spot: 7"])
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"faults\.yaml") as raised:
        read_plan(path)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_plan(tmp_path / "nowhere.yaml")


def test_a_patch_changes_what_it_names_and_null_sets_back() -> None:
    faults = Faults(snapshot_failures=3, black_hole=True)
    patch(faults, {"snapshot_failures": None, "rest_status": 429})
    assert faults == Faults(black_hole=True, rest_status=429)


def test_a_patch_that_is_wrong_changes_nothing() -> None:
    faults = Faults()
    with pytest.raises(ConfigError):
        patch(faults, {"rest_status": 429, "nothing": 1})
    assert faults == Faults()
