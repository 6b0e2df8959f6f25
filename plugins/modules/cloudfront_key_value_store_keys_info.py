#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_key_value_store_keys_info
short_description: Keys and values of a CloudFront KeyValueStore
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Returns the keys of a key value store with their values, some of them or all. Reading all costs a call for each 50
    keys of the store, also with O(prefix).
requirements:
  - awscrt, as botocore[crt] brings it
options:
  store:
    description: The store's name, or its ARN.
    type: str
    required: true
  prefix:
    description: Only keys below it; and it is put before every name in O(keys).
    type: str
    default: ''
  keys:
    description: The keys to be read, for a call each. If not given, all are.
    type: list
    elements: str
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes.info
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Save a redirect table
  multiregion.edge.cloudfront_key_value_store_keys_info:
    store: my-site
    prefix: redirects/
  register: redirects

- name: As a file that cloudfront_key_value_store_keys takes as src
  ansible.builtin.copy:
    content: "{{ redirects['keys'] | to_nice_json }}"
    dest: redirects.json
    mode: "0644"
"""

RETURN = r"""
---
store:
  description: The store, as it was given.
  returned: success
  type: str
  sample: my-site
prefix:
  description: The prefix.
  returned: success
  type: str
  sample: redirects/
keys:
  description: The values by name, without the prefix, as M(multiregion.edge.cloudfront_key_value_store_keys) takes
    them. Names that are not there are left out, and so are that module's digests.
  returned: success
  type: dict
  sample:
    old-page: /new-page
item_count:
  description: How many keys the store has in all.
  returned: success
  type: int
  sample: 120
total_size_in_bytes:
  description: Their names' and values' bytes. A store holds 5 MB.
  returned: success
  type: int
  sample: 5400
etag:
  description: The data plane's version of the store.
  returned: success
  type: str
estimated_cost_usd:
  description:
    - What the calls of the KeyValueStore service cost in US dollars, at $1 for 1,000 reads or writes. The control
      plane is free, and so are the calls of S3 next to that.
  returned: success
  type: float
  sample: 0.002
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
from ..module_utils._key_value_store.info import KEYS_INFO_ARGUMENTS, keys


def main() -> None:
    module = AnsibleAWSModule(argument_spec=KEYS_INFO_ARGUMENTS, supports_check_mode=True)
    run_info(module, keys)


if __name__ == "__main__":
    main()
