"""Whose fault it is that a login is refused: the clock's, the venue's, or the key's."""

from __future__ import annotations

import pytest

from tickwright.errors import (
    CredentialsRefused,
    RateLimited,
    TimestampRefused,
    VenueError,
    VenueRejected,
)
from tickwright.venues.bybit.logins import login_error


WHERE = "auth on /v5/private"


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (None, "Params Error", TimestampRefused),
        (10001, "Params Error", TimestampRefused),
        (None, "invalid request, please check your server timestamp", TimestampRefused),
        (None, "System busy, please try again later", VenueRejected),
        (None, "Too many sessions", VenueRejected),
        (10003, "Too many sessions under the same UID.", VenueRejected),
        (10016, "Server error.", VenueRejected),
        (None, "Internal System Error.", VenueRejected),
        (10006, "Too many visits.", RateLimited),
        (None, "Invalid sign", CredentialsRefused),
        (None, "API key is invalid.", CredentialsRefused),
        (None, "error sign! origin_string[GET/realtime1763640010000]", CredentialsRefused),
        (None, "Your api key has expired.", CredentialsRefused),
        (None, "", CredentialsRefused),
        (10003, "API key is invalid.", CredentialsRefused),
        (10004, "error sign! origin_string[GET/realtime1763640010000]", CredentialsRefused),
        (10010, "Unmatched IP, please check your API key's bound IP addresses.", CredentialsRefused),
    ],
)  # fmt: skip
def test_only_the_key_s_own_fault_is_a_refused_key(
    code: int | None, text: str, kind: type[VenueError]
) -> None:
    error = login_error(code, text, WHERE)
    assert type(error) is kind
    assert WHERE in str(error)


def test_a_refusal_without_words_says_so() -> None:
    assert "no reason given" in str(login_error(None, "", WHERE))
