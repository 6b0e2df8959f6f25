"""A Multi-Region Access Point, and an asynchronous operation on one."""

from __future__ import annotations

from dataclasses import dataclass, field

from ministack.services import s3

from localaws.emulator.core import behaviour
from localaws.emulator.s3_control.mrap_requests import Change, PutPolicy


@dataclass(eq=False)
class Mrap:
    account: str
    name: str
    members: dict[str, str]  # the Regions, by bucket
    public_access_block: dict[str, bool]
    alias: str = field(default_factory=s3.new_mrap_alias)
    created_at: str = field(default_factory=s3.now_iso)
    appeared: float = field(default_factory=behaviour.now)
    visible: bool = False
    phase: str = ""
    established: str = ""  # the policy in effect
    proposed: str = ""  # the policy of the last put
    spreading: bool = False
    dials: dict[str, int] = field(default_factory=dict)  # by bucket
    submitted: dict[str, int] | None = None  # dials not in effect yet
    submitted_at: float = 0.0

    @property
    def arn(self) -> str:
        return f"arn:aws:s3::{self.account}:accesspoint/{self.alias}"

    @property
    def status(self) -> str:
        return "INCONSISTENT_ACROSS_REGIONS" if self.spreading else self.phase

    @property
    def serves(self) -> bool:
        return self.phase == "READY"

    def settle(self) -> None:
        now, paces = behaviour.now(), behaviour.current
        self.visible |= now - self.appeared >= paces.mrap_invisible_seconds
        if self.submitted is not None and now - self.submitted_at >= paces.mrap_routes_seconds:
            self.dials, self.submitted = self.submitted, None


@dataclass(eq=False)
class Operation:
    account: str
    client_token: str
    change: Change
    token_arn: str
    created_at: str = field(default_factory=s3.now_iso)
    started: float = field(default_factory=behaviour.now)
    mrap: Mrap | None = None
    phase_before: str = ""
    error: str = ""  # its code: set at the start, shown at the end
    over: bool = False

    @property
    def status(self) -> str:
        if self.over:
            return "FAILED" if self.error else behaviour.current.mrap_done_status
        return "NEW" if self._passed < self._seconds / 4 else "IN_PROGRESS"

    @property
    def due(self) -> bool:
        return not self.over and self._passed >= self._seconds

    @property
    def _passed(self) -> float:
        return behaviour.now() - self.started

    @property
    def _seconds(self) -> float:
        paces = behaviour.current
        return paces.mrap_policy_seconds if isinstance(self.change, PutPolicy) else paces.mrap_seconds
