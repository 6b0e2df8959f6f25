"""AWS on this machine, for tests: the emulator, the edge, and the clients and fixtures that use them. See README.md."""
