#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_probe
short_description: Ask a deployed site which Region serves it
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Asks a site over HTTP, as its viewers do, which Region's bucket serves it (see
    M(multiregion.edge.s3_region_markers)), and waits until that is none of the Regions O(not_from), twice
    running.
  - It changes nothing, needs no AWS credentials, and makes no call of an AWS API.
  - An answer shows what is true for viewers near the probe. To see the whole world, probe from all over it, for example
    by C(delegate_to).
options:
  probes:
    description: What to ask. Every probe is one request at a time.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: What the probe is called in the answer.
        type: str
        required: true
      url:
        description: The site's address, without a path.
        type: str
        required: true
      headers:
        description: Headers to send, for example C(Host) where O(probes[].url) names an address of one edge location.
        type: dict
        default: {}
  not_from:
    description: The Regions that no viewer should be served from.
    type: list
    elements: str
    default: []
  wait_timeout:
    description: Seconds to wait until every probe is served, and from none of O(not_from). In check mode it does not
      wait.
    type: int
    default: 300
extends_documentation_fragment:
  - multiregion.edge._attributes.local
"""

EXAMPLES = r"""
---
- name: Know who serves the site here
  multiregion.edge.site_probe:
    probes:
      - name: here
        url: https://www.example.com
  register: probe

- name: Prove that Stockholm serves no viewer any more
  multiregion.edge.site_probe:
    probes:
      - name: here
        url: https://www.example.com
    not_from: [eu-north-1]
"""

RETURN = r"""
---
served_by:
  description: For each probe, the Region that serves it, or in check mode what came instead of one.
  returned: success
  type: dict
  sample: {here: eu-west-3}
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._core.errors import EdgeError
from ..module_utils._core.parallel import MultiRegionError
from ..module_utils._site import probe as probing

ARGUMENTS = {
    "probes": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "url": {"type": "str", "required": True},
            "headers": {"type": "dict", "default": {}},
        },
    },
    "not_from": {"type": "list", "elements": "str", "default": []},
    "wait_timeout": {"type": "int", "default": 300},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    p = module.params
    try:
        probes = probing.probes(p["probes"])
        probing.check_not_from(p["not_from"])
        if module.check_mode:
            answers = probing.ask(probes)
        else:
            answers = probing.wait_for(probes, p["not_from"], p["wait_timeout"])
    except (EdgeError, MultiRegionError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, served_by={name: str(answer) for name, answer in answers.items()})


if __name__ == "__main__":
    main()
