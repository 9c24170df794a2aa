"""A page of the health of a connector, to come."""
