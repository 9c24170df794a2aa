"""Error bodies, and the texts of section 14.1 that name parameters."""

from __future__ import annotations

import pytest

from tickwright.venues.binance.dialect.private import refused as words
from tickwright.venues.binance.dialect.private.refused import Refused


def test_unknown_outcomes_have_a_status_of_their_own() -> None:
    timeout = words.unknown_outcome(-1007, 408)
    assert (timeout.code, timeout.status) == (-1007, 408)
    assert "execution status unknown" in timeout.text
    assert words.unknown_outcome(-9, 500).text.startswith("An unknown error occurred")


def test_an_error_has_code_text_and_data_if_any() -> None:
    assert Refused(-1121, "Invalid symbol.").body() == {"code": -1121, "msg": "Invalid symbol."}
    assert Refused(-2021, "text", 409, {"a": 1}).body()["data"] == {"a": 1}
    assert Refused(-1000, "text").status == 400


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (
            words.mandatory("side"), -1102,
            "Mandatory parameter 'side' was not sent, was empty/null, or malformed.",
        ),
        (
            words.either("a", "b"), -1102,
            "Param 'a' or 'b' must be sent, but both were empty/null!",
        ),
        (
            words.illegal("price", "^[0-9]$"), -1100,
            "Illegal characters found in parameter 'price'; legal range is '^[0-9]$'.",
        ),
        (words.duplicate(), -1101, "Duplicate values for a parameter detected."),
        (
            words.unread(2, 3), -1104,
            "Not all sent parameters were read; read '2' parameter(s) but was sent '3'.",
        ),
        (words.not_required("price"), -1106, "Parameter 'price' sent when not required."),
        (words.too_precise("price"), -1111, "Parameter 'price' has too much precision."),
        (words.bad_combination(), -1128, "Combination of optional parameters invalid."),
        (words.bad_value("limit"), -1130, "Data sent for parameter 'limit' is not valid."),
        (words.unsupported(), -1020, "This operation is not supported."),
    ],
)  # fmt: skip
def test_each_complaint_is_the_venues(error: Refused, code: int, text: str) -> None:
    assert (error.code, error.text) == (code, text)
