#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_response_headers_policy
short_description: Headers that CloudFront adds to responses, or removes
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates, updates or deletes a response headers policy, which defines what headers CloudFront adds to the responses
    that it gives viewers, and which of the origin's it removes.
  - An account can have 20 of its own. So one that has the same effect is used if there is one, such as AWS's
    C(Managed-SecurityHeadersPolicy).
  - A new one has what is given, and nothing else.
options:
  comment:
    description: A comment. C((multiregion.edge)) is added to it; together at most 128 characters.
    type: str
  cors_config:
    description: C(access_control_allow_origins), C(access_control_allow_methods), C(access_control_allow_headers),
      C(access_control_allow_credentials) and C(origin_override), which are needed, and
      C(access_control_expose_headers) and C(access_control_max_age_sec).
    type: dict
  security_headers_config:
    description:
      - The security headers, each of which is a dictionary with C(override), whether it replaces the origin's.
      - C(strict_transport_security) with C(access_control_max_age_sec), C(include_subdomains) and C(preload);
        C(content_type_options); C(frame_options) with C(frame_option); C(referrer_policy) with C(referrer_policy);
        C(content_security_policy) with C(content_security_policy); C(xss_protection) with C(protection) and either
        C(mode_block) or C(report_uri).
    type: dict
  server_timing_headers_config:
    description: C(enabled), and C(sampling_rate), the percentage of responses that get C(Server-Timing).
    type: dict
  custom_headers_config:
    description: Headers of any name, each with C(header), C(value) and C(override). The list replaces the live one.
    type: list
    elements: dict
  remove_headers_config:
    description: Headers of the origin that viewers do not get, each with C(header). The list replaces the live one.
    type: list
    elements: dict
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
- name: Security headers, and none that reveal the origin
  multiregion.edge.cloudfront_response_headers_policy:
    name: my-site-headers
    security_headers_config:
      strict_transport_security:
        access_control_max_age_sec: 63072000
        include_subdomains: true
        preload: true
        override: true
      content_type_options:
        override: true
      frame_options:
        frame_option: DENY
        override: true
      content_security_policy:
        content_security_policy: default-src 'self'
        override: true
    custom_headers_config:
      - header: Permissions-Policy
        value: camera=(), microphone=()
        override: true
    remove_headers_config:
      - header: x-amz-bucket-region
      - header: x-amz-replication-status

- name: No frame options any more; the rest stays
  multiregion.edge.cloudfront_response_headers_policy:
    name: my-site-headers
    security_headers_config:
      frame_options: null

- name: The id of one of AWS's own, by its name
  multiregion.edge.cloudfront_response_headers_policy:
    name: Managed-SecurityHeadersPolicy
  register: security
"""

RETURN = r"""
---
response_headers_policy:
  description: The response headers policy; V(null) where there is none.
  returned: success
  type: dict
  contains:
    id:
      description: Its id, as a behavior of a distribution names it. In check mode C((known after apply)) for one that
        would be created.
      type: str
      returned: always
      sample: 67f7725c-6f97-4210-82d7-5512b31e9d03
    name:
      description: Its name; that of another one if it is adopted.
      type: str
      returned: always
      sample: my-site-headers
    comment:
      description: Its comment, with this collection's mark if it is its own.
      type: str
      returned: always
    cors_config:
      description: The headers of cross-origin resource sharing.
      type: dict
      returned: if it has one
      contains:
        access_control_allow_origins:
          description: The origins.
          type: list
          elements: str
          returned: always
        access_control_allow_methods:
          description: The methods.
          type: list
          elements: str
          returned: always
        access_control_allow_headers:
          description: The headers of requests.
          type: list
          elements: str
          returned: always
        access_control_expose_headers:
          description: The headers that pages may read.
          type: list
          elements: str
          returned: always
        access_control_allow_credentials:
          description: Whether credentials may be sent.
          type: bool
          returned: always
        access_control_max_age_sec:
          description: Seconds that browsers may remember it.
          type: int
          returned: always
        origin_override:
          description: Whether it replaces what the origin sends.
          type: bool
          returned: always
    security_headers_config:
      description: The security headers.
      type: dict
      returned: if it has one
      contains:
        strict_transport_security:
          description: The header Strict-Transport-Security.
          type: dict
          returned: if it has one
          contains:
            access_control_max_age_sec:
              description: Its max-age.
              type: int
              returned: always
              sample: 31536000
            include_subdomains:
              description: Whether it has includeSubDomains.
              type: bool
              returned: always
            preload:
              description: Whether it has preload.
              type: bool
              returned: always
            override:
              description: Whether it replaces what the origin sends.
              type: bool
              returned: always
              sample: true
        content_type_options:
          description: The header X-Content-Type-Options.
          type: dict
          returned: if it has one
          contains:
            override:
              description: Whether it replaces what the origin sends.
              type: bool
              returned: always
              sample: true
        frame_options:
          description: The header X-Frame-Options.
          type: dict
          returned: if it has one
          contains:
            frame_option:
              description: Its value.
              type: str
              returned: always
              sample: DENY
            override:
              description: Whether it replaces what the origin sends.
              type: bool
              returned: always
              sample: true
        referrer_policy:
          description: The header Referrer-Policy.
          type: dict
          returned: if it has one
          contains:
            referrer_policy:
              description: Its value.
              type: str
              returned: always
              sample: same-origin
            override:
              description: Whether it replaces what the origin sends.
              type: bool
              returned: always
              sample: true
        content_security_policy:
          description: The header Content-Security-Policy.
          type: dict
          returned: if it has one
          contains:
            content_security_policy:
              description: Its value.
              type: str
              returned: always
              sample: default-src 'self'
            override:
              description: Whether it replaces what the origin sends.
              type: bool
              returned: always
              sample: true
        xss_protection:
          description: The header X-XSS-Protection.
          type: dict
          returned: if it has one
          contains:
            protection:
              description: Whether it is 1.
              type: bool
              returned: always
              sample: true
            mode_block:
              description: Whether it has mode=block.
              type: bool
              returned: always
            report_uri:
              description: Its report.
              type: str
              returned: always
            override:
              description: Whether it replaces what the origin sends.
              type: bool
              returned: always
              sample: true
    server_timing_headers_config:
      description: The header Server-Timing.
      type: dict
      returned: if it has one
      contains:
        enabled:
          description: Whether responses have it.
          type: bool
          returned: always
        sampling_rate:
          description: The percentage of responses that have it.
          type: float
          returned: always
          sample: 50.0
    custom_headers_config:
      description: Headers that are added.
      type: list
      elements: dict
      returned: if it has any
      contains:
        header:
          description: Its name.
          type: str
          returned: always
          sample: Permissions-Policy
        value:
          description: Its value.
          type: str
          returned: always
        override:
          description: Whether it replaces what the origin sends.
          type: bool
          returned: always
          sample: true
    remove_headers_config:
      description: Headers of the origin that are removed.
      type: list
      elements: dict
      returned: if it has any
      contains:
        header:
          description: Its name.
          type: str
          returned: always
          sample: x-amz-bucket-region
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
  sample: [Create the response headers policy my-site-headers]
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

from ..module_utils._cloudfront.kind import RESPONSE_HEADERS_POLICY
from ..module_utils._cloudfront.resource import arguments, run_named
from ..module_utils._core.aws import AnsibleAWSModule

MEMBERS = {
    "comment": {"type": "str"},
    "cors_config": {"type": "dict"},
    "security_headers_config": {"type": "dict"},
    "server_timing_headers_config": {"type": "dict"},
    "custom_headers_config": {"type": "list", "elements": "dict"},
    "remove_headers_config": {"type": "list", "elements": "dict"},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=arguments(MEMBERS), supports_check_mode=True)
    run_named(RESPONSE_HEADERS_POLICY, MEMBERS, module)


if __name__ == "__main__":
    main()
