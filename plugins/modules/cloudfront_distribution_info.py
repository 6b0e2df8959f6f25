#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_distribution_info
short_description: Facts about a site's CloudFront distribution
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Returns the distribution of a site, found by its tag C(multiregion-edge).
options:
  name:
    description: The site's name.
    type: str
    required: true
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes.info
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Where is my site?
  multiregion.edge.cloudfront_distribution_info:
    name: my-site
  register: cdn

- name: There
  ansible.builtin.debug:
    msg: "{{ cdn.distributions | map(attribute='domain_name') }}"
"""

RETURN = r"""
---
distributions:
  description: The distribution, or nothing where there is none.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: str
      returned: always
      sample: EDFDVBD6EXAMPLE
    arn:
      description: Its ARN.
      type: str
      returned: always
      sample: arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE
    domain_name:
      description: Its own host name.
      type: str
      returned: always
      sample: d111111abcdef8.cloudfront.net
    status:
      description: V(InProgress) or V(Deployed).
      type: str
      returned: always
      sample: Deployed
    aliases:
      description: The other host names that it answers to.
      type: list
      elements: str
      returned: always
    origin_domain_names:
      description: The hosts of its origins.
      type: list
      elements: str
      returned: always
      sample: [mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com]
    tags:
      description: Its tags.
      type: dict
      returned: always
    enabled:
      description: Whether it serves.
      type: bool
      returned: always
    last_modified:
      description: When its configuration was changed last.
      type: str
      returned: always
      sample: "2026-11-21T17:10:14+00:00"
    in_progress_invalidations:
      description: How many invalidations are not everywhere yet.
      type: int
      returned: always
      sample: 0
    config:
      description: Its configuration, DistributionConfig in snake case as M(multiregion.edge.cloudfront_distribution)
        takes it.
      type: dict
      returned: always
"""

from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run_info
from ..module_utils._distribution.info import INFO_ARGUMENTS, distributions


def main() -> None:
    module = AnsibleAWSModule(argument_spec=INFO_ARGUMENTS, supports_check_mode=True)
    run_info(module, distributions)


if __name__ == "__main__":
    main()
