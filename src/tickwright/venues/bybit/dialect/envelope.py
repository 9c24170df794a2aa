"""What every answer over REST is wrapped in (section 2.2), and the refusals inside."""

from __future__ import annotations

import json

from tickwright.venues.dialects import Answer


__all__ = ["Refused", "answered", "enveloped", "missing", "refused", "unknown_path", "wrong"]

OK = "OK"
_NOT_FOUND = 404


class Refused(Exception):
    """Ends a request with a code and a text.

    Args:
        code: The venue's ``retCode``.
        text: Its ``retMsg``, word for word.
        status: Of the HTTP answer: business errors come with 200.
    """

    def __init__(self, code: int, text: str, status: int = 200) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status


def enveloped(result: str, now_ms: int, *, code: int = 0, text: str = OK, more: str = "{}") -> str:
    """Return a whole body.

    Args:
        result: As JSON text.
        now_ms: The server's time.
        code: 0 for success.
        text: What goes with it.
        more: ``retExtInfo`` as JSON text.

    Example:
        >>> enveloped("{}", 1763640000123)
        '{"retCode":0,"retMsg":"OK","result":{},"retExtInfo":{},"time":1763640000123}'
    """
    said = json.dumps(text, ensure_ascii=False)
    return f'{{"retCode":{code},"retMsg":{said},"result":{result},"retExtInfo":{more},"time":{now_ms}}}'


def answered(result: str, now_ms: int) -> Answer:
    """Return the answer of a request that succeeded."""
    return Answer(200, enveloped(result, now_ms))


def refused(error: Refused, now_ms: int) -> Answer:
    """Return the answer of a request that did not."""
    return Answer(error.status, enveloped("{}", now_ms, code=error.code, text=error.text))


def missing(name: str) -> Refused:
    """A parameter that must be there is not."""
    return Refused(10001, f"params error: {name} is required")


def wrong(name: str) -> Refused:
    """A parameter's value is none that it may have."""
    return Refused(10001, f"params error: {name} invalid")


def unknown_path() -> Answer:
    """There is no such path."""
    return Answer(_NOT_FOUND, "404 page not found")
