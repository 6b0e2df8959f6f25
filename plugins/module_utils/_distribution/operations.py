# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the steps about a distribution call: each is retried while CloudFront does not know yet what it names."""

from __future__ import annotations

import functools
import re
import typing as t

from .._cloudfront import listing
from .._core.aws import Aws, ClientError, is_boto3_error_code
from .._core.errors import EdgeError, error_code, error_message, explain
from .._core.shapes import equal, from_api, overlay
from .._core.waiting import Temporary, retry_temporary, wait_until
from .._rules.ownership import OWNER_TAG, tag_list
from .api import Config, DistributionApi, aliases_of
from .checks import elsewhere

# CloudFront's errors for an MRAP with an origin type that it refuses. Neither the accepted type nor the error is
# documented: these codes of CreateDistribution fit, and InvalidArgument with these messages.
_OTHER_SHAPE = {
    "InvalidDomainNameForOriginAccessControl",
    "InvalidOrigin",
    "InvalidOriginAccessControl",
    "IllegalOriginAccessConfiguration",
}
_OTHER_SHAPE_MESSAGE = re.compile("origin type and OAC|valid S3 bucket")
# How many distributions of this name may have been deleted before: each has used up its reference.
_REFERENCES = 20

# What a distribution names may have been made a moment ago, and CloudFront checks it before it knows it.
_TEMPORARY = (
    # Source: hashicorp/terraform-provider-aws#4698, which retries for a minute. A certificate that does not cover an
    # alias has the same code, and stays wrong.
    Temporary(
        code="InvalidViewerCertificate",
        message="^(?!.*alternate domain name)",
        seconds=120,
        waits_for="CloudFront knows the certificate, if it was just issued",
        advice="Check that the certificate is in us-east-1 and issued, and run it again.",
    ),
    # Source: AWS WAF API reference, UpdateWebACL, "Temporary inconsistencies during updates". The same code is the
    # answer to a caller that may not read the web ACL (aws/aws-sdk-java#2901), and to what is no web ACL's ARN or id.
    Temporary(
        code="InvalidWebACLId",
        message="^(?!Invalid webACL identifier)",
        seconds=120,
        waits_for="CloudFront knows the web ACL, if it is new",
        advice="Check that the web ACL exists, has the scope CLOUDFRONT, and that the identity that runs this may call "
        "wafv2:GetWebACL for it; and run it again.",
    ),
    # Source: goldstack/goldstack#18, mdn/yari#6194, aws-samples/cloudfront-authorization-at-edge#245.
    Temporary(
        code="InvalidLambdaFunctionAssociation",
        message="must be in an Active state",
        seconds=120,
        waits_for="the version of the Lambda function is active",
        advice="Look at the state of this version in Lambda (GetFunctionConfiguration), and run it again.",
    ),
    # Source: aws/aws-cdk#5180, and IAM User Guide, "Changes that I make are not always immediately visible".
    Temporary(
        code="InvalidLambdaFunctionAssociation",
        message="must be assumable",
        seconds=120,
        waits_for="CloudFront knows the role of the Lambda function, if it is new",
        advice="Let the role's trust policy allow sts:AssumeRole to lambda.amazonaws.com and edgelambda.amazonaws.com, "
        "and run it again.",
    ),
)


class Operations(DistributionApi):
    def __init__(self, aws: Aws, wait_timeout: float) -> None:
        super().__init__(aws)
        self._wait_timeout = wait_timeout

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

        self._in_some_shape(f"The distribution of {tags[OWNER_TAG]}", create, config, other_shape)

    def update_distribution(self, distribution_id: str, config: Config, other_shape: Config | None = None) -> None:
        def update(shaped: Config) -> t.Any:
            etag = self._etags[distribution_id]
            return self._cloudfront.update_distribution(Id=distribution_id, IfMatch=etag, DistributionConfig=shaped)

        answer = self._in_some_shape(f"The distribution {distribution_id}", update, config, other_shape)
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

    def _in_some_shape(
        self, what: str, write: t.Callable[[Config], t.Any], config: Config, other: Config | None
    ) -> t.Any:
        """Write *config*, or, if CloudFront refuses the type of its MRAP's origin, the *other* configuration."""

        shapes = [config, *([{**other, "CallerReference": config["CallerReference"]}] if other else [])]
        refusals: list[ClientError] = []
        for shaped in shapes:
            try:
                return retry_temporary(what, functools.partial(write, shaped), _TEMPORARY)
            except is_boto3_error_code("CNAMEAlreadyExists") as error:
                raise EdgeError(self._whose(listing.items(config, "Aliases"))) from error
            except ClientError as error:
                if not (other and _is_about_shape(error)):
                    raise
                refusals.append(error)
        answers = " ".join(map(explain, refusals))
        message = (
            f"{what}: CloudFront refuses both types of origin for the MRAP. First the one that was given: {answers}"
        )
        raise EdgeError(message) from refusals[-1]

    def _whose(self, aliases: t.Sequence[str]) -> str:
        others = aliases_of(self.summaries())
        taken = [alias for alias in aliases if alias.lower() in others]
        if taken:
            return elsewhere(taken[0], others[taken[0].lower()])
        return elsewhere(", ".join(aliases), "a distribution of another account (or that of one of them)")

    def _made_with(self, reference: str, error: t.Any) -> Config | None:
        """The distribution that was made with *reference*, as GetDistribution returns it; None if it was deleted."""
        # "... is associated with another distribution. Already exists: E...", as moto copies it from AWS.
        named = re.search(r"\bE[0-9A-Z]{6,}\b", error_message(error))
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


def _is_about_shape(error: ClientError) -> bool:
    code, message = error_code(error), error_message(error)
    return code in _OTHER_SHAPE or (code == "InvalidArgument" and bool(_OTHER_SHAPE_MESSAGE.search(message)))
