"""Every origin mode: deployed, published, served, and a Region taken out of service."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.site import LocalSite
from e2e.origin_modes import ORIGIN_MODES, REGIONS, ZONE
from e2e.playbook_results import last, mutating, recap, run
from localaws.geo import by_round_trip, load_pops
from localaws.viewer import get

pytestmark = [pytest.mark.shares_nothing, pytest.mark.takes(40)]

OUT = REGIONS[0]
# What another origin mode refuses.
NO_RECORD = {"edge_weights": {}}


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[LocalSite]:
    directory = tmp_path / "site"
    directory.mkdir()
    for number in range(20):
        (directory / f"page-{number}.html").write_text(f"page {number}")
    (directory / "index.html").write_text("front")
    (directory / "404.html").write_text("not here")
    variables = {"edge_name": "modes", "edge_regions": REGIONS, "edge_site": str(directory)}
    with LocalSite(variables | ORIGIN_MODES[request.param]) as local_site:
        yield local_site


def nearest(code: str, regions: list[str]) -> str:
    """The Region nearest to the regional edge cache, which runs Lambda@Edge and sends the request to the origin."""
    return by_round_trip(load_pops()[code].regional_edge_cache, regions)[0]


def served(site: LocalSite) -> dict[str, str]:
    """The Region that serves each edge location."""
    answers = {code: get(site.edge_url, "/_edge/region", pop=code) for code in load_pops()}
    assert {answer.status for answer in answers.values()} == {200}, answers
    return {code: answer.body.decode() for code, answer in answers.items()}


# Other tests have the others.
TESTED = [mode for mode in ORIGIN_MODES if mode not in ("mrap", "mrap with failover signed by CloudFront")]


@pytest.mark.parametrize("site", TESTED, indirect=True)
def test_each_origin_mode_is_deployed_served_and_fails_over(site: LocalSite) -> None:
    overridden = {}
    if site.variables.get("edge_origin") == "region_map":
        overridden = region_map_parameter(site)
    run(site, "site.yml")
    run(site, "playbooks/publish.yml")
    site.start_edge()
    for number, code in enumerate(sorted(load_pops())):
        page = get(site.edge_url, f"/page-{number % 20}.html", pop=code)
        assert (page.status, page.body) == (200, f"page {number % 20}".encode())
    nothing = get(site.edge_url, "/nothing.html", pop="SYD")
    assert (nothing.status, nothing.body) == (404, b"not here")
    origin = site.variables.get("edge_origin", "mrap")
    if origin in ("region_map", "nearest_bucket"):
        caches = {code: pop.regional_edge_cache for code, pop in load_pops().items()}
        assert served(site) == {code: overridden.get(caches[code], nearest(code, REGIONS)) for code in caches}
    if origin in ("dns_record", "nearest_bucket"):  # traffic dials have their own tests
        run(site, "playbooks/failover.yml", edge_out_of_service=OUT, edge_drill=True)
        wait_until_served(site, OUT, by_any=True)
    if site.variables.get("edge_origin_failover"):
        lacking_replicas_are_no_error(site)
    elif origin == "dns_record":
        shares_are_kept(site)
    elif origin != "region_map":
        run(site, "playbooks/failover.yml", edge_out_of_service=OUT)
    start = last(site)
    assert recap(run(site, "site.yml")) == (0, 0)  # Regions out of service stay so
    assert mutating(site, start) == []
    if origin == "region_map":
        assert OUT in served(site).values()
    else:
        wait_until_served(site, OUT, by_any=False)


def shares_are_kept(site: LocalSite) -> None:
    """Shares and TTL are set by site.yml, and a Region that comes back in service gets its share again."""
    site.variables |= {"edge_weights": {OUT: 70, REGIONS[1]: 20}, "edge_dns_ttl": 5}
    run(site, "site.yml")
    shares = {OUT: 70, REGIONS[1]: 20, REGIONS[2]: 100}
    assert weights(site) == shares
    run(site, "playbooks/failover.yml", edge_out_of_service=OUT)
    assert weights(site) == {**shares, OUT: 0}
    refused = site.playbook(
        "site.yml", "--extra-vars", json.dumps({"edge_origin": "region_map", **NO_RECORD}), capture=True
    )
    assert refused.returncode != 0
    assert f"{OUT} is out of service: put it back in service with failover.yml" in " ".join(refused.stdout.split())
    run(site, "playbooks/failover.yml")
    assert weights(site) == shares
    run(site, "playbooks/failover.yml", edge_out_of_service=OUT)


def weights(site: LocalSite) -> dict[str, int]:
    """By Region, of the TXT records, which all have the TTL."""
    route53 = site.local_aws.client("route53")
    zone = route53.list_hosted_zones_by_name(DNSName=ZONE)["HostedZones"][0]["Id"]
    records = [
        record
        for record in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        if record["Type"] == "TXT"
    ]
    assert {record["TTL"] for record in records} == {5}
    return {record["SetIdentifier"].partition(" ")[0]: record["Weight"] for record in records}


def lacking_replicas_are_no_error(site: LocalSite) -> None:
    """Sydney is routed to the bucket there. What it lacks comes from the home Region, and while this is out of service,
    from the next one."""
    put_only_in(site, REGIONS[0], "late.html")
    put_only_in(site, REGIONS[1], "later.html")
    late, later = (get(site.edge_url, path, pop="SYD") for path in ("/late.html", "/later.html"))
    assert (late.status, late.body) == (200, b"late.html")
    assert (later.status, later.body) == (404, b"not here")
    group = failover_members(site)
    run(site, "playbooks/failover.yml", edge_out_of_service=OUT, edge_drill=True)
    assert failover_members(site) == group
    run(site, "playbooks/failover.yml", edge_out_of_service=OUT)
    assert failover_members(site) == ["mrap", f"mrap-failover-{REGIONS[1]}"]
    put_only_in(site, REGIONS[1], "latest.html")
    deadline = time.monotonic() + 30
    while get(site.edge_url, f"/latest.html?{time.monotonic()}", pop="SYD").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.5)


def failover_members(site: LocalSite) -> list[str]:
    config = site.local_aws.client("cloudfront").get_distribution_config(Id=site.distribution_id())
    (group,) = config["DistributionConfig"]["OriginGroups"]["Items"]
    return [member["OriginId"] for member in group["Members"]["Items"]]


def put_only_in(site: LocalSite, region: str, name: str) -> None:
    """A page of the release that the other Regions lack. Only the home Region's objects are replicated."""
    clients = {each: site.local_aws.client("s3", each) for each in REGIONS}
    buckets = {each: f"modes-{site.local_aws.account_id}-{each}-an" for each in REGIONS}
    listed = clients[region].list_objects_v2(Bucket=buckets[region], Prefix="r/")["Contents"]
    (front,) = [item["Key"] for item in listed if item["Key"].endswith("/index.html")]
    key = front.replace("index.html", name)
    clients[region].put_object(Bucket=buckets[region], Key=key, Body=name.encode())
    for each in REGIONS[1:] if region == REGIONS[0] else ():
        clients[each].delete_object(Bucket=buckets[each], Key=key)


def region_map_parameter(site: LocalSite) -> dict[str, str]:
    """The Regions of some regional edge caches, in an SSM parameter that the function reads with its own role."""
    name, found = "/modes/region-map", {"us-west-2": "ap-southeast-2", "eu-west-1": "us-east-1"}
    site.variables["edge_region_map_parameter"] = name
    start = last(site)
    refused = site.playbook("site.yml", capture=True)
    assert refused.returncode != 0
    assert f"there is no SSM parameter {name} in {site.home_region}. Create it: aws ssm put-parameter" in refused.stdout
    assert mutating(site, start) == []
    site.local_aws.client("ssm", site.home_region).put_parameter(Name=name, Value=json.dumps(found), Type="String")
    return found


def wait_until_served(site: LocalSite, region: str, by_any: bool) -> None:
    """Until *region* serves any edge location, or none. An edge location may keep a TXT record until its TTL expires:
    after a failover one that failover.yml does not probe, after a drill all of them."""
    deadline = time.monotonic() + 60
    while (region in served(site).values()) != by_any:
        assert time.monotonic() < deadline
        time.sleep(0.5)


@pytest.mark.parametrize("site", ["nearest_bucket"], indirect=True)
def test_check_mode_on_an_empty_account_predicts_the_origin_mode(site: LocalSite) -> None:
    start = last(site)
    predicted = run(site, "site.yml", "--check", "--diff", "-v")
    for sentence in (
        "Create the origin access control modes-sigv4",
        "Create the distribution of modes",
        "Ask bucket-eu-north-1, then bucket-us-east-1 for what eu-west-1 has not cached",
    ):
        assert sentence in predicted
    assert mutating(site, start) == []


@pytest.mark.parametrize("site", ["region_map"], indirect=True)
def test_failover_of_a_region_map_is_refused_with_a_message(site: LocalSite) -> None:
    outcome = site.playbook("playbooks/failover.yml", "--extra-vars", f"edge_out_of_service={OUT}", capture=True)
    assert outcome.returncode != 0
    assert "CloudFront's origin group takes the next bucket by itself" in " ".join(outcome.stdout.split())
