# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proves a package: its configuration is valid, it can be imported, and it signs, also without a network.

The build runs `python -I -S -B prove.py DIRECTORY`, with the files of the package in DIRECTORY, so that nothing that is
installed on this machine replaces what the package lacks. It prints one JSON object: `error`, a sentence; or `proven`,
false if this machine cannot run the package.
"""

from __future__ import annotations

import json
import os
import socket
import sys

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "token",
}


def proven(directory: str) -> dict:
    sys.path.insert(0, directory)
    from configuration import load
    from configuration_check import ConfigurationError

    try:
        configuration = load(os.path.join(directory, "config.json"))  # noqa: PTH118
    except ConfigurationError as error:
        return {"error": str(error)}
    if configuration["mode"] == "mrap" and not runs_native_code():
        return {"proven": False}

    socket.socket.connect = socket.getaddrinfo = unreachable
    os.environ.update(CREDENTIALS)
    try:
        from handler import handler

        answers = [handler(event(host, headers)) for host, headers in origins(configuration)]
    except Exception as error:  # after any error, the package must not be published
        return {"error": f"the package does not sign: {type(error).__name__}: {error}"}
    if not all("authorization" in answer["headers"] for answer in answers):
        return {"error": "the package does not sign: its answer has no Authorization"}
    return {"proven": True}


def runs_native_code() -> bool:
    """Whether this machine is like Lambda's: Linux on x86-64 with the GNU C library."""
    try:
        libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, OSError, ValueError):
        return False
    return sys.platform == "linux" and os.uname().machine == "x86_64" and libc.startswith("glibc")


def unreachable(*given: object, **named: object) -> None:
    raise OSError("there is no network while a package is proven")


def origins(configuration: dict) -> list[tuple[str, dict]]:
    """The host and the custom headers of every kind of origin that the function signs for."""
    failover = {"x-origin-failover": [{"key": "X-Origin-Failover", "value": "1"}]}
    if configuration["mode"] == "mrap":
        hosts = [configuration.get("alias", "proof.mrap") + ".accesspoint.s3-global.amazonaws.com"]
        second = host_of(configuration.get("failover_buckets", {}))
    else:
        hosts = second = host_of(configuration["buckets"])
    return [(host, {}) for host in hosts] + [(host, failover) for host in second]


def host_of(buckets: dict) -> list[str]:
    """Of the first bucket, if there is one."""
    return [f"{bucket}.s3.{region}.amazonaws.com" for bucket, region in buckets.items()][:1]


def event(domain_name: str, custom_headers: dict) -> dict:
    request = {
        "method": "GET",
        "uri": "/a%20b",
        "querystring": "",
        "headers": {"host": [{"key": "Host", "value": domain_name}]},
        "origin": {"custom": {"domainName": domain_name, "path": "", "customHeaders": custom_headers}},
    }
    return {"Records": [{"cf": {"config": {"requestId": "proof"}, "request": request}}]}


if __name__ == "__main__":
    print(json.dumps(proven(sys.argv[1])))
