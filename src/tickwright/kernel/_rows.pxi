# RowScanner: frames that hold many of the same, such as the trades of one moment.


@cython.final
cdef class RowScanner(_Scanner):
    """Takes chosen values out of each object in an array of a JSON frame, in one pass.

    Args:
        rows: Key of the array, in the outermost object.
        fields: As for `FieldScanner`, within one row.

    Raises:
        UsageError: If a kind is unknown, or the paths cannot be watched together.
    """

    cdef bytes rows
    cdef str rows_name
    cdef Field wanted

    def __init__(self, *, str rows not None, fields):
        check_fields(fields)
        if not rows:
            raise UsageError("the array of rows needs a name")
        self.build(fields)
        self.rows = rows.encode()
        self.rows_name = rows
        self.wanted.key = PyBytes_AS_STRING(self.rows)
        self.wanted.key_length = len(self.rows)

    def scan(self, frame):
        """Return the values of each row of ``frame`` in the order of ``fields``.

        Raises:
            DecodeError: If the frame is not JSON, has no such array, or a row is no object, lacks a value, or one is
                not of its kind.
        """
        cdef Py_buffer view
        if PyBytes_CheckExact(frame):
            return self.walk_rows(
                <const unsigned char *>PyBytes_AS_STRING(frame), PyBytes_GET_SIZE(frame)
            )
        PyObject_GetBuffer(frame, &view, PyBUF_SIMPLE)
        try:
            return self.walk_rows(<const unsigned char *>view.buf, view.len)
        finally:
            PyBuffer_Release(&view)

    cdef list walk_rows(self, const unsigned char *data, Py_ssize_t length):
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
                found = self.read_rows(&c)
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

    cdef list read_rows(self, Cursor *c):
        cdef list found = []
        cdef uint64_t seen
        cdef int byte
        if expect(c, c'[', b"an array of rows expected") < 0:
            raise_problem(c, NULL)
        if next_char(c) == c']':
            c.at += 1
            return found
        while True:
            seen = 0
            found.append(self.read_values(c, &seen, 0, 0))
            self.require(seen)
            byte = next_char(c)
            if byte != c']' and byte != c',':
                raise_problem(c, b"comma or ] expected")
            c.at += 1
            if byte == c']':
                return found
