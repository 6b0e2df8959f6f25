"""A fault that ends a run after a number of changes, to show that the next run completes it."""

from __future__ import annotations

from localaws.emulator.core.errors import error
from localaws.emulator.core.request import Request, Response


class Faults:
    def __init__(self) -> None:
        self._remaining: int | None = None
        self._access_key_id: str | None = None

    def arm(self, after_mutating: int | None, access_key_id: str | None = None) -> None:
        """Let this many changes through, then refuse every request; None ends the fault.

        With an *access_key_id*, only for its owner.
        """
        self._remaining = after_mutating
        self._access_key_id = access_key_id

    def applies_to(self, request: Request) -> bool:
        if self._remaining is None:
            return False
        caller = request.signature.access_key_id if request.signature else None
        return self._access_key_id in (None, caller)

    def refusal(self, request: Request, mutating: bool) -> Response | None:
        if not self.applies_to(request) or self._remaining is None:
            return None
        if self._remaining == 0:
            # A 400 with an unknown code: botocore retries 5xx answers and dropped connections.
            return error(request.service, 400, "LocalFault", "This request was refused by the test's fault")
        if mutating:
            self._remaining -= 1  # taken now, so that parallel requests cannot exceed the number
        return None

    def not_applied(self) -> None:
        """A change that was let through was refused: it does not count."""
        if self._remaining is not None:
            self._remaining += 1
