"""cloudfront_distribution against local AWS: created, changed, left alone, interrupted, contested and deleted."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import copy
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._distribution import api

from cloud.local import LocalCloud
from demo.site import deployer_policy
from modules.runner import SITE, ModuleFailed, Modules

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ACCESS_POINT_HOST = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com"
TLS = {"http_port": 80, "https_port": 443, "origin_protocol_policy": "https-only"}
CREATE, DELETE, TAG = "POST /2020-05-31/distribution", "DELETE", "POST /2020-05-31/tagging"
UPDATE = "PUT"
# What a deployer reads to judge what a distribution names.
READS = ("GetCachePolicy", "GetOriginRequestPolicy", "GetOriginAccessControl", "DeleteDistribution")
_numbers = itertools.count()


def custom(origin_id: str = "access-point", host: str = ACCESS_POINT_HOST, **other: Any) -> dict[str, Any]:
    return {"id": origin_id, "domain_name": host, "custom_origin_config": TLS, **other}


def bucket(region: str, control: str) -> dict[str, Any]:
    return {
        "id": region,
        "domain_name": f"shop-{region}.s3.{region}.amazonaws.com",
        "s3_origin_config": {"origin_access_identity": ""},
        "origin_access_control_id": control,
    }


class Distributions:
    """The site's distribution, and those of others."""

    def __init__(self, cloud: LocalCloud, modules: Modules) -> None:
        self.cloud = cloud
        self.client = cloud.client("cloudfront")
        self.modules = modules

    def options(self, **other: Any) -> dict[str, Any]:
        return {
            "name": SITE,
            "origins": [custom()],
            "default_root_object": "index.html",
            "default_cache_behavior": {
                "target_origin_id": "access-point",
                "viewer_protocol_policy": "redirect-to-https",
                "cache_policy_id": CACHING_OPTIMIZED,
            },
            "tags": {"team": "web"},
            **other,
        }

    def run(self, check: bool = False, diff: bool = False, **other: Any) -> dict[str, Any]:
        return self.modules.run("cloudfront_distribution", check=check, diff=diff, **self.options(**other))

    def delete(self, check: bool = False, **other: Any) -> dict[str, Any]:
        return self.modules.run("cloudfront_distribution", check=check, name=SITE, state="absent", **other)

    def info(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.modules.run("cloudfront_distribution_info", name=SITE)["distributions"]
        return found

    def all(self) -> list[dict[str, Any]]:
        return self.client.list_distributions()["DistributionList"].get("Items", [])  # type: ignore[no-any-return]

    def only(self) -> str:
        (found,) = [item for item in self.all() if item["Comment"].startswith(SITE)]
        return str(found["Id"])

    def config(self, distribution_id: str | None = None) -> dict[str, Any]:
        found = self.client.get_distribution_config(Id=distribution_id or self.only())
        return found["DistributionConfig"]  # type: ignore[no-any-return]

    def change(self, distribution_id: str | None = None, **members: Any) -> None:
        """By somebody else."""
        found = self.client.get_distribution_config(Id=distribution_id or self.only())
        self.client.update_distribution(
            Id=distribution_id or self.only(),
            IfMatch=found["ETag"],
            DistributionConfig={**found["DistributionConfig"], **members},
        )

    def control(self, protocol: str) -> str:
        config = {
            "Name": f"shop-{protocol}-{next(_numbers)}",
            "SigningProtocol": protocol,
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
        made = self.client.create_origin_access_control(OriginAccessControlConfig=config)
        return str(made["OriginAccessControl"]["Id"])

    def interfere(self, monkeypatch: pytest.MonkeyPatch, step: str, *changes: Callable[[], object]) -> None:
        """Somebody's changes, one each time right before this step of a run."""
        make_step, left = getattr(api.DistributionApi, step), list(changes)

        def interfered(self: api.DistributionApi, *arguments: Any, **options: Any) -> None:
            if left:
                left.pop(0)()
            make_step(self, *arguments, **options)

        monkeypatch.setattr(api.DistributionApi, step, interfered)


@pytest.fixture(scope="module")
def modules(cloud: LocalCloud) -> Modules:
    policy = deployer_policy(SITE, cloud.account_id)
    actions = [f"cloudfront:{action}" for action in READS]
    policy["Statement"].append({"Effect": "Allow", "Action": actions, "Resource": "*"})
    return Modules(cloud, cloud.create_user("distributor", policy))


@pytest.fixture
def site(cloud: LocalCloud, modules: Modules) -> Iterator[Distributions]:
    distributions = Distributions(cloud, modules)
    yield distributions
    cloud.behave()
    cloud.fault(None)
    for item in distributions.all():
        distributions.change(item["Id"], Enabled=False)
        etag = distributions.client.get_distribution(Id=item["Id"])["ETag"]
        distributions.client.delete_distribution(Id=item["Id"], IfMatch=etag)


def kinds(result: dict[str, Any]) -> list[str]:
    """The mutating calls, without ids."""
    return [call if call in (CREATE, TAG) else call.partition(" ")[0] for call in result["mutating"]]


def test_from_nothing_to_nothing(site: Distributions) -> None:
    foretold = site.run(check=True)
    assert foretold["mutating"] == []
    assert foretold["distribution"]["id"] == "(known after apply)"
    made = site.run()
    assert (made["plan"], kinds(made)) == (foretold["plan"], [CREATE])
    for told in ("aliases", "origin_domain_names"):
        assert foretold["distribution"][told] == made["distribution"][told]
    assert made["distribution"]["tags"] == {"team": "web", "multiregion-edge": SITE}
    again = site.run(diff=True)
    assert (again["mutating"], again["changed"]) == ([], False)
    assert again["diff"]["before"] == again["diff"]["after"]

    (told,) = site.info()
    assert (told["id"], told["enabled"], told["in_progress_invalidations"]) == (site.only(), True, 0)
    assert told["config"]["default_cache_behavior"]["target_origin_id"] == "access-point"
    assert told["last_modified"].startswith("20")

    foretold = site.delete(check=True)
    assert (foretold["mutating"], foretold["distribution"]) == ([], None)
    gone = site.delete()
    assert (gone["plan"], kinds(gone), gone["distribution"]) == (foretold["plan"], [UPDATE, DELETE], None)
    assert site.delete()["changed"] is False
    assert site.all() == site.info() == []


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("comment", {"comment": "shop, new"}),
    ("enabled", {"enabled": False}),
    ("price_class", {"price_class": "PriceClass_100"}),
    ("http_version", {"http_version": "http2and3"}),
    ("is_ipv6_enabled", {"is_ipv6_enabled": True}),
    ("default_root_object", {"default_root_object": "start.html"}),
    ("web_acl_id", {"web_acl_id": "arn:aws:wafv2:us-east-1:111122223333:global/webacl/shop/1"}),
    ("custom_error_responses", {"custom_error_responses": [{"error_code": 404, "error_caching_min_ttl": 1}]}),
    ("restrictions", {"restrictions": {"geo_restriction": {"restriction_type": "blacklist", "items": ["AQ"]}}}),
    ("logging", {"logging": {"enabled": True, "include_cookies": False, "bucket": "l.s3.amazonaws.com", "prefix": ""}}),
    ("cache_tag_config", {"config": {"cache_tag_config": {"header_name": "x-amz-meta-cache-tag"}}}),
    ("origins", {"origins": [custom(connection_attempts=2, connection_timeout=5)]}),
    (
        "cache_behaviors",
        {
            "cache_behaviors": [
                {"path_pattern": pattern, "target_origin_id": "access-point", "viewer_protocol_policy": "https-only"}
                | {"cache_policy_id": CACHING_OPTIMIZED}
                for pattern in ("/b/*", "/a/*")
            ]
        },
    ),
    (
        "aliases, viewer_certificate",
        {
            "aliases": ["www.example.com"],
            "viewer_certificate": {
                "acm_certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/1",
                "ssl_support_method": "sni-only",
                "minimum_protocol_version": "TLSv1.2_2021",
            },
        },
    ),
]


@pytest.mark.parametrize(("members", "options"), CHANGES, ids=[case[0] for case in CHANGES])
def test_each_change_is_one_update_and_then_none(site: Distributions, members: str, options: dict[str, Any]) -> None:
    site.run()
    foretold = site.run(check=True, diff=True, **options)
    changed = site.run(**options)
    assert changed["plan"] == foretold["plan"] == [f"Update the distribution {site.only()}: {members}"]
    assert kinds(changed) == [UPDATE]
    for told in ("aliases", "origin_domain_names"):
        assert foretold["distribution"][told] == changed["distribution"][told]
    before, after = foretold["diff"]["before"], foretold["diff"]["after"]
    assert {key for key in {**before, **after} if before.get(key) != after.get(key)} == set(members.split(", "))
    assert site.run(**options)["mutating"] == []
    # What is not given stays, but for what has a default.
    given = {key: options[key] for key in ("comment", "enabled") if key in options}
    assert site.modules.run("cloudfront_distribution", name=SITE, **given)["mutating"] == []


def test_null_removes(site: Distributions) -> None:
    site.run(config={"cache_tag_config": {"header_name": "x"}, "web_acl_id": "old-acl"})
    nulls = {"cache_tag_config": None, "web_acl_id": None, "restrictions": None}
    changed = site.run(config=nulls)
    assert changed["plan"] == [f"Update the distribution {site.only()}: cache_tag_config, web_acl_id"]
    assert "CacheTagConfig" not in site.config()
    assert site.run(config=nulls)["mutating"] == []


def test_a_new_origin_beside_the_old_one_then_the_switch_then_its_removal(site: Distributions) -> None:
    control = site.control("sigv4")
    site.run()
    buckets = [bucket("eu-north-1", control), bucket("us-east-1", control)]
    group = {
        "id": "buckets",
        "failover_criteria": {"status_codes": [404, 500]},
        "members": [{"origin_id": "eu-north-1"}, {"origin_id": "us-east-1"}],
    }
    beside = {"name": SITE, "origins": buckets, "origin_groups": [group], "purge_origins": False}
    site.modules.run("cloudfront_distribution", **beside)
    assert {origin["Id"] for origin in site.config()["Origins"]["Items"]} == {"access-point", "eu-north-1", "us-east-1"}
    assert site.modules.run("cloudfront_distribution", **beside)["mutating"] == []
    behavior = {**site.options()["default_cache_behavior"], "target_origin_id": "buckets"}
    switched = {**beside, "default_cache_behavior": behavior}
    site.modules.run("cloudfront_distribution", **switched)
    site.modules.run("cloudfront_distribution", **{**switched, "purge_origins": True})
    assert [origin["Id"] for origin in site.config()["Origins"]["Items"]] == ["eu-north-1", "us-east-1"]
    assert site.modules.run("cloudfront_distribution", **{**switched, "purge_origins": True})["mutating"] == []


def test_tags_of_others_stay(site: Distributions) -> None:
    arn = site.run()["distribution"]["arn"]
    site.client.tag_resource(Resource=arn, Tags={"Items": [{"Key": "cost", "Value": "42"}]})
    assert site.run()["mutating"] == []
    changed = site.run(tags={"team": "ops"})
    assert kinds(changed)[0].startswith("POST")
    assert changed["distribution"]["tags"] == {"team": "ops", "cost": "42", "multiregion-edge": SITE}


def test_somebody_changes_something_else_meanwhile(site: Distributions, monkeypatch: pytest.MonkeyPatch) -> None:
    site.run()
    site.interfere(monkeypatch, "update_distribution", lambda: site.change(WebACLId="theirs"))
    changed = site.run(price_class="PriceClass_100")
    config = site.config()
    assert (config["PriceClass"], config["WebACLId"]) == ("PriceClass_100", "theirs")
    assert not changed.get("warnings")


def test_somebody_changes_the_same_meanwhile(site: Distributions, monkeypatch: pytest.MonkeyPatch) -> None:
    site.run()
    site.interfere(monkeypatch, "update_distribution", lambda: site.change(PriceClass="PriceClass_200"))
    changed = site.run(price_class="PriceClass_100")
    assert site.config()["PriceClass"] == "PriceClass_100"
    assert changed["warnings"] == [
        "price_class became 'PriceClass_200' by somebody else meanwhile; it is made 'PriceClass_100'."
    ]


def test_somebody_adds_an_origin_meanwhile(site: Distributions, monkeypatch: pytest.MonkeyPatch) -> None:
    site.run()

    def add() -> None:
        config = site.config()
        (origin,) = config["Origins"]["Items"]
        theirs = {**origin, "Id": "theirs", "DomainName": "www.example.org"}
        site.change(Origins={"Quantity": 2, "Items": [origin, theirs]})

    ours = [custom(connection_attempts=2)]
    site.interfere(monkeypatch, "update_distribution", add)
    assert not site.run(origins=ours, purge_origins=False).get("warnings")
    assert {origin["Id"] for origin in site.config()["Origins"]["Items"]} == {"access-point", "theirs"}
    site.run(origins=ours)
    site.interfere(monkeypatch, "update_distribution", add)
    removed = site.run(origins=[custom(connection_attempts=1)])["warnings"]
    assert (
        "origins.theirs.domain_name became 'www.example.org' by somebody else meanwhile; it is made nothing." in removed
    )
    assert all(warning.startswith("origins.theirs.") for warning in removed)


@pytest.mark.parametrize("comment", [f"{SITE}, one", f"{SITE}, two"])
def test_two_runs_at_once_make_one(site: Distributions, monkeypatch: pytest.MonkeyPatch, comment: str) -> None:
    site.interfere(monkeypatch, "create_distribution", lambda: site.run(comment=f"{SITE}, one"))
    assert site.run(comment=comment)["distribution"]["id"] == site.only()
    assert site.config()["Comment"] == comment


def test_somebody_enables_it_while_it_is_deleted(site: Distributions, monkeypatch: pytest.MonkeyPatch) -> None:
    site.run()
    site.interfere(monkeypatch, "delete_distribution", lambda: site.change(Enabled=True))
    assert site.delete()["distribution"] is None
    assert site.all() == []


def test_somebody_deletes_it_meanwhile(site: Distributions, monkeypatch: pytest.MonkeyPatch) -> None:
    first = site.run()["distribution"]["id"]

    def delete() -> None:
        site.change(Enabled=False)
        etag = site.client.get_distribution(Id=first)["ETag"]
        site.client.delete_distribution(Id=first, IfMatch=etag)

    site.interfere(monkeypatch, "update_distribution", delete)
    assert site.run(comment="shop, new")["distribution"]["id"] == site.only() != first


def test_deployment_is_waited_for(site: Distributions) -> None:
    site.cloud.behave(distribution_seconds=3600.0)
    started = site.run(wait=False)
    assert started["distribution"]["status"] == "InProgress"
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(status InProgress\)"):
        site.run(wait_timeout=0)
    with pytest.raises(ModuleFailed, match=r"not ready after 0 s \(disabled, InProgress\).*1 of 2 steps were made"):
        site.delete(wait_timeout=0)
    later = site.delete(wait=False)
    assert (later["changed"], later["mutating"]) == (False, [])
    assert later["plan"] == [f"The next run deletes the distribution {site.only()}, once it is disabled everywhere"]
    site.cloud.behave()
    site.run(enabled=True)
    site.cloud.behave(distribution_seconds=3600.0)
    disabled = site.delete(wait=False)
    assert (kinds(disabled), disabled["distribution"]["status"]) == ([UPDATE], "InProgress")
    site.cloud.behave()
    assert kinds(site.delete()) == [DELETE]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_killed_anywhere_it_converges(site: Distributions, steps: int) -> None:
    for run in (site.run, lambda: site.run(tags={"team": "ops"}, comment="shop, new"), site.delete):
        site.cloud.fault(steps, of=site.modules.credentials)
        # Reads are refused too, so it fails also when every change was made.
        with contextlib.suppress(ModuleFailed):
            run()
        site.cloud.fault(None)
        run()
        assert run()["mutating"] == []
    assert site.all() == []


def test_a_reference_that_is_used_up_by_a_deleted_one(site: Distributions) -> None:
    site.cloud.behave(distribution_references_stay=True)
    for number in range(1, 4):
        site.run()
        if number > 1:
            assert site.config()["CallerReference"].startswith(f"multiregion.edge/{SITE}/")
        assert site.run()["mutating"] == []
        site.delete()


def test_a_foreign_distribution_of_the_same_alias_is_left_alone(site: Distributions) -> None:
    refuse_to_take_over(site, checks=(True, False))


def refuse_to_take_over(site: Distributions, checks: tuple[bool, ...]) -> None:
    site.run()
    certificate = {
        "ACMCertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/1",
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    }
    theirs = copy.deepcopy(site.config()) | {
        "CallerReference": f"theirs-{next(_numbers)}",
        "Comment": "theirs",
        "Aliases": {"Quantity": 1, "Items": ["www.example.com"]},
        "ViewerCertificate": certificate,
    }
    other = site.client.create_distribution(DistributionConfig=theirs)["Distribution"]["Id"]
    before = site.client.get_distribution(Id=other)["ETag"]
    options = {
        "aliases": ["www.example.com"],
        "viewer_certificate": {
            "acm_certificate_arn": certificate["ACMCertificateArn"],
            "ssl_support_method": "sni-only",
        },
    }
    for check in checks:
        with pytest.raises(
            ModuleFailed, match=rf"www.example.com is that of the distribution {other} \(theirs\), which"
        ):
            site.run(check=check, **options)
    assert site.client.get_distribution(Id=other)["ETag"] == before


def test_an_alias_that_is_taken_meanwhile_is_explained(site: Distributions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.DistributionApi, "summaries", _stale(api.DistributionApi.summaries))
    refuse_to_take_over(site, checks=(False,))


def _stale(summaries: Callable[[Any], list[dict[str, Any]]]) -> Callable[[Any], list[dict[str, Any]]]:
    """The list as it was before anybody had aliases, the first time; then as it is."""
    asked: list[Any] = []

    def told(self: api.DistributionApi) -> list[dict[str, Any]]:
        asked.append(self)
        first = asked.count(self) == 1
        return [{**item, "Aliases": {}} if first else item for item in summaries(self)]

    return told


@pytest.mark.parametrize(
    ("refused", "shape"), [("custom", "S3OriginConfig"), ("s3", "CustomOriginConfig"), ("", "Custom")]
)
def test_an_access_point_that_cloudfront_signs_for(site: Distributions, refused: str, shape: str) -> None:
    site.cloud.behave(access_point_origin_refused=refused)
    origin = {
        "id": "access-point",
        "domain_name": ACCESS_POINT_HOST,
        "origin_access_control_id": site.control("sigv4a"),
    }
    made = site.run(origins=[origin])
    assert len(made["mutating"]) == (2 if refused == "custom" else 1)
    (live,) = site.config()["Origins"]["Items"]
    assert any(key.startswith(shape) for key in live)
    assert site.run(origins=[origin])["mutating"] == []
    assert site.run(origins=[{**origin, "custom_origin_config": TLS}])["mutating"] == []
    # From the one shape to the other, should CloudFront change its mind; and from signer to signer.
    site.cloud.behave(access_point_origin_refused="s3" if refused == "custom" else "custom")
    site.run(origins=[origin], comment="shop, new")
    assert site.run(origins=[origin], comment="shop, new")["mutating"] == []
    site.run(origins=[custom(origin_access_control_id="")])
    assert "CustomOriginConfig" in site.config()["Origins"]["Items"][0]
    assert site.run(origins=[custom(origin_access_control_id="")])["mutating"] == []


def test_a_shape_that_was_asked_for_is_not_replaced(site: Distributions) -> None:
    site.cloud.behave(access_point_origin_refused="custom")
    origin = {
        "id": "access-point",
        "domain_name": ACCESS_POINT_HOST,
        "origin_access_control_id": site.control("sigv4a"),
    }
    with pytest.raises(ModuleFailed, match="The origin type and OAC origin type differ"):
        site.run(origins=[origin], mrap_origin_shape="custom")
    site.run(origins=[origin], mrap_origin_shape="s3")


@pytest.mark.parametrize("check", [True, False])
def test_what_is_named_is_read_and_judged(site: Distributions, check: bool) -> None:
    behavior = site.options()["default_cache_behavior"]
    wrong = site.control("sigv4")
    for options, words in (
        (
            {"default_cache_behavior": {**behavior, "origin_request_policy_id": ALL_VIEWER}},
            "forwards the viewer's Host",
        ),
        ({"default_cache_behavior": {**behavior, "cache_policy_id": "none"}}, "there is no cache policy none"),
        ({"origins": [custom(origin_access_control_id=wrong)]}, "needs one whose signing_protocol is sigv4a"),
        ({"origins": [custom(origin_access_control_id="ENONE")]}, "there is no origin access control ENONE"),
    ):
        with pytest.raises(ModuleFailed, match=words):
            site.run(check=check, **options)
    assert site.all() == []


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"origins": [{"domain_name": ACCESS_POINT_HOST}]}, "[Ii]d"),
    ({"origins": [{"id": "access-point"}]}, "domain_name is required"),
    ({"origins": ["access-point"]}, "dict"),
    ({"origins": []}, "Origins.Items"),
    ({"origins": [custom(), None]}, "dict|must be"),
    ({"origin_groups": [{"members": [{}]}]}, "[Ii]d"),
    ({"origin_groups": [{"id": "group", "members": "both"}]}, "must be a list"),
    ({"default_cache_behavior": {}}, "target_origin_id"),
    ({"default_cache_behavior": {"target_origin_id": ["access-point"]}}, "must be a string"),
    ({"cache_behaviors": [{"path_pattern": "/a"}]}, "target_origin_id"),
    ({"custom_error_responses": [{"error_code": "not found"}]}, "error_code must be a integer"),
    ({"config": {"commment": "x"}}, "did you mean comment"),
    ({"config": {"aliases": "www.example.com"}}, "aliases must be a list"),
    ({"config": {"comment": None}}, "comment is required"),
    ({"config": {"restrictions": {"geo_restriction": []}}}, "restriction_type is required"),
    ({"viewer_certificate": {"minimum_protocol_version": "TLSv9"}}, "minimum_protocol_version must be one of"),
    ({"http_version": "http9"}, "http_version must be one of"),
]


@pytest.mark.parametrize(("options", "words"), MALFORMED, ids=[str(case[0]) for case in MALFORMED])
def test_what_is_malformed_is_told(site: Distributions, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ModuleFailed, match=words):
        site.run(**options)
    assert site.all() == []


def test_what_botocore_does_not_know_survives(site: Distributions) -> None:
    site.run()

    def add(params: dict[str, Any], **_: Any) -> None:
        params["body"] = params["body"].replace(b"</DistributionConfig>", b"<Quantum>1</Quantum></DistributionConfig>")

    events = site.client.meta.events
    events.register("before-call.cloudfront.UpdateDistribution", add)
    site.change()
    events.unregister("before-call.cloudfront.UpdateDistribution", add)
    etag = site.client.get_distribution(Id=site.only())["ETag"]
    assert site.run()["mutating"] == []
    for check in (True, False):
        with pytest.raises(ModuleFailed, match=r"has Quantum, which this botocore does not know.*Update boto3"):
            site.run(check=check, comment="shop, new")
    assert site.client.get_distribution(Id=site.only())["ETag"] == etag


def test_of_several_with_our_tag_none_is_chosen(site: Distributions) -> None:
    site.run()
    config = {**site.config(), "CallerReference": f"second-{next(_numbers)}"}
    tags = {"Items": [{"Key": "multiregion-edge", "Value": SITE}]}
    site.client.create_distribution_with_tags(DistributionConfigWithTags={"DistributionConfig": config, "Tags": tags})
    for run in (site.run, site.delete):
        with pytest.raises(ModuleFailed, match=f"all have the tag multiregion-edge={SITE}: remove it"):
            run()


@pytest.mark.parametrize("action", ["cloudfront:GetCachePolicy", "cloudfront:ListDistributions"])
def test_a_right_that_lacks_is_told(site: Distributions, action: str) -> None:
    policy = deployer_policy(SITE, site.cloud.account_id)
    policy["Statement"].append({"Effect": "Deny", "Action": action, "Resource": "*"})
    name = f"without-{action.partition(':')[2]}"
    without = Distributions(site.cloud, Modules(site.cloud, site.cloud.create_user(name, policy)))
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {name.partition('-')[2]}: .*Allow the call"):
        without.run()
