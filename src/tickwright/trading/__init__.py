"""Orders, to come: commands, queries, journal."""
