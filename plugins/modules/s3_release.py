#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: s3_release
short_description: A release of a site, uploaded once and then in every Region
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Uploads a site's directory to C(r/<release>/) in the home Region's bucket, with the content types and cache
    headers that a website needs, and waits until every Region's bucket has all of it.
  - A release never changes. Objects that are there already are not uploaded again, so a run that was stopped is
    resumed by running it again; an object with other bytes is refused.
  - A file whose name has no dot is stored as C(<file>/index.html), which is where the viewer request function
    looks for what the viewer calls C(/<file>).
  - The release's own page for what is missing, C(404.html), is copied to C(_edge/404.html) when every Region has the
    release, also when an older release is shown again. There the distribution looks for it (role C(distribution)), for
    all hosts, so the release that was given last has it; viewers see it within about a minute. A release that has no
    such file leaves the page that is there, though it is another release's, for viewers would get S3's XML otherwise.
options:
  src:
    description:
      - The directory that the site was built into.
      - Without it, O(release) has to be one that was published before, and nothing is uploaded. That every Region has
        it is made sure of all the same.
    type: path
  site:
    description: The site's name, which its buckets are named by (see M(multiregion.edge.s3_regional_buckets)).
    type: str
    required: true
  regions:
    description: The Regions that have a bucket, the home Region among them.
    type: list
    elements: str
    required: true
  namespace:
    description: The namespace of the buckets' names, as M(multiregion.edge.s3_regional_buckets) was given it.
    type: str
    choices: [account_regional, global]
    default: account_regional
  prefix:
    description: What the buckets' names begin with, in place of the site's name.
    type: str
  names:
    description: The buckets' names by Region, for all of O(regions), where they are not made.
    type: dict
    default: {}
  home_region:
    description: The Region whose bucket is written; replication brings the objects to the others.
    type: str
    required: true
  release:
    description: The release's name. By default it is made from the content, so the same content is the same
      release.
    type: str
  error_page:
    description:
      - The path in the release of the page for what is missing. One that is not called C(404.html) has to be in O(src).
      - With V(""), the page that is there stays, as it should for a release that no host shows yet.
    type: str
    default: 404.html
  exclude:
    description: Patterns of names of files and directories that are not uploaded.
    type: list
    elements: str
    default: [.git, .DS_Store, Thumbs.db]
  wait:
    description:
      - Whether to wait until every Region has all objects. No host should point to the release before.
      - The page for what is missing is then waited for too, but not without O(src), for going back should be quick.
        Without O(wait), it is copied at once.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait, for the release and then for its page for what is missing.
    type: int
    default: 1800
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Upload the site and wait until every Region has it
  multiregion.edge.s3_release:
    src: dist
    site: my-site
    regions: [eu-north-1, us-east-1]
    home_region: eu-north-1
  register: upload

- name: Upload one that only a preview shows, and leave the page for what is missing as it is
  multiregion.edge.s3_release:
    src: dist
    site: my-site
    regions: [eu-north-1, us-east-1]
    home_region: eu-north-1
    error_page: ""

- name: Make sure that every Region still has an older release, before going back to it
  multiregion.edge.s3_release:
    release: 0f3a9c1d2b4e
    site: my-site
    regions: [eu-north-1, us-east-1]
    home_region: eu-north-1
"""

RETURN = r"""
---
release:
  description: The release.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
      sample: 0f3a9c1d2b4e
    prefix:
      description: The beginning of its objects' keys.
      type: str
      returned: always
      sample: r/0f3a9c1d2b4e
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Upload 87 of 87 files (1.2 MB) to my-site-111122223333-eu-north-1-an in eu-north-1 under r/0f3a9c1d2b4e/]
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
from ..module_utils._release.resource import ARGUMENTS, Release


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, Release)


if __name__ == "__main__":
    main()
