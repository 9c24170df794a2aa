from __future__ import annotations

import pytest

from tickwright.sandbox import Faults
from tickwright.sandbox.faults import matches


def test_nothing_is_wrong_unless_set() -> None:
    assert not Faults().touches_streams


def test_every_fault_of_streams_closes_the_quick_way() -> None:
    for faults in (
        Faults(black_hole=True),
        Faults(is_mute=True),
        Faults(silent_streams={"a"}),
        Faults(drop={"a": 1}),
        Faults(double={"a": 1}),
        Faults(reorder={"a": 1}),
        Faults(delay={"a": 1}),
        Faults(unknown_events=1),
        Faults(unknown_keys=True),
        Faults(shuffled_keys=True),
        Faults(unknown_enums=True),
    ):
        assert faults.touches_streams


def test_counted_faults_run_down() -> None:
    faults = Faults(snapshot_failures=2)
    assert [faults.take("snapshot_failures") for _ in range(3)] == [True, True, False]


def test_faults_counted_by_stream_run_down_and_vanish() -> None:
    faults = Faults(drop={"a@depth": 2, "*@trade": 1, "none": 0})
    assert [faults.take_of("drop", "a@depth") for _ in range(3)] == [True, True, False]
    assert [faults.take_of("drop", name) for name in ("x@trade", "y@trade", "none")] == [
        True,
        False,
        False,
    ]
    assert not faults.drop


@pytest.mark.parametrize(
    ("names", "text", "is_one"),
    [
        ({"a"}, "a", True),
        ({"a"}, "ab", False),
        ({"a*"}, "ab", True),
        ({"*@depth*"}, "btcusdt@depth@100ms", True),
        ({"[a]"}, "a", False),
        (set(), "a", False),
    ],
)
def test_a_star_stands_for_any_text(names: set[str], text: str, is_one: bool) -> None:
    assert matches(names, text) is is_one
    assert Faults(silent_streams=names).is_silent(text) is is_one


def test_faults_of_rest_concern_all_paths_unless_some_are_named() -> None:
    assert Faults().strikes_rest("/api/v3/depth")
    faults = Faults(rest_only={"*/order"})
    assert (faults.strikes_rest("/api/v3/order"), faults.strikes_rest("/api/v3/depth")) == (
        True,
        False,
    )


def test_two_venues_do_not_share_faults() -> None:
    Faults().drop["a"] = 1
    assert not Faults().drop


def test_one_can_take_over_all_of_another() -> None:
    faults = Faults(black_hole=True)
    faults.assign(Faults(rest_status=500))
    assert faults == Faults(rest_status=500)
