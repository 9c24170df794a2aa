"""The peers' own environment: ``.venv-peers``, from the dependency group ``peers`` of pyproject.toml.

They live apart from ``.venv``, for their dependencies are none of ours. Each is installed by itself, so that one
that does not build here does not take the other with it.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec


__all__ = ["PEERS", "Peer", "available"]

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv-peers"
PYTHON = VENV / "bin" / "python"
INSTALL_TIMEOUT_S = 600


class Peer(msgspec.Struct, frozen=True):
    """Another library, measured by the client program ``benchmarks.clients.<client>``."""

    name: str
    client: str
    module: str
    """What must be importable for it to be measured."""
    package: str


PEERS = (
    Peer("ccxt.pro", "peer_ccxt", "ccxt.pro", "ccxt"),
    Peer("cryptofeed", "peer_cryptofeed", "cryptofeed", "cryptofeed"),
)


def available(*, may_install: bool) -> tuple[list[Peer], list[str]]:
    """Return the peers that can run, and one line for each that cannot.

    Args:
        may_install: Whether missing ones are installed first; needs a package index, and for cryptofeed perhaps a
            compiler.
    """
    found, missing = [], []
    for peer in PEERS:
        reason = _why_not(peer)
        if reason is not None and may_install:
            reason = _install(peer) or _why_not(peer)
        if reason is None:
            found.append(peer)
        else:
            missing.append(f"{peer.name} is left out: {reason}")
    return found, missing


def _why_not(peer: Peer) -> str | None:
    if not PYTHON.exists():
        return "not installed (`make bench` installs it into .venv-peers)"
    result = _run(str(PYTHON), "-c", f"import {peer.module}")
    return None if result.returncode == 0 else f"its import fails: {_last_line(result.stderr)}"


def _install(peer: Peer) -> str | None:
    """Install one peer; return why that failed, ``None`` if it did not."""
    print(f"installing {peer.name} into {VENV.name} …", file=sys.stderr)
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    requirement = next(line for line in groups["peers"] if line.startswith(peer.package))
    try:
        if not PYTHON.exists():
            _run(sys.executable, "-m", "venv", str(VENV))
        # orjson and uvloop make both peers faster, so they get them.
        result = _run(
            str(PYTHON), "-m", "pip", "install", "--quiet", requirement, "orjson", "uvloop"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"it cannot be installed: {error}"
    return (
        None if result.returncode == 0 else f"it cannot be installed: {_last_line(result.stderr)}"
    )


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False
    )


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1]
