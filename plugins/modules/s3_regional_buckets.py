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
    need, all Regions at the same time; or deletes them.
  - Every bucket gets versioning, the bucket owner's ownership of all objects, a block of all public access,
    default encryption, a policy that refuses plain HTTP and TLS before 1.2, a lifecycle that removes old versions,
    delete markers without versions, and uploads that were not finished in seven days, and the tag
    C(multiregion-edge) with the site's name.
  - What others put into a bucket's policy, lifecycle or tags survives; managed are the statements and rules whose
    Sid or ID begins with C(MultiregionEdge).
  - A bucket that exists already is taken over if its tag C(multiregion-edge) names the site; without that tag, if
    it is empty, or if it is given in O(names). One whose tag names another site is refused.
options:
  site:
    description:
      - The site's name. The buckets are named C(<site>-<account>-<region>-an), in the account's own namespace,
        unless O(namespace), O(prefix) or O(names) has it otherwise.
    type: str
    required: true
  regions:
    description:
      - The AWS Regions that get a bucket.
      - An opt-in Region must be enabled in the account; this is looked at first.
    type: list
    elements: str
    required: true
  state:
    description:
      - V(absent) deletes the buckets of O(regions), of which each must have the tag C(multiregion-edge) with the
        site's name. A bucket that is a member of a Multi-Region Access Point is refused, and one that is not empty
        unless O(force_empty=true).
    type: str
    choices: [present, absent]
    default: present
  namespace:
    description:
      - With V(account_regional), the names are in the account's own namespace, where no other account can take them.
        S3 has none in me-central-1 and me-south-1.
      - With V(global), the buckets are named C(<prefix>-<region>) and shared with the whole world; O(prefix) must be
        given.
    type: str
    choices: [account_regional, global]
    default: account_regional
  prefix:
    description: What the names begin with, in place of the site's name.
    type: str
  names:
    description:
      - The buckets' names by Region, for all of O(regions), instead of names that are made.
      - To give a bucket's name is to agree that it is taken over if it is this account's, also with objects in it.
    type: dict
    default: {}
  tags:
    description: Tags that every bucket should have.
    type: dict
    default: {}
  purge_tags:
    description: Whether other tags are removed, but for AWS's own.
    type: bool
    default: false
  noncurrent_days:
    description: Days after which a version that is no longer current is removed.
    type: int
    default: 30
  kms_keys:
    description:
      - The ARN of a KMS key by Region, for all of O(regions), that new objects are encrypted with (SSE-KMS, with a
        bucket key). By default S3 encrypts with its own keys (SSE-S3).
      - Each must be a symmetric key of your own, in its bucket's Region. Its policy must allow
        replication, CloudFront and all other readers to use it.
      - Objects that are there already stay as they are.
    type: dict
    default: {}
  policy_statements:
    description:
      - Further statements of every bucket's policy, by name. C(BUCKET_ARN) in their C(Resource) stands for the ARN
        of the bucket whose policy it is. Their Sid is C(MultiregionEdge<name>).
      - Those that an earlier run set and that neither this option nor O(distribution_arns) gives any longer are
        removed, all of them by V({}). Without both options they stay.
    type: dict
  distribution_arns:
    description:
      - The ARNs of the CloudFront distributions that may read the buckets with an origin access control.
      - Every bucket's policy gets two further statements, which allow C(s3:GetObject) and C(s3:ListBucket) to exactly
        these distributions. Without C(s3:ListBucket), S3 answers 403 instead of 404 for a missing object.
      - With V([]), no distribution may read. As with O(policy_statements), further statements of earlier runs that
        neither option gives are removed, and without both options they stay.
      - In check mode, an ARN may be C((known after apply)).
    type: list
    elements: str
  force_empty:
    description:
      - With O(state=absent), whether everything in the buckets is deleted with them, all versions included. It
        cannot be brought back.
      - Their replication ends first, in all Regions, so that nothing comes back.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait until every Region reads back what was set, and for another change of a bucket that
      is in AWS's way. S3 may refuse a name for up to an hour after its bucket was deleted.
    type: int
    default: 300
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Buckets in three Regions
  multiregion.edge.s3_regional_buckets:
    site: my-site
    regions: [eu-north-1, us-east-1, ap-southeast-1]
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

- name: Buckets in the global namespace, encrypted with keys of one's own
  multiregion.edge.s3_regional_buckets:
    site: my-site
    regions: [eu-north-1, us-east-1]
    namespace: global
    prefix: example-com-7f3a
    kms_keys:
      eu-north-1: arn:aws:kms:eu-north-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab
      us-east-1: arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab

- name: Buckets that a distribution may read
  multiregion.edge.s3_regional_buckets:
    site: my-site
    regions: [eu-north-1, us-east-1]
    distribution_arns:
      - arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE

- name: Buckets that a distribution and a role may read
  multiregion.edge.s3_regional_buckets:
    site: my-site
    regions: [eu-north-1, us-east-1]
    distribution_arns:
      - arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE
    policy_statements:
      Backup:
        Effect: Allow
        Principal:
          AWS: arn:aws:iam::111122223333:role/backup
        Action: s3:GetObject
        Resource: BUCKET_ARN/*

- name: Buckets that no distribution may read
  multiregion.edge.s3_regional_buckets:
    site: my-site
    regions: [eu-north-1, us-east-1]
    distribution_arns: []

- name: No buckets any more, and nothing that was in them
  multiregion.edge.s3_regional_buckets:
    site: my-site
    regions: [eu-north-1, us-east-1]
    state: absent
    force_empty: true
"""

RETURN = r"""
---
buckets:
  description: The buckets by Region; none with O(state=absent).
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

from ..module_utils._buckets.resource import ARGUMENTS, regional_buckets
from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, regional_buckets)


if __name__ == "__main__":
    main()
