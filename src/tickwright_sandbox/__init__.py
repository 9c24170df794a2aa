"""The sandbox as a pytest fixture, for projects that use Tickwright, and for those that do not.

It is installed with ``tickwright`` and loads by itself; it needs pytest-asyncio. The fixture ``sandbox`` is an open
`tickwright.Sandbox` of the test's own, on the test's event loop::

    @pytest.mark.sandbox(instruments=["binance:BTC/USDT"], faults={"snapshot_failures": 2})
    async def test_my_strategy(sandbox):
        async with Connector.open("binance", environment=sandbox) as tw:
            ...
            sandbox.close_sockets(1008)

The marker takes what `tickwright.Sandbox` takes. Those of a module and of a class hold for their tests, and a test's own
goes before them.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from tickwright import Sandbox


__all__ = ["pytest_configure", "sandbox"]

MARKER = "sandbox"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(venues, *, seed, instruments, faults, speed, ...): what the fixture `sandbox`"
        " is opened with; see tickwright.Sandbox.",
    )


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return what the markers say, the nearest last."""
    # Here, so that projects that do not use the fixture do not wait for the import.
    from tickwright import Sandbox

    known = [name for name in inspect.signature(Sandbox).parameters if name != "self"]
    options: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers(MARKER))):
        if len(marker.args) > 1:
            raise pytest.UsageError(f"@pytest.mark.{MARKER} takes venues, and all else by name")
        options |= dict(zip(("venues",), marker.args, strict=False)) | marker.kwargs
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(known)}"
            raise pytest.UsageError(f"@pytest.mark.{MARKER} takes no {name!r}; {hint}")
    return options


async def _sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """An open sandbox of the test's own: real servers on loopback, a seeded market, faults to throw."""
    from tickwright import Sandbox

    async with Sandbox(**_options(request)) as opened:
        yield opened


def _nothing() -> None:
    """Say what is missing."""
    pytest.fail("the fixture `sandbox` needs pytest-asyncio: pip install pytest-asyncio")


def _fixture() -> Any:
    try:
        import pytest_asyncio
    except ImportError:  # the plugin loads in every project, whether it uses the fixture or not
        return pytest.fixture(name=MARKER)(_nothing)
    return pytest_asyncio.fixture(_sandbox, name=MARKER)


sandbox = _fixture()
