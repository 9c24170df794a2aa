"""Headers that tell what is left of a limit."""

from __future__ import annotations

import pytest

from tickwright.venues.bybit.limits import LimitReport, limit_report


HEADERS = {
    "X-Bapi-Limit": "10",
    "X-Bapi-Limit-Status": "9",
    "X-Bapi-Limit-Reset-Timestamp": "1795000005010",
}


def test_the_three_headers_are_read_in_any_case_and_as_texts_or_numbers() -> None:
    told = LimitReport(10, 9, 1_795_000_005_010_000_000)
    assert limit_report({**HEADERS, "Traceid": "x"}) == told
    assert limit_report({name.lower(): int(value) for name, value in HEADERS.items()}) == told


@pytest.mark.parametrize("name", HEADERS)
def test_without_one_of_them_nothing_is_told(name: str) -> None:
    assert limit_report({**HEADERS, name: "?"}) is None
    assert limit_report({key: value for key, value in HEADERS.items() if key != name}) is None
