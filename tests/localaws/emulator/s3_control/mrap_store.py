"""The existing Multi-Region Access Points, and the asynchronous operations that create, change and delete them.

Nothing runs in the background: operations that are due are completed at each read, at the pace set at that time.
"""

from __future__ import annotations

from ministack.services import s3

from localaws.emulator.core import behaviour
from localaws.emulator.core.errors import Refused
from localaws.emulator.ec2 import regions
from localaws.emulator.s3_control import mrap_policies
from localaws.emulator.s3_control.mrap_model import Mrap, Operation
from localaws.emulator.s3_control.mrap_requests import Change, Create, Delete, PutPolicy
from localaws.geo import load_regions

# Source: S3 User Guide, "Multi-Region Access Point restrictions and limitations".
_MAX_MRAPS = 100
_MAX_REGIONS = 17

_DURING = {Create: "CREATING", Delete: "DELETING"}
_AFTER = {Create: "READY", Delete: ""}  # "": deleted
_PARTLY = {Create: "PARTIALLY_CREATED", Delete: "PARTIALLY_DELETED"}


class _Failed(Exception):
    """The operation is accepted, and fails later with this error code."""


class Mraps:
    def __init__(self) -> None:
        self._mraps: list[Mrap] = []
        self._operations: list[Operation] = []
        behaviour.before_change.append(self.settle)

    def settle(self) -> None:
        for operation in self._operations:
            if operation.due:
                self._end(operation)
        for mrap in self._mraps:
            mrap.settle()

    def of(self, account: str) -> list[Mrap]:
        self.settle()
        return [mrap for mrap in self._mraps if mrap.account == account]

    def named(self, account: str, name: str) -> Mrap | None:
        return next((mrap for mrap in self.of(account) if mrap.name == name), None)

    def aliased(self, alias: str) -> Mrap | None:
        self.settle()
        return next((mrap for mrap in self._mraps if mrap.alias == alias), None)

    def operation(self, account: str, token_arn: str) -> Operation | None:
        self.settle()
        wanted = (account, token_arn)
        return next((known for known in self._operations if (known.account, known.token_arn) == wanted), None)

    def submit(self, operation: Operation) -> Operation:
        """The operation, or an earlier one with the same client token, of any age."""
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
        mrap = self._new(account, change) if isinstance(change, Create) else self._free(account, change)
        if isinstance(change, PutPolicy):
            if mrap.phase != "READY":
                raise _Failed("MultiRegionAccessPointNotReady")
            block_public = mrap.public_access_block["BlockPublicPolicy"]
            if code := mrap_policies.problem(change.policy, mrap.arn, block_public):
                raise _Failed(code)
            mrap.proposed, mrap.spreading = change.policy, True
        else:
            operation.phase_before, mrap.phase = mrap.phase, _DURING[type(change)]
        operation.mrap = mrap

    def _new(self, account: str, change: Create) -> Mrap:
        homes = {bucket: s3.bucket_region(bucket) for bucket, _owner in change.buckets}
        self._refuse(account, change, set(homes.values()))
        members = {bucket: region for bucket, region in homes.items() if region is not None}
        existing = self.named(account, change.name)
        if existing is not None:
            # A second creation completes a partial one.
            if existing.phase != "PARTIALLY_CREATED" or existing.members != members:
                raise _Failed("MultiRegionAccessPointAlreadyOwnedByYou")
            return existing
        if any(owner not in ("", account) for _bucket, owner in change.buckets):
            raise _Failed("AccessDenied")  # no other account delegates a bucket here
        if len(members) < len(homes):
            raise _Failed("NoSuchBucket")
        if not set(members.values()) <= set(load_regions()):
            raise _Failed("MultiRegionAccessPointUnsupportedRegion")
        if len(set(members.values())) < len(change.buckets):
            raise _Failed("MultiRegionAccessPointSameBucketRegion")
        block = dict(change.public_access_block)
        mrap = Mrap(account, change.name, members, block, dials=dict.fromkeys(members, 100))
        self._mraps.append(mrap)
        return mrap

    def _refuse(self, account: str, change: Create, homes: set[str | None]) -> None:
        """The refusals of the request itself. Source: Amazon S3 API Reference, "Error responses"."""
        if len(change.buckets) > _MAX_REGIONS:
            message = "You have attempted to create a Multi-Region Access Point with more Regions than are allowed."
            raise Refused("TooManyMultiRegionAccessPointregionsError", message)
        if homes & regions.disabled():
            message = "A bucket is in a Region that is not enabled for your account."
            raise Refused("InvalidRegion", message, 403)
        existing = self.of(account)
        if len(existing) >= _MAX_MRAPS and change.name not in {mrap.name for mrap in existing}:
            message = "You have attempted to create more Multi-Region Access Points than are allowed for an account."
            raise Refused("TooManyMultiRegionAccessPoints", message)

    def _free(self, account: str, change: Change) -> Mrap:
        """The existing MRAP, if no other operation is in progress on it."""
        mrap = self.named(account, change.name)
        if mrap is None or not mrap.visible:
            raise _Failed("NoSuchMultiRegionAccessPoint")
        if mrap.phase == "CREATING":
            raise _Failed("MultiRegionAccessPointNotReady")
        if mrap.phase == "DELETING" or mrap.spreading:
            raise _Failed("MultiRegionAccessPointModifiedByAnotherRequest")
        return mrap

    def _end(self, operation: Operation) -> None:
        operation.over = True
        mrap = operation.mrap
        if mrap is None:
            return
        operation.error = behaviour.current.mrap_failure
        kind = type(operation.change)
        if isinstance(operation.change, PutPolicy):
            mrap.spreading = False
            if operation.error:
                mrap.proposed = mrap.established
            else:
                mrap.established = mrap.proposed
        elif operation.error:
            self._become(mrap, operation.phase_before)
        elif behaviour.current.mrap_partial and operation.phase_before != _PARTLY[kind]:
            operation.error = "InternalErrors"
            self._become(mrap, _PARTLY[kind])
        else:
            self._become(mrap, _AFTER[kind])

    def _become(self, mrap: Mrap, phase: str) -> None:
        mrap.phase = phase
        if not phase:
            self._mraps.remove(mrap)


mraps = Mraps()
