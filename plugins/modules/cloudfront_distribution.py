#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_distribution
short_description: A CloudFront distribution
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Creates or updates a distribution. Options are the members of CloudFront's DistributionConfig in snake case,
    as the boto3 documentation has them; lists are plain lists, without C(Quantity) and C(Items).
  - An update lays what is given over the live configuration. What is not given survives, also what was set by
    others.
  - The distribution is found by its tag C(multiregion-edge), whose value is O(name).
options:
  name:
    description: The site's name, by which the distribution is found again.
    type: str
    required: true
  aliases:
    description: The host names that it answers to, apart from its own. They need a certificate.
    type: list
    elements: str
  comment:
    description: A comment. By default it begins with O(name).
    type: str
  default_cache_behavior:
    description: The default cache behavior.
    type: dict
  default_root_object:
    description: The object that is served for C(/).
    type: str
  enabled:
    description: Whether the distribution serves.
    type: bool
    default: true
  http_version:
    description: The newest version of HTTP, such as V(http2and3).
    type: str
  is_ipv6_enabled:
    description: Whether viewers may come by IPv6.
    type: bool
  origins:
    description: The origins. One that is live with the same C(id) keeps what is not given of it.
    type: list
    elements: dict
  price_class:
    description: The price class, such as V(PriceClass_All).
    type: str
  viewer_certificate:
    description: The certificate for the aliases.
    type: dict
  config:
    description: Members of DistributionConfig that have no option of their own.
    type: dict
    default: {}
  tags:
    description: Tags that the distribution should have. Its other tags survive.
    type: dict
    default: {}
  wait:
    description: Whether to wait until the distribution is deployed everywhere.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait.
    type: int
    default: 1800
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: A distribution in front of a Multi-Region Access Point
  multiregion.edge.cloudfront_distribution:
    name: my-site
    origins:
      - id: access-point
        domain_name: mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com
        custom_origin_config:
          http_port: 80
          https_port: 443
          origin_protocol_policy: https-only
          origin_ssl_protocols: [TLSv1.2]
    default_cache_behavior:
      target_origin_id: access-point
      viewer_protocol_policy: redirect-to-https
      cache_policy_id: 658327ea-f89d-4fab-a63d-7e88639e58f6
      lambda_function_associations:
        - event_type: origin-request
          lambda_function_arn: arn:aws:lambda:us-east-1:111122223333:function:my-site-origin-request:3
  register: cdn
"""

RETURN = r"""
---
distribution:
  description: The distribution. What AWS will give it is C((known after apply)) in check mode.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
      returned: always
      sample: EDFDVBD6EXAMPLE
    arn:
      description: Its ARN.
      type: str
      returned: always
      sample: arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE
    domain_name:
      description: Its own host name.
      type: str
      returned: always
      sample: d111111abcdef8.cloudfront.net
    status:
      description: V(InProgress) or V(Deployed).
      type: str
      returned: always
      sample: Deployed
    aliases:
      description: The other host names that it answers to.
      type: list
      elements: str
      returned: always
    origin_domain_names:
      description: The hosts of its origins, as they were when the module began.
      type: list
      elements: str
      returned: always
      sample: [mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com]
    tags:
      description: Its tags.
      type: dict
      returned: if there is a distribution
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Create the distribution of my-site]
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
from ansible_collections.multiregion.edge.plugins.module_utils._distribution.resource import ARGUMENTS, Distribution
from ansible_collections.multiregion.edge.plugins.module_utils._reconcile import run


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, Distribution)


if __name__ == "__main__":
    main()
