"""A site in memory: the effect of each task of a phase, and whether viewers are served after each one."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.multiregion.edge.plugins.module_utils._site.live import Distribution, Live, Mrap, mrap_name
from ansible_collections.multiregion.edge.plugins.module_utils._site.origin_modes import ORIGIN_SETS, origin_set_of
from ansible_collections.multiregion.edge.plugins.module_utils._site.phases import phases
from ansible_collections.multiregion.edge.plugins.module_utils._site.references import resolve
from ansible_collections.multiregion.edge.plugins.module_utils._site.refusals import check
from ansible_collections.multiregion.edge.plugins.module_utils._site.settings import settings
from ansible_collections.multiregion.edge.plugins.module_utils._site.target import Settings, Target

ACCOUNT = "111122223333"
ARN = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
SITE = "shop"


def settings_of(regions: list[str], **variables: Any) -> Settings:
    found: Settings = settings({"edge_name": SITE, "edge_regions": regions, **variables})
    return found


def bucket(region: str) -> str:
    return f"{SITE}-{ACCOUNT}-{region}-an"


def alias(name: str) -> str:
    return f"{name.removeprefix(f'{SITE}-')}.mrap"


@dataclasses.dataclass
class Site:
    """The state in AWS. *readers*: buckets and MRAPs whose policies allow the distribution. *granted*: those that the
    role of the origin request function may read. *config*: of its newest version. *associated*: of the version that the
    distribution uses, if it uses one. *out*: the Regions whose traffic dial is down."""

    origins: dict[str, str] = dataclasses.field(default_factory=dict)
    target: str = ""
    readers: set[str] = dataclasses.field(default_factory=set)
    mraps: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    granted: set[str] = dataclasses.field(default_factory=set)
    function: bool = False
    config: dict[str, Any] = dataclasses.field(default_factory=dict)
    associated: dict[str, Any] | None = None
    selects: bool = False
    keys: list[str] = dataclasses.field(default_factory=list)
    replicated: set[str] = dataclasses.field(default_factory=set)
    backfilled: set[str] = dataclasses.field(default_factory=set)
    groups: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    records: set[str] = dataclasses.field(default_factory=set)
    headers: dict[str, Any] = dataclasses.field(default_factory=dict)
    headers_policy: str = ""
    logs: str = ""
    out: tuple[str, ...] = ()

    def live(self) -> Live:
        policy = {"response_headers_policy_id": self.headers_policy}
        distribution = (
            Distribution(ARN, "d1.cloudfront.net", self.target, self.origins, **policy) if self.origins else None
        )
        mraps = [
            Mrap(name, self._arn(name), mrap["regions"], self.out, mrap["serves"], mrap["policy"])
            for name, mrap in sorted(self.mraps.items())
        ]
        return Live(ACCOUNT, distribution, tuple(mraps))

    @staticmethod
    def _arn(name: str) -> str:
        return f"arn:aws:s3::{ACCOUNT}:accesspoint/{alias(name)}"

    def plan(self, wanted: Settings) -> list[tuple[str, str, Any]]:
        """Phase, task and data, in the order of converge.yml."""
        target = Target(wanted, self.live())
        check(target)
        return [(phase.name, task, data) for phase in phases(target) for task, data in phase.tasks.items()]

    def run(self, wanted: Settings, task: str, data: Any) -> None:
        name = mrap_name(SITE, wanted["regions"])
        mrap = {"arn": self._arn(name), "domain_name": f"{alias(name)}.accesspoint.s3-global.amazonaws.com"}
        results = {
            "mrap": {"multi_region_access_point": mrap} if name in self.mraps else {},
            "origin_request": {"function": {"qualified_arn": "arn:aws:lambda:1"}} if self.function else {},
            "certificate": {"certificate": {"arn": "arn:aws:acm:1"}},
            "distribution": {"distribution": {"arn": ARN}} if self.origins else {},
        }
        if task not in ("certificate", "names"):
            getattr(self, f"_{task}")(wanted, resolve(data, results))

    def _readers(self, names: Any, arns: list[str] | None) -> None:
        if arns is not None:
            self.readers = self.readers - set(names) | (set(names) if arns else set())

    def _buckets(self, _wanted: Settings, data: Any) -> None:
        self._readers(data["names"].values(), data["distribution_arns"])
        self.backfilled |= set() if self.origins else set(data["names"].values())

    def _left(self, _wanted: Settings, data: Any) -> None:
        self._readers(data["names"].values(), [])

    def _mrap_start(self, wanted: Settings, _data: Any) -> None:
        regions = {region: bucket(region) for region in wanted["regions"]}
        self.mraps.setdefault(
            mrap_name(SITE, wanted["regions"]), {"regions": regions, "serves": False, "policy": False}
        )

    def _mrap(self, wanted: Settings, data: Any) -> None:
        self._mrap_start(wanted, {})
        name = mrap_name(SITE, wanted["regions"])
        self.mraps[name]["serves"] = True
        self._readers([name], data["distribution_arns"])
        self.mraps[name]["policy"] = self.mraps[name]["policy"] or bool(data["distribution_arns"])

    def _replication(self, _wanted: Settings, data: Any) -> None:
        self.replicated = set(data["buckets"].values())

    def _backfill(self, _wanted: Settings, data: Any) -> None:
        assert bucket(data["source_region"]) in self.backfilled
        self.backfilled |= set(data["buckets"].values())

    def _viewer_function(self, _wanted: Settings, data: Any) -> None:
        self.selects = data["selects_origins"]

    def _records(self, _wanted: Settings, data: Any) -> None:
        self.records = set(data["buckets"].values())

    def _origin_request(self, _wanted: Settings, data: Any) -> None:
        self.function, self.config = True, data["config"]
        self.granted = {*data["buckets"].values(), *data["mrap_arns"]}

    def _distribution(self, wanted: Settings, data: Any) -> None:
        origins = {origin["id"]: origin["domain_name"] for origin in (*data["origins"], *data["failover_origins"])}
        if data["tasks"] == "add_origins":
            assert not origins.keys() & self.origins.keys()
            self.origins = self.origins | origins
            return
        self.origins = origins if data["purge_origins"] else self.origins | origins
        self.target = data["target"]
        self.headers = data["response_headers"] or self.headers
        self.headers_policy = "own" if data["response_headers"] else wanted["response_headers_policy_id"]
        self.associated = self.config if data["lambda_function_associations"] else None
        self.groups = {group["id"]: [m["origin_id"] for m in group["members"]] for group in data["origin_groups"]}

    def _grant(self, wanted: Settings, data: Any) -> None:
        assert data["distribution_arns"] == [ARN]
        self.readers |= {bucket(region) for region in wanted["regions"]}
        if wanted["origin"] == "mrap":
            name = mrap_name(SITE, wanted["regions"])
            self.readers.add(name)
            self.mraps[name]["policy"] = True

    def _logs(self, _wanted: Settings, data: Any) -> None:
        self.logs = data.get("destination_arn", "")

    def _origin_keys(self, wanted: Settings, data: Any) -> None:
        self.keys = [f"bucket-{region}" for region in wanted["regions"]] if data["state"] == "present" else []

    def _retire(self, _wanted: Settings, data: Any) -> None:
        for name in data["mraps"]:
            del self.mraps[name]
            self.readers.discard(name)
        if data["function"]:
            self.function, self.config, self.granted = False, {}, set()
        if data["records"]:
            self.records = set()
        if data["response_headers_policy"]:
            assert self.headers_policy != "own"
            self.headers = {}

    def state(self) -> Site:
        """The state without its history, such as that an MRAP once had a policy."""
        mraps = {name: {**mrap, "policy": False} for name, mrap in self.mraps.items()}
        return dataclasses.replace(self, mraps=mraps)

    def faults(self) -> list[str]:
        """The reasons why a viewer would not be served."""
        if not self.origins:
            return []
        asked = self.groups.get(self.target, [self.target]) + (self.keys if self.selects else [])
        missing = [origin_id for origin_id in asked if origin_id not in self.origins]
        found = [f"{origin_id} is no origin" for origin_id in missing]
        for origin_id in asked:
            if origin_id not in missing:
                found += self._unreadable(origin_id)
        return found

    def _unreadable(self, origin_id: str) -> list[str]:
        host = self.origins[origin_id]
        origin_set = origin_set_of(origin_id)
        assert origin_set in ORIGIN_SETS.values()
        by_mrap = [name for name in self.mraps if host.startswith(f"{alias(name)}.")]
        if ".mrap." in host and not (by_mrap and self.mraps[by_mrap[0]]["serves"]):
            return [f"{host} is no MRAP that serves"]
        regions = self.mraps[by_mrap[0]]["regions"].values() if by_mrap else [host.partition(".s3.")[0]]
        if empty := sorted(set(regions) - self.backfilled):
            return [f"{name} has no objects" for name in empty]
        if origin_set and origin_set.protocol:
            needed = {*regions, *by_mrap}
            return [f"the distribution cannot read {name}" for name in sorted(needed - self.readers)]
        if not self.function or self.associated is None:
            return ["the origin request function is missing"]
        known = self.associated.get("buckets", {}) | self.associated.get("failover_buckets", {})
        if not by_mrap and not set(regions) <= set(known):
            return [f"the function does not sign for {host}"]
        arns = {self._arn(name) for name in by_mrap}
        return [f"the function cannot read {name}" for name in sorted({*regions, *arns} - self.granted)]
