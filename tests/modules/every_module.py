"""Every module of the collection with valid arguments, in an order in which each finds the resources it needs."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from localaws.local_aws import Credentials, LocalAws
from localaws.reference.resources import allow, make_role
from modules.runner import SITE

ACCOUNT = LocalAws.account_id
HOME, OTHER = "eu-north-1", "us-east-1"
ZONE = "zone.example"
HOST = f"www.{ZONE}"
REPLICATION_ROLE = f"{SITE}-replication"
ACCESS_POINT = f"{SITE}-3f9a1c2b"
REGIONS = [HOME, OTHER]
_BUCKETS = {region: f"{SITE}-{ACCOUNT}-{region}-an" for region in REGIONS}
_CUSTOM = {"http_port": 80, "https_port": 443, "origin_protocol_policy": "https-only"}
_ANYTHING = allow(["*"], ["*"])
_CODE = "function handler(event) { event.request.uri = '/a'; return event.request; }\n"


@dataclass(frozen=True)
class Case:
    """A module's arguments; as templates, they may use the results of earlier modules."""

    arguments: dict[str, Any]
    changes: bool = True
    # Arguments that the module refuses. Without them, a user without permissions runs it.
    refused: dict[str, Any] = field(default_factory=dict)


def made(module: str, value: str) -> str:
    """A value of the result that the module returned when it made its change."""
    return f"{{{{ {module}_made.{value} }}}}"


CASES = {
    "iam_service_role": Case(
        {
            "name": f"{SITE}-edge",
            "site": SITE,
            "services": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"],
            "policies": [
                {"name": f"{SITE}-edge", "statements": [{"Sid": "Read", **allow(["s3:GetObject"], ["arn:aws:s3:::*"])}]}
            ],
        }
    ),
    "s3_regional_buckets": Case({"site": SITE, "regions": REGIONS, "tags": {"team": "web"}}),
    "s3_region_markers": Case({"buckets": _BUCKETS}),
    "cloudfront_key_value_store": Case({"name": SITE, "comment": "Pointers"}),
    "cloudfront_key_value_store_info": Case({}, changes=False),
    "cloudfront_key_value_store_keys": Case(
        {
            "store": SITE,
            "prefix": f"{SITE}/flags/",
            "keys": {"new-checkout": {"enabled": True, "percent": 25}, "old": "ü"},
            "purge": True,
            "manifest_bucket": _BUCKETS[HOME],
            "manifest_region": HOME,
        }
    ),
    "cloudfront_key_value_store_keys_info": Case({"store": SITE, "prefix": f"{SITE}/flags/"}, changes=False),
    # Before replication, which would copy the objects itself.
    "s3_replication_backfill": Case({"buckets": _BUCKETS, "source_region": HOME, "exclude_prefixes": ["_edge/region"]}),
    "s3_replication": Case(
        {
            "buckets": _BUCKETS,
            "home_region": HOME,
            "role_arn": f"arn:aws:iam::{ACCOUNT}:role/{REPLICATION_ROLE}",
        }
    ),
    "s3_replication_info": Case({"buckets": _BUCKETS, "home_region": HOME, "probe": True}, changes=False),
    "s3_release": Case({"src": "site", "site": SITE, "regions": REGIONS, "home_region": HOME, "release": "2026-11-20"}),
    "s3_multi_region_access_point": Case({"name": ACCESS_POINT, "site": SITE, "buckets": list(_BUCKETS.values())}),
    "s3_multi_region_access_point_info": Case({"site": SITE}, changes=False),
    "s3_multi_region_access_point_routes": Case(
        {"arn": made("s3_multi_region_access_point", "multi_region_access_point.arn"), "out_of_service": [OTHER]}
    ),
    "site_routes": Case({"store": SITE, "site": SITE, "hosts": {HOST: {"release": "2026-11-20", "rewrite": "html"}}}),
    "site_origins": Case({"store": SITE, "site": SITE, "regions": REGIONS}),
    "cloudfront_function": Case(
        {
            "name": f"{SITE}-viewer-request",
            "code": _CODE,
            "key_value_store_arns": [made("cloudfront_key_value_store", "key_value_store.arn")],
            "tests": [{"name": "goes to a", "event": {"request": {"uri": "/old"}}, "expect": {"uri": "/a"}}],
        }
    ),
    "cloudfront_function_info": Case({"name": f"{SITE}-viewer-request"}, changes=False),
    # For single buckets: this package needs no download. Relative paths start at the playbook's directory.
    "lambda_edge_package": Case(
        {
            "source": "{{ origin_request_source }}",
            "dest": "build/package.zip",
            "config": {
                "mode": "region_map",
                "buckets": {_BUCKETS[HOME]: HOME},
                "map": {OTHER: _BUCKETS[HOME]},
                "default": _BUCKETS[HOME],
            },
        },
        changes=False,
        refused={"source": "site"},
    ),
    "lambda_edge_function": Case(
        {
            "name": f"{SITE}-origin-request",
            "package": made("lambda_edge_package", "package.path"),
            "role_arn": made("iam_service_role", "role.arn"),
        }
    ),
    "lambda_edge_function_info": Case({"name": f"{SITE}-origin-request"}, changes=False),
    "cloudfront_cache_policy": Case({"name": SITE, "comment": "Ten minutes", "default_ttl": 600, "max_ttl": 600}),
    "cloudfront_origin_request_policy": Case(
        {"name": SITE, "headers_config": {"header_behavior": "whitelist", "headers": ["CloudFront-Viewer-City"]}}
    ),
    "cloudfront_response_headers_policy": Case(
        {"name": SITE, "security_headers_config": {"frame_options": {"frame_option": "DENY", "override": True}}}
    ),
    "cloudfront_origin_access_control": Case({"name": SITE}),
    "acm_certificate": Case({"site": SITE, "domain_name": HOST, "wait": False}),
    "route53_record_sets": Case({"zone": ZONE, "records": made("acm_certificate", "certificate.validation_records")}),
    "cloudfront_distribution": Case(
        {
            "name": SITE,
            "origins": [
                {
                    "id": "signed",
                    "domain_name": f"{_BUCKETS[HOME]}.s3.{HOME}.amazonaws.com",
                    "custom_origin_config": _CUSTOM,
                }
            ],
            "default_root_object": "index.html",
            "default_cache_behavior": {
                "target_origin_id": "signed",
                "viewer_protocol_policy": "redirect-to-https",
                "cache_policy_id": made("cloudfront_cache_policy", "cache_policy.id"),
                "response_headers_policy_id": made("cloudfront_response_headers_policy", "response_headers_policy.id"),
                "function_associations": [
                    {"event_type": "viewer-request", "function_arn": made("cloudfront_function", "function.arn")}
                ],
                "lambda_function_associations": [
                    {
                        "event_type": "origin-request",
                        "lambda_function_arn": made("lambda_edge_function", "function.qualified_arn"),
                    }
                ],
            },
        }
    ),
    "site_plan": Case({}, changes=False),  # from the variables edge_name and edge_regions
    "cloudfront_distribution_info": Case({"name": SITE}, changes=False),
    "cloudfront_distribution_logging": Case(
        {
            "name": SITE,
            "distribution_arn": made("cloudfront_distribution", "distribution.arn"),
            "destination_arn": f"arn:aws:s3:::{_BUCKETS[OTHER]}/logs",
        }
    ),
    "site_probe": Case(
        {"probes": [{"name": "here", "url": "{{ probed_url }}"}], "not_from": [OTHER]},
        changes=False,
        refused={"not_from": ["eu-nowhere-1"]},
    ),
}


def prepare(local_aws: LocalAws) -> dict[str, Credentials]:
    """Create a hosted zone, and the role for S3 replication. Return the users that run the modules: two with all
    permissions, and one without any."""
    local_aws.client("route53").create_hosted_zone(Name=ZONE, CallerReference=ZONE)
    make_role(local_aws, REPLICATION_ROLE, ["s3.amazonaws.com"], [_ANYTHING])
    users = {"operator": [_ANYTHING], "observer": [_ANYTHING], "powerless": [{**_ANYTHING, "Effect": "Deny"}]}
    return {
        name: local_aws.create_user(name, {"Version": "2012-10-17", "Statement": does}) for name, does in users.items()
    }
