"""Who may come in: keys, signatures and timing of requests over REST, and of logins over sockets (sections 2.1, 3.3)."""

from __future__ import annotations

import hmac
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Sequence
from hashlib import sha256

from tickwright.errors import ConfigError
from tickwright.venues.bybit.dialect.envelope import Refused
from tickwright.venues.dialects import RestRequest
from tickwright.venues.privateside import ApiKey, PrivateFaults


__all__ = ["Access", "check_timing", "is_signed_by", "rest_payload"]

DEFAULT_WINDOW_MS = 5000
_AHEAD_MS = 1000
_UNAUTHORIZED = 401
_KEY, _TIME, _SIGN, _WINDOW = (
    "x-bapi-api-key",
    "x-bapi-timestamp",
    "x-bapi-sign",
    "x-bapi-recv-window",
)


def rest_payload(request: RestRequest, timestamp: str, key: str, window: str) -> bytes:
    """Return what a request's signature covers: the query of a GET, the body of a POST, as they were sent.

    Example:
        >>> asked = RestRequest(method="GET", path="/v5/order/realtime", query="category=linear")
        >>> rest_payload(asked, "1763640000000", "KEY", "5000")
        b'1763640000000KEY5000category=linear'
    """
    rest = request.query.encode() if request.method == "GET" else request.body
    return f"{timestamp}{key}{window}".encode() + rest


def is_signed_by(key: ApiKey, payload: bytes, signature: str) -> bool:
    """Tell whether a signature is the key's: HMAC in hex, or RSA (PKCS#1 v1.5 over SHA-256) in base64.

    Raises:
        ConfigError: If the key is no RSA key in PEM form.
    """
    if not key.public_key:
        expected = hmac.new(key.secret.encode(), payload, sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
    try:
        raw = b64decode(signature, validate=True)
    except (Base64Error, ValueError):
        return False
    return _is_verified(key.public_key, payload, raw)


def _is_verified(pem: str, payload: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        found = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise ConfigError(f"this is no public key in PEM form: {error}") from None
    if not isinstance(found, RSAPublicKey):
        raise ConfigError("Bybit takes HMAC and RSA keys only")
    try:
        found.verify(signature, payload, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def check_timing(timestamp: str, window: str, times_ms: Iterable[int]) -> None:
    """Check when a request was sent: not before the window, and less than 1 s ahead of the server.

    Args:
        timestamp: As it was sent.
        window: The same; empty for the default.
        times_ms: The server's time. A market that runs at another pace than the clock has two; either will do.

    Raises:
        Refused: With 10002.
    """
    window = window or str(DEFAULT_WINDOW_MS)
    times_ms = tuple(times_ms)
    if timestamp.isdecimal() and window.isdecimal():
        sent = int(timestamp)
        if any(now - int(window) <= sent < now + _AHEAD_MS for now in times_ms):
            return
    raise Refused(
        10002,
        "invalid request, please check your server timestamp or recv_window param."
        f" req_timestamp[{timestamp}],server_timestamp[{times_ms[0]}],recv_window[{window}]",
    )


class Access:
    """The keys that open the private side.

    Args:
        keys: All of them.
    """

    def __init__(self, keys: Sequence[ApiKey]) -> None:
        self._keys = {key.key: key for key in keys}
        self.faults: PrivateFaults | None = None

    def key(self, name: str) -> ApiKey:
        """Return a key.

        Raises:
            Refused: With 10003 if there is none, or it was revoked.
        """
        found = self._keys.get(name)
        if found is None or (self.faults is not None and name in self.faults.revoked_keys):
            raise Refused(10003, "API key is invalid.")
        return found

    def admit(self, request: RestRequest, times_ms: Sequence[int]) -> ApiKey:
        """Return whose request it is.

        Raises:
            Refused: If it is nobody's.
        """
        headers = request.headers
        name, timestamp, sign = (headers.get(one, "") for one in (_KEY, _TIME, _SIGN))
        if not name or not timestamp or not sign:
            raise Refused(10003, "API key is invalid.", _UNAUTHORIZED)
        window = headers.get(_WINDOW, "")
        key = self.key(name)
        check_timing(timestamp, window, times_ms)
        # What was not sent is signed as its default by nobody: it is simply left out.
        payload = rest_payload(request, timestamp, name, window)
        if not is_signed_by(key, payload, sign):
            text = payload.decode("utf-8", "replace")
            raise Refused(10004, f"error sign! origin_string[{text}]")
        return key

    def login(self, args: Sequence[object], times_ms: Sequence[int]) -> ApiKey:
        """Return who logs in with ``[key, expires, signature]``; it has expired if it has by each of the clocks.

        Raises:
            Refused: With 10001 for arguments that cannot be or have expired, 10003 and 10004 as over REST.
        """
        if len(args) != 3 or not str(args[1]).isdecimal() or int(str(args[1])) <= min(times_ms):
            raise Refused(10001, "Params Error")
        name, expires, sign = (str(one) for one in args)
        key = self.key(name)
        payload = f"GET/realtime{expires}"
        if not is_signed_by(key, payload.encode(), sign):
            raise Refused(10004, f"error sign! origin_string[{payload}]")
        return key
