#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_edge_function
short_description: A Lambda function at the edge, its published version and its logs
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates or updates a Lambda function in us-east-1, where Lambda@Edge replicates from, and publishes a
    numbered version, which is what a distribution associates.
  - Whether the code changed is decided by the identity of the package (see
    M(multiregion.edge.lambda_edge_package)), which is kept in the function's description. For unchanged content
    the version that is there is returned and none is made.
  - What Lambda@Edge refuses is checked first; also whether it may assume the role, if these credentials may read that.
  - The published version is active when the module ends; CloudFront associates no other.
  - Warns if fewer than 200 functions may run at once (new accounts start with 10 for each Region). This is read in
    us-east-1, and in the other Regions too by a run that publishes a version with O(log_retention).
  - A change that others make at the same time is never overwritten unseen. It is read, and all is planned again.
options:
  name:
    description: The function's name.
    type: str
    required: true
  state:
    description:
      - With V(absent), the function goes with all its versions, and its logs in all Regions. It is refused as long as a
        distribution associates a version.
      - AWS keeps replicas for some hours after the last distribution has stopped using a version, and deletes nothing
        before. That is no failure. RV(pending) is true then, and a later run deletes the function.
    type: str
    choices: [present, absent]
    default: present
  package:
    description: The zip with the function's code, of at most 50 MB. Needed for O(state=present).
    type: path
  role_arn:
    description: The ARN of the function's role, which C(lambda.amazonaws.com) and C(edgelambda.amazonaws.com)
      have to be able to assume. Needed for O(state=present).
    type: str
  handler:
    description: The function that is called, as module and name.
    type: str
    default: handler.handler
  runtime:
    description: The runtime.
    type: str
    choices: [python3.11, python3.12, python3.13, python3.14, nodejs22.x, nodejs24.x]
    default: python3.13
  memory_size:
    description: Memory in MB, 128 to 10240.
    type: int
    default: 128
  timeout:
    description: Seconds that a call may take, 1 to 30.
    type: int
    default: 5
  tags:
    description: Tags that the function, and each log group that is made for it, should have. Its other tags survive.
    type: dict
    default: {}
  keep_versions:
    description:
      - How many of the newest versions stay besides the published one. Those that a distribution of the account
        associates stay in any case, and so do those with an alias.
      - Older ones are deleted by a run that publishes another one, and by no other run. What AWS still replicates is
        left to a later one, see RV(replicated_versions).
    type: int
    default: 3
  log_retention:
    description:
      - Days that the function's logs are kept, in all Regions in which it can run. The log groups are there
        before the function runs, because those that Lambda creates have no retention.
      - CloudWatch Logs takes 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
        2922, 3288 or 3653 days. By default they are left alone.
      - Regions in which a service control policy denies CloudWatch Logs are left alone too, with a warning.
    type: int
  wait_timeout:
    description: Seconds to wait at each change until Lambda has made it, and until a new role can be assumed.
    type: int
    default: 120
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Create the origin request function
  multiregion.edge.lambda_edge_function:
    name: my-site-origin-request
    package: /tmp/origin_request.zip
    role_arn: arn:aws:iam::111122223333:role/my-site-origin-request
    log_retention: 30
  register: origin_request

- name: Delete the origin request function, after no distribution uses it
  multiregion.edge.lambda_edge_function:
    name: my-site-origin-request
    state: absent
  register: origin_request

- name: What AWS deletes later
  ansible.builtin.debug:
    msg: "{{ origin_request.pending_reason }}"
  when: origin_request.pending
"""

RETURN = r"""
---
function:
  description: The function. In check mode the version is C((known after apply)) if one would be published. Empty with
    O(state=absent).
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: with O(state=present)
      sample: my-site-origin-request
    arn:
      description: Its ARN, without a version.
      type: str
      returned: with O(state=present)
      sample: arn:aws:lambda:us-east-1:111122223333:function:my-site-origin-request
    version:
      description: The number of the published version.
      type: str
      returned: with O(state=present)
      sample: "3"
    qualified_arn:
      description: The ARN of the published version, as a distribution associates it by.
      type: str
      returned: with O(state=present)
      sample: arn:aws:lambda:us-east-1:111122223333:function:my-site-origin-request:3
    package_sha256:
      description: The identity of its package.
      type: str
      returned: with O(state=present)
replicated_versions:
  description: The versions that this run was to delete and AWS still replicates.
  returned: success
  type: list
  elements: str
  sample: ["2"]
pending:
  description: Whether the function is there yet, since AWS still replicates it.
  returned: with O(state=absent)
  type: bool
pending_reason:
  description: A sentence about that; null if nothing is pending.
  returned: with O(state=absent)
  type: str
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Publish a version of the Lambda function my-site-origin-request]
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
from ..module_utils._lambda_edge.options import ARGUMENTS, REQUIRED_IF
from ..module_utils._lambda_edge.resource import edge_function


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, required_if=REQUIRED_IF, supports_check_mode=True)
    run(module, edge_function)


if __name__ == "__main__":
    main()
