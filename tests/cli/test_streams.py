from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest

from tickwright.cli.streams import Output, lost_output, make_safe, when_lost


@pytest.fixture
def unread() -> Iterator[TextIO]:
    """Return the end of a pipe whose other end is closed."""
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as stream:
        yield stream


@pytest.fixture
def full() -> Iterator[TextIO]:
    """Return a stream onto a disk without space."""
    with open("/dev/full", "w", encoding="utf-8") as stream:
        yield stream


def test_what_nobody_reads_is_written_in_vain_and_no_failure(
    unread: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = Output(unread)
    monkeypatch.setattr(sys, "stdout", output)
    told: list[str] = []
    when_lost(lambda: told.append("lost"))
    assert output.write("lost\n") == 5
    output.flush()
    output.writelines(["lost too\n", "and this\n"])
    assert lost_output() is None
    assert isinstance(output.failure, BrokenPipeError)
    assert told == ["lost"]


def test_what_a_full_disk_does_not_take_is_lost_and_known_to_be(
    full: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", Output(full))
    sys.stdout.write("an order")
    lost = lost_output()
    assert lost is not None
    assert lost.strerror == "No space left on device"


def test_a_stream_that_takes_all_is_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    output = Output(sys.stdout)
    output.write("all\n")
    output.flush()
    assert output.failure is None
    assert output.encoding == sys.stdout.encoding
    assert capfd.readouterr().out == "all\n"


def test_streams_that_are_no_outputs_have_lost_nothing() -> None:
    when_lost(lambda: None)
    assert lost_output() is None


def test_what_an_encoding_lacks_is_replaced(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path_factory.mktemp("out") / "latin"
    with path.open("w", encoding="latin-1") as stream:
        for name in ("stdout", "stderr"):
            monkeypatch.setattr(sys, name, stream)
        monkeypatch.setattr(sys, "stdin", sys.stdin)
        make_safe()
        sys.stdout.write("stop 50000 → market\n")
        sys.stdout.flush()
    assert path.read_text(encoding="latin-1") == "stop 50000 ? market\n"
