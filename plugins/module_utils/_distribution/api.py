# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The CloudFront calls that read distributions and what they name, one a method."""

from __future__ import annotations

import functools
import typing as t

from .._cloudfront import listing, unknown
from .._cloudfront.api import ConfigApi
from .._cloudfront.kind import (
    CACHE_POLICY,
    ORIGIN_ACCESS_CONTROL,
    ORIGIN_REQUEST_POLICY,
)
from .._core.aws import GLOBAL_REGION, Aws, is_boto3_error_code
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from . import references

Config = dict[str, t.Any]

_KINDS = {
    references.ACCESS_CONTROL: ORIGIN_ACCESS_CONTROL,
    references.CACHE_POLICY: CACHE_POLICY,
    references.ORIGIN_REQUEST_POLICY: ORIGIN_REQUEST_POLICY,
}


class DistributionApi:
    def __init__(self, aws: Aws) -> None:
        self._cloudfront = aws.client("cloudfront", GLOBAL_REGION)
        unknown.note(self._cloudfront, "GetDistribution", self.config_shape)
        self._kinds = {member: ConfigApi(aws, kind) for member, kind in _KINDS.items()}
        self._looked_up: dict[references.Reference, Config | None] = {}
        # The ETag that was read last, or returned by this run's last write, by id.
        self._etags: dict[str, str] = {}

    @property
    def config_shape(self) -> t.Any:
        return self._cloudfront.meta.service_model.shape_for("DistributionConfig")

    def summaries(self) -> list[Config]:
        """What ListDistributions returns for each; no tags."""
        return listing.distributions(self._cloudfront)

    def find(self, tag: str, value: str, summaries: t.Sequence[Config] | None = None) -> str | None:
        """The id of the distribution that has this tag.

        Tags are asked for one by one; first of those whose comment begins with the value, as it does unless
        it was edited.
        """
        listed = self.summaries() if summaries is None else summaries
        likely = [item for item in listed if item["Comment"].startswith(value)]
        others = [item for item in listed if item not in likely]
        for group in (likely, others):
            tags = in_parallel({item["Id"]: functools.partial(self.tags, item["ARN"]) for item in group})
            found = [distribution_id for distribution_id, its_tags in tags.items() if its_tags.get(tag) == value]
            if len(found) > 1:
                raise EdgeError(
                    f"The distributions {', '.join(sorted(found))} all have the tag {tag}={value}: "
                    "remove it from the ones that are not this site's."
                )
            if found:
                return found[0]
        return None

    def tags(self, arn: str) -> dict[str, str]:
        try:
            return listing.tags(self._cloudfront, arn)
        except is_boto3_error_code("NoSuchResource"):
            return {}  # it was deleted since it was listed

    def distribution(self, distribution_id: str) -> tuple[Config, Config, t.Sequence[str]]:
        """Facts, configuration, and the configuration's members that botocore does not know."""
        answer = self._cloudfront.get_distribution(Id=distribution_id)
        live = answer["Distribution"]
        self._etags[distribution_id] = answer["ETag"]
        facts = {
            "id": live["Id"],
            "arn": live["ARN"],
            "domain_name": live["DomainName"],
            "status": live["Status"],
            "last_modified": live["LastModifiedTime"].isoformat(),
            "in_progress_invalidations": live["InProgressInvalidationBatches"],
        }
        return facts, live["DistributionConfig"], answer[unknown.MEMBER]

    def look_up(self, named: t.Iterable[references.Reference]) -> dict[references.Reference, Config | None]:
        """The configuration of each policy and access control, read once; None where there is none."""
        asked = set(named)
        reads = {key: functools.partial(self._read, *key) for key in asked - self._looked_up.keys()}
        found = in_parallel({f"{member} {value}": reads[member, value] for member, value in reads})
        self._looked_up |= {(member, value): found[f"{member} {value}"] for member, value in reads}
        return {key: self._looked_up[key] for key in asked}

    def _read(self, member: str, config_id: str) -> Config | None:
        try:
            return self._kinds[member].read(config_id).config
        except is_boto3_error_code(_KINDS[member].unknown):
            return None


def aliases_of(summaries: t.Iterable[Config], but: str | None = None) -> dict[str, str]:
    """Each alias of the distributions and its owner, for messages; without those of one."""
    return {
        alias.lower(): f"the distribution {item['Id']} ({item['Comment']})"
        for item in summaries
        if item["Id"] != but
        for alias in listing.items(item, "Aliases")
    }
