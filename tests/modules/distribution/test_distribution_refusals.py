"""cloudfront_distribution against local AWS: refusals have a reason, and change nothing."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._distribution import api
from botocore.loaders import Loader

from modules.distributions import ACCESS_POINT_HOST, TLS, UPDATE, Distributions, custom, kinds
from modules.runner import SITE, ModuleFailed
from modules.users import deployer
from unit.distributions import without_member

ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
_numbers = itertools.count()


def test_an_unmanaged_distribution_with_the_same_alias_is_not_changed(site: Distributions) -> None:
    refuse_to_adopt(site, checks=(True, False))


def refuse_to_adopt(site: Distributions, checks: tuple[bool, ...]) -> None:
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


def test_an_alias_that_is_taken_during_the_run_is_explained(
    site: Distributions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.DistributionApi, "summaries", _stale(api.DistributionApi.summaries))
    refuse_to_adopt(site, checks=(False,))


def _stale(summaries: Callable[[Any], list[dict[str, Any]]]) -> Callable[[Any], list[dict[str, Any]]]:
    """The first call returns the list as before the aliases, later calls the current one."""
    asked: list[Any] = []

    def listed(self: api.DistributionApi) -> list[dict[str, Any]]:
        asked.append(self)
        first = asked.count(self) == 1
        return [{**item, "Aliases": {}} if first else item for item in summaries(self)]

    return listed


@pytest.mark.parametrize("check", [True, False])
def test_referenced_resources_are_read_and_checked(site: Distributions, check: bool) -> None:
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
def test_malformed_options_are_refused(site: Distributions, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ModuleFailed, match=words):
        site.run(**options)
    assert site.all() == []


def test_members_unknown_to_botocore_are_kept(site: Distributions) -> None:
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
        with pytest.raises(
            ModuleFailed, match=r"has Quantum, which the installed botocore does not know.*pip install --upgrade"
        ):
            site.run(check=check, comment="shop, new")
    assert site.client.get_distribution(Id=site.only())["ETag"] == etag


def test_the_http_version_of_an_origin_is_set_and_kept_and_an_older_botocore_does_not_remove_it(
    site: Distributions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version() -> str | None:
        return site.config()["Origins"]["Items"][0]["CustomOriginConfig"].get("OriginHttpVersion")  # type: ignore[no-any-return]

    site.run()
    http2 = {**TLS, "origin_http_version": "http2"}
    assert kinds(site.run(origins=[custom(custom_origin_config=http2)])) == [UPDATE]
    assert version() == "http2"
    site.run(comment="shop, new")
    assert version() == "http2"
    # AWS fills in the default.
    http1 = {**TLS, "origin_http_version": "http1.1"}
    site.run(origins=[custom(custom_origin_config=http1)])
    assert site.run(origins=[custom(custom_origin_config=http1)])["mutating"] == []
    site.run(origins=[custom(custom_origin_config=http2)])

    load = Loader.load_service_model

    def older(loader: Loader, service: str, *arguments: Any, **options: Any) -> Any:
        model = load(loader, service, *arguments, **options)
        return without_member(model, "OriginHttpVersion") if service == "cloudfront" and "shapes" in model else model

    with monkeypatch.context() as patched:
        patched.setattr(Loader, "load_service_model", older)
        assert site.run()["mutating"] == []
        with pytest.raises(ModuleFailed, match=r"CustomOriginConfig\.OriginHttpVersion, which the installed botocore"):
            site.run(comment="shop, newer")
    assert version() == "http2"


def test_several_managed_distributions_are_an_error(site: Distributions) -> None:
    site.run()
    config = {**site.config(), "CallerReference": f"second-{next(_numbers)}"}
    tags = {"Items": [{"Key": "multiregion-edge", "Value": SITE}]}
    site.client.create_distribution_with_tags(DistributionConfigWithTags={"DistributionConfig": config, "Tags": tags})
    for run in (site.run, site.delete):
        with pytest.raises(ModuleFailed, match=f"all have the tag multiregion-edge={SITE}: remove it"):
            run()


@pytest.mark.parametrize("action", ["cloudfront:GetCachePolicy", "cloudfront:ListDistributions"])
def test_a_missing_permission_is_reported(site: Distributions, action: str) -> None:
    without = Distributions(site.local_aws, deployer(site.local_aws, action))
    with pytest.raises(ModuleFailed, match=f"AccessDenied from {action.partition(':')[2]}: .*Allow the call"):
        without.run()
