# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The CloudFront calls about a distribution, one a method."""

from __future__ import annotations

import functools
import re
import typing as t

from .._cloudfront import listing, unknown
from .._cloudfront.api import ConfigApi
from .._cloudfront.kind import (
    CACHE_POLICY,
    ORIGIN_ACCESS_CONTROL,
    ORIGIN_REQUEST_POLICY,
)
from .._core.aws import (
    GLOBAL_REGION,
    Aws,
    ClientError,
    is_boto3_error_code,
)
from .._core.errors import EdgeError
from .._core.parallel import in_parallel
from .._core.shapes import equal, from_api, overlay
from .._core.waiting import wait_until
from .._rules.ownership import OWNER_TAG, tag_list
from . import references
from .checks import elsewhere

Config = dict[str, t.Any]

_KINDS = {
    references.ACCESS_CONTROL: ORIGIN_ACCESS_CONTROL,
    references.CACHE_POLICY: CACHE_POLICY,
    references.ORIGIN_REQUEST_POLICY: ORIGIN_REQUEST_POLICY,
}
# CloudFront's errors for an MRAP with an origin type that it refuses; the accepted type is not documented.
_OTHER_SHAPE = re.compile(
    "origin type and OAC|InvalidDomainNameForOriginAccessControl|InvalidOriginAccessControl|valid S3 bucket"
)
# How many distributions of this name may have been deleted before: each has used up its reference.
_REFERENCES = 20


class DistributionApi:
    """The ETag of a distribution is the one of the last read, or of this run's last write."""

    def __init__(self, aws: Aws, wait_timeout: float = 0) -> None:
        self._cloudfront = aws.client("cloudfront", GLOBAL_REGION)
        unknown.note(self._cloudfront, "GetDistribution", self.config_shape)
        self._kinds = {member: ConfigApi(aws, kind) for member, kind in _KINDS.items()}
        self._looked_up: dict[references.Reference, Config | None] = {}
        self._etags: dict[str, str] = {}
        self._wait_timeout = wait_timeout

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

    def create_distribution(self, config: Config, tags: dict[str, str], other_shape: Config | None = None) -> None:
        for number in range(1, _REFERENCES + 1):
            reference = config["CallerReference"] + (f"/{number}" if number > 1 else "")
            try:
                self._create({**config, "CallerReference": reference}, tags, other_shape)
                return
            except is_boto3_error_code("DistributionAlreadyExists") as error:
                found = self._made_with(reference, error)
                if found is None and number < _REFERENCES:
                    continue  # it was deleted, and its reference went with it
                if found is None or not self._is_what_was_asked(found, config, tags):
                    raise
                return  # the answer to an earlier attempt of this very call was lost

    def _create(self, config: Config, tags: dict[str, str], other_shape: Config | None) -> None:
        def create(shaped: Config) -> None:
            self._cloudfront.create_distribution_with_tags(
                DistributionConfigWithTags={"DistributionConfig": shaped, "Tags": {"Items": tag_list(tags)}}
            )

        self._in_some_shape(create, config, other_shape)

    def update_distribution(self, distribution_id: str, config: Config, other_shape: Config | None = None) -> None:
        answer = self._in_some_shape(
            lambda shaped: self._cloudfront.update_distribution(
                Id=distribution_id, IfMatch=self._etags[distribution_id], DistributionConfig=shaped
            ),
            config,
            other_shape,
        )
        self._etags[distribution_id] = answer["ETag"]

    def delete_distribution(self, distribution_id: str) -> None:
        """Once it is disabled everywhere. The ETag is that of what was seen disabled."""
        try:
            wait_until(
                f"The distribution {distribution_id}",
                lambda: self.distribution(distribution_id),
                lambda seen: seen[0]["status"] == "Deployed" or seen[1]["Enabled"],
                timeout=self._wait_timeout,
                describe=lambda seen: f"disabled, {seen[0]['status']}",
            )
            self._cloudfront.delete_distribution(Id=distribution_id, IfMatch=self._etags[distribution_id])
        except is_boto3_error_code("NoSuchDistribution"):
            return  # the answer to an earlier attempt of this very call was lost
        except is_boto3_error_code("ResourceInUse") as error:
            raise EdgeError(
                f"The distribution {distribution_id} is disabled, and something still uses it (a continuous deployment "
                "policy, tenants or a price plan): take it out there, and run it again."
            ) from error

    def put_tags(self, arn: str, tags: dict[str, str]) -> None:
        self._cloudfront.tag_resource(Resource=arn, Tags={"Items": tag_list(tags)})

    def _in_some_shape(self, write: t.Callable[[Config], t.Any], config: Config, other: Config | None) -> t.Any:
        try:
            try:
                return write(config)
            except ClientError as error:
                if other is None or not _OTHER_SHAPE.search(str(error)):
                    raise
                return write({**other, "CallerReference": config["CallerReference"]})
        except is_boto3_error_code("CNAMEAlreadyExists") as error:
            raise EdgeError(self._whose(listing.items(config, "Aliases"))) from error

    def _whose(self, aliases: t.Sequence[str]) -> str:
        others = aliases_of(self.summaries())
        taken = [alias for alias in aliases if alias.lower() in others]
        if taken:
            return elsewhere(taken[0], others[taken[0].lower()])
        return elsewhere(", ".join(aliases), "a distribution of another account (or that of one of them)")

    def _made_with(self, reference: str, error: t.Any) -> Config | None:
        """The distribution that was made with *reference*, as GetDistribution returns it; None if it was deleted."""
        named = re.search(r"\bE[0-9A-Z]{6,}\b", error.response["Error"].get("Message") or "")
        ids = [named[0]] if named else [item["Id"] for item in self.summaries()]
        for distribution_id in ids:
            try:
                found: Config = self._cloudfront.get_distribution(Id=distribution_id)["Distribution"]
            except is_boto3_error_code("NoSuchDistribution"):
                continue
            if found["DistributionConfig"]["CallerReference"] == reference:
                return found
        return None

    def _is_what_was_asked(self, found: Config, config: Config, tags: t.Mapping[str, str]) -> bool:
        name = tags[OWNER_TAG]
        if self.tags(found["ARN"]).get(OWNER_TAG) != name:
            raise EdgeError(
                f"The distribution {found['Id']} was made for {name}, and lacks the tag {OWNER_TAG}={name}: "
                "give it that tag if it still is, or delete it."
            )
        live, asked = (from_api(self.config_shape, each) for each in (found["DistributionConfig"], config))
        return equal(overlay(live, {**asked, "caller_reference": live["caller_reference"]}), live)

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
