"""The pytest plugin, as another project uses it."""

from __future__ import annotations

import pytest


pytest_plugins = ["pytester"]

INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"


def run(pytester: pytest.Pytester, text: str, *arguments: str) -> pytest.RunResult:
    """Run a project's tests in a process of its own."""
    pytester.makeini(INI)
    pytester.makepyfile(text)
    return pytester.runpytest_subprocess("-p", "tickwright_sandbox", *arguments)


def test_a_projects_test_gets_an_open_sandbox(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        from tickwright import Connector

        async def test_it(sandbox):
            async with Connector.open("binance.spot", environment=sandbox) as tw:
                book = await tw.book("binance:BTC/USDT")
                assert book.best_bid < book.best_ask
        """,
    )
    result.assert_outcomes(passed=1)


def test_markers_say_with_what_it_is_opened(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest

        pytestmark = pytest.mark.sandbox(("binance.usdm",), seed=1, speed=0)

        async def test_of_the_module(sandbox):
            assert (sandbox.products, sandbox.seed) == (("binance.usdm",), 1)

        @pytest.mark.sandbox(seed=9, instruments=1, faults={"rest_status": 418})
        async def test_of_its_own(sandbox):
            assert (sandbox.products, sandbox.seed) == (("binance.usdm",), 9)
            assert sandbox.faults.rest_status == 418
            assert len(sandbox.instruments) == 1
        """,
        "--strict-markers",
    )
    result.assert_outcomes(passed=2)


def test_each_test_has_a_sandbox_of_its_own(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest

        @pytest.mark.sandbox(speed=0)
        @pytest.mark.parametrize("number", [1, 2])
        async def test_it(sandbox, number):
            assert not sandbox.faults.black_hole
            sandbox.faults.black_hole = True
        """,
    )
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "text"),
    [
        ("sede=7", "takes no 'sede'; did you mean seed?"),
        ("'a', 'b'", "takes venues, and all else by name"),
        ("venues=('binanse',)", "did you mean binance?"),
        ("faults={'drpo': {}}", "did you mean drop?"),
    ],
)
def test_a_wrong_marker_says_what_it_should_be(
    pytester: pytest.Pytester, marker: str, text: str
) -> None:
    result = run(
        pytester,
        f"""
        import pytest

        @pytest.mark.sandbox({marker})
        async def test_it(sandbox):
            pass
        """,
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{text}*"])


def test_without_pytest_asyncio_it_says_what_is_missing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        pytest_asyncio="raise ImportError",  # stands before the real one on the path
        test_it="def test_it(sandbox): pass",
    )
    result = pytester.runpytest_subprocess(
        "-p", "no:asyncio", "-p", "tickwright_sandbox", "--import-mode=importlib", "test_it.py"
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*needs pytest-asyncio*"])
