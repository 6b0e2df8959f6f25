#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_edge_package
short_description: The package of the Lambda function at the edge that signs
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Builds, on the machine it runs on, the zip of the origin-request handler, its configuration, and the part of
    awscrt that signing needs. It does so in check mode too, for the function cannot be planned without it.
  - The awscrt wheel is pinned by its SHA-256 and kept in O(cache). Where it is not there yet, pip fetches it
    from the index it is configured for. Its native module is checked for Lambda's runtime, and packed without what
    is never loaded. A package that signs for single buckets has none of it, for Python signs SigV4 by itself.
  - The configuration is checked, and the package is proven before it is written. With nothing but its own files and
    without a network it has to import and to sign. Where the machine cannot run Lambda's native code,
    RV(package.proven) is false.
  - The package is known by a SHA-256 over the names and bytes of its files, which is the same on every machine,
    not by that of the zip, which differs with the zlib that made it.
options:
  source:
    description: The directory with the handler's C(.py) files, and with C(proof/prove.py), which stays there.
    type: path
    required: true
  dest:
    description: The zip to write.
    type: path
    required: true
  config:
    description:
      - How the handler finds the target of a request. It is C(config.json) in the package, for a function at the edge
        has no environment variables.
      - Without it the target is the Multi-Region Access Point that is the request's origin, as with the C(mode)
        V(mrap).
      - C(mode) is V(mrap), V(region_map) or V(dns_record). All take C(query), a list of the names of the query string
        that S3 is asked with; the others are dropped.
      - V(mrap) may have an C(alias), such as V(mfzwi23gnjvgw.mrap); then only that MRAP is signed for. It may have
        C(failover_buckets), a dictionary of buckets with their Regions; it signs for those that are failover origins.
      - V(region_map) and V(dns_record) have C(buckets), a dictionary of every bucket that may be picked with its
        Region. A request whose origin is another host passes unsigned, as does one whose origin is an S3 one, which
        CloudFront signs for by itself.
      - The failover origin of an origin group is one with the custom header C(X-Origin-Failover). With V(region_map)
        its target is in C(next), which has the form of C(map), or else the origin's own bucket; with V(dns_record) the
        first of C(near), a list of buckets for each Region that the function runs in, that the record does not name, or
        else its own bucket; with V(mrap) its own bucket if it is listed, or else it passes unsigned.
      - V(region_map) has a C(map) of the Regions that the function runs in to buckets, and a C(default) for those that
        are not in it. Instead of the map, or before it for the Regions that it names, C(parameter) gives the C(name)
        and C(region) of an SSM parameter that has a map to buckets or to Regions as JSON, and the C(seconds) for which
        it holds (60); the function's role has to allow C(ssm:GetParameter).
      - V(dns_record) has the name of a TXT C(record), unless the origin has it as the custom header C(X-Origin-Record).
        Its text is the name of a bucket; several texts, each with a weight after the name, share the requests. While
        there is no answer, the last one holds; before any, the C(default) bucket, and without one the origin's own.
        C(nameservers) are asked in place of the runtime's own.
    type: dict
  cache:
    description: The directory that keeps the wheel.
    type: path
    default: ~/.cache/multiregion.edge
  wheel:
    description: The pinned wheel itself, for machines that reach no package index. O(cache) is not used then.
    type: path
extends_documentation_fragment:
  - multiregion.edge._attributes.local
"""

EXAMPLES = r"""
---
- name: Build the package
  multiregion.edge.lambda_edge_package:
    source: files/edge/origin_request
    dest: /tmp/origin_request.zip
  register: package

- name: Build one that picks the bucket by the Region it runs in
  multiregion.edge.lambda_edge_package:
    source: files/edge/origin_request
    dest: /tmp/origin_request.zip
    config:
      mode: region_map
      buckets:
        shop-eu: eu-north-1
        shop-us: us-east-1
      map:
        us-east-1: shop-us
        us-west-2: shop-us
      next:
        us-east-1: shop-eu
        us-west-2: shop-eu
      default: shop-eu

- name: Build one for many distributions, each of which names its record in the origin's header X-Origin-Record
  multiregion.edge.lambda_edge_package:
    source: files/edge/origin_request
    dest: /tmp/origin_request.zip
    config:
      mode: dns_record
      buckets:
        shop-eu: eu-north-1
        shop-us: us-east-1
        blog-eu: eu-north-1
"""

RETURN = r"""
---
package:
  description: The package.
  returned: success
  type: dict
  contains:
    path:
      description: The zip.
      type: str
      returned: always
      sample: /tmp/origin_request.zip
    sha256:
      description: Its identity, the SHA-256 over the sorted names and bytes of its files, in hexadecimal.
      type: str
      returned: always
    bytes:
      description: The size of the zip.
      type: int
      returned: always
      sample: 2283710
    built:
      description: Whether it was written now. That is no change, for nothing but this machine's cache differs.
      type: bool
      returned: always
    proven:
      description: Whether it imported and signed here; false only where Lambda's native code cannot run.
      type: bool
      returned: always
    files:
      description: The names of its files.
      type: list
      elements: str
      returned: always
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._core.errors import EdgeError
from ..module_utils._lambda_edge import package

ARGUMENTS = {
    "source": {"type": "path", "required": True},
    "dest": {"type": "path", "required": True},
    "config": {"type": "dict"},
    "cache": {"type": "path", "default": "~/.cache/multiregion.edge"},
    "wheel": {"type": "path"},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        result = package.build(module.params)
    except EdgeError as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        module.fail_json(msg=f"The package could not be written: {error}.")
    module.exit_json(changed=False, package=result)


if __name__ == "__main__":
    main()
