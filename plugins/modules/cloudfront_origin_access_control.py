#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_origin_access_control
short_description: How CloudFront signs its requests to an origin
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates, updates or deletes an origin access control, with which CloudFront signs what it asks an origin for, so
    that a bucket or a Multi-Region Access Point need not be public.
  - The origin's policy must allow the distribution, by C(aws:SourceArn). An account can have 100 of them, and 100
    distributions can use each.
options:
  description:
    description: A description. C((multiregion.edge)) is added to it.
    type: str
  signing_protocol:
    description:
      - V(sigv4) for buckets, V(sigv4a) for a Multi-Region Access Point none of whose buckets is in an opt-in Region.
      - CloudFront runs no Lambda@Edge function on origin requests or origin responses of an origin that has
        V(sigv4a).
      - A new one has V(sigv4).
    type: str
  signing_behavior:
    description:
      - V(always) signs every request, which a new one does. V(never) turns signing off for every distribution that
        uses it.
      - V(no-override) leaves a request alone that comes with C(Authorization) from the viewer, so that any viewer can
        have it fail. Do not use it unless viewers sign for the origin themselves.
    type: str
  origin_access_control_origin_type:
    description: V(s3), which a new one has, also for a Multi-Region Access Point; or another that AWS has, such as
      V(lambda).
    type: str
extends_documentation_fragment:
  - multiregion.edge._cloudfront
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
seealso:
  - module: multiregion.edge.cloudfront_distribution
"""

EXAMPLES = r"""
---
- name: Let CloudFront sign for buckets
  multiregion.edge.cloudfront_origin_access_control:
    name: my-site-buckets
  register: buckets

- name: Let CloudFront sign for a Multi-Region Access Point
  multiregion.edge.cloudfront_origin_access_control:
    name: my-site-access-point
    description: The MRAP of my-site
    signing_protocol: sigv4a

- name: Remove what no distribution uses any more
  multiregion.edge.cloudfront_origin_access_control:
    name: my-site-access-point
    state: absent
"""

RETURN = r"""
---
origin_access_control:
  description: The origin access control; V(null) where there is none.
  returned: success
  type: dict
  contains:
    id:
      description: Its id, as an origin of a distribution names it. In check mode C((known after apply)) for one that
        would be created.
      type: str
      returned: always
      sample: E327GJI25M56DG
    name:
      description: Its name; that of another one if it is adopted.
      type: str
      returned: always
      sample: my-site-buckets
    description:
      description: Its description, with this collection's mark if it is its own.
      type: str
      returned: always
    signing_protocol:
      description: V(sigv4) or V(sigv4a).
      type: str
      returned: always
      sample: sigv4
    signing_behavior:
      description: Which requests CloudFront signs.
      type: str
      returned: always
      sample: always
    origin_access_control_origin_type:
      description: The type of origins that it is for.
      type: str
      returned: always
      sample: s3
    managed:
      description: Whether it is one of AWS's own.
      type: bool
      returned: always
    adopted:
      description: Whether it lacks this collection's mark or has another name, and is used as it is.
      type: bool
      returned: always
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Create the origin access control my-site-buckets]
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
  description: The sentences of RV(plan) that were carried out before the failure; they stay, and the next run goes on
    from there.
  returned: failure
  type: list
  elements: str
"""

from ..module_utils._cloudfront.kind import ORIGIN_ACCESS_CONTROL
from ..module_utils._cloudfront.resource import arguments, run_named
from ..module_utils._core.aws import AnsibleAWSModule

MEMBERS = {
    "description": {"type": "str"},
    "signing_protocol": {"type": "str"},
    "signing_behavior": {"type": "str"},
    "origin_access_control_origin_type": {"type": "str"},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=arguments(MEMBERS), supports_check_mode=True)
    run_named(ORIGIN_ACCESS_CONTROL, MEMBERS, module)


if __name__ == "__main__":
    main()
