"""Names that were seen lately."""

from __future__ import annotations

from tickwright.core.seen import SeenIds


def test_a_name_is_new_once() -> None:
    seen = SeenIds()
    assert [seen.is_new(name) for name in ("a", "b", "a", 7, 7)] == [True, True, False, True, False]


def test_the_oldest_name_is_forgotten_first_and_memory_is_bounded() -> None:
    seen = SeenIds(seen_max=3)
    for name in range(1_000):
        assert seen.is_new(name)
    assert len(seen) == 3
    assert not seen.is_new(997)
    assert seen.is_new(996)
