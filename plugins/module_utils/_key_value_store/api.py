# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The calls about a key value store (CloudFront) and its keys (the KeyValueStore service), one a method."""

from __future__ import annotations

import contextlib
import functools
import re
import threading
import typing as t

from .._cloudfront import listing
from .._core.aws import (
    GLOBAL_REGION,
    Aws,
    ClientError,
    is_boto3_error_code,
)
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .._core.plan import KNOWN_AFTER_APPLY
from .._core.progress import Progress
from .._rules.ownership import tag_list
from .plan import MAX_BATCH_KEYS, Contents

Config = dict[str, t.Any]

_ARN = re.compile(r"arn:aws:cloudfront::[0-9]{12}:key-value-store/[0-9a-zA-Z_-]+")


class StoreApi:
    """The control plane: the store itself. Its ETag is the observed one, then that of the last write."""

    def __init__(self, aws: Aws) -> None:
        self._cloudfront = aws.client("cloudfront", GLOBAL_REGION)
        self._etag = ""

    def store(self, name: str) -> Config | None:
        try:
            found = self._cloudfront.describe_key_value_store(Name=name)
        except is_boto3_error_code("EntityNotFound"):
            return None
        self._etag = found["ETag"]
        return found["KeyValueStore"]

    def stores(self) -> list[Config]:
        return listing.listed(self._cloudfront, "ListKeyValueStores", "KeyValueStoreList")

    def tags(self, arn: str) -> dict[str, str]:
        return listing.tags(self._cloudfront, arn)

    def create_store(self, name: str, comment: str, tags: dict[str, str]) -> None:
        given = {"Tags": {"Items": tag_list(tags)}} if tags else {}
        try:
            self._cloudfront.create_key_value_store(Name=name, Comment=comment, **given)
        except is_boto3_error_code("EntityAlreadyExists"):
            found = self.store(name)
            if found is None or found.get("Comment") != comment:
                raise  # another process created one
            # The answer to an earlier attempt of this very call was lost.

    def update_store(self, name: str, comment: str) -> None:
        updated = self._cloudfront.update_key_value_store(Name=name, Comment=comment, IfMatch=self._etag)
        self._etag = updated["ETag"]

    def put_tags(self, arn: str, tags: dict[str, str]) -> None:
        self._cloudfront.tag_resource(Resource=arn, Tags={"Items": tag_list(tags)})

    def delete_store(self, name: str, arn: str) -> None:
        try:
            self._cloudfront.delete_key_value_store(Name=name, IfMatch=self._etag)
        except is_boto3_error_code("EntityNotFound"):
            return  # as above
        except is_boto3_error_code("CannotDeleteEntityWhileInUse") as error:
            raise EdgeError(
                f"The key value store {name} is still associated with {self._users(arn)}: delete that first, or "
                "associate it with another store and publish it."
            ) from error

    def _users(self, arn: str) -> str:
        """The functions that use the store, in a sentence's words. A function's two stages may differ."""
        functions: list[Config] = []
        with contextlib.suppress(ClientError):  # without the right to list them, the rest is reported
            functions = listing.listed(self._cloudfront, "ListFunctions", "FunctionList")
        names = sorted({function["Name"] for function in functions if arn in _associated(function)})
        return f"the function {', '.join(names)}" if names else "a function"


class KeysApi:
    """The data plane: the keys. Its ETag is not the control plane's; every write returns the next one."""

    def __init__(self, aws: Aws) -> None:
        _require_sigv4a()
        self._keys = aws.client("cloudfront-keyvaluestore", GLOBAL_REGION)
        self._first = aws.client("cloudfront-keyvaluestore", GLOBAL_REGION, fail_fast=True)
        self._reached = False
        self._etag = ""
        # Calls of this service, which are what costs; the keys that were written; and whether AWS counted
        # others than that after a write.
        self.calls = 0
        self._lock = threading.Lock()
        self.put: set[str] = set()
        self.deleted: set[str] = set()
        self.unproven = False
        self._progress = Progress("The key value store")
        for client in (self._keys, self._first):
            client.meta.events.register("before-call", self._count)

    def describe(self, arn: str) -> Config:
        client = self._keys if self._reached else self._first
        description = client.describe_key_value_store(KvsARN=arn)
        self._reached = True
        self._etag = description["ETag"]
        return description

    def value(self, arn: str, key: str) -> str | None:
        try:
            return self._keys.get_key(KvsARN=arn, Key=key)["Value"]
        except is_boto3_error_code("ResourceNotFoundException"):
            return None

    def values(self, arn: str, keys: t.Iterable[str]) -> dict[str, str]:
        """Of those that there are."""
        found = in_parallel({key: functools.partial(self.value, arn, key) for key in keys})
        return {key: value for key, value in found.items() if value is not None}

    def all_values(self, arn: str) -> dict[str, str]:
        found: dict[str, str] = {}
        pages = self._keys.get_paginator("list_keys")
        for page in pages.paginate(KvsARN=arn, PaginationConfig={"PageSize": MAX_BATCH_KEYS}):
            found.update((item["Key"], item["Value"]) for item in page.get("Items", []))
            self._progress.count(f"{len(found)} keys read")
        return found

    def update_keys(self, arn: str, puts: dict[str, str], deletes: list[str], expected: Contents | None = None) -> None:
        """All or nothing. *expected* is what the store holds then, if CloudFront did what it was asked."""
        answer = self._keys.update_keys(
            KvsARN=arn,
            IfMatch=self._etag,
            Puts=[{"Key": key, "Value": value} for key, value in puts.items()],
            Deletes=[{"Key": key} for key in deletes],
        )
        self._etag = answer["ETag"]
        self.put.update(puts)
        self.deleted.update(deletes)
        self._progress.count(f"{len(self.put)} keys put, {len(self.deleted)} deleted")
        if expected is not None and expected != Contents(answer["ItemCount"], answer["TotalSizeInBytes"]):
            self.unproven = True

    def _count(self, **kwargs: t.Any) -> None:
        with self._lock:
            self.calls += 1


def arn_of(store: str, aws: Aws) -> str | None:
    """Of a name or an ARN: with the latter, CloudFront's control plane is not asked. None where no store is yet."""
    if store.startswith("arn:") and not _ARN.fullmatch(store):
        raise EdgeError(
            f"store: {store!r} is not a key value store's ARN, arn:aws:cloudfront::ACCOUNT:key-value-store/ID."
        )
    if store.startswith("arn:"):
        return store
    live = None if store == KNOWN_AFTER_APPLY else StoreApi(aws).store(store)
    return live["ARN"] if live else None


def is_stale(error: BaseException | None) -> bool:
    """Whether keys were refused since another process wrote, for which AWS has two answers."""
    if not isinstance(error, ClientError):
        return False
    answer = error.response.get("Error", {})
    failed = "pre-condition failed" in (answer.get("Message") or "").lower()
    return answer.get("Code") == "ConflictException" or (answer.get("Code") == "ValidationException" and failed)


def _associated(function: Config) -> set[str]:
    return {each["KeyValueStoreARN"] for each in listing.items(function["FunctionConfig"], "KeyValueStoreAssociations")}


def _require_sigv4a() -> None:
    """The KeyValueStore service takes SigV4A only, for which botocore needs awscrt."""
    try:
        import awscrt.auth  # noqa: F401
    except ImportError as error:
        raise EdgeError(
            "The KeyValueStore service needs SigV4A signatures: install botocore[crt] for the Python that runs "
            "this module (pip install 'boto3[crt]')."
        ) from error
