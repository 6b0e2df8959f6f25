#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_replication
short_description: Replicate one Region's bucket to all others
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Sets up replication from the home Region's bucket, the only one that is written, to the bucket of every
    other Region, one rule a destination.
  - Rules whose ID does not begin with C(multiregion-edge-) are somebody else's and survive.
  - All buckets need versioning, and O(role_arn) the permissions of the S3 User Guide's "Setting up permissions
    for live replication"; M(multiregion.edge.s3_regional_buckets) takes care of the first, the role
    C(multiregion.edge.replication) of the second.
options:
  buckets:
    description: The buckets' names by Region, the home Region's among them.
    type: dict
    required: true
  home_region:
    description: The Region whose bucket is replicated to all others.
    type: str
    required: true
  role_arn:
    description: The ARN of the IAM role that S3 assumes to replicate.
    type: str
    required: true
  delete_markers:
    description: Whether deleting an object without naming a version is replicated too.
    type: bool
    default: true
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
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
"""

RETURN = r"""
---
source:
  description: The name of the bucket that is replicated.
  returned: success
  type: str
  sample: my-site-111122223333-eu-north-1-an
rules:
  description: All rules of that bucket, those of others included.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The rule's ID.
      type: str
      returned: always
    destination:
      description: The ARN of the bucket that the rule copies to.
      type: str
      returned: always
  sample:
    - id: multiregion-edge-us-east-1
      destination: arn:aws:s3:::my-site-111122223333-us-east-1-an
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

from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import run
from ansible_collections.multiregion.edge.plugins.module_utils._replication.resource import ARGUMENTS, Replication


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, Replication)


if __name__ == "__main__":
    main()
