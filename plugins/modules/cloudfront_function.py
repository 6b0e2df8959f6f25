#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_function
short_description: A CloudFront Function, published
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates or updates a CloudFront Function and publishes it, so that its LIVE stage is what is asked for.
    Distributions that use the function pick it up by themselves.
  - The code and the association with key value stores are always sent together, for an update without the
    association would remove it.
options:
  name:
    description: The function's name, 1 to 64 letters, digits, hyphens and underscores.
    type: str
    required: true
  code:
    description: The function's code, at most 10,240 bytes.
    type: str
    required: true
  comment:
    description:
      - A comment. C((multiregion.edge)) is added to it, by which it is known to be this collection's; one that
        exists without it is refused.
    type: str
    default: ''
  runtime:
    description: The runtime. Key value stores need V(cloudfront-js-2.0).
    type: str
    choices: [cloudfront-js-1.0, cloudfront-js-2.0]
    default: cloudfront-js-2.0
  key_value_store_arns:
    description: The ARNs of the key value stores that the function reads. CloudFront takes one.
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
- name: A router
  multiregion.edge.cloudfront_function:
    name: my-site-viewer-request
    code: "{{ lookup('ansible.builtin.file', 'router.js') }}"
    key_value_store_arns:
      - "{{ store.key_value_store.arn }}"
"""

RETURN = r"""
---
function:
  description: The function.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: my-site-viewer-request
    arn:
      description: Its ARN, as behaviors associate it by.
      type: str
      returned: always
      sample: arn:aws:cloudfront::111122223333:function/my-site-viewer-request
    comment:
      description: Its comment.
      type: str
      returned: always
    runtime:
      description: Its runtime.
      type: str
      returned: always
      sample: cloudfront-js-2.0
    key_value_store_arns:
      description: The stores that it reads.
      type: list
      elements: str
      returned: always
    code_bytes:
      description: The size of its code.
      type: int
      returned: always
      sample: 1874
    code_bytes_left:
      description: How much more code CloudFront would take.
      type: int
      returned: always
      sample: 8366
    code_sha256:
      description: The SHA-256 of its code, in hexadecimal.
      type: str
      returned: always
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Publish the CloudFront Function my-site-viewer-request to LIVE]
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
from ansible_collections.multiregion.edge.plugins.module_utils._function.resource import ARGUMENTS, Function
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import run


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, Function)


if __name__ == "__main__":
    main()
