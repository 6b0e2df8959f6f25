#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: edge_settings
short_description: Check and normalise the variables of the playbooks
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Takes the C(edge_*) variables of this collection's playbooks as people, surveys and C(-e) give them, and
    returns them in one shape, or fails with one sentence that says what to do. It makes no call.
  - Lists may also come as C(a,b) or as YAML text, dictionaries as YAML text.
options:
  given:
    description: The variables, with their prefix C(edge_).
    type: dict
    required: true
extends_documentation_fragment:
  - multiregion.edge._attributes.local
"""

EXAMPLES = r"""
---
- name: Check the settings
  multiregion.edge.edge_settings:
    given:
      edge_name: my-site
      edge_regions: eu-north-1,us-east-1
  register: edge
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
"""

# Documentation only: the action plugin of the same name does it, on the controller.
