# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The CloudFront calls about a distribution, one a method."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.multiregion.edge.plugins.module_utils._aws import GLOBAL_REGION, Aws, is_boto3_error_code
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._fleet import in_parallel

Config = dict[str, t.Any]

# What DescribeDistribution tells besides the configuration.
_FACTS = {"Id": "id", "ARN": "arn", "DomainName": "domain_name", "Status": "status"}


class DistributionApi:
    def __init__(self, aws: Aws) -> None:
        self._cloudfront = aws.client("cloudfront", GLOBAL_REGION)

    @property
    def config_shape(self) -> t.Any:
        return self._cloudfront.meta.service_model.shape_for("DistributionConfig")

    def find(self, tag: str, value: str) -> str | None:
        """The id of the distribution that has this tag.

        ListDistributions tells no tags, so they are asked for one by one; first of those whose
        comment begins with the value, as it does unless somebody changed it.
        """
        pages = self._cloudfront.get_paginator("list_distributions").paginate()
        summaries = [item for page in pages for item in page["DistributionList"].get("Items", [])]
        likely = [item for item in summaries if item["Comment"].startswith(value)]
        others = [item for item in summaries if item not in likely]
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
        items = self._cloudfront.list_tags_for_resource(Resource=arn)["Tags"].get("Items", [])
        return {item["Key"]: item["Value"] for item in items}

    def distribution(self, distribution_id: str) -> tuple[Config, Config, str]:
        """Facts (id, arn, domain name, status), configuration, ETag."""
        answer = self._cloudfront.get_distribution(Id=distribution_id)
        live = answer["Distribution"]
        return {ours: live[name] for name, ours in _FACTS.items()}, live["DistributionConfig"], answer["ETag"]

    def create_distribution(self, config: Config, tags: dict[str, str]) -> None:
        items = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        try:
            self._cloudfront.create_distribution_with_tags(
                DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": items}}
            )
        except is_boto3_error_code("CNAMEAlreadyExists") as error:
            raise _alias_is_elsewhere(config) from error

    def update_distribution(self, distribution_id: str, etag: str, config: Config) -> None:
        try:
            self._cloudfront.update_distribution(Id=distribution_id, IfMatch=etag, DistributionConfig=config)
        except is_boto3_error_code("CNAMEAlreadyExists") as error:
            raise _alias_is_elsewhere(config) from error

    def put_tags(self, arn: str, tags: dict[str, str]) -> None:
        items = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        self._cloudfront.tag_resource(Resource=arn, Tags={"Items": items})


def _alias_is_elsewhere(config: Config) -> EdgeError:
    return EdgeError(
        f"One of the aliases {', '.join(config['Aliases']['Items'])} is another distribution's. Move it first: "
        'CloudFront Developer Guide, "Move an alternate domain name to a different distribution".'
    )
