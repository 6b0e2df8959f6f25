#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_function
short_description: A CloudFront Function, tested and published
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates or updates a CloudFront Function, tests it in its DEVELOPMENT stage, and publishes it, so that its LIVE
    stage is what is asked for. Distributions that use the function pick it up by themselves.
  - The code and the association with key value stores are always sent together, for an update without the
    association would remove it.
  - Where LIVE is what is asked for already, nothing is tested and nothing is published.
options:
  name:
    description: The function's name, 1 to 64 letters, digits, hyphens and underscores.
    type: str
    required: true
  state:
    description:
      - Whether there shall be one.
      - With V(absent), one that a distribution uses is refused by a sentence that names the distributions.
    type: str
    choices: [present, absent]
    default: present
  code:
    description: The function's code, at most 10,240 bytes. This or O(src) is needed for O(state=present).
    type: str
  src:
    description: The file that has the function's code.
    type: path
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
    description:
      - The ARNs of the key value stores that the function reads. CloudFront takes one.
      - In check mode, C((known after apply)) is taken for that of a store which is still to be made.
    type: list
    elements: str
    default: []
  tags:
    description: Tags for the function. Other tags that it has stay.
    type: dict
    default: {}
  tests:
    description:
      - Cases that the function has to pass before it is published. They are run by CloudFront's TestFunction, in the
        DEVELOPMENT stage and with the keys that the store has then. If one fails, LIVE stays as it was.
      - CloudFront does not judge the answer here as it does for viewers, and does not look at a change of the origin.
      - Where CloudFront answers that there is no TestFunction, the function is published with a warning.
      - In check mode, which cannot put the code there, they are C(pending).
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: What the case shows; a failure is reported with it.
        type: str
        required: true
      event:
        description:
          - CloudFront's event. What is not given is that of a C(GET) of C(/), without a query string and cookies, for
            the host C(d111111abcdef8.cloudfront.net). With a C(response), it is the event of a viewer response.
          - Headers, cookies and parameters of the query string may be plain text instead of a dictionary with C(value).
        type: dict
        default: {}
      expect:
        description:
          - What has to come, of C(uri), C(method), C(querystring), C(headers) and C(cookies) of a request, or
            C(status), C(headers), C(cookies) and C(body) of a response. A query string may be a text or a dictionary.
          - Of headers and cookies only those that are named have to be so; with C(null), one has to be absent.
          - If nothing is given, it is enough that the function does not fail.
        type: dict
        default: {}
  max_compute_utilization:
    description:
      - How much of the time that CloudFront allows a case may take, in percent. Near 100 CloudFront throttles a
        function. A case that takes more is measured three times, and the least counts.
    type: int
    default: 80
  wait:
    description: Whether to wait until the LIVE stage is deployed to the edges, as far as CloudFront reports it.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait for that.
    type: int
    default: 600
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: A viewer function that is tested before it is published
  multiregion.edge.cloudfront_function:
    name: my-site-viewer-request
    src: viewer-request.js
    key_value_store_arns:
      - "{{ store.key_value_store.arn }}"
    tests:
      - name: a directory is its index
        event: {request: {uri: /guide/, headers: {host: www.example.com}}}
        expect: {uri: /guide/index.html, querystring: {}}
      - name: an old page is redirected
        event: {request: {uri: /old, headers: {host: www.example.com}}}
        expect: {status: 301, headers: {location: /new}}
      - name: nothing fails without a host that is known

- name: No function any more
  multiregion.edge.cloudfront_function:
    name: my-site-viewer-request
    state: absent
"""

RETURN = r"""
---
function:
  description: The function; nothing with O(state=absent).
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
    status:
      description: The status of its LIVE stage. V(UNASSOCIATED) if no distribution uses it.
      type: str
      returned: always
      sample: DEPLOYED
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
tests:
  description: The cases of O(tests), in their order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The case's name.
      type: str
      returned: always
      sample: a directory is its index
    outcome:
      description:
        - V(passed), or V(pending) in check mode if a run would test it.
        - V(skipped) if there was nothing to publish, or if there is no TestFunction.
      type: str
      returned: always
      sample: passed
    compute_utilization:
      description: How much of the time that CloudFront allows it took, in percent; nothing if that is not known.
      type: int
      returned: always
      sample: 21
plan:
  description: One sentence for each change that was made, or in check mode would be, and for the test.
  returned: always
  type: list
  elements: str
  sample:
    - Update the CloudFront Function my-site-viewer-request
    - Test the CloudFront Function my-site-viewer-request with 3 cases
    - Publish the CloudFront Function my-site-viewer-request to LIVE
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
from ..module_utils._function.resource import ARGUMENTS, RULES, Function


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True, **RULES)
    run(module, Function)


if __name__ == "__main__":
    main()
