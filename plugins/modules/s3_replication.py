#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_replication
short_description: Replicate buckets of several Regions to each other
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Sets up replication among one bucket in each Region, either from the home Region's, the only one that is
    written, to all others (O(topology=hub)), or from every one to every other (O(topology=mesh)).
  - S3 does not replicate a replica again, so a mesh has a rule for each pair of Regions, and nothing goes round
    in circles.
  - Rules whose ID does not begin with C(multiregion-edge-) are not managed, and survive unless O(purge).
  - Another home, another topology and other Regions are set in an order in which whatever is written in between
    reaches every Region - buckets that start to replicate come first, and only when their rules are in effect do
    others stop.
  - Only what is written from then on is replicated, not what is in the buckets already.
  - Keys that begin with C(_edge/region) are not replicated, since each bucket has its own marker
    (M(multiregion.edge.s3_region_markers)). If S3 refuses such a rule, there is a warning, and the rule replicates
    them too.
  - All buckets need versioning, and O(role_arn) the permissions of the S3 User Guide's "Setting up permissions
    for live replication"; M(multiregion.edge.s3_regional_buckets) takes care of the first, the role
    C(multiregion.edge.replication) of the second.
options:
  buckets:
    description:
      - The buckets' names by Region, up to 17. Buckets that are not named keep their rules.
      - So give a Region that is to leave with O(state=absent) first.
    type: dict
    required: true
  state:
    description:
      - V(present) sets the managed rules, V(absent) removes them from all O(buckets), and the replication configuration
        where no other rule is left.
    type: str
    choices: [present, absent]
    default: present
  topology:
    description:
      - V(hub) replicates the bucket of O(home_region) to all others, by one rule for each.
      - V(mesh) replicates every bucket to every other. Two Regions that write the same key at the same time
        each get both versions, and S3 does not merge them.
    type: str
    choices: [hub, mesh]
    default: hub
  home_region:
    description: The Region whose bucket is written. Needed for O(topology=hub), without meaning for V(mesh).
    type: str
  role_arn:
    description: The ARN of the IAM role that S3 assumes to replicate. Needed for O(state=present).
    type: str
  delete_markers:
    description:
      - Whether deleting an object without naming a version is replicated too.
      - Deleting a version is never replicated, nor is what a lifecycle deletes.
    type: bool
    default: true
  replica_modifications:
    description:
      - Whether changes of a replica's tags, ACL and Object Lock settings are replicated like those of other objects.
      - In a hub it concerns what the home Region's bucket has from an earlier home. S3 then replicates changes
        of that too, and a hub's rules are the same as those that a mesh has for its home.
    type: bool
    default: true
  metrics:
    description:
      - Whether S3 sends each rule's latency, pending bytes and operations, and failed operations to CloudWatch.
      - AWS bills them as custom metrics, for each rule - a mesh of 17 Regions has 272 rules.
    type: bool
    default: true
  time_control:
    description:
      - Whether S3 Replication Time Control is on, by which AWS promises that nearly all objects are replicated
        within 15 minutes. AWS charges for it by the byte.
      - It needs O(metrics), and turns them on.
    type: bool
    default: false
  kms_keys:
    description:
      - The ARN of a KMS key for each Region of O(buckets), that the replicas there are encrypted with. Objects
        that are encrypted with a KMS key are then replicated too, which S3 does not do otherwise.
      - O(role_arn) needs the permission to use them.
    type: dict
    default: {}
  multi_region_keys:
    description:
      - Whether S3 encrypts each replica with the multi-Region key that is related to the key of its source object.
        Without it, or if that is no multi-Region key, it is the key in O(kms_keys).
      - For buckets whose objects have several multi-Region keys. If all have one, O(kms_keys) with its replica keys is
        enough.
      - It needs O(kms_keys), which must be multi-Region keys, and O(role_arn) the permission to use every key.
    type: bool
    default: false
  purge:
    description: Whether rules that are not managed are removed.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds to wait until S3 takes rules for which a bucket, its versioning or the role is still too new, and
        then again until they are read back.
    type: int
    default: 300
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: From Stockholm to everywhere
  multiregion.edge.s3_replication:
    buckets:
      eu-north-1: my-site-111122223333-eu-north-1-an
      us-east-1: my-site-111122223333-us-east-1-an
    home_region: eu-north-1
    role_arn: arn:aws:iam::111122223333:role/my-site-replication

- name: From everywhere to everywhere, within 15 minutes
  multiregion.edge.s3_replication:
    buckets: "{{ buckets.names }}"
    topology: mesh
    time_control: true
    role_arn: arn:aws:iam::111122223333:role/my-site-replication

- name: Objects that are encrypted with KMS keys
  multiregion.edge.s3_replication:
    buckets:
      eu-north-1: my-site-111122223333-eu-north-1-an
      us-east-1: my-site-111122223333-us-east-1-an
    home_region: eu-north-1
    role_arn: arn:aws:iam::111122223333:role/my-site-replication
    kms_keys:
      eu-north-1: arn:aws:kms:eu-north-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666
      us-east-1: arn:aws:kms:us-east-1:111122223333:key/9f8e7d6c-1111-2222-3333-444455556666

- name: A Region leaves
  multiregion.edge.s3_replication:
    buckets:
      us-east-1: my-site-111122223333-us-east-1-an
    state: absent
"""

RETURN = r"""
---
replication:
  description: By Region, how the bucket replicates.
  returned: success
  type: dict
  contains:
    <region>:
      description: The bucket of this Region.
      type: dict
      returned: always
      contains:
        bucket:
          description: The bucket's name.
          type: str
          returned: always
        role_arn:
          description: The role that S3 assumes for all its rules; none where the bucket does not replicate.
          type: str
          returned: always
        rules:
          description: All its rules, those of others included.
          type: list
          elements: dict
          returned: always
          contains:
            id:
              description: The rule's ID.
              type: str
              returned: always
            destination:
              description: The name of the bucket that the rule copies to.
              type: str
              returned: always
            priority:
              description: The rule's priority among rules of the same destination; the highest wins.
              type: int
              returned: always
            status:
              description: V(Enabled) or V(Disabled).
              type: str
              returned: always
            managed:
              description: Whether it is a rule of this collection.
              type: bool
              returned: always
  sample:
    eu-north-1:
      bucket: my-site-111122223333-eu-north-1-an
      role_arn: arn:aws:iam::111122223333:role/my-site-replication
      rules:
        - id: multiregion-edge-us-east-1
          destination: my-site-111122223333-us-east-1-an
          priority: 14
          status: Enabled
          managed: true
    us-east-1:
      bucket: my-site-111122223333-us-east-1-an
      role_arn:
      rules: []
sources:
  description: The names of those of O(buckets) that replicate by managed rules.
  returned: success
  type: list
  elements: str
  sample: [my-site-111122223333-eu-north-1-an]
destinations:
  description: The names of the buckets that they replicate to.
  returned: success
  type: list
  elements: str
  sample: [my-site-111122223333-us-east-1-an]
previous_sources:
  description: RV(sources) before this run. The role needs permissions for both until the run is over.
  returned: success
  type: list
  elements: str
  sample: []
previous_destinations:
  description: RV(destinations) before this run.
  returned: success
  type: list
  elements: str
  sample: []
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Replicate my-site-111122223333-eu-north-1-an from eu-north-1 to us-east-1]
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

from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run
from ..module_utils._replication.resource import ARGUMENTS, Replication


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, Replication)


if __name__ == "__main__":
    main()
