"""The kinds of CloudFront's origin access controls and policies, in local AWS."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localaws.local_aws import LocalAws
from localaws.reference.resources import allow
from modules.runner import Modules
from modules.users import user

MARK = "(multiregion.edge)"
PARAMETERS = "parameters_in_cache_key_and_forwarded_to_origin"

CONTROL, CACHE, REQUEST, RESPONSE = (
    "origin_access_control",
    "cache_policy",
    "origin_request_policy",
    "response_headers_policy",
)
ENTITIES = {
    CONTROL: "OriginAccessControl",
    CACHE: "CachePolicy",
    REQUEST: "OriginRequestPolicy",
    RESPONSE: "ResponseHeadersPolicy",
}
# The options with every member of the kind.
RICH: dict[str, dict[str, Any]] = {
    CONTROL: {
        "description": "Of the MRAP",
        "signing_protocol": "sigv4a",
        "signing_behavior": "always",
        "origin_access_control_origin_type": "s3",
    },
    CACHE: {
        "comment": "Pages",
        "min_ttl": 0,
        "default_ttl": 60,
        "max_ttl": 600,
        PARAMETERS: {
            "enable_accept_encoding_gzip": True,
            "enable_accept_encoding_brotli": False,
            "headers_config": {"header_behavior": "whitelist", "headers": ["X-Tenant", "cloudfront-viewer-country"]},
            "cookies_config": {"cookie_behavior": "allExcept", "cookies": ["_ga", "_gid"]},
            "query_strings_config": {"query_string_behavior": "whitelist", "query_strings": ["page", "lang"]},
        },
    },
    REQUEST: {
        "comment": "For the origin request function",
        "headers_config": {"header_behavior": "whitelist", "headers": ["X-B", "X-A"]},
        "cookies_config": {"cookie_behavior": "all"},
        "query_strings_config": {"query_string_behavior": "allExcept", "query_strings": ["utm", "fbclid"]},
    },
    RESPONSE: {
        "comment": "Strict",
        "cors_config": {
            "access_control_allow_origins": ["https://b.example.com", "https://a.example.com"],
            "access_control_allow_methods": ["HEAD", "GET"],
            "access_control_allow_headers": ["*"],
            "access_control_expose_headers": ["X-Release"],
            "access_control_allow_credentials": False,
            "access_control_max_age_sec": 600,
            "origin_override": True,
        },
        "security_headers_config": {
            "strict_transport_security": {
                "access_control_max_age_sec": "63072000",
                "include_subdomains": True,
                "preload": True,
                "override": True,
            },
            "content_type_options": {"override": True},
            "frame_options": {"frame_option": "DENY", "override": True},
            "referrer_policy": {"referrer_policy": "same-origin", "override": False},
            "content_security_policy": {"content_security_policy": "default-src 'self'", "override": True},
            "xss_protection": {"protection": True, "mode_block": True, "override": True},
        },
        "server_timing_headers_config": {"enabled": True, "sampling_rate": 12.5},
        "custom_headers_config": [
            {"header": "Permissions-Policy", "value": "camera=()", "override": True},
            {"header": "Cross-Origin-Opener-Policy", "value": "same-origin", "override": False},
        ],
        "remove_headers_config": [{"header": "x-amz-version-id"}, {"header": "x-amz-bucket-region"}],
    },
}


def modules_of(local_aws: LocalAws, *denied: str) -> Modules:
    """Run by a user with exactly the permissions that the modules need, except *denied*."""
    kinds = {entity: kind.replace("_", "-") for kind, entity in ENTITIES.items()}
    verbs = ("Get", "Update", "Delete")
    own = [
        allow(
            [f"cloudfront:{verb}{entity}" for verb in verbs], [f"arn:aws:cloudfront::{local_aws.account_id}:{path}/*"]
        )
        for entity, path in kinds.items()
    ]
    listing = ["ListDistributions", "ListOriginAccessControls", "ListCachePolicies", "ListOriginRequestPolicies"]
    listing += ["ListResponseHeadersPolicies", "ListDistributionsByCachePolicyId"]
    listing += [f"Create{entity}" for entity in kinds]
    listing += ["ListDistributionsByOriginRequestPolicyId", "ListDistributionsByResponseHeadersPolicyId"]
    return user(local_aws, [*own, allow([f"cloudfront:{name}" for name in listing], ["*"])], *denied)


class Kind:
    """The module of one kind, and the existing resources of the kind."""

    def __init__(self, modules: Modules, name: str) -> None:
        self.modules = modules
        self.name = name
        self.entity = ENTITIES[name]
        self.aws = modules.local_aws.client("cloudfront")

    def run(self, name: str = "shop", /, *, check: bool = False, **options: Any) -> dict[str, Any]:
        return self.modules.run(f"cloudfront_{self.name}", check=check, diff=True, name=name, **options)

    def rich(self, name: str = "shop", /, **options: Any) -> dict[str, Any]:
        return self.run(name, **{**RICH[self.name], **options})

    def unmanaged(self, name: str, **other: Any) -> str:
        """Create an unmanaged one by plain boto3. Return its id."""
        config: dict[str, Any] = {"Name": name, **other}
        if self.name == CONTROL:
            usual = {"SigningBehavior": "always", "SigningProtocol": "sigv4", "OriginAccessControlOriginType": "s3"}
            config = {**usual, **config}
        elif self.name == CACHE:
            config = {"MinTTL": 7, **config}
        elif self.name == REQUEST:
            nothing = {
                "HeadersConfig": {"HeaderBehavior": "none"},
                "CookiesConfig": {"CookieBehavior": "none"},
                "QueryStringsConfig": {"QueryStringBehavior": "all"},
            }
            config = {**nothing, **config}
        else:
            config = {"ServerTimingHeadersConfig": {"Enabled": False}, **config}
        answer = getattr(self.aws, f"create_{self.name}")(**{f"{self.entity}Config": config})
        made: str = answer[self.entity]["Id"]
        return made

    def change(self, config_id: str, **members: Any) -> None:
        """Change it as another user, by plain boto3."""
        found = getattr(self.aws, f"get_{self.name}_config")(Id=config_id)
        config = {**found[f"{self.entity}Config"], **members}
        getattr(self.aws, f"update_{self.name}")(
            Id=config_id, IfMatch=found["ETag"], **{f"{self.entity}Config": config}
        )

    def remove_all(self) -> None:
        plural = self.name.removesuffix("y") + ("ies" if self.name.endswith("y") else "s")
        arguments: dict[str, Any] = {}
        while True:
            page = getattr(self.aws, f"list_{plural}")(**arguments)[f"{self.entity}List"]
            for item in page.get("Items", []):
                if item.get("Type") != "managed":
                    found = item.get(self.entity, item)["Id"]
                    etag = getattr(self.aws, f"get_{self.name}")(Id=found)["ETag"]
                    getattr(self.aws, f"delete_{self.name}")(Id=found, IfMatch=etag)
            if "NextMarker" not in page:
                return
            arguments["Marker"] = page["NextMarker"]


def emptied(kind: Kind) -> Iterator[Kind]:
    """The kind, without existing resources before and after the test."""
    kind.remove_all()
    yield kind
    kind.modules.local_aws.fault(None)
    kind.remove_all()
