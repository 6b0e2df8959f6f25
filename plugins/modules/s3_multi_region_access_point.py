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
  - Creates an S3 Multi-Region Access Point over one bucket a Region, and waits until it serves.
  - AWS lets nothing of an access point be changed later. A name that exists with other buckets is refused.
  - Creation takes AWS minutes to hours. A run that was stopped or that reached O(wait_timeout) is resumed by
    running it again; it never starts a second creation.
options:
  name:
    description: The access point's name, 3 to 50 lower-case letters, digits and hyphens, unique in the account.
    type: str
    required: true
  buckets:
    description: The names of the buckets, each in another Region.
    type: list
    elements: str
    required: true
  site:
    description:
      - The site that the access point is for. If it is given, an access point of the site over other buckets, which
        is one called by the site and eight hexadecimal digits, is refused instead of putting a second one beside it.
    type: str
  wait:
    description: Whether to wait until the access point serves.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait.
    type: int
    default: 3600
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Start the creation, which takes long
  multiregion.edge.s3_multi_region_access_point:
    name: my-site-3f9a1c2b
    buckets:
      - my-site-111122223333-eu-north-1-an
      - my-site-111122223333-us-east-1-an
    wait: false

- name: Wait for it after doing other work
  multiregion.edge.s3_multi_region_access_point:
    name: my-site-3f9a1c2b
    buckets:
      - my-site-111122223333-eu-north-1-an
      - my-site-111122223333-us-east-1-an
  register: access_point
"""

RETURN = r"""
---
multi_region_access_point:
  description: The access point. Its alias, and what contains the alias, is C((known after apply)) until AWS has
    given it one.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: my-site-3f9a1c2b
    alias:
      description: Its alias, which ends in C(.mrap).
      type: str
      returned: always
      sample: mfzwi23gnjvgw.mrap
    arn:
      description: Its ARN, as policies and data plane calls take it.
      type: str
      returned: always
      sample: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
    domain_name:
      description: The host that serves its objects.
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

from ansible_collections.multiregion.edge.plugins.module_utils._access_point.resource import ARGUMENTS, AccessPoint
from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import run


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, AccessPoint)


if __name__ == "__main__":
    main()
