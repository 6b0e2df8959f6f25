#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_key_value_store_keys
short_description: Keys of a CloudFront KeyValueStore
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Puts any number of keys into a key value store, and deletes others, in batches of up to 50. Keys that are
    not named are left alone, so several sites can share a store.
  - Limits of CloudFront (512 bytes a key, 1 KB a value, 5 MB a store) are checked before the first write.
requirements:
  - awscrt, as botocore[crt] brings it
options:
  store:
    description: The store's name.
    type: str
    required: true
  keys:
    description: The keys that should be there and their values. A value that is not text is stored as compact JSON.
    type: dict
    default: {}
  absent:
    description: The keys that should not be there.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Point a host to a release
  multiregion.edge.cloudfront_key_value_store_keys:
    store: my-site
    keys:
      my-site/h/www.example.com:
        v: 1
        p: r/2026-11-20

- name: Forget a host
  multiregion.edge.cloudfront_key_value_store_keys:
    store: my-site
    absent:
      - my-site/h/old.example.com
"""

RETURN = r"""
---
store:
  description: The store's name.
  returned: success
  type: str
  sample: my-site
keys:
  description: The keys that are there now, of those that were asked for, with their values as stored.
  returned: success
  type: dict
  sample:
    my-site/h/www.example.com: '{"v":1,"p":"r/2026-11-20"}'
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: ["Put 1 key into my-site: my-site/h/www.example.com"]
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

from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule
from ansible_collections.multiregion.edge.plugins.module_utils._key_value_store.resource import KEYS_ARGUMENTS, Keys
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import run


def main() -> None:
    module = AnsibleAWSModule(argument_spec=KEYS_ARGUMENTS, supports_check_mode=True)
    run(module, Keys)


if __name__ == "__main__":
    main()
