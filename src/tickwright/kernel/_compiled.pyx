# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False, auto_pickle=False
"""The compiled kernel: price levels straight from a frame's bytes, and the book that they change.

The interface, the rules and the docstrings with examples are those of the plain Python twin
(``pure*.py``). The parts, in the order of reading:

* ``_json.pxi``     a cursor over bytes with an end, and JSON's grammar
* ``_numbers.pxi``  exact fixed-point numbers
* ``_decimals.pxi`` Decimals as cheaply as Python allows
* ``_levels.pxi``   ``Levels``: an immutable run of price levels
* ``_runs.pxi``     the same from a frame's bytes
* ``_book.pxi``     ``L2Book``: two sorted arrays
* ``_values.pxi``   Python objects from JSON values
* ``_scan.pxi``     ``FieldScanner``, ``DepthScanner``: a tree of wanted keys, filled in one pass
* ``_rows.pxi``     ``RowScanner``: the same for each object of an array
* ``_names.pxi``    where a frame says which stream it belongs to

Bounds are checked by hand where bytes are read, since Cython checks none on pointers: every read is behind a
comparison with ``end``, and the fuzzer under AddressSanitizer holds it to that.
"""

include "_json.pxi"
include "_numbers.pxi"
include "_decimals.pxi"
include "_levels.pxi"
include "_runs.pxi"
include "_book.pxi"
include "_values.pxi"
include "_scan.pxi"
include "_rows.pxi"
include "_names.pxi"
