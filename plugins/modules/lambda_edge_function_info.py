#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_edge_function_info
short_description: Facts about a Lambda function at the edge and its versions
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Returns a Lambda function in us-east-1, its numbered versions, which of the account's distributions associate them,
    and on demand its log groups in all Regions in which it can run.
options:
  name:
    description: The function's name.
    type: str
    required: true
  log_groups:
    description: Whether to look for its log groups, one call in each of 13 Regions.
    type: bool
    default: false
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes.info
  - multiregion.edge._attributes.actiongroup_edge
seealso:
  - module: multiregion.edge.lambda_edge_function
"""

EXAMPLES = r"""
---
- name: Find the versions of the origin request function
  multiregion.edge.lambda_edge_function_info:
    name: my-site-origin-request
    log_groups: true
  register: origin_request

- name: Those that no distribution associates
  ansible.builtin.debug:
    msg: "{{ origin_request.functions[0].versions | rejectattr('distribution_ids') | map(attribute='version') }}"
"""

RETURN = r"""
---
functions:
  description: The function, or nothing where there is none.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: my-site-origin-request
    arn:
      description: Its ARN, without a version.
      type: str
      returned: always
      sample: arn:aws:lambda:us-east-1:111122223333:function:my-site-origin-request
    description:
      description: Its description.
      type: str
      returned: always
    runtime:
      description: Its runtime.
      type: str
      returned: always
      sample: python3.13
    handler:
      description: The function that is called, as module and name.
      type: str
      returned: always
      sample: handler.handler
    memory_size:
      description: Its memory in MB.
      type: int
      returned: always
      sample: 128
    timeout:
      description: Seconds that a call may take.
      type: int
      returned: always
      sample: 5
    role_arn:
      description: The ARN of its role.
      type: str
      returned: always
    state:
      description: V(Active), or what is in the way of that.
      type: str
      returned: always
      sample: Active
    last_modified:
      description: When it was changed last.
      type: str
      returned: always
      sample: "2026-11-20T08:00:00.000+0000"
    package_sha256:
      description: The identity of its package; null if M(multiregion.edge.lambda_edge_function) did not make it.
      type: str
      returned: always
    tags:
      description: Its tags.
      type: dict
      returned: always
    versions:
      description: Its numbered versions, the oldest first.
      type: list
      elements: dict
      returned: always
      contains:
        version:
          description: The number.
          type: str
          returned: always
          sample: "3"
        qualified_arn:
          description: The version's ARN, as a distribution associates it by.
          type: str
          returned: always
          sample: arn:aws:lambda:us-east-1:111122223333:function:my-site-origin-request:3
        package_sha256:
          description: The identity of its package, as above.
          type: str
          returned: always
        code_sha256:
          description: Lambda's hash of its zip.
          type: str
          returned: always
        last_modified:
          description: When it was published.
          type: str
          returned: always
        distribution_ids:
          description: The ids of the distributions that associate it.
          type: list
          elements: str
          returned: always
          sample: [EDFDVBD6EXAMPLE]
    log_groups:
      description: Its log groups.
      type: list
      elements: dict
      returned: with O(log_groups=true)
      contains:
        region:
          description: The Region.
          type: str
          returned: always
          sample: eu-central-1
        name:
          description: The log group's name.
          type: str
          returned: always
          sample: /aws/lambda/us-east-1.my-site-origin-request
        retention_days:
          description: Days that logs are kept; null without a limit.
          type: int
          returned: always
          sample: 30
        stored_bytes:
          description: How much there is.
          type: int
          returned: always
"""

from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run_info
from ..module_utils._lambda_edge.info import functions
from ..module_utils._lambda_edge.options import INFO_ARGUMENTS


def main() -> None:
    module = AnsibleAWSModule(argument_spec=INFO_ARGUMENTS, supports_check_mode=True)
    run_info(module, functions)


if __name__ == "__main__":
    main()
