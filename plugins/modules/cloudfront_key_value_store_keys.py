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
  - Brings any number of keys to what a task or a file defines, in batches of up to 50 that each need the one before.
    What others write at the same time is read again and kept. Keys that are not named are left alone.
  - With O(prefix), several sites or applications share a store. A key of the module's own, C(_digest/) and the
    prefix, then has the hash of all keys below it, so that a run that changes nothing makes two calls. Only this
    module may write below such a prefix; if another did, O(compare=listing) finds out.
  - Limits of CloudFront (512 bytes a key, 1 KB a value, 5 MB a store with what others keep there) are checked before
    the first write.
  - Hosts and their releases are M(multiregion.edge.site_routes)'s, and not keys to be written here.
requirements:
  - awscrt, as botocore[crt] brings it
options:
  store:
    description: The store's name, or its ARN. With the ARN, CloudFront's control plane is not asked.
    type: str
    required: true
  keys:
    description:
      - The keys that should be there and their values. A value that is not text is stored as compact JSON.
      - V({}) with O(purge) deletes every key below O(prefix).
    type: dict
  src:
    description:
      - A file with one JSON object, which has the keys and their values, in place of O(keys). On the controller, a
        relative path is one below the playbook's directory.
    type: path
  prefix:
    description:
      - Is put before every name in O(keys), O(src) and O(absent).
      - Prefixes that tasks use in one store must not contain each other.
    type: str
    default: ''
  absent:
    description: The keys that should not be there.
    type: list
    elements: str
    default: []
  purge:
    description:
      - Whether the other keys below O(prefix) are deleted. One that M(multiregion.edge.site_routes) or
          M(multiregion.edge.site_origins) keeps is refused.
    type: bool
    default: false
  compare:
    description:
      - V(digest) believes the digest where there is one.
      - V(listing) reads every key of the store, which costs a call for each 50.
    type: str
    choices: [digest, listing]
    default: digest
  manifest_bucket:
    description:
      - A bucket of the same account, such as the home bucket of a site, that keeps a list of the keys below
        O(prefix), at C(_edge/keys/STORE_ID/HASH_OF_THE_PREFIX.json.gz). A small change then reads no other key. It is
        used only if it matches the digest, so it may be deleted at any time.
    type: str
  manifest_region:
    description: The Region of O(manifest_bucket).
    type: str
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: A redirect table, exactly as in the file
  multiregion.edge.cloudfront_key_value_store_keys:
    store: my-site
    prefix: redirects/
    src: redirects.json
    purge: true
    manifest_bucket: my-site-111122223333-eu-north-1-an
    manifest_region: eu-north-1

- name: Some flags, next to those of others
  multiregion.edge.cloudfront_key_value_store_keys:
    store: my-site
    keys:
      flags/checkout:
        enabled: true
        percent: 25
    absent:
      - flags/old-checkout
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
counts:
  description: How many of the keys were put and deleted, or in check mode would be, and of those that should be
    there were so already.
  returned: success
  type: dict
  contains:
    put:
      description: Keys that are new or have another value.
      type: int
      returned: always
    deleted:
      description: Keys that are there no more.
      type: int
      returned: always
    unchanged:
      description: Keys that were as they should be.
      type: int
      returned: always
estimated_cost_usd:
  description:
    - What the calls of the KeyValueStore service cost in US dollars, at $1 for 1,000 reads or writes. The control
      plane is free, and so are the calls of S3 next to that.
    - Of this run; in check mode, of the run that would make the changes.
  returned: success
  type: float
  sample: 0.003
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: ["Put 2 keys into my-site: redirects/a, redirects/b (1 call of UpdateKeys, $0.001)"]
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
from ..module_utils._key_value_store.keys_resource import (
    KEYS_ARGUMENTS,
    KEYS_RULES,
    Keys,
)


def main() -> None:
    module = AnsibleAWSModule(argument_spec=KEYS_ARGUMENTS, supports_check_mode=True, **KEYS_RULES)
    run(module, Keys)


if __name__ == "__main__":
    main()
