"""The field's words: ids, numbers, instruments, market events, topics, notices."""
