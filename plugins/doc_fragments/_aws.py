# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

from __future__ import annotations


class ModuleDocFragment:
    # The options that amazon.aws gives every module of AWS, and what it requires. Galaxy documents a collection without
    # those that it depends on, so amazon.aws's own fragments would leave our modules without documentation there.
    # ansible-test's validate-modules compares this with the options that the modules accept.
    DOCUMENTATION = r"""
requirements:
  - boto3 >= 1.44.8
  - botocore >= 1.44.8
options:
  access_key:
    description:
      - The AWS access key ID.
      - By default that of the environment variable E(AWS_ACCESS_KEY_ID), of the profile, or of the machine's role.
      - Mutually exclusive with O(profile).
    type: str
    aliases: [aws_access_key_id, aws_access_key]
  secret_key:
    description:
      - The AWS secret access key.
      - By default that of the environment variable E(AWS_SECRET_ACCESS_KEY), of the profile, or of the machine's role.
      - Mutually exclusive with O(profile).
    type: str
    aliases: [aws_secret_access_key, aws_secret_key]
  session_token:
    description:
      - The session token of temporary credentials.
      - By default that of the environment variable E(AWS_SESSION_TOKEN).
      - Mutually exclusive with O(profile).
    type: str
    aliases: [aws_session_token]
  profile:
    description:
      - The named profile of the AWS configuration files to take the credentials from.
      - By default that of the environment variable E(AWS_PROFILE).
      - Mutually exclusive with O(access_key), O(secret_key) and O(session_token).
    type: str
    aliases: [aws_profile]
  region:
    description:
      - The AWS Region to call. Global services, such as IAM, Route 53 and CloudFront, ignore it.
      - By default that of the environment variable E(AWS_REGION) or E(AWS_DEFAULT_REGION).
    type: str
    aliases: [aws_region]
  endpoint_url:
    description:
      - The URL to connect to instead of AWS's endpoints.
      - By default that of the environment variable E(AWS_URL).
    type: str
    aliases: [aws_endpoint_url]
  aws_ca_bundle:
    description:
      - The file of CA certificates to verify TLS certificates with.
      - By default that of the environment variable E(AWS_CA_BUNDLE).
    type: path
  validate_certs:
    description: Whether TLS certificates are verified. To trust another CA, set O(aws_ca_bundle) instead.
    type: bool
    default: true
  aws_config:
    description:
      - Settings of botocore's client, as
        U(https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html#botocore.config.Config) has
        them.
    type: dict
  debug_botocore_endpoint_logs:
    description:
      - Whether the result has the AWS API operations that were called, as C(resource_actions). The callback plugin
        C(amazon.aws.aws_resource_actions) prints them for the whole playbook.
      - By default what the environment variable E(ANSIBLE_DEBUG_BOTOCORE_LOGS) has.
    type: bool
    default: false
notes:
  - Environment variables and configuration files are those of the host that runs the module.
  - What is not set here, boto3 takes from its own configuration
    (U(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/credentials.html)).
"""
