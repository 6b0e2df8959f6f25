#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_replication_info
short_description: Whether replication between a site's buckets works
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Looks at every edge, which is the replication from one Region's bucket to another's, and names in one sentence what
    is wrong with it and what to do.
  - It looks at the buckets, their versioning and encryption, the rules, the role with its trust and policies, the KMS
    keys, CloudWatch's metrics of the rules that publish them, on demand at the objects, and on demand it sends a
    probe object, a small one that it writes to each source, waits for in each destination and removes everywhere.
  - It does not fail because replication is broken. Use M(ansible.builtin.assert) on RV(healthy) for that. It fails if
    these credentials may not read the buckets.
  - What these credentials may not look at, besides the buckets and their rules, counts as right. A probe object
    shows otherwise.
options:
  buckets:
    description: The buckets' names by Region.
    type: dict
    required: true
  topology:
    description: V(hub) expects replication from O(home_region) to all others, V(mesh) from every Region to every other.
    type: str
    choices: [hub, mesh]
    default: hub
  home_region:
    description: The Region that the others get everything from. Needed for V(hub).
    type: str
  role_arn:
    description: The ARN of the IAM role that the buckets are expected to replicate with; any by default.
    type: str
  probe:
    description:
      - Whether to write probe objects, over the edges that are configured right. They are objects below
        C(_edge/canary/), and are removed with all their versions, also after a failure.
      - What a run that was killed left of its own is removed by a run an hour later. None is sent in check mode.
    type: bool
    default: false
  probe_timeout:
    description: Seconds to wait for the probe objects.
    type: int
    default: 300
  scan_prefix:
    description: The beginning of the keys of objects to look at in the sources, one call each, for those that failed to
      replicate or are under way. No objects are looked at by default; V("") is all.
    type: str
  scan_limit:
    description: How many objects of each source to look at, at most.
    type: int
    default: 1000
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes.actiongroup_edge
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: It only reads then, and writes no probe object.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), in diff mode.
    support: N/A
  idempotent:
    description: When run twice in a row with the same arguments, the second call makes no mutating call to AWS.
    support: partial
    details: With O(probe=true), every run writes probe objects and removes them.
seealso:
  - module: multiregion.edge.s3_replication
  - module: multiregion.edge.s3_replication_backfill
"""

EXAMPLES = r"""
---
- name: How is replication?
  multiregion.edge.s3_replication_info:
    buckets:
      eu-north-1: my-site-111122223333-eu-north-1-an
      us-east-1: my-site-111122223333-us-east-1-an
    home_region: eu-north-1
    probe: true
  register: replication

- name: It has to work
  ansible.builtin.assert:
    that: replication.healthy
    fail_msg: "{{ replication.problems | join('\n') }}"

- name: Which objects of a release did not arrive?
  multiregion.edge.s3_replication_info:
    buckets: "{{ buckets.names }}"
    topology: mesh
    scan_prefix: r/0f3a9c1d2b4e/
    scan_limit: 10000
"""

RETURN = r"""
---
edges:
  description: Every edge that is expected.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: The Region that it comes from.
      type: str
      returned: always
    destination:
      description: The Region that it goes to.
      type: str
      returned: always
    rule_id:
      description: The ID of the replication rule, null if there is none.
      type: str
      returned: always
    rule_status:
      description: V(Enabled) or V(Disabled), null if there is no rule.
      type: str
      returned: always
    healthy:
      description: Whether nothing is known to be wrong.
      type: bool
      returned: always
    problem:
      description: What is wrong and what to do, in one sentence; null if it is healthy.
      type: str
      returned: always
    lag_seconds:
      description: How far the destination is behind, by CloudWatch; null if the rule publishes no metrics, there are
        none of the last hour, or these credentials may not read them.
      type: float
      returned: always
    pending_operations:
      description: How many operations are under way, by CloudWatch; null as above.
      type: int
      returned: always
    pending_bytes:
      description: How many bytes are under way, by CloudWatch; null as above.
      type: int
      returned: always
    failed_operations:
      description: How many operations failed in the last hour, by CloudWatch; null if the rule publishes no metrics or
        these credentials may not read them.
      type: int
      returned: always
    failed_objects:
      description: How many of the objects that were looked at failed to replicate and are not there; null without
        O(scan_prefix).
      type: int
      returned: always
    pending_objects:
      description: How many of the objects that were looked at are under way; null without O(scan_prefix).
      type: int
      returned: always
    probe_seconds:
      description: How long the probe object took; null if it did not arrive or none was written.
      type: float
      returned: always
  sample:
    - source: eu-north-1
      destination: us-east-1
      rule_id: multiregion-edge-us-east-1
      rule_status: Enabled
      healthy: true
      problem: null
      lag_seconds: 4.0
      pending_operations: 0
      pending_bytes: 0
      failed_operations: 0
      failed_objects: null
      pending_objects: null
      probe_seconds: 8.2
healthy:
  description: Whether all edges are.
  returned: success
  type: bool
  sample: true
problems:
  description: The problems of all edges.
  returned: success
  type: list
  elements: str
  sample:
    - "eu-north-1 to us-east-1: versioning of my-site-111122223333-us-east-1-an in us-east-1 is suspended: enable it."
scanned_objects:
  description: How many objects were looked at; null without O(scan_prefix).
  returned: success
  type: int
"""

from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run_info
from ..module_utils._replication_health.info import ARGUMENTS, report


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run_info(module, report)


if __name__ == "__main__":
    main()
