"""AWS on this machine: an emulator held to AWS's rules, and the tests' way to reach it."""
