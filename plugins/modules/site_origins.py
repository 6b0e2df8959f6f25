#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_origins
short_description: Which buckets of a site answer what CloudFront has not cached
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Writes, for each of CloudFront's 13 regional edge caches, the two nearest buckets into the site's key value store.
    The viewer function at the edge makes an origin group of them, so what the nearest one lacks or fails at, the next
    one answers.
  - It also takes Regions out of service and puts them back. All caches are switched by one call, which CloudFront has
    within seconds, with no deployment.
  - The distribution's origins are named C(bucket-<Region>).
requirements:
  - awscrt, as botocore[crt] brings it
options:
  store:
    description: The key value store's name.
    type: str
    required: true
  site:
    description: The site's name, which its keys begin with, so that several sites can share a store.
    type: str
    required: true
  regions:
    description: The Regions that have a bucket. Required with O(state=present).
    type: list
    elements: str
  out_of_service:
    description:
      - Those of them whose buckets are not asked. All others are in service; V([]) puts all of them back.
      - If it is not given, what was out of service stays so. A deployment never undoes a failover.
      - Not all of O(regions) can be out.
    type: list
    elements: str
  prefer:
    description:
      - By the Region of a regional edge cache, a list of those of O(regions) that come first there. All others follow,
        nearest first, by round trip on the network (P(multiregion.edge.nearest_regions#filter)).
    type: dict
    default: {}
  state:
    description: With V(absent), the site's keys of this kind are removed, also the memory of what was out of service.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: multiregion.edge.cloudfront_key_value_store
  - module: multiregion.edge.site_routes
  - plugin: multiregion.edge.nearest_regions
    plugin_type: filter
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Answer from the nearest bucket, and leave out what is out of service
  multiregion.edge.site_origins:
    store: my-site
    site: my-site
    regions: [eu-north-1, us-east-1, ap-southeast-1, sa-east-1]

- name: Take a Region out of service
  multiregion.edge.site_origins:
    store: my-site
    site: my-site
    regions: [eu-north-1, us-east-1, ap-southeast-1, sa-east-1]
    out_of_service: [eu-north-1]

- name: Put all back, and ask North America first for what South America's cache lacks
  multiregion.edge.site_origins:
    store: my-site
    site: my-site
    regions: [eu-north-1, us-east-1, ap-southeast-1, af-south-1]
    out_of_service: []
    prefer:
      sa-east-1: [us-east-1]

- name: Forget the site's origins
  multiregion.edge.site_origins:
    store: my-site
    site: my-site
    state: absent
"""

RETURN = r"""
---
origins:
  description: By the Region of each regional edge cache, the ids of the origins that it asks, the nearest first. There
    is one where only one Region is in service.
  returned: success
  type: dict
  sample:
    eu-central-1: [bucket-eu-north-1, bucket-us-east-1]
    us-west-2: [bucket-us-east-1, bucket-eu-north-1]
out_of_service:
  description: The Regions whose buckets are not asked.
  returned: success
  type: list
  elements: str
  sample: [ap-southeast-1]
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample:
    - Take us-east-1 out of service
    - Ask bucket-sa-east-1, then bucket-eu-north-1 for what us-west-2 has not cached (until now bucket-us-east-1, then
      bucket-sa-east-1)
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
  description: The calls that were made before the failure; they stay, and the next run goes on from there.
  returned: failure
  type: list
  elements: str
"""

from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run
from ..module_utils._origin_map.resource import ARGUMENTS, OriginMap


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENTS,
        required_if=[("state", "present", ["regions"])],
        supports_check_mode=True,
    )
    run(module, OriginMap)


if __name__ == "__main__":
    main()
