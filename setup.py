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
    )
    built = list(cythonize([kernel], language_level=3))
    for extension in built:
        extension.optional = (
            True  # set here, for cythonize drops it: without a compiler the twin serves
        )
    return built


setup(ext_modules=extensions())
