"""MiniStack held to AWS's rules. An environment of its own: `python -m cloud.emulator --port N --workdir DIR`."""
