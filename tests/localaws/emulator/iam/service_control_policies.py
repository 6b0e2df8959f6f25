"""An organization's service control policy that denies Regions: every regional service refuses every request there.

Source: AWS Organizations User Guide, "Deny access to AWS based on the requested AWS Region"; the message: IAM User
Guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

from ministack.core.router import extract_signed_region

from localaws.emulator.core import behaviour
from localaws.emulator.core.errors import error
from localaws.emulator.core.request import Request, Response

# As in AWS's example, what is global is exempt.
_EXEMPT = frozenset({"iam", "sts", "cloudfront", "cloudfront-keyvaluestore", "route53", "s3", "s3control"})


def refusal(request: Request) -> Response | None:
    denied = behaviour.names(behaviour.current.denied_regions)
    if not denied or request.service in _EXEMPT:
        return None
    region = extract_signed_region(request.headers, {name: [value] for name, value in request.query.items()})
    if region not in denied:
        return None
    action = request.headers.get("x-amz-target", "").rpartition(".")[2] or f"{request.method} {request.path}"
    who = request.signature.access_key_id if request.signature else "anonymous"
    message = (
        f"User: {who} is not authorized to perform: {request.service}:{action} with an explicit deny in a service "
        "control policy"
    )
    return error(request.service, 403, "AccessDeniedException", message)
