"""The line protocol of a client agent: calls come in on standard input, answers and events go out.

A call is ``{"id": 1, "do": "fetch_time", "args": [], "kwargs": {}}``; its answer ``{"id": 1, "result": …}`` or
``{"id": 1, "error": {"type": …, "text": …, "detail": …}}``. An event is ``{"event": <name>, "data": …}``. The agent
ends when standard input does. It runs in the environment of the clients, so it imports nothing of this project.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Awaitable, Callable
from decimal import Decimal
from enum import Enum
from typing import Any


def plain(value: Any) -> Any:
    """Return a client's value as what JSON knows."""
    if hasattr(value, "actual_instance"):  # one of several models
        return plain(value.actual_instance)
    if hasattr(value, "model_dump"):
        return plain(value.model_dump(by_alias=True, mode="json"))
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Decimal):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return repr(value)


class Channel:
    """Standard input and output of an agent."""

    def __init__(self) -> None:
        # What a client prints must not be taken for an answer.
        self._out, sys.stdout = sys.stdout, sys.stderr

    def send(self, message: dict[str, Any]) -> None:
        """Write one message."""
        print(json.dumps(message), file=self._out, flush=True)

    def event(self, name: str, data: Any) -> None:
        """Tell of something that nobody asked for just now."""
        self.send({"event": name, "data": plain(data)})

    async def serve(
        self, handle: Callable[[str, list[Any], dict[str, Any]], Awaitable[Any]]
    ) -> None:
        """Answer calls, each in a task of its own, until standard input ends."""
        loop = asyncio.get_running_loop()
        running: set[asyncio.Task[None]] = set()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            task = loop.create_task(self._answer(json.loads(line), handle))
            running.add(task)
            task.add_done_callback(running.discard)
        for task in tuple(running):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _answer(
        self,
        call: dict[str, Any],
        handle: Callable[[str, list[Any], dict[str, Any]], Awaitable[Any]],
    ) -> None:
        try:
            result = await handle(call["do"], call.get("args", []), call.get("kwargs", {}))
            self.send({"id": call["id"], "result": plain(result)})
        except Exception as error:  # noqa: BLE001  # whatever a client raises, the test wants to see
            kinds = [kind.__name__ for kind in type(error).__mro__]
            detail = {key: plain(value) for key, value in vars(error).items()}
            told = {"type": kinds[0], "kinds": kinds, "text": str(error), "detail": detail}
            self.send({"id": call["id"], "error": told})
