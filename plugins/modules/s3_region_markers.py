#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_region_markers
short_description: An object in each bucket with the name of its Region
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Keeps the object C(_edge/region) in every bucket, whose content is the name of the bucket's Region.
  - Through a Multi-Region Access Point or a distribution before it, that is how a viewer finds out which Region serves
    them, and M(multiregion.edge.site_probe) whether a Region is out of service.
  - The buckets may replicate to each other. The rules of M(multiregion.edge.s3_replication) leave the markers out. What
    other rules make of them is removed again, by version, which S3 never replicates.
options:
  buckets:
    description: The buckets' names by Region.
    type: dict
    required: true
  wait_timeout:
    description: Seconds to wait until S3 has replicated new markers, before their replicas are removed.
    type: int
    default: 900
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Write Region marker objects
  multiregion.edge.s3_region_markers:
    buckets:
      eu-north-1: my-site-111122223333-eu-north-1-an
      us-east-1: my-site-111122223333-us-east-1-an
"""

RETURN = r"""
---
key:
  description: The key of the markers.
  returned: success
  type: str
  sample: _edge/region
path:
  description: The path by which a viewer asks for one.
  returned: success
  type: str
  sample: /_edge/region
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Write the marker of eu-north-1 to my-site-111122223333-eu-north-1-an]
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
from ..module_utils._region_markers.resource import ARGUMENTS, RegionMarkers


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, RegionMarkers)


if __name__ == "__main__":
    main()
