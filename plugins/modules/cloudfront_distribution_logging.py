#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloudfront_distribution_logging
short_description: Where the access logs of a CloudFront distribution go
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Lets CloudWatch Logs deliver a distribution's access logs (CloudFront's standard logging, the newer kind) to a
    bucket, a log group or a Firehose stream. Unlike the older kind, buckets need no ACLs for it.
  - A source, a destination and a delivery are made, named by O(name). For another destination or format the new ones
    are made before the old ones are deleted, for AWS never changes that.
  - What others let the source deliver elsewhere stays, until the source is deleted.
  - A source of the same distribution that others have made is never changed; AWS takes one, so that is an error.
options:
  name:
    description: The site's name.
    type: str
    required: true
  state:
    description: Whether the logs are to be delivered. V(absent) deletes what this module has made for O(name).
    type: str
    choices: [present, absent]
    default: present
  distribution_arn:
    description: The distribution. Required unless O(state=absent).
    type: str
  destination_arn:
    description:
      - The ARN of a bucket, to which a prefix may be added, or of a log group or a Firehose stream in us-east-1.
        Required unless O(state=absent).
      - Its policy must allow C(delivery.logs.amazonaws.com) to write. AWS adds that to the policy of a bucket or of log
        groups itself, if the user who runs this may change it.
    type: str
  output_format:
    description: The format. V(parquet) is for buckets only.
    type: str
    choices: [json, plain, w3c, raw, parquet]
    default: json
  record_fields:
    description: The fields of a record, in their order. By default those that CloudFront chooses.
    type: list
    elements: str
  field_delimiter:
    description: What is between two fields, for the formats V(plain), V(w3c) and V(raw).
    type: str
  s3_suffix_path:
    description: What an object's key has after the prefix, such as V({DistributionId}/{yyyy}/{MM}/{dd}).
    type: str
  s3_enable_hive_compatible_path:
    description: Whether the parts of the key have names, such as C(year=2026).
    type: bool
  tags:
    description: Tags for the created resources, in addition to C(multiregion-edge).
    type: dict
    default: {}
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: A day's logs together, a few fields
  multiregion.edge.cloudfront_distribution_logging:
    name: my-site
    distribution_arn: "{{ cdn.distribution.arn }}"
    destination_arn: arn:aws:s3:::my-logs/my-site
    output_format: parquet
    record_fields: [timestamp, cs-host, cs-uri-stem, sc-status, x-edge-location, x-edge-result-type, time-to-first-byte]
    s3_suffix_path: "{yyyy}/{MM}/{dd}"

- name: No logs any more
  multiregion.edge.cloudfront_distribution_logging:
    name: my-site
    state: absent
"""

RETURN = r"""
---
logging:
  description: Where the logs go; V(null) with O(state=absent).
  returned: success
  type: dict
  contains:
    source_name:
      description: The name of the delivery source.
      type: str
      returned: always
      sample: multiregion-my-site-EDFDVBD6EXAMPLE
    destination_name:
      description: The name of the delivery destination.
      type: str
      returned: always
      sample: multiregion-my-site-0f3a9c1d
    destination_arn:
      description: The bucket, log group or stream.
      type: str
      returned: always
      sample: arn:aws:s3:::my-logs/my-site
    output_format:
      description: The format.
      type: str
      returned: always
      sample: parquet
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Create the delivery source multiregion-my-site-EDFDVBD6EXAMPLE]
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

from ..module_utils._access_logs.resource import (
    ARGUMENTS,
    REQUIRED_IF,
    AccessLogs,
)
from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, required_if=REQUIRED_IF, supports_check_mode=True)
    run(module, AccessLogs)


if __name__ == "__main__":
    main()
