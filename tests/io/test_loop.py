from __future__ import annotations

import asyncio
import sys

import pytest

from tickwright.io.loop import loop_factory, run


def test_a_coroutine_runs_on_the_fastest_loop_there_is() -> None:
    async def main() -> str:
        return type(asyncio.get_running_loop()).__module__

    uvloop = pytest.importorskip("uvloop")
    assert run(main()) == uvloop.__name__


def test_without_uvloop_asyncio_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert loop_factory() is asyncio.new_event_loop


def test_its_failure_is_ours() -> None:
    async def main() -> None:
        raise LookupError("x")

    with pytest.raises(LookupError):
        run(main())
