"""What the emulator adds to MiniStack, service by service.

A module with `install()` replaces functions of MiniStack by stricter ones, or adds operations. A module with
`refusal(request)` answers before MiniStack authorises the request, so it has only refusals that do not depend on the
requester's rights.
"""

from __future__ import annotations

from localaws.emulator.acm import certificates
from localaws.emulator.cloudfront import (
    distribution_references,
    distributions,
    functions,
    key_value_stores,
)
from localaws.emulator.cloudfront import policies as cloudfront_policies
from localaws.emulator.cloudfront import request_checks as cloudfront_checks
from localaws.emulator.core import scheduler
from localaws.emulator.core.request import Request, Response
from localaws.emulator.ec2 import regions
from localaws.emulator.iam import (
    cloudfront_sessions,
    consistency,
    gate,
    service_control_policies,
    validation,
)
from localaws.emulator.lambda_ import code, edge_replicas, execution_roles, versions
from localaws.emulator.logs import deliveries
from localaws.emulator.route53 import record_sets
from localaws.emulator.s3 import (
    authorisation,
    bucket_configuration,
    bucket_policies,
    kms_objects,
    kms_rights,
    multipart_uploads,
    object_parts,
    replication,
    replication_configuration,
    replication_metrics,
)
from localaws.emulator.s3 import request_checks as s3_checks
from localaws.emulator.s3_control import batch_jobs, mrap, mrap_authorisation, mrap_routing

# Each one wraps those before it, so a later one sees a request first.
_INSTALLED = (
    mrap,
    mrap_authorisation,
    distribution_references,
    execution_roles,
    cloudfront_policies,
    functions,
    batch_jobs,
    bucket_configuration,
    bucket_policies,
    certificates,
    distributions,
    key_value_stores,
    kms_objects,
    kms_rights,
    edge_replicas,
    code,
    versions,
    scheduler,
    deliveries,
    object_parts,
    regions,
    replication,
    replication_configuration,
    replication_metrics,
    mrap_routing,
    authorisation,
    cloudfront_sessions,
    cloudfront_checks,
    validation,
    consistency,  # after validation, whose checks see what IAM shows
    record_sets,
    multipart_uploads,  # after replication, whose rules read the tags
    gate,  # last: without the rights, AWS checks nothing else of a request
)


def install() -> None:
    for module in _INSTALLED:
        module.install()


def refusal(request: Request) -> Response | None:
    """AWS's refusal of a request, regardless of the requester's rights, or None."""
    found: Response | None = None
    if request.is_mrap or request.service == "s3":
        found = s3_checks.refusal(request)
    elif request.service == "cloudfront":
        found = cloudfront_checks.refusal(request)
    elif request.service == "cloudfront-keyvaluestore":
        found = key_value_stores.refusal(request)
    return (
        found or mrap_routing.refusal(request) or regions.refusal(request) or service_control_policies.refusal(request)
    )
