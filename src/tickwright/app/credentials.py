"""Credentials from environment variables: found, never shown, and kept apart from all other settings.

``TICKWRIGHT_BINANCE__KEY``, ``…__SECRET`` and ``…__PASSWORD`` (of an encrypted private key) come before the names that other programs
use: ``BINANCE_API_KEY``, ``BINANCE_API_SECRET``. Each of them may end in ``_FILE`` instead, and name a file that holds the value: so
private keys are given, and what Docker, Kubernetes or systemd hand to a program as files. The line's end after it does not count.
"""

from __future__ import annotations

import logging
import stat
from collections.abc import Mapping
from pathlib import Path

from tickwright.app.registry import venue_names
from tickwright.errors import ConfigError
from tickwright.venues.signing import Credentials


__all__ = [
    "PARTS",
    "check_value",
    "credentials_in",
    "is_credential",
    "is_part",
    "variables_of",
]

log = logging.getLogger(__name__)

_PREFIX = "tickwright_"
_FILE = "_file"
PARTS = ("key", "secret", "password")
"""What a variable may name behind a venue; each may end in ``_file``."""
_PEM = "-----BEGIN "
"""How a private key begins, which has many lines."""
_MOUNTS = (Path("/run/secrets"), Path("/var/run/secrets"))
"""Where containers find their secrets: readable by all who are inside, which is nobody else."""


def is_credential(variable: str) -> bool:
    """Tell whether a variable, in lower case, holds a part of credentials."""
    venue, _, part = variable.removeprefix(_PREFIX).partition("__")
    return variable.startswith(_PREFIX) and is_part(part) and venue in venue_names()


def is_part(name: str) -> bool:
    """Tell whether a part of credentials goes by this name, or a file that holds one."""
    return name.removesuffix(_FILE) in PARTS


def variables_of(venue: str) -> str:
    """Return the variables that hold a venue's credentials, for texts.

    Example:
        >>> variables_of("binance")
        'TICKWRIGHT_BINANCE__KEY and TICKWRIGHT_BINANCE__SECRET'
    """
    return " and ".join(f"{_PREFIX}{venue}__{part}".upper() for part in PARTS[:2])


def credentials_in(variables: Mapping[str, str | None]) -> dict[str, Credentials]:
    """Return venue → credentials, as far as variables name them.

    Args:
        variables: Names in lower case.

    Raises:
        ConfigError: If only half of a pair is there, a value is given twice, a file cannot be read or is empty, or a value
            cannot be one; no value is shown.
    """
    found = {venue: _of(venue, variables) for venue in venue_names()}
    return {venue: credentials for venue, credentials in found.items() if credentials is not None}


def _of(venue: str, variables: Mapping[str, str | None]) -> Credentials | None:
    key = _value(f"{_PREFIX}{venue}__key", variables) or _value(f"{venue}_api_key", variables)
    secret = _value(f"{_PREFIX}{venue}__secret", variables) or _value(
        f"{venue}_api_secret", variables
    )
    if not key and not secret:
        return None
    if not key or not secret:
        missing = f"{_PREFIX}{venue}__{'key' if secret else 'secret'}".upper()
        raise ConfigError(
            f"credentials of {venue} are incomplete: set {missing} as well, or {missing}_FILE"
        )
    return Credentials(key, secret, _value(f"{_PREFIX}{venue}__password", variables))


def _value(name: str, variables: Mapping[str, str | None]) -> str:
    """Return what a variable holds, or the file that its twin names; nothing if neither is set."""
    said, file = variables.get(name) or "", variables.get(name + _FILE) or ""
    if said and file:
        raise ConfigError(f"{name.upper()} and {(name + _FILE).upper()} are both set: keep one")
    text = _read(Path(file), (name + _FILE).upper()) if file else said
    check_value(text, (name + _FILE if file else name).upper())
    return text


def check_value(text: str, where: str) -> None:
    """Make sure that a value can be one: on one line, unless it is a private key, and all of it to be seen.

    Raises:
        ConfigError: It cannot; the text has ``where``, and nothing of the value.
    """
    lines = text.splitlines() if text.lstrip().startswith(_PEM) else [text.strip()]
    if not all(line.strip().isprintable() for line in lines):
        raise ConfigError(
            f"{where}: it holds a line break or another character that cannot be seen; copy the value again, without it"
        )


def _read(path: Path, variable: str) -> str:
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
        is_open = bool(path.stat().st_mode & stat.S_IROTH)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigError(f"{variable}: {path} cannot be read: {reason}") from None
    if not text.strip():
        raise ConfigError(f"{variable}: {path} is empty; it should hold the value and nothing else")
    if is_open and not any(path.is_relative_to(mount) for mount in _MOUNTS):
        log.warning("%s: every user of this machine can read %s; chmod 600 it", variable, path)
    return text
