"""Parameters as a query."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode

from hypothesis import given
from hypothesis import strategies as st

from tickwright.venues.querystring import query_of


def test_parameters_keep_their_order() -> None:
    assert query_of([("b", "1"), ("a", "2.50")]) == "b=1&a=2.50"


def test_there_may_be_none() -> None:
    assert query_of([]) == ""


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_every_text_is_encoded_as_the_standard_library_does_and_can_be_read_back(
    params: list[tuple[str, str]],
) -> None:
    query = query_of(params)
    assert query == urlencode(params, quote_via=quote, safe="")
    assert parse_qsl(query, keep_blank_values=True) == params
