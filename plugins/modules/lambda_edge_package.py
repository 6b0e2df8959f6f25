#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_edge_package
short_description: The package of a Lambda@Edge handler that signs
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Builds, on the machine it runs on, the zip of a Python handler and the part of awscrt that signing needs. It
    does so in check mode too, for the function cannot be planned without it.
  - The awscrt wheel is pinned by its SHA-256 and kept in O(cache). Where it is not there yet, pip fetches it
    from the index it is configured for.
  - The package is known by a SHA-256 over the names and bytes of its files, which is the same on every machine,
    not by that of the zip, which differs with the zlib that made it.
options:
  source:
    description: The directory with the handler's C(.py) files.
    type: path
    required: true
  dest:
    description: The zip to write.
    type: path
    required: true
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
      sample: 3912345
    built:
      description: Whether it was written now. That is no change, for nothing but this machine's cache differs.
      type: bool
      returned: always
    files:
      description: The names of its files.
      type: list
      elements: str
      returned: always
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.multiregion.edge.plugins.module_utils._edge_lambda import package
from ansible_collections.multiregion.edge.plugins.module_utils._errors import EdgeError

ARGUMENTS = {
    "source": {"type": "path", "required": True},
    "dest": {"type": "path", "required": True},
    "cache": {"type": "path", "default": "~/.cache/multiregion.edge"},
    "wheel": {"type": "path"},
}


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    p = module.params
    dest = Path(p["dest"])
    try:
        wheel = package.check_wheel(Path(p["wheel"])) if p["wheel"] else package.awscrt_wheel(Path(p["cache"]))
        files = package.collect(Path(p["source"]), wheel)
        identity = package.identity(files)
        built = not package.is_at(dest, identity)
        if built:
            package.write(dest, package.zipped(files))
    except EdgeError as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        module.fail_json(msg=f"The package could not be written: {error}.")
    result = {
        "path": str(dest),
        "sha256": identity,
        "bytes": dest.stat().st_size,
        "built": built,
        "files": sorted(files),
    }
    module.exit_json(changed=False, package=result)


if __name__ == "__main__":
    main()
