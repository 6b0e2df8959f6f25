"""MiniStack with the refusals, delays and services of AWS that it lacks. It runs in its own Python environment."""
