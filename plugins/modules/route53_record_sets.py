#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: route53_record_sets
short_description: Several record sets of a hosted zone, all at once
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Brings record sets of one public hosted zone of Route 53 to what is given, or deletes them, in one change that is
    made as a whole or not at all.
  - Besides what M(amazon.aws.route53) can do, it knows the type V(HTTPS), changes all records in one call, and
    overwrites no record of others.
  - A record that is there already and points elsewhere is refused, unless O(take_over=true); so is any other record
    that cannot be beside one that is given. Weighted records have C((multiregion.edge)) at the end of their
    identifier, by which they are known to be this collection's.
options:
  zone:
    description: The hosted zone's name or id.
    type: str
    required: true
  records:
    description:
      - The record sets. Of weighted ones, those with this collection's mark that have a name and type given here but
        an identifier that is not are deleted.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The record's name, with the zone's. A dot at its end makes no difference.
        type: str
        required: true
      type:
        description: The type.
        type: str
        choices: [A, AAAA, CNAME, HTTPS, TXT]
        required: true
      ttl:
        description: The seconds for which resolvers keep it; 300 for a new one. An alias has none.
        type: int
      values:
        description: The values. Those of V(TXT) are quoted if they are not.
        type: list
        elements: str
        aliases: [value]
      alias_target:
        description: What of AWS it is an alias of, in place of O(records[].values).
        type: dict
        suboptions:
          dns_name:
            description: The target's host name.
            type: str
            required: true
          hosted_zone_id:
            description: The target's hosted zone, which is V(Z2FDTNDATAQYW2) for every CloudFront distribution.
            type: str
            required: true
          evaluate_target_health:
            description: Whether the target's health counts. CloudFront's cannot.
            type: bool
            default: false
      set_identifier:
        description:
          - Identifies a weighted record among those of one name and type.
          - A weighted record that is there keeps what is not given of it.
        type: str
      weight:
        description: The record's share of the answers, 0 to 255; 100 for a new one. One with 0 is not given while
          others have more.
        type: int
      weight_in_service:
        description: The weight, 1 to 255, of a record that is new or whose weight is not 0. One with 0 is out of
          service and keeps it. It excludes O(records[].weight).
        type: int
      health_check_id:
        description: The id of a health check. While it fails, the record is not given. V('') takes it away.
        type: str
  state:
    description:
      - V(absent) deletes those of O(records) that point to the given target, and weighted ones with this collection's
        mark. RV(left) names the others.
    type: str
    choices: [present, absent]
    default: present
  take_over:
    description: Whether records that point elsewhere, or conflict with what is given, are replaced.
    type: bool
    default: false
  wait:
    description: Whether to wait until all of Route 53's name servers have a change, which takes about a minute.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait.
    type: int
    default: 300
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
seealso:
  - module: amazon.aws.route53
"""

EXAMPLES = r"""
---
- name: Lead a name to a distribution
  multiregion.edge.route53_record_sets:
    zone: example.com
    records:
      - {name: www.example.com, type: A, alias_target: "{{ distribution }}"}
      - {name: www.example.com, type: AAAA, alias_target: "{{ distribution }}"}
      - {name: www.example.com, type: HTTPS, alias_target: "{{ distribution }}"}
  vars:
    distribution:
      dns_name: d111111abcdef8.cloudfront.net
      hosted_zone_id: Z2FDTNDATAQYW2

- name: Share requests between two buckets
  multiregion.edge.route53_record_sets:
    zone: example.com
    records:
      - {name: bucket.example.com, type: TXT, ttl: 10, values: [shop-eu], set_identifier: eu-north-1, weight: 100}
      - {name: bucket.example.com, type: TXT, ttl: 10, values: [shop-us], set_identifier: us-east-1}

- name: Share them differently, unless one is out of service
  multiregion.edge.route53_record_sets:
    zone: example.com
    records:
      - {name: bucket.example.com, type: TXT, set_identifier: eu-north-1, weight_in_service: 70}
      - {name: bucket.example.com, type: TXT, set_identifier: us-east-1, weight_in_service: 30}

- name: Take one of them out of service
  multiregion.edge.route53_record_sets:
    zone: example.com
    records:
      - {name: bucket.example.com, type: TXT, set_identifier: eu-north-1, weight: 0}
      - {name: bucket.example.com, type: TXT, set_identifier: us-east-1}
"""

RETURN = r"""
---
zone:
  description: The hosted zone.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
      returned: always
      sample: Z0123456789ABCDEFGHIJ
    name:
      description: Its name.
      type: str
      returned: always
      sample: example.com
weights:
  description: The weights of the weighted records that were given, by identifier.
  returned: success
  type: dict
  sample: {eu-north-1: 100, us-east-1: 0}
left:
  description: With O(state=absent), the records of a name and type given that are not this collection's to delete.
  returned: success
  type: list
  elements: str
  sample: ['A www.example.com, to d222222abcdef8.cloudfront.net']
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: ['Create A www.example.com, to d111111abcdef8.cloudfront.net']
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
from ..module_utils._record_sets.resource import ARGUMENTS, RecordSets


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, RecordSets)


if __name__ == "__main__":
    main()
