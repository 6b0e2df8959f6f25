# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!


"""The calls about one kind of CloudFront's resources, one a method. An update is a full replacement, by ETag."""

from __future__ import annotations

import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import GLOBAL_REGION, Aws, is_boto3_error_code
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.kind import Config, Kind, Live, named
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._ownership import MARK
from ansible_collections.multiregion.edge.plugins.module_utils._shapes import from_api
from botocore import xform_name

# An ETag that is not the newest any more, with which CloudFront refuses a write.
STALE = ("PreconditionFailed", "InvalidIfMatchVersion")


class ConfigApi:
    """The ETag of each is what it was when it was read, or after our own last write: a foreign write is noticed."""

    def __init__(self, aws: Aws, kind: Kind) -> None:
        self._cloudfront = aws.client("cloudfront", GLOBAL_REGION)
        self._kind = kind
        self._etags: dict[str, str] = {}

    @property
    def shape(self) -> t.Any:
        return self._cloudfront.meta.service_model.shape_for(self._kind.config)

    def all(self) -> list[Live]:
        """Every one of the kind, AWS's own included, as the listing tells them."""
        return [self._listed(item) for item in self._pages(self._kind.listing, f"{self._kind.entity}List")]

    def read(self, config_id: str) -> Live:
        answer = self._call("Get", Id=config_id)
        self._etags[config_id] = answer["ETag"]
        return Live(config_id, from_api(self.shape, answer[self._kind.entity][self._kind.config]))

    def create(self, config: Config) -> None:
        try:
            self._call("Create", **{self._kind.config: config})
        except is_boto3_error_code(self._kind.exists):
            ours = named(self.all(), config["Name"])
            if ours and MARK in ours.config.get(self._kind.mark, ""):
                return  # the answer to an earlier attempt of this very call was lost
            raise

    def update(self, config_id: str, config: Config) -> None:
        answer = self._call("Update", Id=config_id, IfMatch=self._etags[config_id], **{self._kind.config: config})
        self._etags[config_id] = answer["ETag"]

    def delete(self, config_id: str) -> None:
        try:
            self._call("Delete", Id=config_id, IfMatch=self._etags[config_id])
        except is_boto3_error_code(self._kind.unknown):
            return  # the answer to an earlier attempt of this very call was lost
        except is_boto3_error_code(self._kind.in_use) as error:
            users = ", ".join(self._users(config_id)) or "some"
            raise EdgeError(
                f"The {self._kind.noun} {config_id} is in use by distributions ({users}): let them use another first."
            ) from error

    def _users(self, config_id: str) -> list[str]:
        if not self._kind.used_by:
            return []
        return self._pages(self._kind.used_by, "DistributionIdList", **{f"{self._kind.entity}Id": config_id})

    def _listed(self, item: Config) -> Live:
        """Policies are listed whole, origin access controls as a summary that has all of their configuration."""
        whole = item.get(self._kind.entity, item)
        config = whole.get(self._kind.config, {key: whole[key] for key in self.shape.members if key in whole})
        return Live(whole["Id"], from_api(self.shape, config), item.get("Type") == "managed")

    def _pages(self, operation: str, member: str, **arguments: t.Any) -> list[t.Any]:
        """botocore has paginators for some of these operations only."""
        items: list[t.Any] = []
        while True:
            page = getattr(self._cloudfront, xform_name(operation))(**arguments)[member]
            items += page.get("Items", [])
            if not page.get("NextMarker"):
                return items
            arguments["Marker"] = page["NextMarker"]

    def _call(self, verb: str, **arguments: t.Any) -> t.Any:
        return getattr(self._cloudfront, xform_name(f"{verb}{self._kind.entity}"))(**arguments)
