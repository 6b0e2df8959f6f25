#!/usr/bin/python

# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_routes
short_description: What each host of a site shows
version_added: 0.1.0
author: The multiregion.edge contributors (@multiregion)
description:
  - Writes what the router at the edge reads of each host - the release that it shows, rewrites, redirects, exact
    paths, maintenance, a canary, previews - into the site's key value store. CloudFront has it within seconds, with no
    invalidation and no deployment.
  - What a host's entry does not give stays as it is, so a task that sets a release keeps the host's redirects. What it
    gives as null is removed.
  - Everything is checked before the first write, also that no redirect leads back to itself.
requirements:
  - awscrt, as botocore[crt] brings it
options:
  store:
    description: The key value store's name.
    type: str
    required: true
  site:
    description: The site's name, which its keys begin with, so that several sites can share a store.
    type: str
    required: true
  hosts:
    description:
      - A dictionary for each host. A host is a name such as V(www.example.com), a wildcard such as V(*.example.com) for
        names with one label more, or V(*) for any other host. An exact name comes before a wildcard, and that before
        V(*); they are not merged.
      - A host that is null is removed, with its paths.
      - C(release) is the name of the release that it shows; C(release_prefix) the prefix of its objects instead, such
        as V(r/2026-11-20).
      - C(rewrite) is V(index), where V(/about) and V(/about/) are V(/about/index.html) (the default), V(html), where
        V(/about) is V(/about.html), or V(spa), where every path whose last segment has no dot is V(/index.html).
      - C(trailing_slash) is V(add), V(remove) or V(keep) (the default). The first two redirect.
      - C(redirects) is a list of dictionaries with C(from), a path with all that is below it, C(to), a path or an
        C(https) URL, and C(status), one of V(301) (the default), V(302), V(307) and V(308). What follows C(from) and
        the query string are kept. The first that fits is taken. The list replaces the one that there was.
      - C(paths) is a dictionary of exact paths, decoded, such as V(/configurator). Each has C(object), the key of one
        object of the buckets; or C(release) or C(release_prefix), in which the same path is looked up; or
        C(redirect_to) and C(status). Paths that it does not name stay as they are, one that is null is removed; if
        C(paths) is null, all are.
      - C(maintenance) is V(true), or after how many seconds to ask again. Every path then answers 503.
      - C(canary) has C(release) or C(release_prefix), and C(percent), the share of viewers who get it, with up to two
        decimals.
      - C(previews) is whether the cookie C(edge-preview), or of a wildcard the host C(preview--<release>), shows any
        release.
      - C(query) is the list of the query parameters that are passed on and that a page may differ by. By default none.
    type: dict
    required: true
  purge:
    description: Whether hosts that O(hosts) does not name are removed, and of a host that gives C(paths) those that it
      does not name.
    type: bool
    default: false
  state:
    description: With V(absent), the hosts that O(hosts) names are removed with their paths, whatever is given for them.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: multiregion.edge.cloudfront_key_value_store
  - module: multiregion.edge.s3_release
extends_documentation_fragment:
  - multiregion.edge._aws
  - multiregion.edge._attributes
  - multiregion.edge._attributes.actiongroup_edge
"""

EXAMPLES = r"""
---
- name: Show a release, and leave everything else of the host as it is
  multiregion.edge.site_routes:
    store: my-site
    site: my-site
    hosts:
      www.example.com:
        release: 2026-11-20

- name: A site with clean URLs, some redirects, and its bare name redirected to it
  multiregion.edge.site_routes:
    store: my-site
    site: my-site
    hosts:
      www.example.com:
        rewrite: html
        trailing_slash: remove
        redirects:
          - from: /blog
            to: https://blog.example.com
          - from: /summer
            to: /offers/summer
            status: 302
      example.com:
        redirects:
          - from: /
            to: https://www.example.com/

- name: Tenants, each with a page of its own
  multiregion.edge.site_routes:
    store: my-site
    site: my-site
    hosts:
      "*.example.com":
        release: 2026-11-20
        previews: true
      acme.example.com:
        release: 2026-11-20
        paths:
          /configurator:
            object: cache/2025/11/26/b882c6.html
          /shop:
            redirect_to: https://shop.example.com/acme
            status: 302

- name: Give a twentieth of the viewers the next release
  multiregion.edge.site_routes:
    store: my-site
    site: my-site
    hosts:
      www.example.com:
        canary:
          release: 2026-11-27
          percent: 5

- name: The canary was good. All get it
  multiregion.edge.site_routes:
    store: my-site
    site: my-site
    hosts:
      www.example.com:
        release: 2026-11-27
        canary: null

- name: Close a host for ten minutes
  multiregion.edge.site_routes:
    store: my-site
    site: my-site
    hosts:
      www.example.com:
        maintenance: 600

- name: Forget a host
  multiregion.edge.site_routes:
    store: my-site
    site: my-site
    hosts:
      old.example.com:
    state: absent
"""

RETURN = r"""
---
hosts:
  description: The hosts that were named and are there now, as O(hosts) would give them. C(paths) is there if it was
    given, and has all paths of the host.
  returned: success
  type: dict
  sample:
    www.example.com:
      release: "2026-11-20"
      rewrite: html
      redirects:
        - from: /blog
          to: https://blog.example.com
          status: 301
plan:
  description: One sentence for each change that was made, or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: ["Change www.example.com: release 0f3a9c1d2b4e → 2026-11-20"]
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
  description: The calls that were made before the failure; they stay, and the next run goes on from there.
  returned: failure
  type: list
  elements: str
"""

from ..module_utils._core.aws import AnsibleAWSModule
from ..module_utils._core.reconcile import run
from ..module_utils._site_routes.resource import ARGUMENTS, Routes


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    run(module, Routes)


if __name__ == "__main__":
    main()
