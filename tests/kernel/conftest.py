"""Each kernel test runs on the compiled kernel and on its twin."""

from __future__ import annotations

import pytest
from tests.kernel.kernels import COMPILED, TWIN, Kernel


NOT_BUILT = "the extension is not built: run `python setup.py build_ext --inplace`"


@pytest.fixture(params=["compiled", "twin"])
def kernel(request: pytest.FixtureRequest) -> Kernel:
    """The kernel under test."""
    if request.param == "twin":
        return TWIN
    if COMPILED is None:
        pytest.skip(NOT_BUILT)
    return COMPILED


@pytest.fixture
def compiled() -> Kernel:
    """The compiled kernel, for comparing it with the twin."""
    if COMPILED is None:
        pytest.skip(NOT_BUILT)
    return COMPILED
