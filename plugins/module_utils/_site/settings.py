# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""The user's edge_* variables: SETTINGS is the one table of them. Pure.

To add a variable, add a Setting here, a check to setting_checks.py or setting_combinations.py if it needs one, and run
`make docs`: it writes the README's table, and the RETURN of the module that returns the settings.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._core.errors import EdgeError
from .._release.files import check_release_name
from .._rules.bucket_names import ACCOUNT_REGIONAL, NAMESPACES, check_bucket_names
from .._rules.names import check_mrap_arn
from .._rules.regions import check_regions
from . import response_headers
from . import setting_checks as checks
from . import setting_combinations as combinations
from .origin_modes import LAMBDA_EDGE, OAC, ORIGIN_MODES
from .parsing import (
    BOOL,
    DICT,
    DICT_OF_INTEGERS,
    DICT_OF_LISTS,
    DICT_OR_PATH,
    HOSTS,
    INTEGER,
    LIST,
    LIST_OF_DICTS,
    NAME,
    PERCENTAGE,
    TEXT,
    Type,
    is_absent,
)
from .setting_checks import Settings

Given = t.Mapping[str, t.Any]

SITE, PUBLISH, ROUTES, FAILOVER = "site", "publish", "routes", "failover"
ALL = (SITE, PUBLISH, ROUTES, FAILOVER)


@dataclasses.dataclass(frozen=True)
class Setting:
    """One edge_* variable.

    documentation: what it is, in Markdown. A file such as docs/origins.md becomes a link.
    playbooks:     where it has an effect. Each playbook checks all variables.
    default:       a value, or a function of the settings above it in the table; without it, the type's empty value.
    default_text:  the default in the documentation, if not the value itself.
    example:       makes the variable required; the error shows it.
    check:         raises EdgeError; it is given a value that is not empty (0 is a value), and the variable.
    result:        its name in the settings, if not the variable without edge_; None: not in the settings.
    """

    variable: str
    type: Type
    documentation: str
    playbooks: tuple[str, ...]
    default: t.Any = None
    default_text: str = ""
    choices: tuple[str, ...] = ()
    example: t.Any = None
    check: t.Callable[[t.Any, str], None] | None = None
    result: str | None = ""

    @property
    def key(self) -> str:
        return self.result or self.variable.removeprefix("edge_")

    def value(self, given: Given, settings: Settings) -> t.Any:
        raw = given.get(self.variable)
        if is_absent(raw):
            raw = self.default(settings) if callable(self.default) else self.default
        value = self.type.parse(raw, self.variable)
        if self.example is not None and not value:
            raise EdgeError(f"{self.variable} is missing: set it, for example {self.variable}={self.example}.")
        if self.choices and value not in self.choices:
            raise EdgeError(f"{self.variable}: {value!r} is not valid: choose one of {', '.join(self.choices)}.")
        if self.check and (value or value == 0):
            self.check(value, self.variable)
        return value


SETTINGS = (
    Setting(
        "edge_name",
        TEXT,
        "The site's name: 3 to 32 lower-case letters, digits and hyphens. All resources are named after it.",
        ALL,
        example="my-site",
        check=checks.name,
    ),
    Setting(
        "edge_regions",
        LIST,
        "The Regions that have a bucket.",
        ALL,
        example="eu-north-1,us-east-1",
        check=check_regions,
    ),
    Setting(
        "edge_home_region",
        TEXT,
        "The Region that releases are uploaded to.",
        ALL,
        default=lambda settings: settings["regions"][0],
        default_text="the first of `edge_regions`",
    ),
    Setting(
        "edge_origin",
        TEXT,
        "The origin mode: how a request that CloudFront has not cached reaches the nearest bucket (docs/origins.md).",
        (SITE, FAILOVER),
        default="mrap",
        choices=tuple(ORIGIN_MODES),
    ),
    Setting(
        "edge_signer",
        TEXT,
        "Who signs the requests to S3: a Lambda@Edge function, or CloudFront with an origin access control. Each "
        "origin mode allows one or both (docs/origins.md).",
        (SITE, FAILOVER),
        default=combinations.default_signer,
        default_text="the first that `edge_origin` allows",
        choices=(LAMBDA_EDGE, OAC),
    ),
    Setting(
        "edge_origin_failover",
        BOOL,
        "Whether a request that the Multi-Region Access Point answers with 404, 500, 502, 503 or 504 is sent again, to "
        "the bucket of one Region. For the origin mode `mrap`; others always have a second bucket (docs/origins.md).",
        (SITE, FAILOVER),
    ),
    Setting(
        "edge_prefer",
        DICT_OF_LISTS,
        "The Regions that come first for a regional edge cache, such as `{sa-east-1: [us-east-1]}`. For the origin "
        "modes `region_map` and `nearest_bucket`.",
        (SITE, FAILOVER),
        default_text="the nearest come first",
    ),
    Setting(
        "edge_region_map_parameter",
        TEXT,
        "The name of an SSM parameter in the home Region: a JSON object of regional edge caches and Regions, which "
        "comes before the nearest Regions. For the origin mode `region_map` (docs/origins.md).",
        (SITE,),
        check=checks.parameter_name,
    ),
    Setting(
        "edge_allow_replacement",
        BOOL,
        "Whether a changed set of Regions may replace the Multi-Region Access Point.",
        (SITE,),
    ),
    Setting(
        "edge_replication_topology",
        TEXT,
        "`hub`: objects are written to the home Region and replicated to all others. `mesh`: they may be written to "
        "any Region.",
        (SITE,),
        default="hub",
        choices=("hub", "mesh"),
    ),
    Setting(
        "edge_replication_time_control",
        BOOL,
        "Whether to enable S3 Replication Time Control: replication within 15 minutes, at an additional charge.",
        (SITE,),
    ),
    Setting(
        "edge_aliases",
        HOSTS,
        "The host names of the site, in addition to the domain name of the distribution.",
        (SITE, PUBLISH, FAILOVER),
    ),
    Setting(
        "edge_dns_zone",
        TEXT,
        "The public Route 53 hosted zone for the site's DNS records and for the validation of its certificate, by name "
        "or id.",
        (SITE, FAILOVER),
        check=checks.dns_zone,
    ),
    Setting(
        "edge_certificate_arn",
        TEXT,
        "The ARN of the ACM certificate in us-east-1 that covers `edge_aliases`.",
        (SITE,),
        default_text="requested, if `edge_dns_zone` is set",
        check=checks.certificate_arn,
    ),
    Setting(
        "edge_dns_record",
        NAME,
        "The name of the TXT record that the origin mode `dns_record` reads.",
        (SITE, FAILOVER),
        default=combinations.default_dns_record,
        default_text="`<edge_name>-bucket.<edge_dns_zone>`",
        check=checks.dns_record,
    ),
    Setting(
        "edge_health_checks",
        DICT,
        "The ids of Route 53 health checks, by Region. For the origin mode `dns_record`.",
        (SITE,),
        check=checks.health_checks,
    ),
    Setting(
        "edge_weights",
        DICT_OF_INTEGERS,
        "The shares of the Regions, 1 to 255 each, such as `{eu-north-1: 70, us-east-1: 30}`. For the origin mode "
        "`dns_record`.",
        (SITE, FAILOVER),
        default_text="100 each, or what Route 53 has",
        check=checks.weights,
    ),
    Setting(
        "edge_dns_ttl",
        INTEGER,
        "The TTL of the TXT records in seconds, 1 to 300, after which a failover is in effect. For the origin mode "
        "`dns_record`.",
        (SITE,),
        default=10,
        check=checks.dns_ttl,
    ),
    Setting(
        "edge_query_strings",
        LIST,
        "The query string parameters that are part of the cache key and are sent to the origin.",
        (SITE,),
        check=checks.query_strings,
    ),
    Setting(
        "edge_response_headers",
        DICT,
        "Headers that CloudFront adds to responses, by name, in addition to the default ones. A value replaces the "
        "default one, and null leaves the header out. A header that the response has already stays as it is.",
        (SITE,),
        default_text=", ".join(f"`{name}: {value}`" for name, value in response_headers.DEFAULTS.items()),
        check=response_headers.check_headers,
    ),
    Setting(
        "edge_removed_response_headers",
        LIST,
        "The headers of S3 that viewers do not get. CloudFront removes 10 at most.",
        (SITE,),
        default=list(response_headers.REMOVED),
        default_text=", ".join(f"`{name}`" for name in response_headers.REMOVED),
        check=response_headers.check_removed,
    ),
    Setting(
        "edge_server_timing",
        PERCENTAGE,
        "The percentage of responses that have the header Server-Timing, by which a browser shows what CloudFront's "
        "cache did and how long the origin took. 0: none.",
        (SITE,),
        default=100.0,
        default_text="100",
    ),
    Setting(
        "edge_response_headers_policy_id",
        TEXT,
        "The id of another CloudFront response headers policy. The site has none of its own then: it excludes "
        "`edge_response_headers`, and the two variables after that have no effect.",
        (SITE,),
        check=checks.policy_id,
    ),
    Setting(
        "edge_minimum_protocol_version",
        TEXT,
        "CloudFront's security policy for HTTPS with `edge_aliases`: the oldest TLS version, and the ciphers of that "
        "year. The distribution's own domain name always accepts TLSv1.",
        (SITE,),
        default="TLSv1.2_2025",
        choices=("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"),
    ),
    Setting(
        "edge_logs",
        TEXT,
        "Where CloudFront delivers the access logs: the ARN of a bucket (`arn:aws:s3:::my-logs/my-site`), or of a log "
        "group in us-east-1. `none` ends the delivery; without a value, it is left as it is.",
        (SITE,),
        default_text="as it is",
        check=checks.logs,
    ),
    Setting(
        "edge_web_acl_arn",
        TEXT,
        "The ARN of the WAFv2 web ACL, which has the scope CLOUDFRONT.",
        (SITE,),
        check=checks.web_acl_arn,
    ),
    Setting(
        "edge_permissions_boundary",
        TEXT,
        "The ARN of the policy that is the permissions boundary of the site's IAM roles. It is never removed: without "
        "the variable, roles keep the boundary that they have.",
        (SITE,),
        check=checks.permissions_boundary,
    ),
    Setting(
        "edge_tags",
        DICT,
        "Tags for the buckets, both functions and their logs, the KeyValueStore, the certificate, the distribution, "
        "and the IAM roles and policies.",
        (SITE,),
        check=checks.tags,
    ),
    Setting(
        "edge_bucket_names",
        DICT,
        "The names of the buckets, by Region.",
        (SITE, PUBLISH),
        default_text="`<prefix>-<account>-<region>-an`",
        check=check_bucket_names,
    ),
    Setting(
        "edge_bucket_prefix",
        TEXT,
        "What generated bucket names start with.",
        (SITE, PUBLISH),
        default_text="`edge_name`",
    ),
    Setting(
        "edge_bucket_namespace",
        TEXT,
        "`account_regional`: the bucket names are reserved for the account. `global`: they are `<prefix>-<region>`, "
        "and must be globally unique.",
        (SITE, PUBLISH),
        default=ACCOUNT_REGIONAL,
        choices=NAMESPACES,
    ),
    Setting(
        "edge_kms_keys",
        DICT,
        "The ARNs of the KMS keys that objects are encrypted with, by Region.",
        (SITE,),
        default_text="keys that S3 manages",
        check=checks.kms_keys,
    ),
    Setting(
        "edge_price_class",
        TEXT,
        "The price class of the distribution.",
        (SITE,),
        default="PriceClass_All",
        choices=("PriceClass_100", "PriceClass_200", "PriceClass_All"),
    ),
    Setting(
        "edge_site",
        TEXT,
        "The directory of the built site, which is uploaded as a release.",
        (PUBLISH,),
        default_text="none: `edge_release` is shown again",
        result="site_directory",
    ),
    Setting(
        "edge_release",
        TEXT,
        "The name of the release.",
        (PUBLISH,),
        default_text="made from the content",
        check=check_release_name,
    ),
    Setting(
        "edge_hosts",
        HOSTS,
        "The hosts that show the release.",
        (PUBLISH,),
        default_text="all hosts of the site",
        check=checks.hosts_without_wildcard,
    ),
    Setting(
        "edge_routes",
        DICT_OR_PATH,
        "The host routes: a dictionary of hosts, or the path of a YAML file that contains one (docs/routing.md).",
        (ROUTES,),
    ),
    Setting(
        "edge_routes_purge",
        BOOL,
        "Whether to remove the hosts, and the paths of a host, that `edge_routes` does not name.",
        (ROUTES,),
    ),
    Setting(
        "edge_out_of_service",
        LIST,
        "The Regions to take out of service. All others are in service.",
        (FAILOVER,),
    ),
    Setting(
        "edge_drill",
        BOOL,
        "Whether to restore the previous state at the end, also after a failure.",
        (FAILOVER,),
    ),
    Setting(
        "edge_mrap_arn",
        TEXT,
        "The ARN of the Multi-Region Access Point. If it is set, it is not looked up in CloudFront.",
        (FAILOVER,),
        default_text="looked up",
        check=check_mrap_arn,
    ),
    Setting(
        "edge_probes",
        LIST_OF_DICTS,
        "The URLs that show which Region serves: each with `name`, `url` and optional `headers`.",
        (FAILOVER,),
        default_text="the first host of the site",
        check=checks.probes,
    ),
    Setting(
        "edge_target",
        TEXT,
        "The host of the inventory that the playbooks run on.",
        ALL,
        default="localhost",
        result=None,
    ),
)

# Each is given all settings.
COMBINATIONS = (
    combinations.home_region_is_among_regions,
    combinations.signer_fits_origin,
    combinations.aliases_have_a_certificate,
    combinations.record_has_a_name,
    combinations.settings_fit_origin,
    combinations.regions_are_those_of_the_site,
    combinations.headers_are_of_one_policy,
    combinations.buckets_have_names,
    combinations.regions_have_kms_keys,
    combinations.a_region_stays_in_service,
)


def settings(given: Given) -> Settings:
    """*given*: the variables by name. One that is absent, None or an empty text has its default.

    Raises EdgeError with one message for the first invalid value.
    """
    combinations.spelling(given, [setting.variable for setting in SETTINGS])
    found: Settings = {}
    for setting in SETTINGS:
        if setting.result is not None:
            found[setting.key] = setting.value(given, found)
    for check in COMBINATIONS:
        check(found)
    return found
