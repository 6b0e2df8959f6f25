# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The changes of one MRAP: each begins when AWS is ready for it, joins what a killed run began, and is waited
for by plain reads until it is in effect."""

from __future__ import annotations

import functools
import json
import time
import typing as t
from datetime import timedelta

from .._core.errors import EdgeError
from .._core.waiting import Deadline, wait_until
from .._rules.names import mrap_arn
from .._rules.policy_documents import Document, canonical
from .api import MrapApi, Operation
from .plan import (
    Mrap,
    client_token,
    partly_deleted,
)
from .policy import Policies, with_arn

Seen = t.Optional[Mrap]
T = t.TypeVar("T")

# Failures that result from another operation, which succeeded.
_EXISTS = "MultiRegionAccessPointAlreadyOwnedByYou"
_GONE = "NoSuchMultiRegionAccessPoint"

# The Date of an answer is rounded down to seconds, and so may CreationTime be.
_ROUNDING = timedelta(seconds=1)

# More operations than there can be with one name and the same buckets while AWS remembers them.
_LONGEST_HISTORY = 100


class Operations:
    """What the steps of a plan call, and what waits for them; all waits of a run share one deadline."""

    def __init__(self, api: MrapApi, account_id: str, name: str, timeout: float) -> None:
        self._api = api
        self._account_id = account_id
        self._name = name
        self._what = f"The Multi-Region Access Point {name}"
        self._timeout = timeout
        self._request_token: str | None = None  # of the operation that this run began or joined

    # Steps

    def create_mrap(self, name: str, buckets: list[str], client_token: str) -> None:
        what = f"{self._what}, before it is created"
        if _is(self._wait(what, self._see, lambda seen: not _is(seen, "DELETING"), _status), "PARTIALLY_DELETED"):
            raise partly_deleted(name)
        self._begin(
            lambda token: self._api.create(token, name, buckets),
            client_token,
            # A success that left no MRAP behind is that of one which was deleted since, however young it is.
            lambda operation, old: self._see() is None if operation.succeeded else old,
        )

    def delete_mrap(self, name: str, client_token: str) -> None:
        what = f"{self._what}, before it is deleted"
        if self._wait(what, self._see, lambda seen: not _is(seen, "CREATING"), _status) is not None:
            self._begin(lambda token: self._api.delete(token, name), client_token)

    def put_policy(self, name: str, policy: Document) -> None:
        """AWS takes one policy at a time: after another one that spreads, and not if that has become this one."""
        mrap = self._until(lambda seen: seen.status == "READY")
        policy = with_arn(policy, mrap_arn(self._account_id, mrap.alias))
        policies = self._wait(
            f"The policy that {name} was given before",
            lambda: self._api.policies(name),
            lambda seen: not seen.spreading or seen.awaits(policy),
            lambda seen: "Proposed, not Established yet",
        )
        if policies.has(policy) or policies.awaits(policy):
            return
        # With what it replaces: the same policy may be put again after another one.
        documents = [json.dumps(canonical(item or {}), sort_keys=True) for item in (policies.established, policy)]
        first = client_token("put_policy", name, mrap.created_at, *documents)
        self._begin(lambda token: self._api.put_policy(token, name, policy), first)

    def _begin(
        self,
        begin: t.Callable[[str], str],
        token: str,
        is_past: t.Callable[[Operation, bool], bool] = lambda operation, old: old,
    ) -> None:
        """Begin an operation, or join the one that a killed run has begun.

        AWS always answers a client token with the same operation. So the next token follows from an
        operation that is past: every run finds the same one, and no two go on at once.
        """
        started = time.monotonic()
        for _attempt in range(_LONGEST_HISTORY):
            self._request_token = begin(token)
            operation = self._api.operation(self._request_token)
            old = operation.age > timedelta(seconds=time.monotonic() - started) + _ROUNDING
            if not (operation.ended and is_past(operation, old)):
                return
            token = client_token(token, self._request_token)
        raise EdgeError(
            f"{self._what}: AWS remembers {_LONGEST_HISTORY} operations like this one. Choose another name."
        )

    # Waits

    def until_serving(self) -> Mrap:
        return self._until(lambda seen: seen.serves)

    def until_gone(self) -> None:
        self._wait(f"The deletion of {self._name}", self._see_deletion, lambda seen: seen is None, _status)

    def until_established(self, policy: Document) -> Policies:
        return self._wait(
            f"The policy of {self._name}",
            lambda: self._see_policy(policy),
            lambda seen: seen.has(policy),
            lambda seen: "Proposed, not Established yet",
        )

    def _until(self, ready: t.Callable[[Mrap], bool]) -> Mrap:
        seen = self._wait(self._what, self._see_creation, lambda seen: seen is not None and ready(seen), _status)
        return t.cast(Mrap, seen)

    def _wait(
        self, what: str, probe: t.Callable[[], T], ready: t.Callable[[T], bool], describe: t.Callable[[T], str]
    ) -> T:
        return wait_until(what, probe, ready, timeout=self._deadline, describe=describe, pause=0.5)

    @functools.cached_property
    def _deadline(self) -> Deadline:
        """One for all waits, from the first one on."""
        return Deadline(self._timeout)

    def _see(self) -> Seen:
        return self._api.mrap(self._name)

    def _operation(self) -> Operation | None:
        return self._api.operation(self._request_token) if self._request_token else None

    def _see_creation(self) -> Seen:
        seen = self._see()
        if seen is not None and seen.serves:
            return seen
        operation = self._operation()
        partly = _is(seen, "PARTIALLY_CREATED")
        if partly and (operation is None or operation.ended):
            raise EdgeError(
                f"AWS created the Multi-Region Access Point {self._name} only in part ({_reason(operation)}). Run it "
                "again to have AWS finish it, or delete it with state: absent."
            )
        if operation is not None and operation.failed and not partly and operation.code != _EXISTS:
            raise EdgeError(
                f"AWS could not create the Multi-Region Access Point {self._name}: {operation.reason}. "
                "Fix that and run it again, which begins a new creation."
            )
        if operation is None and seen is None:
            raise EdgeError(
                f"AWS gave up the Multi-Region Access Point {self._name}, which was being created: run it again, which "
                "begins a new creation and reports the reason if that fails too."
            )
        return seen

    def _see_deletion(self) -> Seen:
        seen = self._see()
        if seen is None:
            return None
        operation = self._operation()
        partly = seen.status == "PARTIALLY_DELETED"
        stopped = seen.status != "DELETING" if operation is None else operation.failed and operation.code != _GONE
        if stopped or (partly and operation is not None and operation.ended):
            words = "deleted only a part of" if partly else "did not delete"
            raise EdgeError(
                f"AWS {words} the Multi-Region Access Point {self._name} ({_reason(operation)}). "
                "Run it again to have AWS go on with it."
            )
        return seen

    def _see_policy(self, policy: Document) -> Policies:
        seen = self._api.policies(self._name)
        if seen.has(policy):
            return seen
        operation = self._operation()
        if (operation is None and not seen.awaits(policy)) or (operation is not None and operation.failed):
            raise EdgeError(
                f"AWS did not take the policy of the Multi-Region Access Point {self._name} ({_reason(operation)}). "
                "Fix that and run it again."
            )
        return seen


def _is(seen: Seen, status: str) -> bool:
    return seen is not None and seen.status == status


def _status(seen: Seen) -> str:
    # AWS may not show an MRAP at once that is being created.
    return f"status {seen.status if seen else 'CREATING'}"


def _reason(operation: Operation | None) -> str:
    return operation.reason if operation else "no reason given"
