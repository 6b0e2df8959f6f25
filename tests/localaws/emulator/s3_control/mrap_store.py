"""The Multi-Region Access Points there are, and how the asynchronous operations make, change and delete them.

Nothing runs in the background: what is over by now is settled whenever somebody looks, at the pace that is set then.
"""

from __future__ import annotations

from ministack.services import s3

from localaws.emulator.core import behaviour
from localaws.emulator.core.errors import Refused
from localaws.emulator.ec2 import regions
from localaws.emulator.s3_control import mrap_policies
from localaws.emulator.s3_control.mrap_model import AccessPoint, Operation
from localaws.emulator.s3_control.mrap_requests import Change, Create, Delete, PutPolicy
from localaws.geo import load_regions

# Source: S3 User Guide, "Multi-Region Access Point restrictions and limitations".
_MOST_ACCESS_POINTS = 100
_MOST_REGIONS = 17

_DURING = {Create: "CREATING", Delete: "DELETING"}
_AFTER = {Create: "READY", Delete: ""}  # "": it is gone
_PARTLY = {Create: "PARTIALLY_CREATED", Delete: "PARTIALLY_DELETED"}


class _Failed(Exception):
    """The operation is accepted, and will fail with this error code."""


class AccessPoints:
    def __init__(self) -> None:
        self._points: list[AccessPoint] = []
        self._operations: list[Operation] = []
        behaviour.before_change.append(self.settle)

    def settle(self) -> None:
        for operation in self._operations:
            if operation.due:
                self._end(operation)
        for point in self._points:
            point.settle()

    def of(self, account: str) -> list[AccessPoint]:
        self.settle()
        return [point for point in self._points if point.account == account]

    def named(self, account: str, name: str) -> AccessPoint | None:
        return next((point for point in self.of(account) if point.name == name), None)

    def aliased(self, alias: str) -> AccessPoint | None:
        self.settle()
        return next((point for point in self._points if point.alias == alias), None)

    def operation(self, account: str, token_arn: str) -> Operation | None:
        self.settle()
        wanted = (account, token_arn)
        return next((known for known in self._operations if (known.account, known.token_arn) == wanted), None)

    def submit(self, operation: Operation) -> Operation:
        """The operation, or the one that was submitted with the same token before, however long ago."""
        self.settle()
        wanted = (operation.account, operation.client_token)
        for known in self._operations:
            if (known.account, known.client_token) == wanted:
                if known.change != operation.change:
                    message = "Your Multi-Region Access Point idempotency token was already used for another request."
                    raise Refused("ClientTokenConflict", message, 409)
                return known
        try:
            self._begin(operation)
        except _Failed as failure:
            operation.error = str(failure)
        self._operations.append(operation)
        self.settle()
        return operation

    def _begin(self, operation: Operation) -> None:
        account, change = operation.account, operation.change
        point = self._new(account, change) if isinstance(change, Create) else self._free(account, change)
        if isinstance(change, PutPolicy):
            if point.phase != "READY":
                raise _Failed("MultiRegionAccessPointNotReady")
            block_public = point.public_access_block["BlockPublicPolicy"]
            if code := mrap_policies.problem(change.policy, point.arn, block_public):
                raise _Failed(code)
            point.proposed, point.spreading = change.policy, True
        else:
            operation.phase_before, point.phase = point.phase, _DURING[type(change)]
        operation.access_point = point

    def _new(self, account: str, change: Create) -> AccessPoint:
        homes = {bucket: s3.bucket_region(bucket) for bucket, _owner in change.buckets}
        self._refuse(account, change, set(homes.values()))
        members = {bucket: region for bucket, region in homes.items() if region is not None}
        existing = self.named(account, change.name)
        if existing is not None:
            # What was created in part is finished by another creation of the same.
            if existing.phase != "PARTIALLY_CREATED" or existing.members != members:
                raise _Failed("MultiRegionAccessPointAlreadyOwnedByYou")
            return existing
        if any(owner not in ("", account) for _bucket, owner in change.buckets):
            raise _Failed("AccessDenied")  # no other account here has delegated anything
        if len(members) < len(homes):
            raise _Failed("NoSuchBucket")
        if not set(members.values()) <= set(load_regions()):
            raise _Failed("MultiRegionAccessPointUnsupportedRegion")
        if len(set(members.values())) < len(change.buckets):
            raise _Failed("MultiRegionAccessPointSameBucketRegion")
        block = dict(change.public_access_block)
        point = AccessPoint(account, change.name, members, block, dials=dict.fromkeys(members, 100))
        self._points.append(point)
        return point

    def _refuse(self, account: str, change: Create, homes: set[str | None]) -> None:
        """What AWS says at once. Source: Amazon S3 API Reference, "Error responses"."""
        if len(change.buckets) > _MOST_REGIONS:
            message = "You have attempted to create a Multi-Region Access Point with more Regions than are allowed."
            raise Refused("TooManyMultiRegionAccessPointregionsError", message)
        if homes & regions.disabled():
            message = "A bucket is in a Region that is not enabled for your account."
            raise Refused("InvalidRegion", message, 403)
        existing = self.of(account)
        if len(existing) >= _MOST_ACCESS_POINTS and change.name not in {point.name for point in existing}:
            message = "You have attempted to create more Multi-Region Access Points than are allowed for an account."
            raise Refused("TooManyMultiRegionAccessPoints", message)

    def _free(self, account: str, change: Change) -> AccessPoint:
        """The access point that is there, unless something else is being done to it."""
        point = self.named(account, change.name)
        if point is None or not point.visible:
            raise _Failed("NoSuchMultiRegionAccessPoint")
        if point.phase == "CREATING":
            raise _Failed("MultiRegionAccessPointNotReady")
        if point.phase == "DELETING" or point.spreading:
            raise _Failed("MultiRegionAccessPointModifiedByAnotherRequest")
        return point

    def _end(self, operation: Operation) -> None:
        operation.over = True
        point = operation.access_point
        if point is None:
            return
        operation.error = behaviour.current.mrap_failure
        kind = type(operation.change)
        if isinstance(operation.change, PutPolicy):
            point.spreading = False
            if operation.error:
                point.proposed = point.established
            else:
                point.established = point.proposed
        elif operation.error:
            self._become(point, operation.phase_before)
        elif behaviour.current.mrap_partial and operation.phase_before != _PARTLY[kind]:
            operation.error = "InternalErrors"
            self._become(point, _PARTLY[kind])
        else:
            self._become(point, _AFTER[kind])

    def _become(self, point: AccessPoint, phase: str) -> None:
        point.phase = phase
        if not phase:
            self._points.remove(point)


access_points = AccessPoints()
