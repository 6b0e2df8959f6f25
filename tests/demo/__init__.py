"""A site deployed on this machine by the collection's playbooks, for `make demo` and the tests."""
