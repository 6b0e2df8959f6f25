#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_replication_backfill
short_description: Bring objects to the Regions that miss them
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Compares the bucket of every Region with one Region's, brings there what is missing or has other bytes, compares
    again, and succeeds only when nothing is missing.
  - Replication brings what is written after it was set up. So this is for a Region that is added, and for objects
    whose replication failed.
  - Objects are compared by key, size and ETag, and where an ETag proves nothing about the content (KMS encryption,
    other part sizes) by version id and checksum. Only current versions are compared and copied.
  - Copies are made by S3 itself, many side by side, with metadata, headers, tags and website redirect. An object that
    was uploaded in parts is copied in parts of the same sizes. A copy is encrypted as its bucket is configured.
  - A run that was stopped is resumed by running it again.
notes:
  - What replication is about to bring counts as missing. Copying it too does no harm but costs a version. In a mesh,
    a copy is replicated on like everything that is written to its bucket.
  - Objects in the archive storage classes have to be restored first.
options:
  buckets:
    description: The buckets' names by Region, that of O(source_region) among them.
    type: dict
    required: true
  source_region:
    description: The Region whose bucket has all objects.
    type: str
    required: true
  regions:
    description: The Regions to bring objects to, all of O(buckets) by default. O(source_region) is left out.
    type: list
    elements: str
    default: []
  method:
    description:
      - V(copy) copies object by object.
      - V(batch) has the objects replicated by one S3 Batch Operations job in O(source_region), and fails if
        the job is refused or leaves something. It keeps version ids and reaches the Regions that an enabled
        replication rule leads to.
      - V(auto) chooses the job where O(role_arn) is given, rules lead to the Regions and one of them misses more than
        O(batch_threshold) objects, and copies otherwise, and what the job left.
    type: str
    choices: [auto, batch, copy]
    default: auto
  role_arn:
    description: The ARN of the IAM role that the job assumes. It needs the permissions of the S3 User Guide's
      "Configuring IAM policies for Batch Replication", and to trust C(batchoperations.s3.amazonaws.com).
    type: str
  batch_threshold:
    description: How many objects a Region may miss before a job is worth its start.
    type: int
    default: 10000
  prefix:
    description: The beginning of the keys that are compared; all by default.
    type: str
    default: ""
  exclude_prefixes:
    description: Beginnings of keys that are never compared, copied or deleted. By default, what each Region has of its
      own, and what only the home Region needs.
    type: list
    elements: str
    default: [_edge/canary/, _edge/keys/, _edge/region]
  delete_extra:
    description:
      - Whether to put a delete marker on the objects that O(source_region) does not have. They are only counted
        otherwise.
      - It is refused if the source has no objects at all.
    type: bool
    default: false
  wait_timeout:
    description: Seconds after which to stop, between two objects. What was copied stays.
    type: int
    default: 3600
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
seealso:
  - module: multiregion.edge.s3_replication
  - module: multiregion.edge.s3_replication_info
"""

EXAMPLES = r"""
---
- name: Mumbai is new and gets what Stockholm has
  multiregion.edge.s3_replication_backfill:
    buckets:
      eu-north-1: my-site-111122223333-eu-north-1-an
      us-east-1: my-site-111122223333-us-east-1-an
      ap-south-1: my-site-111122223333-ap-south-1-an
    source_region: eu-north-1
    regions: [ap-south-1]

- name: Millions of objects, by a batch job
  multiregion.edge.s3_replication_backfill:
    buckets: "{{ buckets.names }}"
    source_region: eu-north-1
    role_arn: arn:aws:iam::111122223333:role/multiregion-edge-my-site-replication
    wait_timeout: 86400

- name: Is one release the same everywhere?
  multiregion.edge.s3_replication_backfill:
    buckets: "{{ buckets.names }}"
    source_region: eu-north-1
    prefix: r/0f3a9c1d2b4e/
  check_mode: true
  register: compared
  failed_when: not compared.complete
"""

RETURN = r"""
---
regions:
  description: What was found, and what became of it, by Region.
  returned: success
  type: dict
  contains:
    <region>:
      description: The destination in this Region.
      type: dict
      returned: always
      contains:
        missing:
          description: How many objects it lacked at the beginning, or had with other bytes.
          type: int
          returned: always
        copied:
          description: How many of them it has now.
          type: int
          returned: always
        bytes:
          description: The size of the objects that it lacked.
          type: int
          returned: always
        extra:
          description: How many objects it had at the beginning that the source does not have.
          type: int
          returned: always
        extra_keys:
          description: The keys of the first 100 of them.
          type: list
          elements: str
          returned: always
        deleted:
          description: How many of them are deleted now.
          type: int
          returned: always
  sample:
    ap-south-1:
      missing: 120
      copied: 120
      bytes: 3400000
      extra: 0
      extra_keys: []
      deleted: 0
complete:
  description: Whether every Region has all objects. Only in check mode it can be false.
  returned: success
  type: bool
  sample: true
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Bring 120 objects (3.4 MB) to ap-south-1]
api_calls:
  description: How many calls of AWS APIs this run made.
  returned: success
  type: dict
  contains:
    read:
      description: Calls that read.
      type: int
      returned: always
    write:
      description: Calls that change something.
      type: int
      returned: always
done:
  description: The sentences of RV(plan) that were carried out before the failure; they stay, and the next run
    goes on from there.
  returned: failure
  type: list
  elements: str
"""

from ..module_utils._backfill.resource import ARGUMENTS, Backfill
from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, Backfill)


if __name__ == "__main__":
    main()
