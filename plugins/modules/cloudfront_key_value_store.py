#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_key_value_store
short_description: A CloudFront KeyValueStore
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates a key value store that CloudFront Functions read from, and waits until it can be associated with one.
  - Its keys are M(multiregion.edge.cloudfront_key_value_store_keys)'s.
options:
  name:
    description: The store's name, 1 to 64 letters, digits, hyphens and underscores.
    type: str
    required: true
  comment:
    description:
      - A comment. C((multiregion.edge)) is added to it, by which it is known to be this collection's; one that
        exists without it is refused.
    type: str
    default: ''
  tags:
    description: Tags that it should have. Others that it has stay. If not given, tags are neither read nor set.
    type: dict
  state:
    description:
      - V(absent) deletes the store with all its keys. AWS refuses that while a function is associated with it;
        the message then names the function, if the functions may be listed.
    type: str
    choices: [present, absent]
    default: present
  wait_timeout:
    description: Seconds to wait until the store is ready.
    type: int
    default: 300
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: The store of a site's routes
  multiregion.edge.cloudfront_key_value_store:
    name: my-site
    tags:
      team: web
  register: store

- name: It is not needed any more
  multiregion.edge.cloudfront_key_value_store:
    name: my-site
    state: absent
"""

RETURN = r"""
---
key_value_store:
  description: The store, or null where there is none. What AWS will give it is C((known after apply)) in check mode.
  returned: success
  type: dict
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
    tags:
      description: Its tags.
      type: dict
      returned: if O(tags) is given
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Create the key value store my-site]
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
from ..module_utils._key_value_store.store_resource import (
    STORE_ARGUMENTS,
    KeyValueStore,
)


def main() -> None:
    module = AnsibleAWSModule(argument_spec=STORE_ARGUMENTS, supports_check_mode=True)
    run(module, KeyValueStore)


if __name__ == "__main__":
    main()
