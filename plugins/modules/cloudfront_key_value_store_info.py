#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_key_value_store_info
short_description: Facts about CloudFront KeyValueStores
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Returns one key value store, or all of the account. Its calls are free; keys are returned by
    M(multiregion.edge.cloudfront_key_value_store_keys_info), whose calls are not.
options:
  name:
    description: The store's name. If not given, all stores are returned.
    type: str
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes.info
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Which stores has this collection made?
  multiregion.edge.cloudfront_key_value_store_info:
  register: found

- name: These
  ansible.builtin.debug:
    msg: "{{ found.key_value_stores | selectattr('managed') | map(attribute='name') }}"
"""

RETURN = r"""
---
key_value_stores:
  description: The stores by name, or nothing where there is none.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: my-site
    arn:
      description: Its ARN, as functions are associated by.
      type: str
      returned: always
      sample: arn:aws:cloudfront::111122223333:key-value-store/3f2b8c1e-1234-4d5e-8f90-abcdefabcdef
    id:
      description: Its id.
      type: str
      returned: always
      sample: 3f2b8c1e-1234-4d5e-8f90-abcdefabcdef
    status:
      description: Its status, such as V(PROVISIONING) or V(READY).
      type: str
      returned: always
      sample: READY
    comment:
      description: Its comment.
      type: str
      returned: always
    managed:
      description: Whether it has this collection's mark, without which it is never changed.
      type: bool
      returned: always
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
"""

from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run_info
from ..module_utils._key_value_store.info import STORE_INFO_ARGUMENTS, stores


def main() -> None:
    module = AnsibleAWSModule(argument_spec=STORE_INFO_ARGUMENTS, supports_check_mode=True)
    run_info(module, stores)


if __name__ == "__main__":
    main()
