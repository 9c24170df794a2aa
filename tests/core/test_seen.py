"""Names that were seen lately."""

from __future__ import annotations

from tickwright.core.seen import SeenIds


def test_a_name_is_new_once() -> None:
    seen = SeenIds()
    assert [seen.is_new(name) for name in ("a", "b", "a", 7, 7)] == [True, True, False, True, False]


def test_the_last_names_are_remembered_and_memory_is_bounded() -> None:
    seen = SeenIds(seen_min=3)
    for name in range(1_000):
        assert seen.is_new(name)
        assert len(seen) <= 6
        assert not any(seen.is_new(last) for last in range(max(0, name - 2), name + 1))
    assert seen.is_new(900)
