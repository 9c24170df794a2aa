from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterator

import pytest

from tickwright.cli.console import (
    err,
    failing_in_one_line,
    logs_into,
    out,
    print_json,
    run_async,
    run_until_interrupted,
    say_error,
    set_log_level,
    set_up_logs,
)
from tickwright.cli.streams import Output
from tickwright.errors import ConfigError, ConnectFailed, TickwrightError, UsageError


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    before = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:], logger.level = before


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("say so"), 2),
        (ConfigError("set it"), 2),
        (ConnectFailed("plug it in"), 1),
        (ExceptionGroup("", [ExceptionGroup("", [UsageError("deep")])]), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_a_failure_ends_with_its_code(error: BaseException, code: int) -> None:
    with pytest.raises(SystemExit) as ended, failing_in_one_line():
        raise error
    assert ended.value.code == code


def test_a_failure_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), failing_in_one_line():
        raise TickwrightError("two\n  lines and [brackets]")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "tickwright: two lines and [brackets]\n"


@pytest.mark.parametrize(("own", "code"), [(0, 1), (2, 2)])
def test_an_answer_that_is_lost_on_a_full_disk_is_a_failure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, own: int, code: int
) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", Output(full))
        with pytest.raises(SystemExit) as ended, failing_in_one_line():
            out.print("an order")
            raise SystemExit(own)
    assert ended.value.code == code
    assert "look before you repeat it" in capsys.readouterr().err


def test_what_has_no_end_ends_when_nobody_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as unread:
        monkeypatch.setattr(sys, "stdout", Output(unread))

        async def work() -> None:
            while True:
                out.print("news")
                await asyncio.sleep(0)

        run_until_interrupted(work)


@pytest.mark.parametrize(
    "bug", [ValueError("a bug"), BrokenPipeError(), ExceptionGroup("", [ValueError("a bug")])]
)
def test_a_bug_keeps_its_traceback(bug: Exception) -> None:
    with pytest.raises(type(bug)), failing_in_one_line():
        raise bug


def test_a_long_line_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    say_error("x" * 500)
    assert capsys.readouterr().err.count("\n") == 1


def test_json_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": ["1.5", None]})
    assert capsys.readouterr().out == '{\n  "a": [\n    "1.5",\n    null\n  ]\n}\n'


async def _interrupt() -> int:
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(10)
    return 1


async def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.sleep(10)


def test_a_result_is_returned() -> None:
    async def answer() -> int:
        return 42

    assert run_async(answer) == 42


def test_an_interrupted_question_has_no_answer() -> None:
    with pytest.raises(KeyboardInterrupt):
        run_async(_interrupt)


def test_what_has_no_end_is_ended_by_an_interrupt() -> None:
    run_until_interrupted(_terminate)


def test_clean_up_runs_when_interrupted() -> None:
    done = []

    async def work() -> None:
        try:
            await _terminate()
        finally:
            done.append("cleaned")

    run_until_interrupted(work)
    assert done == ["cleaned"]


def test_log_lines_go_to_standard_error(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(None)
    set_up_logs(None)
    logging.getLogger("tickwright.x").warning("mind [this]")
    logging.getLogger("tickwright.x").info("not this")
    assert capsys.readouterr().err == "WARNING tickwright.x: mind [this]\n"


def test_the_command_line_s_level_wins_over_the_settings(root: logging.Logger) -> None:
    set_up_logs("error")
    set_log_level("debug")
    assert root.level == logging.ERROR
    set_up_logs(None)
    set_log_level("debug")
    assert root.level == logging.DEBUG


def test_an_unknown_level_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="debug, info, warning, error"):
        set_up_logs("loud")


def test_log_lines_can_be_given_to_a_drawing(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(None)
    taken: list[str] = []
    with logs_into(lambda record: taken.append(record.getMessage())):
        logging.getLogger("tickwright.x").warning("drawn")
    logging.getLogger("tickwright.x").warning("printed")
    assert taken == ["drawn"]
    assert "printed" in capsys.readouterr().err
    assert not err.is_terminal
