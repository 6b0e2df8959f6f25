#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_cache_policy
short_description: What CloudFront's cache goes by, and for how long
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates, updates or deletes a cache policy, which defines by what of a request CloudFront distinguishes objects in
    its cache, and how long it keeps them. What is part of the cache key also goes to the origin.
  - An account can have 20 of its own. So one that has the same effect is used if there is one, such as AWS's
    C(Managed-CachingOptimized), whose settings a new one has where nothing else is given.
options:
  comment:
    description: A comment. C((multiregion.edge)) is added to it; together at most 128 characters.
    type: str
  min_ttl:
    description:
      - Seconds that CloudFront keeps an object at least, whatever C(Cache-Control) the origin sends, C(no-store)
        included, unless it is V(0).
      - The default of a new one is V(1), or less where O(default_ttl) or O(max_ttl) is.
    type: int
  default_ttl:
    description: Seconds that CloudFront keeps an object for which the origin sets no time. The default of a new one is
      a day, or what is nearest to it between O(min_ttl) and O(max_ttl).
    type: int
  max_ttl:
    description:
      - Seconds that CloudFront keeps an object at most, whatever the origin sets. The default of a new one is a year,
        or more where the others are.
      - With V(0) nothing is cached, and there can be no part of a cache key and no compression.
    type: int
  parameters_in_cache_key_and_forwarded_to_origin:
    description:
      - The parts of the cache key. C(headers_config) has C(header_behavior), V(none) or V(whitelist), and C(headers).
      - C(cookies_config) has C(cookie_behavior) and C(cookies), and C(query_strings_config) has
        C(query_string_behavior) and C(query_strings); each behavior is V(none), V(whitelist), V(allExcept) or V(all),
        and V(whitelist) and V(allExcept) need the list.
      - C(enable_accept_encoding_gzip) and C(enable_accept_encoding_brotli) are whether compressed objects are cached.
        Both are true in a new one.
      - The viewer's C(Host) must not be among the headers of a policy for a bucket or a Multi-Region Access Point.
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
- name: AWS's own, which has the same effect, is used instead of a new one
  multiregion.edge.cloudfront_cache_policy:
    name: my-site-files

- name: Keep pages apart by one query string, for ten minutes
  multiregion.edge.cloudfront_cache_policy:
    name: my-site-pages
    comment: Pages in several languages
    min_ttl: 0
    default_ttl: 600
    max_ttl: 600
    parameters_in_cache_key_and_forwarded_to_origin:
      query_strings_config:
        query_string_behavior: whitelist
        query_strings: [lang]

- name: Cache nothing
  multiregion.edge.cloudfront_cache_policy:
    name: my-site-api
    max_ttl: 0
"""

RETURN = r"""
---
cache_policy:
  description: The cache policy; V(null) where there is none.
  returned: success
  type: dict
  contains:
    id:
      description: Its id, as a behavior of a distribution names it. In check mode C((known after apply)) for one that
        would be created.
      type: str
      returned: always
      sample: 658327ea-f89d-4fab-a63d-7e88639e58f6
    name:
      description: Its name; that of another one if it is adopted.
      type: str
      returned: always
      sample: my-site-pages
    comment:
      description: Its comment, with this collection's mark if it is its own.
      type: str
      returned: always
    min_ttl:
      description: Seconds that an object is kept at least.
      type: int
      returned: always
      sample: 1
    default_ttl:
      description: Seconds that an object is kept for which the origin sets no time.
      type: int
      returned: always
      sample: 86400
    max_ttl:
      description: Seconds that an object is kept at most.
      type: int
      returned: always
      sample: 31536000
    parameters_in_cache_key_and_forwarded_to_origin:
      description: The parts of the cache key.
      type: dict
      returned: always
      contains:
        enable_accept_encoding_gzip:
          description: Whether objects compressed with gzip are cached.
          type: bool
          returned: always
          sample: true
        enable_accept_encoding_brotli:
          description: Whether objects compressed with Brotli are cached.
          type: bool
          returned: always
          sample: true
        headers_config:
          description: Which headers are in the cache key.
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
          description: Which cookies are in the cache key.
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
          description: Which query strings are in the cache key.
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
  sample: [Create the cache policy my-site-pages]
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

from ..module_utils._cloudfront.kind import CACHE_POLICY
from ..module_utils._cloudfront.resource import arguments, run_named
from ..module_utils._core.aws import AnsibleAWSModule

MEMBERS = {
    "comment": {"type": "str"},
    "min_ttl": {"type": "int"},
    "default_ttl": {"type": "int"},
    "max_ttl": {"type": "int"},
    "parameters_in_cache_key_and_forwarded_to_origin": {"type": "dict", "no_log": False},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=arguments(MEMBERS), supports_check_mode=True)
    run_named(CACHE_POLICY, MEMBERS, module)


if __name__ == "__main__":
    main()
