"""A switch that cuts a run off after a number of changes, to show that the next run finishes the work."""

from __future__ import annotations

from localaws.emulator.core.errors import error
from localaws.emulator.core.request import Request, Response


class Faults:
    def __init__(self) -> None:
        self._remaining: int | None = None
        self._access_key_id: str | None = None

    def arm(self, after_mutating: int | None, access_key_id: str | None = None) -> None:
        """Let this many changes through, then answer nothing but errors; None is back to normal.

        With an *access_key_id* that is so for its owner only.
        """
        self._remaining = after_mutating
        self._access_key_id = access_key_id

    def concerns(self, request: Request) -> bool:
        if self._remaining is None:
            return False
        caller = request.signature.access_key_id if request.signature else None
        return self._access_key_id in (None, caller)

    def refusal(self, request: Request, mutating: bool) -> Response | None:
        if not self.concerns(request) or self._remaining is None:
            return None
        if self._remaining == 0:
            # A 400 with an unknown code: botocore retries 5xx answers and dropped connections.
            return error(request.service, 400, "LocalFault", "This request was refused by the test's fault switch")
        if mutating:
            self._remaining -= 1  # taken now, so that parallel requests cannot exceed the number
        return None

    def not_applied(self) -> None:
        """A change that was let through was refused by AWS: it does not count."""
        if self._remaining is not None:
            self._remaining += 1
