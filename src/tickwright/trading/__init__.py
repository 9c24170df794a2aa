"""Orders: commands that go out, what became of them, and the journal that remembers both."""
