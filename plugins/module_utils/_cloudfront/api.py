# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""The calls about one kind of CloudFront's resources, one a method. An update is a full replacement, by ETag."""

from __future__ import annotations

import contextlib
import typing as t

from .._core.aws import GLOBAL_REGION, Aws, ClientError, is_boto3_error_code
from .._core.errors import EdgeError, explain
from .._core.shapes import from_api, to_snake_case
from . import unknown
from .kind import Config, Kind, Live, named, same
from .listing import distributions, listed

# An ETag that is not the newest any more, with which CloudFront refuses a write.
STALE = ("PreconditionFailed", "InvalidIfMatchVersion")


class ConfigApi:
    """The ETag of each is that of the last read or of this run's last write, so a write of others is detected."""

    def __init__(self, aws: Aws, kind: Kind) -> None:
        self._cloudfront = aws.client("cloudfront", GLOBAL_REGION)
        self._kind = kind
        unknown.note(self._cloudfront, f"Get{kind.entity}", self.shape)
        self._etags: dict[str, str] = {}
        # The result of the last write as CloudFront returned it: listings may be delayed.
        self.written: Live | None = None

    @property
    def shape(self) -> t.Any:
        return self._cloudfront.meta.service_model.shape_for(self._kind.config)

    def all(self) -> list[Live]:
        """Every one of the kind, AWS's own included, as the listing has them."""
        items = listed(self._cloudfront, self._kind.listing, f"{self._kind.entity}List")
        return [self._listed(item) for item in items]

    def read(self, config_id: str) -> Live:
        return self._live(self._call("Get", Id=config_id))

    def create(self, config: Config) -> None:
        try:
            self.written = self._live(self._write("Create", **{self._kind.config: config}))
        except is_boto3_error_code(self._kind.exists):
            existing = named(self.all(), config["Name"])
            if existing is None or not same(existing.config, from_api(self.shape, config)):
                raise
            self.written = existing  # the answer to an earlier attempt of this very call was lost

    def update(self, config_id: str, config: Config) -> None:
        arguments = {"Id": config_id, "IfMatch": self._etags[config_id], self._kind.config: config}
        self.written = self._live(self._write("Update", **arguments))

    def delete(self, config_id: str) -> None:
        try:
            self._call("Delete", Id=config_id, IfMatch=self._etags[config_id])
        except is_boto3_error_code(self._kind.unknown):
            return  # the answer to an earlier attempt of this very call was lost
        except is_boto3_error_code(self._kind.in_use) as error:
            users: list[str] = []
            with contextlib.suppress(ClientError):  # without the right to list them, the rest is reported
                users = self._users(config_id)
            raise EdgeError(
                f"The {self._kind.noun} {config_id} is in use by distributions ({', '.join(users) or 'some'}): "
                "let them use another first."
            ) from error

    def _users(self, config_id: str) -> list[str]:
        if self._kind.used_by:
            policy = {f"{self._kind.entity}Id": config_id}
            return listed(self._cloudfront, self._kind.used_by, "DistributionIdList", **policy)
        # Those of an origin access control are not listed by an operation of their own.
        return [
            distribution["Id"]
            for distribution in distributions(self._cloudfront)
            if config_id in [origin.get(f"{self._kind.entity}Id") for origin in distribution["Origins"]["Items"]]
        ]

    def _live(self, answer: t.Any) -> Live:
        found = answer[self._kind.entity]
        self._etags[found["Id"]] = answer["ETag"]
        return Live(found["Id"], from_api(self.shape, found[self._kind.config]), unknown=answer.get(unknown.MEMBER, ()))

    def _listed(self, item: Config) -> Live:
        """Policies are listed whole, origin access controls as a summary that has all of their configuration."""
        whole = item.get(self._kind.entity, item)
        config = whole.get(self._kind.config, {key: whole[key] for key in self.shape.members if key in whole})
        return Live(whole["Id"], from_api(self.shape, config), item.get("Type") == "managed")

    def _write(self, verb: str, **arguments: t.Any) -> t.Any:
        try:
            return self._call(verb, **arguments)
        except ClientError as error:
            if error.response["Error"]["Code"].startswith("TooMany"):
                advice = "Remove what is not used, or ask AWS for a higher quota of CloudFront."
                raise EdgeError(f"{explain(error)} {advice}") from error
            raise

    def _call(self, verb: str, **arguments: t.Any) -> t.Any:
        return getattr(self._cloudfront, to_snake_case(f"{verb}{self._kind.entity}"))(**arguments)
