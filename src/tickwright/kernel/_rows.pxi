# RowScanner: frames that hold many of the same, such as the trades of one moment.

from tickwright.kernel.pure_values import ROW_KINDS

cdef extern from *:
    """
    #define tw_items(tuple) (&PyTuple_GET_ITEM(tuple, 0))
    """
    PyObject *const *tw_items(object)
    object PyObject_Vectorcall(object callable, PyObject *const *arguments, size_t count, PyObject *names)


@cython.final
cdef class RowScanner(_Scanner):
    """Makes an object of each row of a JSON frame, in one pass over it.

    Args:
        rows: Key of the array, in the outermost object.
        make: Called with the values of a row, in the order of ``fields``.
        fields: ``(dotted path, kind)`` of each value within a row, or ``None`` for one that the caller of `scan` gives.
            Kinds are those of a `FieldScanner`; ``id``, a text that is given as a number where it is one; ``ms``, a
            time that is given in ns; ``positive``, a decimal above zero; and a mapping from words to what they stand
            for, where ``""`` stands for any other word.

    Raises:
        UsageError: If a kind is unknown, or the paths cannot be watched together.
    """

    cdef bytes rows
    cdef str rows_name
    cdef Field wanted
    cdef object make

    def __init__(self, *, str rows not None, make not None, fields):
        check_fields([field for field in fields if field is not None], ROW_KINDS)
        if not rows:
            raise UsageError("the array of rows needs a name")
        self.build(fields)
        self.make = make
        self.rows = rows.encode()
        self.rows_name = rows
        self.wanted.key = PyBytes_AS_STRING(self.rows)
        self.wanted.key_length = len(self.rows)

    def scan(self, frame, *given):
        """Return what is made of each row of ``frame``, in their order.

        Args:
            frame: The whole message.
            given: Values of the fields that are ``None``.

        Raises:
            DecodeError: If the frame is not JSON, has no such array, or a row is no object, lacks a value, or one is
                not of its kind.
            TypeError: If not as many values are given as ``fields`` leave open.
        """
        cdef Py_buffer view
        if len(given) != len(self.given):
            raise TypeError(f"{len(given)} values given for {len(self.given)} fields")
        if PyBytes_CheckExact(frame):
            return self.walk_rows(
                <const unsigned char *>PyBytes_AS_STRING(frame), PyBytes_GET_SIZE(frame), given
            )
        PyObject_GetBuffer(frame, &view, PyBUF_SIMPLE)
        try:
            return self.walk_rows(<const unsigned char *>view.buf, view.len, given)
        finally:
            PyBuffer_Release(&view)

    cdef list walk_rows(self, const unsigned char *data, Py_ssize_t length, tuple given):
        cdef Cursor c
        cdef Span key
        cdef list found = None
        cdef int byte
        c.start = c.at = data
        c.end = data + length
        c.problem = NULL
        if next_char(&c) != c'{':
            raise_problem(&c, b"an object expected")
        c.at += 1
        byte = next_char(&c)
        if byte == c'}':
            c.at += 1
        while byte != c'}':
            if next_char(&c) != c'"':
                raise_problem(&c, b"a key expected")
            if read_string(&c, &key) < 0 or expect(&c, c':', b"colon expected") < 0:
                raise_problem(&c, NULL)
            if self.is_wanted(&key):
                if found is not None:
                    raise_problem(&c, b"the key occurs more than once, before")
                found = self.read_rows(&c, given)
            elif skip_value(&c, 3) < 0:
                raise_problem(&c, NULL)
            byte = next_char(&c)
            if byte != c'}' and byte != c',':
                raise_problem(&c, b"comma or } expected")
            c.at += 1
        if next_char(&c) != -1:
            raise_problem(&c, b"data after the end")
        if found is None:
            raise DecodeError(f"{self.rows_name} is missing")
        return found

    cdef bint is_wanted(self, const Span *key) except -1:
        if key.is_escaped:
            return text_of(key) == self.rows_name
        return is_key(&self.wanted, key)

    cdef list read_rows(self, Cursor *c, tuple given):
        cdef list found = []
        cdef int byte
        if expect(c, c'[', b"an array of rows expected") < 0:
            raise_problem(c, NULL)
        if next_char(c) == c']':
            c.at += 1
            return found
        while True:
            found.append(self.read_row(c, given))
            byte = next_char(c)
            if byte != c']' and byte != c',':
                raise_problem(c, b"comma or ] expected")
            c.at += 1
            if byte == c']':
                return found

    cdef object read_row(self, Cursor *c, tuple given):
        cdef uint64_t seen = 0
        cdef Py_ssize_t n
        cdef tuple values = self.read_values(c, &seen, 0, 0)
        self.require(seen)
        for n in range(len(given)):
            fill(values, self.given[n], given[n])
        return PyObject_Vectorcall(self.make, tw_items(values), self.slots, NULL)
