"""Builds the compiled kernel where a compiler is there; everything else is in pyproject.toml."""

from pathlib import Path

from setuptools import Extension, setup


KERNEL = Path("src/tickwright/kernel")


def extensions() -> list[Extension]:
    """Return the kernel's extension, or none where Cython is missing."""
    try:
        from Cython.Build import cythonize
    except ImportError:
        return []
    kernel = Extension(
        "tickwright.kernel._compiled",
        [str(KERNEL / "_compiled.pyx")],
        depends=sorted(str(part) for part in KERNEL.glob("*.pxi")),
        extra_compile_args=["-O3"],
        optional=True,  # without a compiler the pure-Python twin serves
    )
    return list(cythonize([kernel], language_level=3))


setup(ext_modules=extensions())
