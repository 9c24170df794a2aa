"""The only place that touches the outside: clocks, chance, sockets, HTTP and files, each behind a port."""
