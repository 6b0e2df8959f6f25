"""Origin access controls and policies against local AWS, by a user who may do just that."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.api import ConfigApi
from botocore.exceptions import EndpointConnectionError

from cloud.local import Credentials, LocalCloud
from modules.runner import ModuleFailed, Modules

MARK = "(multiregion.edge)"
PARAMETERS = "parameters_in_cache_key_and_forwarded_to_origin"
OPTIMIZED, DISABLED = "658327ea-f89d-4fab-a63d-7e88639e58f6", "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
SECURITY, CORS_S3 = "67f7725c-6f97-4210-82d7-5512b31e9d03", "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"

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
# What says as much as its kind can.
RICH: dict[str, dict[str, Any]] = {
    CONTROL: {
        "description": "Of the access point",
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
        "comment": "What the signer needs",
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
UPDATES: list[tuple[str, dict[str, Any], str]] = [
    (CONTROL, {"signing_protocol": "sigv4"}, "signing_protocol"),
    (CONTROL, {"signing_behavior": "never"}, "signing_behavior"),
    (CONTROL, {"origin_access_control_origin_type": "lambda"}, "origin_access_control_origin_type"),
    (CONTROL, {"description": "other"}, "description"),
    (CACHE, {"comment": "other"}, "comment"),
    (CACHE, {"min_ttl": 5}, "min_ttl"),
    (CACHE, {"default_ttl": 61}, "default_ttl"),
    (CACHE, {"config": {"max_ttl": None}}, "max_ttl"),
    (CACHE, {PARAMETERS: {"enable_accept_encoding_brotli": True}}, PARAMETERS),
    (CACHE, {PARAMETERS: {"headers_config": {"header_behavior": "none"}}}, PARAMETERS),
    (CACHE, {PARAMETERS: {"cookies_config": {"cookie_behavior": "all", "cookies": None}}}, PARAMETERS),
    (CACHE, {PARAMETERS: {"query_strings_config": {"query_strings": ["lang"]}}}, PARAMETERS),
    (REQUEST, {"headers_config": {"headers": ["X-A"]}}, "headers_config"),
    (REQUEST, {"cookies_config": {"cookie_behavior": "none"}}, "cookies_config"),
    (REQUEST, {"query_strings_config": {"query_string_behavior": "all"}}, "query_strings_config"),
    (REQUEST, {"config": {"comment": None}}, "comment"),
    (RESPONSE, {"cors_config": {"access_control_allow_methods": ["ALL"]}}, "cors_config"),
    (RESPONSE, {"cors_config": {"access_control_max_age_sec": None}}, "cors_config"),
    (RESPONSE, {"config": {"cors_config": None}}, "cors_config"),
    (RESPONSE, {"security_headers_config": {"frame_options": None}}, "security_headers_config"),
    (RESPONSE, {"security_headers_config": {"xss_protection": {"mode_block": None}}}, "security_headers_config"),
    (RESPONSE, {"config": {"server_timing_headers_config": None}}, "server_timing_headers_config"),
    (RESPONSE, {"custom_headers_config": []}, "custom_headers_config"),
    (RESPONSE, {"config": {"remove_headers_config": None}}, "remove_headers_config"),
]
# As another who wants the same would write it.
REWRITTEN = {
    CONTROL: {"signing_protocol": "sigv4a"},
    CACHE: {
        PARAMETERS: {
            "headers_config": {"header_behavior": "whitelist", "headers": ["CloudFront-Viewer-Country", "x-tenant"]},
            "query_strings_config": {"query_strings": ["lang", "page"]},
        }
    },
    REQUEST: {"config": {"headers_config": {"headers": ["x-a", "x-b"]}}},
    RESPONSE: {
        "cors_config": {
            "access_control_allow_methods": ["GET", "HEAD"],
            "access_control_expose_headers": ["x-release"],
        },
        "remove_headers_config": [{"header": "X-Amz-Bucket-Region"}, {"header": "X-Amz-Version-Id"}],
    },
}


def rights(account_id: str) -> dict[str, Any]:
    kinds = {entity: kind.replace("_", "-") for kind, entity in ENTITIES.items()}
    statements = [
        {
            "Effect": "Allow",
            "Action": [f"cloudfront:{verb}{entity}" for verb in ("Create", "Get", "Update", "Delete")],
            "Resource": f"arn:aws:cloudfront::{account_id}:{path}/*",
        }
        for entity, path in kinds.items()
    ]
    listing = ["ListDistributions", "ListOriginAccessControls", "ListCachePolicies", "ListOriginRequestPolicies"]
    listing += ["ListResponseHeadersPolicies", "ListDistributionsByCachePolicyId"]
    listing += ["ListDistributionsByOriginRequestPolicyId", "ListDistributionsByResponseHeadersPolicyId"]
    statements.append({"Effect": "Allow", "Action": [f"cloudfront:{name}" for name in listing], "Resource": "*"})
    return {"Version": "2012-10-17", "Statement": statements}


@pytest.fixture(scope="module")
def user(cloud: LocalCloud) -> Credentials:
    return cloud.create_user("policies", rights(cloud.account_id))


@pytest.fixture(scope="module")
def modules(cloud: LocalCloud, user: Credentials) -> Modules:
    return Modules(cloud, user)


class Kind:
    """One kind's module, and what there is of the kind."""

    def __init__(self, modules: Modules, name: str) -> None:
        self.modules = modules
        self.name = name
        self.entity = ENTITIES[name]
        self.aws = modules.cloud.client("cloudfront")

    def run(self, name: str = "shop", /, *, check: bool = False, **options: Any) -> dict[str, Any]:
        return self.modules.run(f"cloudfront_{self.name}", check=check, diff=True, name=name, **options)

    def rich(self, name: str = "shop", /, **options: Any) -> dict[str, Any]:
        return self.run(name, **{**RICH[self.name], **options})

    def foreign(self, name: str, **other: Any) -> str:
        """Somebody else's, by plain boto3. Its id."""
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
        """As somebody else does, by plain boto3."""
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


@pytest.fixture(params=list(ENTITIES))
def kind(request: pytest.FixtureRequest, modules: Modules) -> Any:
    yield from emptied(Kind(modules, request.param))


def emptied(kind: Kind) -> Any:
    kind.remove_all()
    yield kind
    kind.modules.cloud.fault(None)
    kind.remove_all()


def test_created_kept_and_deleted(kind: Kind) -> None:
    foretold = kind.rich(check=True)
    assert foretold["plan"] == [f"Create the {kind.name.replace('_', ' ')} shop"]
    assert (foretold["changed"], foretold["mutating"]) == (True, [])
    assert foretold[kind.name]["id"] == "(known after apply)"
    created = kind.rich()
    assert (created["plan"], len(created["mutating"])) == (foretold["plan"], 1)
    thing = created[kind.name]
    assert (thing["name"], thing["managed"], thing["adopted"]) == ("shop", False, False)
    assert thing["description" if kind.name == CONTROL else "comment"].endswith(f" {MARK}")
    assert set(thing) == set(foretold[kind.name])

    for again in (kind.rich(), kind.run(**REWRITTEN[kind.name]), kind.run(), kind.rich(check=True)):
        assert (again["changed"], again["mutating"], again["plan"]) == (False, [], [])
        assert again["diff"]["before"] == again["diff"]["after"]
        assert again[kind.name] == thing

    would_go = kind.run(check=True, state="absent")
    gone = kind.run(state="absent")
    assert would_go["plan"] == gone["plan"] == [f"Delete the {kind.name.replace('_', ' ')} shop"]
    assert (would_go["mutating"], len(gone["mutating"])) == ([], 1)
    assert would_go[kind.name] is gone[kind.name] is None
    assert kind.run(state="absent")["mutating"] == []


@pytest.mark.parametrize(
    ("name", "change", "member"), UPDATES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_update_changes_that_only(modules: Modules, name: str, change: dict[str, Any], member: str) -> None:
    for kind in emptied(Kind(modules, name)):
        before = kind.rich()[name]
        foretold = kind.run(check=True, **change)
        assert foretold["plan"] == [f"Update the {name.replace('_', ' ')} shop: {member}"]
        assert (foretold[name]["id"], foretold["mutating"]) == (before["id"], [])
        after = kind.run(**change)
        assert (after["plan"], len(after["mutating"])) == (foretold["plan"], 1)
        empty: tuple[Any, ...] = (None, [], {})
        changed = {key for key in {*before, *after[name]} if before.get(key) != after[name].get(key)}
        assert changed <= {member}
        told, made = ({k: v for k, v in one[name].items() if v not in empty} for one in (foretold, after))
        assert told.keys() == made.keys()
        assert kind.run(**change)["mutating"] == []


def test_another_s_change_is_kept_and_one_of_the_same_is_told(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between observing and applying, so that the ETag is stale."""
    mark = "Description" if kind.name == CONTROL else "Comment"
    made = kind.rich()[kind.name]
    update, foreign = ConfigApi.update, [f"first {MARK}", f"second {MARK}"]

    def late(api: ConfigApi, config_id: str, config: dict[str, Any]) -> None:
        if foreign:
            kind.change(config_id, **{mark: foreign.pop(0)})
        update(api, config_id, config)

    monkeypatch.setattr(ConfigApi, "update", late)
    member, value, other = {
        CONTROL: ("signing_behavior", "never", "always"),
        CACHE: ("max_ttl", 700, 600),
        REQUEST: ("cookies_config", {"cookie_behavior": "none"}, {"cookie_behavior": "all"}),
        RESPONSE: ("server_timing_headers_config", {"enabled": False, "sampling_rate": None}, None),
    }[kind.name]
    after = kind.run(**{member: value})
    assert after[kind.name]["id"] == made["id"]
    assert after[kind.name][mark.lower()] == f"second {MARK}"
    told = str(after.get("warnings"))  # Ansible keeps those of earlier runs in this process
    assert "first (" not in told and "second (" not in told
    assert after["plan"] == [f"Update the {kind.name.replace('_', ' ')} shop: {member}"]

    foreign.append(f"third {kind.name} {MARK}")
    again = kind.run(**{mark.lower(): "ours", **({member: other} if other else {})})
    assert again[kind.name][mark.lower()] == f"ours {MARK}"
    assert [warning for warning in again["warnings"] if f"third {kind.name}" in str(warning)]


def test_what_is_deleted_meanwhile_is_made_again(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    made = kind.rich()[kind.name]
    update = ConfigApi.update

    def late(api: ConfigApi, config_id: str, config: dict[str, Any]) -> None:
        kind.remove_all()
        update(api, config_id, config)

    monkeypatch.setattr(ConfigApi, "update", late)
    mark = "description" if kind.name == CONTROL else "comment"
    after = kind.rich(**{mark: "other"})
    assert after[kind.name]["id"] != made["id"]
    assert kind.rich(**{mark: "other"})["mutating"] == []


def test_a_run_that_was_killed_before_or_after_its_call_is_finished_by_the_next(
    kind: Kind, user: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = "description" if kind.name == CONTROL else "comment"
    call = ConfigApi._call

    def killed(api: ConfigApi, verb: str, **arguments: Any) -> Any:
        answer = call(api, verb, **arguments)
        if verb != "Get":
            raise EndpointConnectionError(endpoint_url="nobody told it of the answer")
        return answer

    for options in (RICH[kind.name], {**RICH[kind.name], mark: "other"}, {"state": "absent"}):
        kind.modules.cloud.fault(0, of=user)
        with pytest.raises(ModuleFailed, match="LocalFault"):
            kind.run(**options)
        kind.modules.cloud.fault(None)
        assert len(kind.run(check=True, **options)["plan"]) == 1
        with monkeypatch.context() as patched, pytest.raises(ModuleFailed, match="nobody told it"):
            patched.setattr(ConfigApi, "_call", killed)
            kind.run(**options)
        assert kind.run(**options)["mutating"] == []


@pytest.mark.parametrize(
    ("name", "options", "managed"),
    [
        (CACHE, {}, OPTIMIZED),
        (CACHE, {"max_ttl": 0}, DISABLED),
        (
            REQUEST,
            {
                "headers_config": {
                    "header_behavior": "whitelist",
                    "headers": ["origin", "Access-Control-Request-Method", "access-control-request-headers"],
                }
            },
            CORS_S3,
        ),
        (
            RESPONSE,
            {
                "security_headers_config": {
                    "strict_transport_security": {"access_control_max_age_sec": 31536000, "override": False},
                    "content_type_options": {"override": True},
                    "frame_options": {"frame_option": "SAMEORIGIN", "override": False},
                    "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": False},
                    "xss_protection": {"protection": True, "mode_block": True, "override": False},
                }
            },
            SECURITY,
        ),
    ],
)
def test_aws_s_own_is_used_instead_of_a_new_one(
    modules: Modules, name: str, options: dict[str, Any], managed: str
) -> None:
    for kind in emptied(Kind(modules, name)):
        for adopt in ("equal", "managed"):
            used = kind.run(adopt=adopt, **options)
            assert (used["changed"], used["mutating"]) == (False, [])
            assert (used[name]["id"], used[name]["managed"], used[name]["adopted"]) == (managed, True, True)
        for given in (options, {}):
            by_name = kind.run(used[name]["name"], adopt="never", **given)
            assert (by_name["mutating"], by_name[name]["id"]) == ([], managed)
        with pytest.raises(ModuleFailed, match=r"is AWS's own and cannot be changed"):
            kind.run(used[name]["name"], state="absent")
        own = kind.run(adopt="never", **options)
        assert (len(own["mutating"]), own[name]["managed"], own[name]["adopted"]) == (1, False, False)
        assert kind.run(**options)[name]["id"] == own[name]["id"]


def test_an_equal_one_of_another_name_is_used_and_left(kind: Kind) -> None:
    others = kind.foreign("a-theirs")
    as_theirs: dict[str, Any] = {
        CONTROL: {},
        CACHE: {
            "min_ttl": 7,
            PARAMETERS: {"enable_accept_encoding_gzip": False, "enable_accept_encoding_brotli": False},
        },
        REQUEST: {"query_strings_config": {"query_string_behavior": "all"}},
        RESPONSE: {"server_timing_headers_config": {"enabled": False}},
    }[kind.name]
    if kind.name == CACHE:
        nothing = {"HeaderBehavior": "none"}, {"CookieBehavior": "none"}, {"QueryStringBehavior": "none"}
        headers, cookies, strings = nothing
        key = {"HeadersConfig": headers, "CookiesConfig": cookies, "QueryStringsConfig": strings}
        kind.change(others, ParametersInCacheKeyAndForwardedToOrigin={"EnableAcceptEncodingGzip": False, **key})
    used = kind.run(**as_theirs)
    assert (used["mutating"], used[kind.name]["id"], used[kind.name]["adopted"]) == ([], others, True)
    assert used[kind.name]["name"] == "a-theirs"
    assert kind.run(state="absent")["mutating"] == []
    assert len(kind.run(adopt="managed", **as_theirs)["mutating"]) == 1
    # Of the same name: used while it says the same, refused otherwise.
    same = kind.run("a-theirs", **as_theirs)
    assert (same["mutating"], same[kind.name]["adopted"]) == ([], True)
    with pytest.raises(ModuleFailed, match=r"a-theirs exists already and is not this collection's"):
        kind.run("a-theirs", **{**RICH[kind.name]})
    with pytest.raises(ModuleFailed, match=r"is not this collection's"):
        kind.run("a-theirs", state="absent")


def test_the_quota_is_told(modules: Modules) -> None:
    for kind in emptied(Kind(modules, REQUEST)):
        for number in range(20):
            kind.foreign(f"other-{number:02}")
        with pytest.raises(ModuleFailed, match=r"TooManyOriginRequestPolicies .*ask AWS for a higher quota"):
            kind.rich()
        # The last of several pages is found as well.
        assert kind.run("other-19", query_strings_config={"query_string_behavior": "all"})["mutating"] == []


def distribution(cloud: LocalCloud, **behavior: Any) -> str:
    origin = {"Id": "one", "DomainName": "b.s3.eu-west-1.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    control = behavior.pop("OriginAccessControlId", None)
    config = {
        "CallerReference": str(behavior),
        "Comment": "",
        "Enabled": False,
        "Origins": {"Quantity": 1, "Items": [{**origin, **({"OriginAccessControlId": control} if control else {})}]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "one",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": OPTIMIZED,
            **behavior,
        },
    }
    made: str = cloud.client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    return made


def test_who_uses_it_is_told(kind: Kind, cloud: LocalCloud) -> None:
    plain = {"signing_protocol": "sigv4"} if kind.name == CONTROL else {}  # which a bucket takes
    made = kind.rich(**plain)[kind.name]["id"]
    used_by = distribution(cloud, **{f"{kind.entity}Id": made})
    words = rf"The {kind.name.replace('_', ' ')} {made} is in use by distributions \({used_by}\): let them use another"
    with pytest.raises(ModuleFailed, match=words):
        kind.run(state="absent")
    cloudfront = cloud.client("cloudfront")
    etag = cloudfront.get_distribution(Id=used_by)["ETag"]
    cloudfront.delete_distribution(Id=used_by, IfMatch=etag)
    assert len(kind.run(state="absent")["mutating"]) == 1


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        (CACHE, {"min_ttl": 9, "max_ttl": 8}, "must be in this order"),
        (CACHE, {"config": {"comment": ["a"]}}, "comment must be a string"),
        (CACHE, {"config": {"stale_ttl": 5}}, "stale_ttl is not a member of CachePolicyConfig"),
        (REQUEST, {"headers_config": {"header_behavior": "whitelist"}}, "whitelist needs headers"),
        (RESPONSE, {"custom_headers_config": [{"header": "a"}]}, r"custom_headers_config\[0\].value, .*are required"),
        (CONTROL, {"name": "x" * 65}, "cannot be the name of an origin access control"),
    ],
)
def test_bad_input_is_told_in_check_mode_as_well(
    modules: Modules, name: str, options: dict[str, Any], words: str
) -> None:
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=words):
            modules.run(f"cloudfront_{name}", check=check, **{"name": "shop", **options})


def test_nothing_given_is_nothing_asked_for(modules: Modules) -> None:
    for kind in emptied(Kind(modules, CONTROL)):
        assert kind.run(description=None)["origin_access_control"]["description"] == MARK
        assert kind.run(config={"description": None})["mutating"] == []


@pytest.mark.parametrize(("action", "call"), [("Create", "CreateCachePolicy"), ("Get", "GetCachePolicy")])
def test_a_right_that_is_missing_is_told(modules: Modules, cloud: LocalCloud, action: str, call: str) -> None:
    policy = rights(cloud.account_id)
    for statement in policy["Statement"]:
        statement["Action"] = [each for each in statement["Action"] if each != f"cloudfront:{call}"]
    for kind in emptied(Kind(modules, CACHE)):
        if action != "Create":
            kind.rich()
        without = Kind(Modules(cloud, cloud.create_user(f"without-{call}", policy)), CACHE)
        with pytest.raises(ModuleFailed, match=f"AccessDenied from {call}: .*Allow the call"):
            without.rich()
