# SPDX-License-Identifier: GPL-3.0-or-later

"""The user's edge_* variables: the meaning of each format, and the message for each invalid value."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._rules.regions import (
    OPT_IN_REGIONS,
    REGIONS,
    check_regions,
)
from ansible_collections.multiregion.edge.plugins.module_utils._site.parsing import as_dict, as_list
from ansible_collections.multiregion.edge.plugins.module_utils._site.settings import SETTINGS, settings

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0f3a9c1d-2b4e-4c6d-8e0f-a1b2c3d4e5f6"
CHECK = "0f3a9c1d-2b4e-4c6d-8e0f-a1b2c3d4e5f6"
BOUNDARY = "arn:aws:iam::111122223333:policy/multiregion-edge-mine-boundary"
LOG_GROUP = "arn:aws:logs:us-east-1:111122223333:log-group:/my/site"
WEB_ACL = f"arn:aws:wafv2:us-east-1:111122223333:global/webacl/mine/{CHECK}"
MINIMUM = {"edge_name": "my-site", "edge_regions": ["eu-north-1", "us-east-1"]}
MRAP = "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap"
PROBE = {"name": "here", "url": "https://www.example.com"}
KEYS = {
    region: f"arn:aws:kms:{region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    for region in ("eu-north-1", "us-east-1", "sa-east-1")
}
RECORD = {"edge_origin": "dns_record", "edge_dns_zone": "example.com"}
ALIAS = {"edge_aliases": ["www.example.com"], "edge_certificate_arn": CERTIFICATE}


def given(**variables: t.Any) -> dict[str, t.Any]:
    return {**MINIMUM, **variables}


def test_a_name_and_regions_are_enough() -> None:
    assert settings(MINIMUM) == {
        "name": "my-site",
        "regions": ["eu-north-1", "us-east-1"],
        "home_region": "eu-north-1",
        "aliases": [],
        "certificate_arn": "",
        "bucket_names": {},
        "bucket_namespace": "account_regional",
        "bucket_prefix": "",
        "kms_keys": {},
        "tags": {},
        "origin": "mrap",
        "signer": "lambda_edge",
        "dns_zone": "",
        "dns_record": "",
        "prefer": {},
        "health_checks": {},
        "weights": {},
        "dns_ttl": 10,
        "web_acl_arn": "",
        "permissions_boundary": "",
        "response_headers": {},
        "removed_response_headers": [
            "x-amz-delete-marker",
            "x-amz-id-2",
            "x-amz-meta-copy-of",
            "x-amz-replication-status",
            "x-amz-request-id",
            "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-aws-kms-key-id",
            "x-amz-server-side-encryption-bucket-key-enabled",
            "x-amz-version-id",
        ],
        "server_timing": 100.0,
        "response_headers_policy_id": "",
        "minimum_protocol_version": "TLSv1.2_2025",
        "logs": "",
        "query_strings": [],
        "price_class": "PriceClass_All",
        "replication_topology": "hub",
        "replication_time_control": False,
        "allow_replacement": False,
        "region_map_parameter": "",
        "origin_failover": False,
        "mrap_arn": "",
        "out_of_service": [],
        "drill": False,
        "probes": [],
        "site_directory": "",
        "release": "",
        "hosts": [],
        "routes": {},
        "routes_purge": False,
    }


def test_a_missing_variable_and_null_are_equal() -> None:
    others = {setting.variable for setting in SETTINGS} - set(MINIMUM)
    assert settings({**MINIMUM, **dict.fromkeys(others)}) == settings(MINIMUM)


def test_other_variables_of_the_user_are_ignored() -> None:
    assert settings(given(edge_of_the_world="flat")) == settings(MINIMUM)


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (["a", "b"], ["a", "b"]),
        (("a", "b"), ["a", "b"]),
        ("a,b", ["a", "b"]),
        (" a , b ,", ["a", "b"]),
        ("[a, b]", ["a", "b"]),
        ("['a', \"b\"]", ["a", "b"]),
        ("- a\n- b\n", ["a", "b"]),
        ('["a"]', ["a"]),
        ("a", ["a"]),
        ("", []),
        (None, []),
        ([], []),
        ("[]", []),
        (["", " "], []),
        ("*.example.com", ["*.example.com"]),
        ("www.example.com,*.example.com", ["www.example.com", "*.example.com"]),
        ("*.example.com,example.com", ["*.example.com", "example.com"]),
        ("['*.example.com']", ["*.example.com"]),
    ],
    ids=repr,
)
def test_every_format_of_a_list(value: t.Any, result: list[str]) -> None:
    assert as_list(value, "edge_aliases") == result


@pytest.mark.parametrize("value", [{"eu-north-1": 70}, {"eu-north-1": "70"}, "{eu-north-1: 70}", '{"eu-north-1": 70}'])
def test_every_format_of_shares(value: t.Any) -> None:
    assert settings({**given(**RECORD), "edge_weights": value})["weights"] == {"eu-north-1": 70}
    assert settings({**given(**RECORD), "edge_dns_ttl": "60"})["dns_ttl"] == 60


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ({"a": "b"}, {"a": "b"}),
        ("{a: b}", {"a": "b"}),
        ("a: b\nc: d\n", {"a": "b", "c": "d"}),
        ('{"a": "b"}', {"a": "b"}),
        ({"cost": 42}, {"cost": "42"}),
        ("", {}),
        (None, {}),
        ({}, {}),
    ],
    ids=repr,
)
def test_every_format_of_a_dictionary(value: t.Any, result: dict[str, str]) -> None:
    assert as_dict(value, "edge_tags") == result


@pytest.mark.parametrize(
    ("name", "value", "setting", "result"),
    [
        ("edge_regions", "eu-north-1,us-east-1", "regions", ["eu-north-1", "us-east-1"]),
        ("edge_home_region", "us-east-1", "home_region", "us-east-1"),
        ("edge_name", 2026, "name", "2026"),
        ("edge_name", " my-site ", "name", "my-site"),
        ("edge_name", "a" * 32, "name", "a" * 32),
        ("edge_regions", ["af-south-1"], "regions", ["af-south-1"]),
        ("edge_hosts", "WWW.Example.com", "hosts", ["www.example.com"]),
        ("edge_routes", {"*": {"release": "a"}}, "routes", {"*": {"release": "a"}}),
        ("edge_routes", "{a.example.com: {maintenance: 60}}", "routes", {"a.example.com": {"maintenance": 60}}),
        ("edge_routes", "live/routes.yml", "routes", "live/routes.yml"),
        ("edge_routes", "", "routes", {}),
        ("edge_routes_purge", "yes", "routes_purge", True),
        ("edge_tags", "team: web", "tags", {"team": "web"}),
        ("edge_bucket_prefix", "web", "bucket_prefix", "web"),
        ("edge_kms_keys", KEYS, "kms_keys", KEYS),
        ("edge_price_class", "PriceClass_100", "price_class", "PriceClass_100"),
        ("edge_replication_topology", "mesh", "replication_topology", "mesh"),
        ("edge_replication_time_control", "yes", "replication_time_control", True),
        ("edge_allow_replacement", True, "allow_replacement", True),
        ("edge_allow_replacement", "True", "allow_replacement", True),
        ("edge_allow_replacement", "false", "allow_replacement", False),
        ("edge_drill", 1, "drill", True),
        ("edge_out_of_service", "us-east-1", "out_of_service", ["us-east-1"]),
        ("edge_mrap_arn", MRAP, "mrap_arn", MRAP),
        ("edge_probes", [PROBE], "probes", [PROBE]),
        ("edge_origin", "nearest_bucket", "signer", "oac"),
        ("edge_origin", "region_map", "signer", "lambda_edge"),
        ("edge_signer", "oac", "signer", "oac"),
        ("edge_dns_zone", "example.com.", "dns_zone", "example.com."),
        ("edge_dns_zone", "Z0123456789ABCDEFGHIJ", "dns_zone", "Z0123456789ABCDEFGHIJ"),
        ("edge_query_strings", "v,lang", "query_strings", ["v", "lang"]),
        ("edge_web_acl_arn", WEB_ACL, "web_acl_arn", WEB_ACL),
        ("edge_permissions_boundary", BOUNDARY, "permissions_boundary", BOUNDARY),
        ("edge_response_headers_policy_id", CHECK, "response_headers_policy_id", CHECK),
        ("edge_response_headers", "{X-Frame-Options: null}", "response_headers", {"X-Frame-Options": ""}),
        ("edge_removed_response_headers", [], "removed_response_headers", []),
        ("edge_removed_response_headers", "server, x-amz-id-2", "removed_response_headers", ["server", "x-amz-id-2"]),
        ("edge_server_timing", 0, "server_timing", 0.0),
        ("edge_server_timing", "0.5", "server_timing", 0.5),
        ("edge_server_timing", False, "server_timing", 0.0),
        ("edge_server_timing", True, "server_timing", 100.0),
        ("edge_minimum_protocol_version", "TLSv1.3_2025", "minimum_protocol_version", "TLSv1.3_2025"),
        ("edge_logs", "none", "logs", "none"),
        ("edge_logs", "arn:aws:s3:::my-logs/a/b", "logs", "arn:aws:s3:::my-logs/a/b"),
        ("edge_logs", LOG_GROUP, "logs", LOG_GROUP),
        ("edge_probes", "[{name: here, url: 'https://www.example.com'}]", "probes", [PROBE]),
    ],
    ids=str,
)
def test_values_that_are_accepted(name: str, value: t.Any, setting: str, result: t.Any) -> None:
    assert settings(given(**{name: value}))[setting] == result


@pytest.mark.parametrize(
    "alias", ["example.com", "*.example.com", "WWW.Example.COM", "a.b.c.xn--p1ai", "0-0.example.io"]
)
def test_aliases_that_are_accepted(alias: str) -> None:
    assert settings({**MINIMUM, **ALIAS, "edge_aliases": [alias]})["aliases"] == [alias.lower()]


def test_a_site_with_a_hosted_zone_needs_no_given_certificate() -> None:
    found = settings(given(edge_aliases="www.example.com", edge_dns_zone="example.com"))
    assert (found["aliases"], found["certificate_arn"]) == (["www.example.com"], "")


@pytest.mark.parametrize(
    ("variables", "record"),
    [
        ({"edge_dns_zone": "Example.com."}, "my-site-bucket.example.com"),
        ({"edge_dns_zone": "example.com", "edge_dns_record": "Bucket.example.com."}, "bucket.example.com"),
        ({"edge_dns_record": "_bucket.example.com"}, "_bucket.example.com"),
        ({"edge_dns_zone": "Z0123456789", "edge_dns_record": "bucket.example.com"}, "bucket.example.com"),
    ],
)
def test_the_record_that_names_the_bucket(variables: dict[str, str], record: str) -> None:
    assert settings(given(edge_origin="dns_record", **variables))["dns_record"] == record


def test_the_preferred_order_is_a_list_for_each_cache() -> None:
    prefer = {"us-west-1": ["us-east-1"]}
    for form in (prefer, "{us-west-1: [us-east-1]}"):
        assert settings(given(edge_origin="region_map", edge_prefer=form))["prefer"] == prefer


DNS = {"edge_origin": "dns_record", "edge_dns_zone": "example.com"}
REFUSALS: list[tuple[str, dict[str, t.Any], list[str]]] = [
    ("no name", {"edge_name": None}, ["edge_name is missing", "edge_name=my-site"]),
    ("name too short", {"edge_name": "ab"}, ["edge_name: 'ab'", "3 to 32"]),
    ("name too long", {"edge_name": "a" * 33}, ["edge_name", "3 to 32"]),
    ("name with a capital", {"edge_name": "My-site"}, ["edge_name: 'My-site'", "lower-case"]),
    ("name with a dot", {"edge_name": "my.site"}, ["edge_name", "hyphens"]),
    ("name with a hyphen at its end", {"edge_name": "my-site-"}, ["edge_name", "no hyphen at its ends"]),
    (
        "no Regions",
        {"edge_regions": None},
        ["edge_regions is missing", "for example edge_regions=eu-north-1,us-east-1"],
    ),
    ("empty Regions", {"edge_regions": ""}, ["edge_regions is missing"]),
    ("Region misspelt", {"edge_regions": "eu-nort-1"}, ["edge_regions: 'eu-nort-1'", "Did you mean eu-north-1?"]),
    ("not a Region at all", {"edge_regions": "Stockholm"}, ["edge_regions: 'Stockholm'", "Choose from"]),
    (
        "Region too new for an MRAP",
        {"edge_regions": "ap-southeast-7"},
        ["ap-southeast-7", "Did you mean ap-southeast-"],
    ),
    (
        "Region twice",
        {"edge_regions": "eu-north-1,us-east-1,eu-north-1"},
        ["edge_regions", "eu-north-1 more than once"],
    ),
    ("18 Regions", {"edge_regions": list(REGIONS[:18])}, ["edge_regions has 18 Regions", "takes 17"]),
    ("Regions as a dictionary", {"edge_regions": {"a": 1}}, ["edge_regions", "is not a list", "a,b"]),
    ("Regions as a number", {"edge_regions": "42"}, ["edge_regions", "is not a list"]),
    ("Regions as broken YAML", {"edge_regions": "[eu-north-1"}, ["edge_regions: '[eu-north-1' is not valid YAML"]),
    ("home Region elsewhere", {"edge_home_region": "sa-east-1"}, ["edge_home_region: sa-east-1", "add it there"]),
    ("alias without certificate", {"edge_aliases": "a.example.com"}, ["edge_certificate_arn is missing", "a.example"]),
    ("alias with scheme", {**ALIAS, "edge_aliases": ["https://a.example.com"]}, ["edge_aliases", "without https://"]),
    ("alias with path", {**ALIAS, "edge_aliases": ["a.example.com/x"]}, ["edge_aliases", "is not a host name"]),
    ("alias without a dot", {**ALIAS, "edge_aliases": ["localhost"]}, ["edge_aliases: 'localhost'"]),
    ("alias, star within", {**ALIAS, "edge_aliases": ["a.*.example.com"]}, ["edge_aliases"]),
    ("alias too long a label", {**ALIAS, "edge_aliases": [f"{'a' * 64}.example.com"]}, ["edge_aliases"]),
    (
        "certificate of another Region",
        {"edge_certificate_arn": CERTIFICATE.replace("us-east-1", "eu-west-1")},
        ["edge_certificate_arn", "us-east-1"],
    ),
    ("certificate is none", {"edge_certificate_arn": "my-certificate"}, ["edge_certificate_arn: 'my-certificate'"]),
    ("edge_region", {"edge_region": "eu-north-1"}, ["edge_region is not a variable", "did you mean edge_regions?"]),
    ("edge_alias", {"edge_alias": "x"}, ["edge_alias is not a variable", "did you mean edge_aliases?"]),
    ("tags as a list", {"edge_tags": ["a"]}, ["edge_tags", "is not a dictionary", "{key: value}"]),
    ("tags as k=v", {"edge_tags": "team=web"}, ["edge_tags", "is not a dictionary"]),
    ("bucket names as a list", {"edge_bucket_names": ["a"]}, ["edge_bucket_names", "is not a dictionary"]),
    # These refusals precede the first call; elsewhere they would follow the creation of buckets and an MRAP.
    (
        "price class",
        {"edge_price_class": "PriceClass_50"},
        ["edge_price_class: 'PriceClass_50' is not valid: choose one of PriceClass_100, PriceClass_200"],
    ),
    ("topology", {"edge_replication_topology": "star"}, ["edge_replication_topology: 'star'", "hub, mesh"]),
    ("neither yes nor no", {"edge_drill": "maybe"}, ["edge_drill: 'maybe' is not valid: choose true or false"]),
    (
        "out of service elsewhere",
        {"edge_out_of_service": "sa-east-1"},
        ["edge_out_of_service: sa-east-1", "eu-north-1"],
    ),
    ("all out of service", {"edge_out_of_service": "us-east-1,eu-north-1"}, ["edge_out_of_service", "at least one"]),
    (
        "MRAP by its name",
        {"edge_mrap_arn": "my-site-3f9a1c2b"},
        ["edge_mrap_arn: 'my-site-3f9a1c2b' is not the ARN", "arn:aws:s3::"],
    ),
    ("probes as a text", {"edge_probes": "ARN"}, ["edge_probes: 'ARN' is not a list of dictionaries"]),
    ("a probe without a URL", {"edge_probes": [{"name": "ARN"}]}, ["edge_probes", "name and url"]),
    ("a probe with an address", {"edge_probes": [{**PROBE, "address": "x"}]}, ["edge_probes", "name and url"]),
    (
        "routes as a list",
        {"edge_routes": ["a.example.com"]},
        ["edge_routes", "is neither a dictionary nor the path of a YAML file"],
    ),
    ("routes as a number", {"edge_routes": 5}, ["edge_routes: 5 is neither a dictionary nor the path of a YAML file"]),
    ("host with a star", {"edge_hosts": ["*.example.com"]}, ["edge_hosts: '*.example.com'", "name each host"]),
    ("host with scheme", {"edge_hosts": ["https://a.example.com"]}, ["edge_hosts", "is not a host name"]),
    ("bucket of a Region not asked for", {"edge_bucket_names": {"sa-east-1": "b"}}, ["edge_bucket_names"]),
    (
        "bucket names and their beginning",
        {"edge_bucket_names": {"eu-north-1": "web-a", "us-east-1": "web-b"}, "edge_bucket_prefix": "web"},
        ["edge_bucket_names and edge_bucket_prefix exclude each other"],
    ),
    ("a namespace that is none", {"edge_bucket_namespace": "mine"}, ["edge_bucket_namespace", "account_regional"]),
    (
        "global names without a prefix",
        {"edge_bucket_namespace": "global"},
        ["edge_bucket_prefix is missing", "globally unique"],
    ),
    (
        "a Region without a key",
        {"edge_kms_keys": {"eu-north-1": KEYS["eu-north-1"]}},
        ["edge_kms_keys has no key for us-east-1"],
    ),
    (
        "a key of another Region",
        {"edge_kms_keys": dict.fromkeys(MINIMUM["edge_regions"], KEYS["us-east-1"])},
        ["edge_kms_keys: arn:aws:kms:us-east-1", "for eu-north-1 is in us-east-1"],
    ),
    ("an origin that is none", {"edge_origin": "nearest"}, ["edge_origin: 'nearest'", "region_map"]),
    (
        "cannot sign",
        {"edge_origin": "region_map", "edge_signer": "oac"},
        ["edge_signer", "only lambda_edge"],
    ),
    (
        "only CloudFront can sign",
        {"edge_origin": "nearest_bucket", "edge_signer": "lambda_edge"},
        ["edge_signer", "only oac"],
    ),
    (
        "CloudFront for a Region of one's own choice",
        {"edge_regions": "eu-north-1,af-south-1", "edge_signer": "oac"},
        ["edge_signer", "af-south-1", "edge_origin=nearest_bucket"],
    ),
    ("a record of no name", {"edge_origin": "dns_record"}, ["edge_dns_record is missing", "my-site-bucket"]),
    ("a zone's id has no name", {**DNS, "edge_dns_zone": "Z0123456789"}, ["edge_dns_record is missing"]),
    ("a zone that is none", {"edge_dns_zone": "example"}, ["edge_dns_zone: 'example'", "hosted zone"]),
    ("a record that is none", {**DNS, "edge_dns_record": "bucket"}, ["edge_dns_record: 'bucket'"]),
    ("health of no record", {"edge_health_checks": {"us-east-1": CHECK}}, ["edge_health_checks is for"]),
    ("health elsewhere", {**DNS, "edge_health_checks": {"sa-east-1": CHECK}}, ["edge_health_checks: sa-east-1"]),
    ("health check by its URL", {**DNS, "edge_health_checks": {"us-east-1": "x"}}, ["edge_health_checks: 'x'"]),
    ("shares without a use", {"edge_weights": {"us-east-1": 30}}, ["edge_weights is for edge_origin=dns_record only"]),
    *(
        (f"a weight of {weight!r}", {**RECORD, "edge_weights": {"us-east-1": weight}}, ["edge_weights", words])
        for weight, words in (
            (0, "0 for us-east-1 is not between 1 and 255. To take a Region out of service, run failover.yml"),
            (256, "256 for us-east-1 is not between 1 and 255"),
            (-1, "-1 for us-east-1"),
            ("many", "edge_weights.us-east-1: 'many' is not a whole number"),
            (1.5, "1.5 is not a whole number"),
            (True, "True is not a whole number"),
            (None, "None is not a whole number"),
        )
    ),
    ("a weight of no Region", {**RECORD, "edge_weights": {"sa-east-1": 1}}, ["sa-east-1 is not among edge_regions"]),
    *(
        (f"a TTL of {ttl!r}", {**RECORD, "edge_dns_ttl": ttl}, ["edge_dns_ttl", words])
        for ttl, words in (
            (0, "0 is not between 1 and 300 seconds"),
            (301, "301 is not between 1 and 300"),
            ("soon", "'soon' is not a whole number"),
        )
    ),
    (
        "origin failover without an MRAP",
        {**RECORD, "edge_origin_failover": True},
        ["edge_origin_failover is for edge_origin=mrap only"],
    ),
    (
        "a parameter without a use",
        {"edge_region_map_parameter": "/my-site/map"},
        ["edge_region_map_parameter is for edge_origin=region_map only"],
    ),
    *(
        (
            "the name of a parameter",
            {"edge_origin": "region_map", "edge_region_map_parameter": name},
            [name, "/my-site/"],
        )
        for name in ("my-site/map", "/my-site/", "a b", "/aws/map", "ssm.map", "/" + "a" * 1011)
    ),
    ("preferences without a use", {"edge_prefer": {"us-west-1": ["us-east-1"]}}, ["edge_prefer is for"]),
    (
        "preferred elsewhere",
        {"edge_origin": "region_map", "edge_prefer": {"us-west-1": ["us-west-2"]}},
        ["edge_prefer.us-west-1", "us-west-2"],
    ),
    ("a boundary by its name", {"edge_permissions_boundary": "boundary"}, ["edge_permissions_boundary", "ARN"]),
    ("web ACL of a Region", {"edge_web_acl_arn": WEB_ACL.replace("global", "regional")}, ["edge_web_acl_arn"]),
    ("policy by its name", {"edge_response_headers_policy_id": "security"}, ["edge_response_headers_policy_id"]),
    ("HSTS without an age", {"edge_response_headers": {"strict-transport-security": "on"}}, ["max-age=31536000"]),
    ("frames of others", {"edge_response_headers": {"X-Frame-Options": "ALLOW-FROM x"}}, ["DENY, SAMEORIGIN"]),
    ("referrer", {"edge_response_headers": {"Referrer-Policy": "never"}}, ["edge_response_headers", "no-referrer,"]),
    ("content type", {"edge_response_headers": {"X-Content-Type-Options": "1"}}, ["choose nosniff"]),
    ("CORS", {"edge_response_headers": {"Access-Control-Allow-Origin": "*"}}, ["edge_response_headers_policy_id"]),
    ("CloudFront's own header", {"edge_response_headers": {"Via": "x"}}, ["names Via", "leave it out"]),
    ("no header", {"edge_response_headers": {"X Y": "x"}}, ["'X Y' is not the name of a header"]),
    ("two lines", {"edge_response_headers": {"X-Y": "a\nb"}}, ["X-Y has a line break"]),
    ("CloudFront's id", {"edge_removed_response_headers": "x-amz-cf-id"}, ["names x-amz-cf-id", "leave it out"]),
    ("removed twice", {"edge_removed_response_headers": ["Server", "server"]}, ["names a header twice"]),
    (
        "headers of two policies",
        {"edge_response_headers": {"X-A": "1"}, "edge_response_headers_policy_id": CHECK},
        ["exclude each other"],
    ),
    ("timing of more", {"edge_server_timing": 101}, ["edge_server_timing: 101", "from 0 to 100"]),
    ("timing of a word", {"edge_server_timing": "often"}, ["edge_server_timing: 'often'"]),
    ("an old protocol", {"edge_minimum_protocol_version": "TLSv1"}, ["edge_minimum_protocol_version: 'TLSv1'"]),
    ("logs in a Region", {"edge_logs": LOG_GROUP.replace("us-east-1", "eu-west-1")}, ["edge_logs", "in us-east-1"]),
    ("logs in a bucket's name", {"edge_logs": "my-logs"}, ["edge_logs: 'my-logs'", "arn:aws:s3:::my-logs"]),
    ("a query string as a whole", {"edge_query_strings": "v=1"}, ["edge_query_strings: 'v=1'"]),
    ("11 query strings", {"edge_query_strings": list("abcdefghijk")}, ["edge_query_strings has 11", "takes 10"]),
    ("release that cannot be", {"edge_release": "a/b"}, ["edge_release"]),
]


@pytest.mark.parametrize(("variables", "words"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_an_invalid_value_gets_one_message_that_names_the_variable(
    variables: dict[str, t.Any], words: list[str]
) -> None:
    with pytest.raises(EdgeError) as refusal:
        settings({**MINIMUM, **variables})
    message = str(refusal.value)
    for word in words:
        assert word in message
    assert message[-1] in ".?"
    assert "\n" not in message


def test_a_duplicate_alias_is_one_alias() -> None:
    """CloudFront refuses a distribution with the same alias twice, and two spellings of case are the same host."""
    assert settings({**MINIMUM, **ALIAS, "edge_aliases": "a.example.com,A.example.com"})["aliases"] == ["a.example.com"]


def test_an_empty_tag_is_an_empty_string_and_not_none() -> None:
    assert settings(given(edge_tags={"team": None}))["tags"] == {"team": ""}


def test_seventeen_regions_are_accepted_including_opt_in_ones() -> None:
    check_regions([*OPT_IN_REGIONS, *REGIONS[:5]], "edge_regions")


def test_the_longest_name_has_valid_bucket_names() -> None:
    longest = max(REGIONS, key=len)
    assert len(f"{'a' * 32}-{'0' * 12}-{longest}-an") <= 63
    assert len(f"{'a' * 32}-12345678") <= 50
