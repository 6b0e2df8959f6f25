#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_plan
short_description: Plan what a playbook of this collection does
version_added: 0.2.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Takes the C(edge_*) variables as inventories, surveys and C(-e) give them, and reads what is live of the site. It
    returns the settings, and what the playbook needs besides, or fails with one sentence that says what to do. It
    changes nothing.
  - Lists may also come as C(a,b) or as YAML text, dictionaries as YAML text.
  - For C(site.yml) it returns the phases of the deployment. An unchanged site and a new one have one phase. Where
    another origin mode, another signer or other Regions take over on a live site there are up to three. V(expand) creates
    the new beside the old, V(switch) switches the distribution, V(contract) revokes and removes what nothing uses.
options:
  playbook:
    description: The playbook that is planned for.
    type: str
    choices: [site, publish, failover, routes]
    default: site
  settings:
    description: The settings. The action plugin gives them, from the variables.
    type: dict
    default: {}
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - multiregion.edge._attributes.info
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Plan the deployment
  multiregion.edge.site_plan:
  vars:
    edge_name: my-site
    edge_regions: eu-north-1,us-east-1
  register: edge

- name: Show the phases
  ansible.builtin.debug:
    msg: "{{ edge.phases | map(attribute='name') | list }}"
"""

RETURN = r"""
---
settings:
  description: The settings.
  returned: success
  type: dict
  sample:
    name: my-site
    regions: [eu-north-1, us-east-1]
    home_region: eu-north-1
    aliases: []
    certificate_arn: ""
    bucket_names: {}
    bucket_namespace: account_regional
    bucket_prefix: ""
    kms_keys: {}
    tags: {}
    price_class: PriceClass_All
    replication_topology: hub
    replication_time_control: false
    allow_replacement: false
    access_point_arn: ""
    out_of_service: []
    drill: false
    probes: []
    site: ""
    release: ""
    hosts: []
    routes: {}
    routes_purge: false
live:
  description: What is live of the site. V(distribution) is V(null) if there is none.
  returned: O(playbook=site)
  type: dict
  sample:
    account_id: "111122223333"
    distribution:
      arn: arn:aws:cloudfront::111122223333:distribution/E2QWRUHAPOMQZL
      cache_policy_id: 658327ea-f89d-4fab-a63d-7e88639e58f6
      domain_name: d111111abcdef8.cloudfront.net
      origins:
        mrap: mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com
      target: mrap
    left_out: []
    mraps:
      - arn: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
        has_policy: false
        name: my-site-3f9a1c2b
        out: []
        regions:
          eu-north-1: my-site-111122223333-eu-north-1-an
          us-east-1: my-site-111122223333-us-east-1-an
        serves: true
phases:
  description:
    - The phases, in order. Each has its name, and for each task of C(playbooks/tasks/converge.yml) that it runs what the
      task is given.
    - In check mode only the first one. Modules of a later one would plan against a site that has not changed yet.
  returned: O(playbook=site)
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: deploy
later:
  description: In check mode, a sentence for each change of the phases after the first one.
  returned: O(playbook=site)
  type: list
  elements: str
  sample: [Switch the distribution of my-site to buckets]
summary:
  description: What M(multiregion.edge.site_summary) prints first.
  returned: O(playbook=site)
  type: dict
hosts:
  description: The hosts that the release is for.
  returned: O(playbook=publish)
  type: list
  elements: str
  sample: [d111111abcdef8.cloudfront.net, www.example.com]
failover:
  description: The ARN of the Multi-Region Access Point, and the places from which the site is asked.
  returned: O(playbook=failover)
  type: dict
  contains:
    mrap_arn:
      description: The ARN; empty in an origin mode without one.
      type: str
      returned: always
      sample: arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap
    probes:
      description: What M(multiregion.edge.site_probe) takes as its O(multiregion.edge.site_probe#module:probes).
      type: list
      elements: dict
      returned: always
"""

from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.info import tell
from ..module_utils._site.observe import ARGUMENTS, facts


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    tell(module, facts)


if __name__ == "__main__":
    main()
