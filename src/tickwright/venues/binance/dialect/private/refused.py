"""A request that the venue refuses, and the words it has for what is wrong with parameters (section 14.1)."""

from __future__ import annotations


__all__ = [
    "Refused",
    "bad_combination",
    "bad_value",
    "duplicate",
    "either",
    "illegal",
    "mandatory",
    "not_required",
    "too_precise",
    "unknown_outcome",
    "unread",
    "unsupported",
]


_FAILURES = {
    -1000: "An unknown error occurred while processing the request.",
    -1001: "Internal error; unable to process your request. Please try again.",
    -1006: "An unexpected response was received from the message bus. Execution status unknown.",
    -1007: "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
    -1008: "Server is currently overloaded with other requests. Please try again in a few minutes.",
}


class Refused(Exception):
    """Ends a request with an error body.

    Args:
        code: The venue's.
        text: The venue's, word for word.
        status: Of the HTTP answer, and of the WebSocket API's.
        data: What the error carries besides, ``None`` for nothing.
    """

    def __init__(self, code: int, text: str, status: int = 400, data: object = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status
        self.data = data

    def body(self) -> dict[str, object]:
        """Return the error as the venue writes it."""
        body: dict[str, object] = {"code": self.code, "msg": self.text}
        if self.data is not None:
            body["data"] = self.data
        return body


def mandatory(name: str) -> Refused:
    """A parameter is missing, empty, or no value at all."""
    return Refused(
        -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    )


def either(one: str, other: str) -> Refused:
    """Neither of two parameters was sent."""
    return Refused(-1102, f"Param '{one}' or '{other}' must be sent, but both were empty/null!")


def illegal(name: str, legal: str) -> Refused:
    """A parameter's text has characters that it may not have."""
    return Refused(
        -1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'."
    )


def duplicate() -> Refused:
    """A parameter was sent twice."""
    return Refused(-1101, "Duplicate values for a parameter detected.")


def unread(read: int, sent: int) -> Refused:
    """Parameters were sent that the endpoint does not have."""
    return Refused(
        -1104,
        f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.",
    )


def not_required(name: str) -> Refused:
    """A parameter was sent where it has no meaning."""
    return Refused(-1106, f"Parameter '{name}' sent when not required.")


def too_precise(name: str) -> Refused:
    """A number has more digits than the venue keeps (spot)."""
    return Refused(-1111, f"Parameter '{name}' has too much precision.")


def bad_combination() -> Refused:
    """Optional parameters exclude each other."""
    return Refused(-1128, "Combination of optional parameters invalid.")


def bad_value(name: str) -> Refused:
    """A parameter's value is none that it may have."""
    return Refused(-1130, f"Data sent for parameter '{name}' is not valid.")


def unknown_outcome(code: int, status: int) -> Refused:
    """Something failed on the way to the engine or back, after which nobody knows what became of the request."""
    return Refused(code, _FAILURES.get(code, _FAILURES[-1000]), status)


def unsupported() -> Refused:
    """The venue cannot do this, or this simulation of it cannot."""
    return Refused(-1020, "This operation is not supported.")
