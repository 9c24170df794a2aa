"""OKX: public data of spot, swaps and futures, which one set of sockets serves together."""
