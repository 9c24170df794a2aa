"""Builds the compiled kernel where a compiler is there; everything else is in pyproject.toml."""

from setuptools import Extension, setup


def extensions() -> list[Extension]:
    """Return the kernel's extension, or none where Cython is missing."""
    try:
        from Cython.Build import cythonize
    except ImportError:
        return []
    kernel = Extension(
        "tickwright.kernel._compiled",
        ["src/tickwright/kernel/_compiled.pyx"],
        extra_compile_args=["-O3"],
        optional=True,  # without a compiler the pure-Python twin serves
    )
    return list(cythonize([kernel], language_level=3))


setup(ext_modules=extensions())
