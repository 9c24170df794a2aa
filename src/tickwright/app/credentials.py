"""Credentials from environment variables: found, never shown, and kept apart from all other settings.

``TICKWRIGHT_BINANCE__KEY``, ``…__SECRET``, ``…__SECRET_FILE`` (a file that holds it, for private keys) and ``…__PASSWORD`` (of an
encrypted private key) come before the names that other programs use: ``BINANCE_API_KEY``, ``BINANCE_API_SECRET``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tickwright.app.registry import venue_names
from tickwright.errors import ConfigError
from tickwright.venues.signing import Credentials


__all__ = ["credentials_in", "is_credential"]

_PREFIX = "tickwright_"
_PARTS = ("key", "secret", "secret_file", "password")


def is_credential(variable: str) -> bool:
    """Tell whether a variable, in lower case, holds a part of credentials."""
    venue, _, part = variable.removeprefix(_PREFIX).partition("__")
    return variable.startswith(_PREFIX) and part in _PARTS and venue in venue_names()


def credentials_in(variables: Mapping[str, str | None]) -> dict[str, Credentials]:
    """Return venue → credentials, as far as variables name them.

    Args:
        variables: Names in lower case.

    Raises:
        ConfigError: If only half of a pair is there, or a file cannot be read; no value is shown.
    """
    found = {venue: _of(venue, variables) for venue in venue_names()}
    return {venue: credentials for venue, credentials in found.items() if credentials is not None}


def _of(venue: str, variables: Mapping[str, str | None]) -> Credentials | None:
    own = {part: variables.get(f"{_PREFIX}{venue}__{part}") or "" for part in _PARTS}
    key = own["key"] or variables.get(f"{venue}_api_key") or ""
    secret = (
        own["secret"] or _read(own["secret_file"]) or variables.get(f"{venue}_api_secret") or ""
    )
    if not key and not secret:
        return None
    if not key or not secret:
        missing = "KEY" if secret else "SECRET"
        raise ConfigError(
            f"credentials of {venue} are incomplete: set {_PREFIX.upper()}{venue.upper()}__{missing} as well"
        )
    return Credentials(key, secret, own["password"])


def _read(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigError(f"the secret file {path} cannot be read: {reason}") from None
