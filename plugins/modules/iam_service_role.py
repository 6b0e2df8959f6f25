#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: iam_service_role
short_description: An IAM role that AWS services assume, with its policies
version_added: 0.2.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates or updates an IAM role, who may assume it, and the managed policies that are its own.
  - Statements are given in groups. A group that is longer than the 6,144 characters that IAM takes in a policy becomes
    several policies, and so does a single statement with long lists. The first has the group's name, the others have
    C(-2), C(-3) and so on after it.
  - Rights that the role has before and after a change are never missing in between. What moves to another policy is
    granted there before it is revoked where it was, and what is new is granted last.
  - A service that is new gets none of the rights that end. If policies change and no service of before stays, no
    service may assume the role until they are changed.
  - A change of a policy is a new version of it that is the default at once. Of the five versions that IAM keeps, the
    oldest that is not the default gives way.
  - IAM shows a change some seconds late. The module tries again what IAM refuses until then, and waits until IAM
    shows all of it.
  - A policy of its own that something else uses as well is not deleted. A warning names it.
options:
  name:
    description: The role's name.
    type: str
    required: true
  site:
    description:
      - The site whose role it is, the value of the tag C(multiregion-edge) of the role and its policies.
      - A role or policy of that name without the tag, or with another site's, is refused.
    type: str
    required: true
  state:
    description:
      - With V(absent), the role is deleted with its inline policies, and then the policies of the groups in
        O(policies), whose statements are not needed. Other managed policies are only detached.
      - A role in an instance profile is refused.
    type: str
    choices: [present, absent]
    default: present
  services:
    description:
      - The service principals that may assume the role, such as C(lambda.amazonaws.com). Nothing else may.
      - Needed for O(state=present).
    type: list
    elements: str
  conditions:
    description:
      - Under which conditions they may, by operator and condition key, as in a policy. Not every service sends
        C(aws:SourceAccount) or C(aws:SourceArn) when it assumes a role.
    type: dict
    default: {}
  description:
    description: The role's description. By default it is left alone.
    type: str
  permissions_boundary:
    description:
      - The ARN of the policy that is the role's permissions boundary. An empty string removes the boundary.
      - By default it is left alone.
    type: str
  policies:
    description:
      - Groups of statements about one subject.
      - A group without statements has no policy.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the group, and of its first policy.
        type: str
        required: true
      description:
        description: What its policies are for. It is set at their creation only; IAM never changes it.
        type: str
      statements:
        description: The statements, as IAM has them.
        type: list
        elements: dict
        default: []
  purge:
    description:
      - Whether the role loses all other managed policies. Those of the groups in O(policies) are deleted as well.
      - With V(false) they stay attached, for a first step before something else that still needs them is changed.
    type: bool
    default: true
  tags:
    description: Tags that the role and its policies should have. Their other tags survive.
    type: dict
    default: {}
  wait_timeout:
    description:
      - Seconds to wait until IAM takes a change of what was just made. They count for each call, and again at the end
        until IAM shows all of it.
    type: int
    default: 120
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
notes:
  - Changes of O(description), which no role of this collection sets, need C(iam:UpdateRole).
  - A new role gets its O(permissions_boundary) when it is created. To set or remove that of an existing role needs
    C(iam:PutRolePermissionsBoundary) or C(iam:DeleteRolePermissionsBoundary), which an administrator should have, and
    no identity that the boundary is to limit.
seealso:
  - module: multiregion.edge.lambda_edge_function
  - module: multiregion.edge.s3_replication
"""

EXAMPLES = r"""
---
- name: Let a function at the edge read a bucket
  multiregion.edge.iam_service_role:
    name: my-site-reader
    site: my-site
    services: [lambda.amazonaws.com, edgelambda.amazonaws.com]
    policies:
      - name: my-site-reader
        description: What the function at the edge reads
        statements:
          - Sid: ReadObjects
            Effect: Allow
            Action: s3:GetObject
            Resource: arn:aws:s3:::my-bucket/*

- name: Let S3 replicate, on behalf of this account only and within a boundary
  multiregion.edge.iam_service_role:
    name: my-site-replication
    site: my-site
    services: [s3.amazonaws.com]
    conditions:
      StringEquals:
        aws:SourceAccount: "111122223333"
    permissions_boundary: arn:aws:iam::111122223333:policy/boundary
    policies:
      - name: my-site-replication
        statements: "{{ replication_statements }}"
      - name: my-site-replication-kms
        statements: "{{ kms_statements }}"

- name: Delete the role and its policies
  multiregion.edge.iam_service_role:
    name: my-site-replication
    site: my-site
    state: absent
    policies:
      - name: my-site-replication
      - name: my-site-replication-kms
"""

RETURN = r"""
---
role:
  description: The role. Empty with O(state=absent).
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: with O(state=present)
      sample: my-site-reader
    arn:
      description: Its ARN.
      type: str
      returned: with O(state=present)
      sample: arn:aws:iam::111122223333:role/my-site-reader
    description:
      description: Its description.
      type: str
      returned: with O(state=present)
    permissions_boundary:
      description: The ARN of its permissions boundary; empty if it has none.
      type: str
      returned: with O(state=present)
    tags:
      description: Its tags.
      type: dict
      returned: with O(state=present)
      sample: {"multiregion-edge": my-site}
policies:
  description: The policies of O(policies), which are attached to the role. Empty with O(state=absent).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: my-site-reader
    arn:
      description: Its ARN.
      type: str
      returned: always
      sample: arn:aws:iam::111122223333:policy/my-site-reader
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Change what the policy my-site-reader allows]
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
from ..module_utils._service_role.options import ARGUMENTS, REQUIRED_IF
from ..module_utils._service_role.resource import ServiceRole


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, required_if=REQUIRED_IF, supports_check_mode=True)
    run(module, ServiceRole)


if __name__ == "__main__":
    main()
