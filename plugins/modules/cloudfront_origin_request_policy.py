#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_origin_request_policy
short_description: What of a viewer's request CloudFront passes on
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates, updates or deletes an origin request policy, which defines what of a viewer's request goes to the origin
    without being part of the cache key. What is in the cache key goes there anyway.
  - An account can have 20 of its own. So one that has the same effect is used if there is one, such as AWS's
    C(Managed-CORS-S3Origin).
  - A new one passes on nothing but what is given.
options:
  comment:
    description: A comment. C((multiregion.edge)) is added to it; together at most 128 characters.
    type: str
  headers_config:
    description:
      - C(header_behavior), which is V(none), V(whitelist), V(allViewer), V(allViewerAndWhitelistCloudFront) or
        V(allExcept), and C(headers), which V(whitelist), V(allViewerAndWhitelistCloudFront) and V(allExcept) need.
      - C(Authorization) and C(Accept-Encoding) can be in a cache policy only.
      - The viewer's C(Host) must not go to a bucket or a Multi-Region Access Point, which V(allViewer) lets happen.
    type: dict
  cookies_config:
    description: C(cookie_behavior), which is V(none), V(whitelist), V(allExcept) or V(all), and C(cookies), which
      V(whitelist) and V(allExcept) need.
    type: dict
  query_strings_config:
    description: C(query_string_behavior), which is V(none), V(whitelist), V(allExcept) or V(all), and
      C(query_strings), which V(whitelist) and V(allExcept) need.
    type: dict
extends_documentation_fragment:
  - multiregion.edge._cloudfront
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
seealso:
  - module: multiregion.edge.cloudfront_distribution
"""

EXAMPLES = r"""
---
- name: Send the viewer's location to the origin
  multiregion.edge.cloudfront_origin_request_policy:
    name: my-site-viewer
    headers_config:
      header_behavior: whitelist
      headers: [CloudFront-Viewer-Country, CloudFront-Viewer-City]

- name: AWS's own, which passes on what CORS needs, is used instead of a new one
  multiregion.edge.cloudfront_origin_request_policy:
    name: my-site-cors
    headers_config:
      header_behavior: whitelist
      headers: [Origin, Access-Control-Request-Headers, Access-Control-Request-Method]
"""

RETURN = r"""
---
origin_request_policy:
  description: The origin request policy; V(null) where there is none.
  returned: success
  type: dict
  contains:
    id:
      description: Its id, as a behavior of a distribution names it. In check mode C((known after apply)) for one that
        would be created.
      type: str
      returned: always
      sample: 88a5eaf4-2fd4-4709-b370-b4c650ea3fcf
    name:
      description: Its name; that of another one if it is adopted.
      type: str
      returned: always
      sample: my-site-viewer
    comment:
      description: Its comment, with this collection's mark if it is its own.
      type: str
      returned: always
    headers_config:
      description: Which headers go to the origin.
      type: dict
      returned: always
      contains:
        header_behavior:
          description: Which of them.
          type: str
          returned: always
          sample: none
        headers:
          description: Their names.
          type: list
          elements: str
          returned: if RV(ignore:header_behavior) takes names
    cookies_config:
      description: Which cookies go to the origin.
      type: dict
      returned: always
      contains:
        cookie_behavior:
          description: Which of them.
          type: str
          returned: always
          sample: none
        cookies:
          description: Their names.
          type: list
          elements: str
          returned: if RV(ignore:cookie_behavior) takes names
    query_strings_config:
      description: Which query strings go to the origin.
      type: dict
      returned: always
      contains:
        query_string_behavior:
          description: Which of them.
          type: str
          returned: always
          sample: none
        query_strings:
          description: Their names.
          type: list
          elements: str
          returned: if RV(ignore:query_string_behavior) takes names
    managed:
      description: Whether it is one of AWS's own.
      type: bool
      returned: always
    adopted:
      description: Whether it lacks this collection's mark or has another name, and is used as it is.
      type: bool
      returned: always
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Create the origin request policy my-site-viewer]
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
  description: The sentences of RV(plan) that were carried out before the failure; they stay, and the next run goes on
    from there.
  returned: failure
  type: list
  elements: str
"""

from ..module_utils._cloudfront.kind import ORIGIN_REQUEST_POLICY
from ..module_utils._cloudfront.resource import arguments, run_named
from ..module_utils._core.aws import AnsibleAWSModule

MEMBERS = {
    "comment": {"type": "str"},
    "headers_config": {"type": "dict"},
    "cookies_config": {"type": "dict"},
    "query_strings_config": {"type": "dict"},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=arguments(MEMBERS), supports_check_mode=True)
    run_named(ORIGIN_REQUEST_POLICY, MEMBERS, module)


if __name__ == "__main__":
    main()
