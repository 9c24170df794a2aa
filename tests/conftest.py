"""What all tests share: the recordings, Hypothesis profiles, and a watch over leaked tasks."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from tests.io.postgres_rig import Cluster, binaries


PROJECT = Path(__file__).resolve().parents[1]
SHARED_DATA = PROJECT.parent / "shared" / "data"
"""Recordings and fixtures of real venues; not part of the project, and absent on most machines."""


def capture_path(name: str) -> Path:
    """Return the recording ``name`` (``"binance-spot-1"``), or skip the test where it is absent."""
    for path in sorted((SHARED_DATA / "frames").glob(f"{name}.*")):
        return path
    pytest.skip(f"recording {name} is absent: {SHARED_DATA / 'frames'} does not hold it")


@pytest.fixture
def shared_data() -> Path:
    """Return the folder of recordings and fixtures, or skip the test where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"recorded data is absent: there is no folder {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """Return a PostgreSQL server of the tests' own; a test that stops it starts it again."""
    with Cluster(binaries()) as cluster:
        yield cluster


@pytest.fixture(name="capture_path")
def _capture_path(shared_data: Path) -> Callable[[str], Path]:
    return capture_path


# Whose settings and terminal these are, or whether there is a terminal at all, must not decide a test.
for _name in [*os.environ]:
    is_ours = _name.startswith("TICKWRIGHT_") and _name != "TICKWRIGHT_PURE"
    if is_ours or _name in {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}:
        del os.environ[_name]
os.environ["TERM"] = "xterm-256color"

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile(
    "ci",
    deadline=None,  # a busy machine is no failure
    derandomize=True,  # the same commit gives the same verdict
    print_blob=True,
)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=5000)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default")
)


@pytest.fixture
async def _tasks_are_awaited() -> AsyncIterator[None]:
    """Fail the test if it leaves a task behind that it did not find."""
    before = asyncio.all_tasks()
    yield
    leaked = asyncio.all_tasks() - before - {asyncio.current_task()}
    if leaked:
        names = ", ".join(sorted(f"{task.get_name()} ({task.get_coro()!r})" for task in leaked))
        for task in leaked:
            task.cancel()
        await asyncio.gather(*leaked, return_exceptions=True)
        pytest.fail(f"the test left tasks behind: {names}")


@pytest.fixture(autouse=True)
def _no_task_is_left(request: pytest.FixtureRequest) -> None:
    """Watch over every async test; sync tests need no event loop and get none."""
    if inspect.iscoroutinefunction(getattr(request.node, "obj", None)):
        request.getfixturevalue("_tasks_are_awaited")
