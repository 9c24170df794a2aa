#!/bin/sh
# Builds the compiled kernel with AddressSanitizer and UndefinedBehaviorSanitizer, beside the tree, and runs the
# fuzzer on it. Any read or write out of bounds ends the run with a report and a status that is not zero.
#
#   tests/kernel/asan.sh [--count N] [--seed N]
#
# Python takes all its memory from malloc here (PYTHONMALLOC), so that every frame has an end that is watched.
# Leaks are not looked for: the interpreter leaves some of its own.

set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-.venv/bin/python}
compiler=${CC:-gcc}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g"
CC="$compiler" CFLAGS="$sanitize" LDFLAGS="$sanitize" "$python" setup.py --quiet build_ext --force \
    --build-lib "$build" --build-temp "$build/temp"
extension=$(find "$build" -name '_compiled*.so')
[ -n "$extension" ] || { echo "the extension was not built" >&2; exit 1; }

preload="$("$compiler" -print-file-name=libasan.so) $("$compiler" -print-file-name=libubsan.so)"
ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc LD_PRELOAD="$preload" \
    "$python" -m tests.kernel.fuzz --extension "$extension" "$@"
