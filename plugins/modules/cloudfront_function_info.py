#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_function_info
short_description: Facts about CloudFront Functions
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Returns both stages of a CloudFront Function and the distributions that use it.
  - Without O(name), that of all functions whose comment has C((multiregion.edge)).
options:
  name:
    description: The function's name.
    type: str
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes.info
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: What do viewers get?
  multiregion.edge.cloudfront_function_info:
    name: my-site-viewer-request
  register: found

- name: That
  ansible.builtin.debug:
    msg: "{{ found.functions | map(attribute='live.code_sha256') }}"
"""

RETURN = r"""
---
functions:
  description: The functions, by their names; nothing where there is none.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: my-site-viewer-request
    arn:
      description: Its ARN.
      type: str
      returned: always
      sample: arn:aws:cloudfront::111122223333:function/my-site-viewer-request
    managed:
      description: Whether it is this collection's, by its comment.
      type: bool
      returned: always
    distributions:
      description: The ids of the distributions that use it.
      type: list
      elements: str
      returned: always
      sample: [EDFDVBD6EXAMPLE]
    published:
      description: Whether its LIVE stage is the same as its DEVELOPMENT stage.
      type: bool
      returned: always
    development:
      description: Its DEVELOPMENT stage.
      type: dict
      returned: always
      contains:
        comment:
          description: The comment.
          type: str
          returned: always
        runtime:
          description: The runtime.
          type: str
          returned: always
          sample: cloudfront-js-2.0
        key_value_store_arns:
          description: The stores that it reads.
          type: list
          elements: str
          returned: always
        code_bytes:
          description: The size of the code.
          type: int
          returned: always
          sample: 1874
        code_sha256:
          description: The SHA-256 of the code, in hexadecimal.
          type: str
          returned: always
        etag:
          description: The ETag.
          type: str
          returned: always
          sample: E2QWRUHAPOMQZL
        status:
          description: The status of the stage.
          type: str
          returned: always
          sample: UNPUBLISHED
        last_modified:
          description: When it was changed last.
          type: str
          returned: always
          sample: "2026-11-21T17:05:24+00:00"
    live:
      description: Its LIVE stage, which viewers get; nothing if it was never published.
      type: dict
      returned: always
      contains:
        comment:
          description: The comment.
          type: str
          returned: always
        runtime:
          description: The runtime.
          type: str
          returned: always
          sample: cloudfront-js-2.0
        key_value_store_arns:
          description: The stores that it reads.
          type: list
          elements: str
          returned: always
        code_bytes:
          description: The size of the code.
          type: int
          returned: always
          sample: 1874
        code_sha256:
          description: The SHA-256 of the code, in hexadecimal.
          type: str
          returned: always
        etag:
          description: The ETag.
          type: str
          returned: always
          sample: E2QWRUHAPOMQZL
        status:
          description: The status of the stage.
          type: str
          returned: always
          sample: DEPLOYED
        last_modified:
          description: When it was changed last.
          type: str
          returned: always
          sample: "2026-11-21T17:05:24+00:00"
"""

from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run_info
from ..module_utils._function.info import INFO_ARGUMENTS, functions


def main() -> None:
    module = AnsibleAWSModule(argument_spec=INFO_ARGUMENTS, supports_check_mode=True)
    run_info(module, functions)


if __name__ == "__main__":
    main()
