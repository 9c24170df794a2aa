from __future__ import annotations

import pytest

from tickwright.errors import StoreError
from tickwright.io.store_schema import steps_missing


STEPS = ("one", "two", "three")


@pytest.mark.parametrize(("version", "missing"), [(0, STEPS), (1, ("two", "three")), (3, ())])
def test_a_writer_takes_the_steps_that_are_missing(version: int, missing: tuple[str, ...]) -> None:
    assert steps_missing("it", version, STEPS, is_read_only=False) == missing


def test_a_reader_takes_none_and_is_told_who_does() -> None:
    assert not steps_missing("it", 3, STEPS, is_read_only=True)
    with pytest.raises(
        StoreError, match=r"version 2, .* reads version 3; whoever opens it to write"
    ):
        steps_missing("it", 2, STEPS, is_read_only=True)


@pytest.mark.parametrize("is_read_only", [True, False])
def test_what_a_newer_program_wrote_is_refused(is_read_only: bool) -> None:
    with pytest.raises(StoreError, match=r"it is a journal of version 4, .* up to 3"):
        steps_missing("it", 4, STEPS, is_read_only=is_read_only)
