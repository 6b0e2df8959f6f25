#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: acm_certificate
short_description: A certificate for CloudFront that DNS validates
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Requests a public certificate from AWS Certificate Manager in us-east-1, the only Region that CloudFront takes
    certificates from, and waits until it is issued; or deletes it.
  - ACM issues it once the records in RV(certificate.validation_records) can be looked up. It renews it by itself as
    long as they stay and the certificate is in use, so keep them.
  - The certificate is found by its tag C(multiregion-edge), whose value is O(site), and by its names. One without
    that tag is never changed, nor deleted.
  - A certificate's names never change. For other names another certificate is requested beside the one that there is;
    delete that with O(state=absent) and its names once nothing uses it.
  - One that failed or was not validated in time is deleted when another one is requested in its place.
options:
  site:
    description: The site's name, the value of the tag that the certificate is found by.
    type: str
    required: true
  domain_name:
    description: A host name, or C(*.) and one. At most 64 characters.
    type: str
    required: true
  subject_alternative_names:
    description: The other names. Their order does not matter.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(absent) deletes the certificate that has exactly these names. One that is in use is refused, with what uses
        it.
    type: str
    choices: [present, absent]
    default: present
  tags:
    description: Tags that the certificate should have. Its other tags survive.
    type: dict
    default: {}
  wait:
    description:
      - Whether to wait until the certificate is issued. Without, until ACM returns the validation records, which takes
        it some seconds.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait until it is issued.
    type: int
    default: 1800
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
seealso:
  - module: multiregion.edge.route53_record_sets
"""

EXAMPLES = r"""
---
- name: Request a certificate
  multiregion.edge.acm_certificate:
    site: my-site
    domain_name: example.com
    subject_alternative_names: ['*.example.com']
    wait: false
  register: requested

- name: Let it be validated
  multiregion.edge.route53_record_sets:
    zone: example.com
    records: "{{ requested.certificate.validation_records }}"

- name: Wait until it is issued
  multiregion.edge.acm_certificate:
    site: my-site
    domain_name: example.com
    subject_alternative_names: ['*.example.com']
  register: issued

- name: Delete the one before
  multiregion.edge.acm_certificate:
    site: my-site
    domain_name: www.example.com
    state: absent
"""

RETURN = r"""
---
certificate:
  description: The certificate, none after O(state=absent). An ARN that ACM will give is C((known after apply)) in check
    mode.
  returned: success
  type: dict
  contains:
    arn:
      description: Its ARN.
      type: str
      returned: always
      sample: arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012
    names:
      description: All its names.
      type: list
      elements: str
      returned: always
      sample: [example.com, '*.example.com']
    status:
      description: V(PENDING_VALIDATION) or V(ISSUED).
      type: str
      returned: always
      sample: ISSUED
    validation_records:
      description: The records that DNS must have, now and as long as the certificate is to be renewed.
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: The record's name.
          type: str
          returned: always
          sample: _0123456789abcdef0123456789abcdef.example.com.
        type:
          description: Its type.
          type: str
          returned: always
          sample: CNAME
        value:
          description: Its value.
          type: str
          returned: always
          sample: _fedcba9876543210fedcba9876543210.abcdefghij.acm-validations.aws.
    in_use_by:
      description: The ARNs of what uses it.
      type: list
      elements: str
      returned: always
    tags:
      description: Its tags.
      type: dict
      returned: always
other_certificates:
  description: The site's certificates that share a name with it, as in RV(certificate).
  returned: success
  type: list
  elements: dict
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: ['Request a certificate for example.com, *.example.com']
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

from ..module_utils._certificate.resource import ARGUMENTS, DnsCertificate
from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, DnsCertificate)


if __name__ == "__main__":
    main()
