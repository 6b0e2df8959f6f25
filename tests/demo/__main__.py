"""`make demo`: deploy a site to AWS on this machine, publish it, serve it, and stay until stopped."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from demo.inputs import REPOSITORY, InputError, Inputs, read
from demo.site import LocalSite, SiteError
from demo.tour import tour
from localaws.local_aws import LocalAwsError


class Stopped(Exception):
    """SIGTERM or Ctrl-C."""


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        inputs = read(os.environ, Path.cwd())
        with LocalSite(inputs.variables) as site:
            deploy(site)
            serve(site, inputs)
            signal.pause()
    except Stopped:
        print("\nStopped.")
        return 0
    except (InputError, SiteError, LocalAwsError) as error:
        print(f"make demo: {error}", file=sys.stderr)
        return 1
    return 0


def deploy(site: LocalSite) -> None:
    """Deploy the site and a release with the playbooks, as a user would in an AWS account."""
    for playbook in ("site.yml", "playbooks/publish.yml"):
        print(f"\n$ ansible-playbook {playbook} -e @build/demo.yml", flush=True)
        outcome = site.playbook(playbook)
        if outcome.returncode:
            raise SiteError(f"{playbook} failed; its output is above.")


def serve(site: LocalSite, inputs: Inputs) -> None:
    url = site.start_edge(inputs.port)
    site.write_local_env(["# Local AWS of the running `make demo`: . build/local.env"])
    print("\nThe front page, as viewers in three places get it, and then the first of them again:")
    for look in tour(url):
        print(look, flush=True)
    print(
        f"""
Site is live: {url}

  curl -i -H 'X-Edge-Location: SYD' {url}/        as a viewer in Sydney
  . build/local.env && cd {REPOSITORY}            in another terminal, to look around:
  aws s3 ls                                       the AWS CLI, boto3 and playbooks work against this local AWS
  ansible-playbook site.yml -e @build/demo.yml    a second run: nothing changes

Ctrl-C stops it and leaves nothing behind.""",
        flush=True,
    )


def _stop(number: int, frame: FrameType | None) -> None:
    # Only once: a second Ctrl-C must not interrupt the clean-up.
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
