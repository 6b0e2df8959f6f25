#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_multi_region_access_point_info
short_description: Facts about Multi-Region Access Points
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Returns one Multi-Region Access Point, those of a site, or all of the account, with their policies and with the
    Regions that are in service.
  - A site's MRAPs are those called by its name, a hyphen and eight hexadecimal digits.
options:
  name:
    description: The name of one MRAP. Mutually exclusive with O(site).
    type: str
  site:
    description: The name of a site. Mutually exclusive with O(name).
    type: str
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes.info
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Which MRAPs has my site?
  multiregion.edge.s3_multi_region_access_point_info:
    site: my-site
  register: found

- name: These, and these Regions are out of service
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ (item.routes or {}) | dict2items | rejectattr('value') | map(attribute='key') | list }}"
  loop: "{{ found.multi_region_access_points }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
---
multi_region_access_points:
  description: The MRAPs, by their names in order; none where there is none.
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
    created_at:
      description: When its creation was asked for.
      type: str
      returned: always
      sample: "2026-11-20T08:00:00+00:00"
    policy_established:
      description: The policy that is in effect, a policy document. V(null) if it has none.
      type: dict
      returned: always
    policy_proposed:
      description: The policy that was put last, while it spreads. V(null) if none does.
      type: dict
      returned: always
    routes:
      description: V(100) for every Region that is in service and V(0) for every one that is not. V(null) if AWS does
        not return any, as for an MRAP with one Region.
      type: dict
      returned: always
      sample:
        eu-north-1: 100
        us-east-1: 0
"""

from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run_info
from ..module_utils._mrap.info import ARGUMENTS, MUTUALLY_EXCLUSIVE, mraps


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, mutually_exclusive=MUTUALLY_EXCLUSIVE, supports_check_mode=True)
    run_info(module, mraps)


if __name__ == "__main__":
    main()
