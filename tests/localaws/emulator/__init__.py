"""MiniStack held to AWS's rules. An environment of its own: `python -m localaws.emulator --port N --workdir DIR`."""
