"""The connector, its settings, and the one list of venues."""
