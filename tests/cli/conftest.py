from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.cli.accounts_rig import SandboxThread
from tests.cli.rig import Command, VenueThread, run


@pytest.fixture
def tickwright(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Run a command in this process, in an empty folder, without settings from outside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TICKWRIGHT_CONFIG", raising=False)
    return partial(run, capfd)


@pytest.fixture
def venue() -> Iterator[VenueThread]:
    """Return a venue on loopback with three spot instruments."""
    with VenueThread() as thread:
        yield thread


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxThread]:
    """Return a sandbox that takes orders for one instrument of spot and one of USD-M."""
    with SandboxThread(tmp_path / "ready.json") as thread:
        yield thread
