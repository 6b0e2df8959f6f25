"""Origin access control: CloudFront signs a request to S3 with its own credentials, on behalf of the distribution.

Source: CloudFront Developer Guide, "Restrict access to an Amazon S3 origin" and "... Multi-Region Access Point origin".
"""

from __future__ import annotations

import dataclasses
from urllib.parse import quote

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest

from localaws.edge.messages import OriginRequest, Refusal, header
from localaws.edge.origin.origins import AccessControl, bucket_region
from localaws.edge.origin.sessions import CloudFrontSessions

# All characters allowed in a request line: only bytes beyond ASCII are encoded.
_ASCII = "".join(chr(code) for code in range(0x21, 0x7F))


def signed(
    request: OriginRequest, control: AccessControl | None, sessions: CloudFrontSessions, distribution_arn: str
) -> OriginRequest:
    """The request as CloudFront sends it. Host and all x-amz-* headers are signed: S3 requires them, and others may
    change on the way."""
    if control is None or control.behavior == "never":
        return request
    if control.behavior == "no-override" and header(request.headers, "authorization"):
        return request
    target = quote(request.target.encode("utf-8", "surrogateescape"), safe=_ASCII)
    headers = [(name, value) for name, value in request.headers if name.lower() != "authorization"]
    amz = {name: value for name, value in headers if name.lower().startswith("x-amz-")}
    draft = AWSRequest(request.method, f"https://{request.host}{target}", headers={"Host": request.host, **amz})
    credentials = sessions.credentials(distribution_arn)
    if control.protocol == "sigv4a":
        from botocore.crt.auth import CrtS3SigV4AsymAuth  # needs awscrt, which no other request does

        CrtS3SigV4AsymAuth(credentials, "s3", "*").add_auth(draft)
    else:
        region = bucket_region(request.host)
        if region is None:
            raise Refusal(502, f"{request.host} has no Region: an origin access control with sigv4 signs for buckets")
        S3SigV4Auth(credentials, "s3", region).add_auth(draft)
    others = [pair for pair in headers if pair[0] not in amz]
    made = [(name, value) for name, value in draft.headers.items() if name.lower() != "host"]
    return dataclasses.replace(request, target=target, headers=[*others, *made])
