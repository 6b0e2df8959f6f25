#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_multi_region_access_point_routes
short_description: Which Regions of a Multi-Region Access Point are in service
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Sets the traffic dials of a Multi-Region Access Point. A Region whose dial is 0 is out of service, so no request is
    routed to it; one whose dial is 100 is in service. Requests that are in progress are not cut off.
  - AWS has endpoints for this in C(us-east-1), C(us-west-2), C(ap-southeast-2), C(ap-northeast-1) and C(eu-west-1).
    They are tried in turn with short timeouts, and any of them is enough, regardless of O(region).
  - All changes are made by one call. It takes AWS up to two minutes to have them in effect.
options:
  arn:
    description:
      - The MRAP's ARN.
      - It is the ARN and not the name, for turning a name into an ARN needs the MRAPs' control plane, which is
        in C(us-west-2) only, and that may be the Region that is down. Note it down before you need it.
    type: str
    required: true
  state:
    description: With V(absent), all Regions are in service, as they are in a new MRAP.
    type: str
    choices: [present, absent]
    default: present
  out_of_service:
    description:
      - The Regions that are out of service. All others of the MRAP are in service.
      - At least one Region must stay in service.
      - Mutually exclusive with O(dials); one of them is required if O(state=present).
    type: list
    elements: str
  dials:
    description:
      - V(100) or V(0) by Region. Regions that it does not name keep their dial, so an empty one changes nothing.
      - Mutually exclusive with O(out_of_service); one of them is required if O(state=present).
    type: dict
  wait:
    description: Whether to read the routes back until they are as they were set.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait.
    type: int
    default: 600
notes:
  - Unless O(aws_config) sets otherwise, an endpoint is given 3 seconds to accept a connection, 10 to answer, and one
    attempt before the next one is tried.
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Take a Region out of service
  multiregion.edge.s3_multi_region_access_point_routes:
    arn: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
    out_of_service: [us-east-1]
  register: failover

- name: Put everything back as it was
  multiregion.edge.s3_multi_region_access_point_routes:
    arn: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
    dials: "{{ failover.previous }}"

- name: Put one Region in service, and leave the others as they are
  multiregion.edge.s3_multi_region_access_point_routes:
    arn: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
    dials:
      eu-north-1: 100

- name: Put all Regions in service
  multiregion.edge.s3_multi_region_access_point_routes:
    arn: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
    state: absent
"""

RETURN = r"""
---
routes:
  description: The dial of every Region, V(100) or V(0). With O(wait=false), as it was set.
  returned: success
  type: dict
  sample:
    eu-north-1: 100
    us-east-1: 0
previous:
  description: What RV(routes) was before; O(dials) takes it to go back.
  returned: success
  type: dict
  sample:
    eu-north-1: 100
    us-east-1: 100
in_service:
  description: The Regions that are in service.
  returned: success
  type: list
  elements: str
  sample: [eu-north-1]
out_of_service:
  description: The Regions that are not.
  returned: success
  type: list
  elements: str
  sample: [us-east-1]
endpoint:
  description: The Region whose endpoint answered last. V(null) if none was asked, as in check mode before there is an
    MRAP.
  returned: success
  type: str
  sample: us-west-2
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Take us-east-1 out of service at mfzwi23gnjvgw.mrap]
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
from ..module_utils._mrap_routes.api import with_short_timeouts
from ..module_utils._mrap_routes.resource import (
    ARGUMENTS,
    MUTUALLY_EXCLUSIVE,
    REQUIRED_IF,
    Routes,
)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENTS,
        mutually_exclusive=MUTUALLY_EXCLUSIVE,
        required_if=REQUIRED_IF,
        supports_check_mode=True,
    )
    run(with_short_timeouts(module), Routes)


if __name__ == "__main__":
    main()
