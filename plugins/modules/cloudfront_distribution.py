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
  - Creates, updates or deletes a distribution. Options are the members of CloudFront's DistributionConfig in snake
    case, as the boto3 documentation has them; lists are plain lists, without C(Quantity) and C(Items).
  - An update lays what is given over the live configuration. What is not given survives, also what was set by
    others. V(null) inside an option, or in O(config), removes a member.
  - What CloudFront would refuse, and what S3 would refuse afterwards, is refused before the first change, also in
    check mode. For that the policies and origin access controls that are named are read.
  - What a distribution names may have been made a moment ago. While CloudFront does not know the certificate, the web
    ACL, the version of a Lambda function or its role, the call is repeated for up to two minutes.
  - An update that would remove what the installed botocore does not know is refused. Update boto3 then; there is no
    option that forces the update.
  - The distribution is found by its tag C(multiregion-edge), whose value is O(name). Any other is never
    changed, also if it has the same aliases.
options:
  name:
    description: The site's name, by which the distribution is found again.
    type: str
    required: true
  state:
    description:
      - Whether there is to be a distribution.
      - With V(absent) it is disabled, waited for until that is in effect everywhere, and deleted. Without O(wait) it is
        disabled only, and a later run deletes it.
    type: str
    choices: [present, absent]
    default: present
  aliases:
    description: The host names that it answers to, apart from its own. They need a certificate.
    type: list
    elements: str
  cache_behaviors:
    description: The behaviors by path pattern, in the order in which they are looked at. Those that are live go.
    type: list
    elements: dict
  comment:
    description: A comment. That of a new one begins with O(name), unless another is given.
    type: str
  custom_error_responses:
    description: The error pages, and how long errors are cached.
    type: list
    elements: dict
  default_cache_behavior:
    description: The default cache behavior.
    type: dict
  default_root_object:
    description:
      - The object that is served for C(/). An origin in S3 needs one, for who may list it would get its keys there;
        V("") means that C(/) never gets to the origin.
    type: str
  enabled:
    description: Whether the distribution serves, as a new one does by default.
    type: bool
  http_version:
    description: The newest version of HTTP, such as V(http2and3).
    type: str
  is_ipv6_enabled:
    description: Whether viewers may come by IPv6.
    type: bool
  logging:
    description: Standard logging to a bucket, the older kind.
    type: dict
  origin_groups:
    description: The origin groups, of two origins each. The order of their C(members) counts.
    type: list
    elements: dict
  origins:
    description: The origins. One that is live with the same C(id) keeps what is not given of it.
    type: list
    elements: dict
  purge_origins:
    description:
      - Whether live origins are removed that O(origins) does not name, and live origin groups that O(origin_groups)
        does not name. With V(false) a new origin can be added beside the old one.
    type: bool
    default: true
  mrap_origin_shape:
    description:
      - How CloudFront is given an origin that is a Multi-Region Access Point and has an
        C(origin_access_control_id), a C(custom_origin_config) or an C(s3_origin_config). AWS's documentation has both.
      - With V(auto) the one that is live stays; a new one is V(custom), and V(s3) if CloudFront refuses that.
    type: str
    choices: [auto, custom, s3]
    default: auto
  price_class:
    description: The price class, such as V(PriceClass_All).
    type: str
  restrictions:
    description: The countries that may come, or may not.
    type: dict
  viewer_certificate:
    description: The certificate for the aliases.
    type: dict
  web_acl_id:
    description: The ARN of a web ACL of AWS WAF with the scope CLOUDFRONT.
    type: str
  config:
    description: Members of DistributionConfig that have no option of their own, and V(null) for those to be removed.
    type: dict
    default: {}
  tags:
    description: Tags that the distribution should have. Its other tags survive.
    type: dict
    default: {}
  wait:
    description: Whether to wait until the distribution is deployed everywhere, or deleted.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait.
    type: int
    default: 1800
extends_documentation_fragment:
  - multiregion.edge._aws
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
    default_root_object: index.html
  register: cdn

- name: Another bucket where the first one answers 404, and an error page
  multiregion.edge.cloudfront_distribution:
    name: my-site
    default_root_object: index.html
    origins:
      - id: eu
        domain_name: my-site-111122223333-eu-north-1-an.s3.eu-north-1.amazonaws.com
        origin_access_control_id: E2QWRUHEXAMPLE
        s3_origin_config: {origin_access_identity: ""}
      - id: us
        domain_name: my-site-111122223333-us-east-1-an.s3.us-east-1.amazonaws.com
        origin_access_control_id: E2QWRUHEXAMPLE
        s3_origin_config: {origin_access_identity: ""}
    origin_groups:
      - id: eu-then-us
        failover_criteria: {status_codes: [404, 500, 502, 503, 504]}
        members: [{origin_id: eu}, {origin_id: us}]
    default_cache_behavior:
      target_origin_id: eu-then-us
      viewer_protocol_policy: redirect-to-https
      cache_policy_id: 658327ea-f89d-4fab-a63d-7e88639e58f6
      lambda_function_associations: []
    custom_error_responses:
      - {error_code: 404, response_page_path: /404.html, response_code: "404", error_caching_min_ttl: 5}

- name: No tag in the cache any more, and another origin beside those that are there
  multiregion.edge.cloudfront_distribution:
    name: my-site
    origins:
      - id: api
        domain_name: api.example.com
        custom_origin_config: {http_port: 80, https_port: 443, origin_protocol_policy: https-only}
    purge_origins: false
    config:
      cache_tag_config: null

- name: No site
  multiregion.edge.cloudfront_distribution:
    name: my-site
    state: absent
"""

RETURN = r"""
---
distribution:
  description:
    - The distribution. What AWS will give it is C((known after apply)) in check mode.
    - V(null) if it was deleted.
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
      description: The hosts of its origins.
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

from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run
from ..module_utils._distribution.resource import ARGUMENTS, Distribution


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, Distribution)


if __name__ == "__main__":
    main()
