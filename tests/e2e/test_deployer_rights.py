"""docs/deployer is enough for a first deployment in each origin mode, and has nothing that is not needed."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from demo.site import FIRST, TO_PUBLISH, LocalSite, deployer_policy
from e2e.origin_modes import ORIGIN_MODES, REGIONS
from e2e.playbook_results import run
from e2e.policy_use import Authorisation, Part, Statement, allowing, parts

pytestmark = [pytest.mark.shares_nothing, pytest.mark.takes(100)]

SITE, ZONE = "rights", "example.com"


def everything(mode: str, directory: Path) -> dict[str, Any]:
    """The variables of a site that uses all that docs/deployer has rights for."""
    directory.mkdir()
    for name in ("index.html", "404.html"):
        (directory / name).write_text(name)
    names = {"edge_aliases": [f"www.{ZONE}", ZONE], "edge_dns_zone": ZONE}
    given = {"edge_name": SITE, "edge_regions": REGIONS, "edge_site": str(directory), "edge_tags": {"team": "web"}}
    return {**given, **names, **ORIGIN_MODES[mode]}


def deploy(site: LocalSite) -> list[Authorisation]:
    """What the first site.yml was authorised for."""
    aws = site.local_aws
    acl = f"arn:aws:wafv2:us-east-1:{aws.account_id}:global/webacl/mine/473e64fd-f30b-4765-81a0-62ad96dd167a"
    keys = {region: aws.client("kms", region).create_key()["KeyMetadata"]["Arn"] for region in REGIONS}
    site.variables |= {"edge_web_acl_arn": acl, "edge_kms_keys": keys}
    start = len(aws.authorisations())
    run(site, "site.yml")
    return [each for each in aws.authorisations(start) if each["access_key_id"] == site.credentials.access_key_id]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalSite, list[Authorisation]]]:
    """The site in the default origin mode."""
    variables = everything("mrap", tmp_path_factory.mktemp("live") / "site")
    with LocalSite(variables, documents=FIRST) as site:
        yield site, deploy(site)


@pytest.fixture(scope="module")
def asked(
    live: tuple[LocalSite, list[Authorisation]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Authorisation]]:
    """By origin mode."""
    found = {"mrap": live[1]}
    for mode in ORIGIN_MODES.keys() - found.keys():
        variables = everything(mode, tmp_path_factory.mktemp("mode") / "site")
        with LocalSite(variables, documents=FIRST) as site:
            found[mode] = deploy(site)
    return found


@pytest.fixture(scope="module")
def statements(live: tuple[LocalSite, list[Authorisation]]) -> list[Statement]:
    found: list[Statement] = deployer_policy(SITE, live[0].local_aws.account_id, FIRST)["Statement"]
    return found


def test_a_first_deployment_goes_through_in_each_origin_mode(asked: dict[str, list[Authorisation]]) -> None:
    assert asked.keys() >= {"mrap", "region_map", "dns_record", "nearest_bucket"}
    for mode, authorisations in asked.items():
        assert [each for each in authorisations if not each["allowed"]] == [], mode


def test_no_statement_action_or_resource_is_unused(
    asked: dict[str, list[Authorisation]], statements: list[Statement]
) -> None:
    used: set[Part] = set()
    for each in (each for authorisations in asked.values() for each in authorisations):
        allowed_by = set(allowing(statements, each))
        assert allowed_by, f"{each['action']} on {each['resource']} is allowed here, and by no statement"
        used |= allowed_by
    for name, axis in {
        "statement": lambda part: part[0],
        "action": lambda part: part[:2],
        "resource": _resource,
    }.items():
        every = {axis(part) for statement in statements for part in parts(statement)}
        assert every - {axis(part) for part in used} == set(), f"an unused {name}"


def _resource(part: Part) -> tuple[str, str]:
    return part[0], part[2]


def test_each_removed_statement_fails_a_call(
    asked: dict[str, list[Authorisation]], statements: list[Statement]
) -> None:
    every = [each for authorisations in asked.values() for each in authorisations]
    needed = {frozenset(part[0] for part in allowing(statements, each)) for each in every}
    assert {statement["Sid"] for statement in statements} == {sid for sids in needed if len(sids) == 1 for sid in sids}


class TestPublication:
    """A job that publishes has publish.json, and can do nothing else."""

    @pytest.fixture(scope="class")
    def publisher(self, live: tuple[LocalSite, list[Authorisation]]) -> Iterator[LocalSite]:
        site = live[0]
        aws = site.local_aws
        store = aws.client("cloudfront").describe_key_value_store(Name=SITE)["KeyValueStore"]["Id"]
        policy = deployer_policy(SITE, aws.account_id, TO_PUBLISH, HOME=site.home_region, STORE=store)
        deployer, site.credentials = site.credentials, aws.create_user("publisher", policy)
        yield site
        site.credentials = deployer

    def test_it_publishes(self, publisher: LocalSite) -> None:
        aws, start = publisher.local_aws, len(publisher.local_aws.authorisations())
        run(publisher, "playbooks/publish.yml")
        Path(publisher.variables["edge_site"], "index.html").write_text("the second release")
        run(publisher, "playbooks/publish.yml")
        found = [each for each in aws.authorisations(start) if each["principal"].endswith("user/publisher")]
        assert found and [each for each in found if not each["allowed"]] == []

    def test_it_cannot_deploy(self, publisher: LocalSite) -> None:
        requests = len(publisher.local_aws.requests())
        outcome = publisher.playbook("site.yml", capture=True)
        assert outcome.returncode != 0
        assert "AccessDenied" in outcome.stdout
        made = [each for each in publisher.local_aws.requests(requests) if each["mutating"] and each["status"] < 300]
        assert made == []

    def test_it_cannot_change_iam_or_what_is_not_a_release(self, publisher: LocalSite) -> None:
        aws, keys = publisher.local_aws, publisher.credentials

        def client(service: str, region: str = "us-east-1") -> Any:
            return aws.client(service, region, keys)

        home = f"{SITE}-{aws.account_id}-{publisher.home_region}-an"
        other = f"{SITE}-{aws.account_id}-{REGIONS[1]}-an"
        another = aws.client("cloudfront").create_key_value_store(Name="another")["KeyValueStore"]["ARN"]
        role, distribution = f"multiregion-edge-{SITE}-replication", publisher.distribution_id()
        tries: list[Callable[[], Any]] = [
            lambda: client("iam").get_role(RoleName=role),
            lambda: client("iam").delete_role(RoleName=role),
            lambda: client("iam").create_role(RoleName="mine", AssumeRolePolicyDocument="{}"),
            lambda: client("s3", publisher.home_region).put_object(Bucket=home, Key="_edge/region", Body=b"x"),
            lambda: client("s3", REGIONS[1]).put_object(Bucket=other, Key="r/1/index.html", Body=b"x"),
            lambda: client("s3", publisher.home_region).delete_object(Bucket=home, Key="r/1/index.html"),
            lambda: client("s3", publisher.home_region).get_bucket_policy(Bucket=home),
            lambda: client("cloudfront-keyvaluestore").describe_key_value_store(KvsARN=another),
            lambda: client("cloudfront").delete_distribution(Id=distribution, IfMatch="E"),
            lambda: client("cloudfront").delete_key_value_store(Name=SITE, IfMatch="E"),
            lambda: client("lambda").list_versions_by_function(FunctionName=f"{SITE}-origin-request"),
        ]
        for number, attempt in enumerate(tries):
            with pytest.raises(ClientError, match="AccessDenied"):
                attempt()
                pytest.fail(f"attempt {number} succeeded")
