#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_summary
short_description: Print what a playbook of this collection has changed
version_added: 0.2.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Prints O(values), then what the tasks since M(multiregion.edge.site_plan) have changed, or in check mode would
    change. Changes that differ by their Region only are one line; with C(-v) each is a line of its own.
  - The same is the artifact C(multiregion_edge) of an AWX job. If a run has several sites, C(multiregion_edge_sites)
    has that of each, by the C(site) in O(values).
options:
  values:
    description: What to print first, by its name. Empty values are left out.
    type: dict
    required: true
  results:
    description: What roles have returned, for references in O(values), as in P(multiregion.edge.resolve#filter).
    type: dict
    default: {}
  later:
    description: Sentences for changes that were not planned by a task, as M(multiregion.edge.site_plan) returns them.
    type: list
    elements: str
    default: []
  next_steps:
    description: What to do next, printed last.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - multiregion.edge._attributes.local
"""

EXAMPLES = r"""
---
- name: Print the summary
  multiregion.edge.site_summary:
    values:
      site: my-site
      domain_name: "{{ distribution_result.distribution.domain_name }}"
"""

RETURN = r"""
---
msg:
  description: The lines that are printed.
  returned: success
  type: list
  elements: str
  sample:
    - "site: my-site"
    - no changes
changes:
  description: A sentence for each change, ungrouped.
  returned: success
  type: list
  elements: str
  sample: [Create the bucket my-site-111122223333-eu-north-1-an in eu-north-1]
"""

# Documentation only: the action plugin of the same name does it, on the controller.
