#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_edge_function
short_description: A Lambda@Edge function and its published version
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates or updates a Lambda function in us-east-1, where Lambda@Edge replicates from, and publishes a
    numbered version, which is what a distribution associates.
  - Whether the code changed is told by the identity of the package (see
    M(multiregion.edge.lambda_edge_package)), which is kept in the function's description. For unchanged content
    the version that is there is returned and none is made.
options:
  name:
    description: The function's name.
    type: str
    required: true
  package:
    description: The zip with the function's code.
    type: path
    required: true
  role_arn:
    description: The ARN of the function's role, which C(lambda.amazonaws.com) and C(edgelambda.amazonaws.com)
      have to be able to assume.
    type: str
    required: true
  handler:
    description: The function that is called, as module and name.
    type: str
    default: handler.handler
  runtime:
    description: The runtime.
    type: str
    default: python3.13
  memory_size:
    description: Memory in MB.
    type: int
    default: 128
  timeout:
    description: Seconds that a call may take, 1 to 30.
    type: int
    default: 5
  tags:
    description: Tags that the function should have. Its other tags survive.
    type: dict
    default: {}
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: The signer
  multiregion.edge.lambda_edge_function:
    name: my-site-origin-request
    package: /tmp/origin_request.zip
    role_arn: arn:aws:iam::111122223333:role/my-site-origin-request
  register: signer
"""

RETURN = r"""
---
function:
  description: The function. In check mode the version is C((known after apply)) if one would be published.
  returned: success
  type: dict
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
    version:
      description: The number of the published version.
      type: str
      returned: always
      sample: "3"
    qualified_arn:
      description: The ARN of the published version, as a distribution associates it by.
      type: str
      returned: always
      sample: arn:aws:lambda:us-east-1:111122223333:function:my-site-origin-request:3
    package_sha256:
      description: The identity of its package.
      type: str
      returned: always
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

from ansible_collections.multiregion.edge.plugins.module_utils._aws import AnsibleAWSModule
from ansible_collections.multiregion.edge.plugins.module_utils._edge_lambda.resource import (
    FUNCTION_ARGUMENTS,
    EdgeLambda,
)
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import run


def main() -> None:
    module = AnsibleAWSModule(argument_spec=FUNCTION_ARGUMENTS, supports_check_mode=True)
    run(module, EdgeLambda)


if __name__ == "__main__":
    main()
