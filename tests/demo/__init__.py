"""A site deployed on this machine by the collection's playbooks: what `make demo` shows and the tests use."""
