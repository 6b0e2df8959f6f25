#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_regional_buckets
short_description: One bucket a Region, all alike
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Brings a site's buckets, one in each Region, to the state that replication and a Multi-Region Access Point
    need, all Regions at the same time.
  - Every bucket gets versioning, the bucket owner's ownership of all objects, a block of all public access, a
    policy that refuses plain HTTP and TLS before 1.2, a lifecycle that removes old versions and aborted
    uploads, and the tag C(multiregion-edge) with the site's name.
  - What others put into a bucket's policy, lifecycle or tags survives.
options:
  site:
    description:
      - The site's name. The buckets are named C(<site>-<account>-<region>-an), in the account's own namespace,
        unless O(names) has other names.
      - A bucket whose tag C(multiregion-edge) names another site is refused.
    type: str
    required: true
  regions:
    description: The AWS Regions that get a bucket.
    type: list
    elements: str
    required: true
  names:
    description: The buckets' names by Region, for all of O(regions), in S3's global namespace. Buckets of yours
      that exist already are adopted.
    type: dict
    default: {}
  tags:
    description: Tags that every bucket should have. Other tags of the buckets survive.
    type: dict
    default: {}
  noncurrent_days:
    description: Days after which a version that is no longer current is removed.
    type: int
    default: 30
  wait_timeout:
    description: Seconds to wait until every Region reads back what was set.
    type: int
    default: 300
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Buckets in three Regions
  multiregion.edge.s3_regional_buckets:
    site: my-site
    regions: [eu-north-1, us-east-1, ap-southeast-2]
    tags:
      team: web
  register: buckets

- name: Buckets with names of one's own
  multiregion.edge.s3_regional_buckets:
    site: my-site
    regions: [eu-north-1, us-east-1]
    names:
      eu-north-1: example-com-stockholm
      us-east-1: example-com-virginia
"""

RETURN = r"""
---
buckets:
  description: The buckets by Region.
  returned: success
  type: dict
  contains:
    <region>:
      description: The bucket of this Region.
      type: dict
      returned: always
      contains:
        region:
          description: The Region.
          type: str
          returned: always
        name:
          description: The bucket's name.
          type: str
          returned: always
        arn:
          description: The bucket's ARN.
          type: str
          returned: always
  sample:
    eu-north-1:
      region: eu-north-1
      name: my-site-111122223333-eu-north-1-an
      arn: arn:aws:s3:::my-site-111122223333-eu-north-1-an
names:
  description: The buckets' names by Region, as other modules take them.
  returned: success
  type: dict
  sample:
    eu-north-1: my-site-111122223333-eu-north-1-an
account_id:
  description: The account that owns the buckets.
  returned: success
  type: str
  sample: "111122223333"
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Create the bucket my-site-111122223333-eu-north-1-an in eu-north-1]
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
from ansible_collections.multiregion.edge.plugins.module_utils._buckets.resource import ARGUMENTS, RegionalBuckets
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import run


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, RegionalBuckets)


if __name__ == "__main__":
    main()
