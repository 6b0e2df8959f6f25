#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_multi_region_access_point
short_description: A Multi-Region Access Point over regional buckets
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates an S3 Multi-Region Access Point over one bucket a Region, gives it a policy, and waits until both are in
    effect; or deletes it.
  - AWS lets nothing but the policy be changed later. A name that exists with other buckets is refused. Deleting an
    MRAP leaves its buckets and their objects as they are, and one that is created under the same name
    afterwards has another alias.
  - Creation takes AWS minutes to hours. A run that was stopped or that reached O(wait_timeout) is resumed by
    running it again; it never starts a second creation while one goes on.
  - What AWS created or deleted only in part (V(PARTIALLY_CREATED), V(PARTIALLY_DELETED)) is gone on with by a run with
    the same options.
options:
  name:
    description: The MRAP's name, 3 to 50 lower-case letters, digits and hyphens, unique in the account.
    type: str
    required: true
  state:
    description:
      - Whether it is to exist.
      - One that is being deleted is created again when it is gone; one that is being created is deleted when it is
        there. Both need O(wait).
    type: str
    choices: [present, absent]
    default: present
  buckets:
    description: The names of the buckets, each in another Region. Required if O(state=present).
    type: list
    elements: str
  site:
    description:
      - The site that the MRAP is for, of which O(name) must begin, followed by a hyphen and eight hexadecimal
        digits.
      - If it is given, nothing is deleted whose buckets are another site's by their tag C(multiregion-edge), nothing is
        created beside another MRAP of the site unless O(allow_replacement) is set, and RV(others) is returned.
    type: str
  allow_replacement:
    description:
      - Whether an MRAP may be created beside another one of the O(site), over other Regions.
      - To switch to it without an outage, let the distribution use the new one before the old one is deleted.
    type: bool
    default: false
  policy:
    description:
      - The whole policy of the MRAP, as a policy document. Without it, the policy is left as it is.
      - It is compared by its meaning, so the order of statements and actions does not count, nor whether one action
        stands in a list.
      - AWS takes one policy at a time. While another one spreads, this one is put afterwards.
      - AWS never deletes a policy. To take one back, give another one.
      - With O(wait=false), it is left to a later run unless the MRAP can take it at once.
    type: dict
  distribution_arns:
    description:
      - The ARNs of the CloudFront distributions that may read through the MRAP with an origin access control.
      - The policy becomes one that allows C(s3:GetObject) and C(s3:ListBucket) to exactly these distributions, and
        denies all requests without TLS.
      - With V([]), no distribution may read. An MRAP without a policy is left without one, since AWS never
        deletes a policy; any other policy is replaced by one that only denies requests without TLS.
      - Without this option and without O(policy), the policy is left as it is.
      - In check mode, an ARN may be C((known after apply)).
      - Mutually exclusive with O(policy).
    type: list
    elements: str
  wait:
    description: Whether to wait until the MRAP serves, its policy is in effect, or it is gone.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait, for everything together.
    type: int
    default: 3600
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Start the creation, which takes long
  multiregion.edge.s3_multi_region_access_point:
    name: my-site-3f9a1c2b
    site: my-site
    buckets:
      - my-site-111122223333-eu-north-1-an
      - my-site-111122223333-us-east-1-an
    wait: false

- name: Wait for it after doing other work
  multiregion.edge.s3_multi_region_access_point:
    name: my-site-3f9a1c2b
    site: my-site
    buckets:
      - my-site-111122223333-eu-north-1-an
      - my-site-111122223333-us-east-1-an
  register: mrap

- name: Allow a distribution to read through it
  multiregion.edge.s3_multi_region_access_point:
    name: my-site-3f9a1c2b
    site: my-site
    buckets: "{{ mrap.multi_region_access_point.buckets }}"
    distribution_arns:
      - arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE

- name: Revoke what distributions may read through it
  multiregion.edge.s3_multi_region_access_point:
    name: my-site-3f9a1c2b
    site: my-site
    buckets: "{{ mrap.multi_region_access_point.buckets }}"
    distribution_arns: []

- name: Allow a role to read through it, by a whole policy
  multiregion.edge.s3_multi_region_access_point:
    name: my-site-3f9a1c2b
    site: my-site
    buckets: "{{ mrap.multi_region_access_point.buckets }}"
    policy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal:
            AWS: arn:aws:iam::111122223333:role/reader
          Action: s3:GetObject
          Resource: "{{ mrap.multi_region_access_point.arn }}/object/*"

- name: Create one over more Regions beside it, to switch to
  multiregion.edge.s3_multi_region_access_point:
    name: my-site-90b1c5d7
    site: my-site
    buckets:
      - my-site-111122223333-ap-south-1-an
      - my-site-111122223333-eu-north-1-an
      - my-site-111122223333-us-east-1-an
    allow_replacement: true

- name: Delete the old one after the distribution uses the new one
  multiregion.edge.s3_multi_region_access_point:
    name: my-site-3f9a1c2b
    site: my-site
    state: absent
"""

RETURN = r"""
---
multi_region_access_point:
  description: The MRAP. Its alias, and what contains the alias, is C((known after apply)) until AWS has
    given it one. V(null) if O(state=absent) and it is gone.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: my-site-3f9a1c2b
    alias:
      description: Its alias, which ends in C(.mrap), or C((known after apply)).
      type: str
      returned: always
      sample: mfzwi23gnjvgw.mrap
    arn:
      description: Its ARN, as policies and data plane calls take it, or C((known after apply)).
      type: str
      returned: always
      sample: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
    domain_name:
      description: The host that serves its objects, or C((known after apply)).
      type: str
      returned: always
      sample: mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com
    status:
      description: Its status, such as V(CREATING) or V(READY).
      type: str
      returned: always
      sample: READY
    buckets:
      description: The names of its buckets.
      type: list
      elements: str
      returned: always
    regions:
      description: The names of its buckets by their Regions; empty until AWS returns them, unless their names do.
      type: dict
      returned: always
      sample:
        eu-north-1: my-site-111122223333-eu-north-1-an
        us-east-1: my-site-111122223333-us-east-1-an
others:
  description: The other MRAPs of the O(site). Empty if no site is given.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: my-site-3f9a1c2b
    alias:
      description: Its alias, which ends in C(.mrap), or C((known after apply)).
      type: str
      returned: always
      sample: mfzwi23gnjvgw.mrap
    arn:
      description: Its ARN, as policies and data plane calls take it, or C((known after apply)).
      type: str
      returned: always
      sample: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
    domain_name:
      description: The host that serves its objects, or C((known after apply)).
      type: str
      returned: always
      sample: mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com
    status:
      description: Its status, such as V(CREATING) or V(READY).
      type: str
      returned: always
      sample: READY
    buckets:
      description: The names of its buckets.
      type: list
      elements: str
      returned: always
    regions:
      description: The names of its buckets by their Regions.
      type: dict
      returned: always
      sample:
        eu-north-1: my-site-111122223333-eu-north-1-an
        us-east-1: my-site-111122223333-us-east-1-an
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Create the Multi-Region Access Point my-site-3f9a1c2b over 2 buckets]
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
from ..module_utils._mrap.resource import (
    ARGUMENTS,
    MUTUALLY_EXCLUSIVE,
    REQUIRED_IF,
    MultiRegionAccessPoint,
)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENTS,
        mutually_exclusive=MUTUALLY_EXCLUSIVE,
        required_if=REQUIRED_IF,
        supports_check_mode=True,
    )
    run(module, MultiRegionAccessPoint)


if __name__ == "__main__":
    main()
