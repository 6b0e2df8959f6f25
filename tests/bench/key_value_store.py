"""Keys of a key value store: one task of this collection compared with one call per key, as in a loop."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.measure import ROUNDS, playbook
from demo.site import LocalSite
from localaws.local_aws import LocalAws

# Together with the digest, these are full batches.
COUNTS = (999, 9999)
CHANGED = 10
TASK = "tests/bench/keys.yml"
REGION = "eu-north-1"
# More keys would not change the result of the loop, and the emulator would be slow: it counts all keys per call.
LONGEST_LOOP = 999
DOLLARS_A_CALL = 0.001

HEADING = "## Keys: one task, or one call a key"


@dataclass
class Calls:
    """The seconds of every round, and the calls of the KeyValueStore service, which cost money."""

    seconds: list[float] = field(default_factory=list)
    reads: int = 0
    writes: int = 0

    def time(self, local_aws: LocalAws, work: Callable[[], object]) -> None:
        before = len(local_aws.requests())
        started = time.perf_counter()
        work()
        self.seconds.append(time.perf_counter() - started)
        made = [each for each in local_aws.requests(before) if each["service"] == "cloudfront-keyvaluestore"]
        self.writes = sum(each["mutating"] for each in made)
        self.reads = len(made) - self.writes


def section() -> list[str]:
    lines = [
        HEADING,
        "",
        f"The task is a run of a playbook, and {CHANGED} values change; the loop is plain boto3 in one process, which",
        "reads each key and puts what differs, so its seconds have no Ansible in them. Local AWS answers at once: in",
        "the real one each call takes its way there and back, so there the calls are the seconds. A call costs",
        f"${DOLLARS_A_CALL}. The ratio is that of calls and dollars, to the task in the same situation.",
    ]
    for count in COUNTS:
        lines += ["", *_table(count, _measure(count))]
    return lines


def _measure(count: int) -> dict[str, Calls]:
    rows: dict[str, Calls] = {}
    for _round in range(ROUNDS):
        with LocalSite({"edge_name": "bench"}, as_root=True) as site:
            local_aws = site.local_aws
            bucket = {"bucket": f"bench-{local_aws.account_id}-{REGION}-an", "region": REGION}
            location = {"LocationConstraint": REGION}
            local_aws.client("s3", REGION).create_bucket(Bucket=bucket["bucket"], CreateBucketConfiguration=location)
            file = site.workdir / "keys.json"
            contestants: dict[str, Callable[[dict[str, str]], Callable[[], object]]] = {
                "the task": _task(site, _store(local_aws, "task"), file, {"manifest": bucket}),
                "the task, without a manifest": _task(site, _store(local_aws, "plain"), file, {}),
            }
            if count <= LONGEST_LOOP:
                contestants["the loop"] = _loop(local_aws, _store(local_aws, "loop"))
            for who, sync in contestants.items():
                for run, keys in _runs(count).items():
                    rows.setdefault(f"{who}, {run}", Calls()).time(local_aws, sync(keys))
    return rows


def _runs(count: int) -> dict[str, dict[str, str]]:
    keys = {f"host-{number:05}.example.com": f"r/2026-11-20/{number}" for number in range(count)}
    return {
        "first run": keys,
        "nothing to change": keys,
        f"{CHANGED} changes": {**keys, **dict.fromkeys(list(keys)[:CHANGED], "r/2026-11-27")},
    }


def _store(local_aws: LocalAws, name: str) -> str:
    arn: str = local_aws.client("cloudfront").create_key_value_store(Name=name)["KeyValueStore"]["ARN"]
    return arn


def _task(
    site: LocalSite, arn: str, file: Path, variables: dict[str, Any]
) -> Callable[[dict[str, str]], Callable[[], object]]:
    def sync(keys: dict[str, str]) -> Callable[[], object]:
        file.write_text(json.dumps(keys))
        given = json.dumps({"store": arn, "file": str(file), **variables})
        return playbook(site, TASK, "--extra-vars", given)

    return sync


def _loop(local_aws: LocalAws, arn: str) -> Callable[[dict[str, str]], Callable[[], object]]:
    def sync(keys: dict[str, str]) -> Callable[[], object]:
        def run() -> None:
            api = local_aws.client("cloudfront-keyvaluestore")
            described = api.describe_key_value_store(KvsARN=arn)
            etag, empty = described["ETag"], not described["ItemCount"]
            for key, value in keys.items():
                if empty or api.get_key(KvsARN=arn, Key=key)["Value"] != value:
                    etag = api.put_key(KvsARN=arn, Key=key, Value=value, IfMatch=etag)["ETag"]

        return run

    return sync


def _table(count: int, rows: dict[str, Calls]) -> list[str]:
    lines = [f"{count} keys, and the digest.", ""]
    if count > LONGEST_LOOP:
        lines = [f"{count} keys, and the digest. The loop's calls are counted, not made.", ""]
        for run, puts in zip(_runs(1), (count, 0, CHANGED), strict=True):
            rows[f"the loop, {run}"] = Calls([], 1 + (count if run != "first run" else 0), puts)
    lines += ["| run | reads | writes | dollars | ratio | seconds |", "|---|---|---|---|---|---|"]
    for what, calls in rows.items():
        total = calls.reads + calls.writes
        unit = rows[f"the task, {what.rpartition(', ')[2]}"]
        seconds = f"{statistics.median(calls.seconds):.1f}" if calls.seconds else ""
        ratio = _short(total / (unit.reads + unit.writes))
        lines.append(
            f"| {what} | {calls.reads} | {calls.writes} | {total * DOLLARS_A_CALL:.3f} | {ratio} | {seconds} |"
        )
    return lines


def _short(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 100 else f"{ratio:.0f}"
