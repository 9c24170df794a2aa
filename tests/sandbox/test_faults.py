from __future__ import annotations

from tickwright.sandbox import Faults


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
    ):
        assert faults.touches_streams


def test_counted_faults_run_down() -> None:
    faults = Faults(snapshot_failures=2)
    assert [faults.take("snapshot_failures") for _ in range(3)] == [True, True, False]


def test_two_venues_do_not_share_faults() -> None:
    Faults().drop["a"] = 1
    assert not Faults().drop
