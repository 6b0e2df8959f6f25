# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An SSM parameter, read by one signed request: importing boto3 would cost a cold start a hundred times more."""

from __future__ import annotations

import http.client
import json
import ssl

from sigv4 import Signer

TIMEOUT_SECONDS = 1.5


class Parameter:
    """*seconds*: for how long its value is valid."""

    def __init__(self, name: str, region: str, seconds: int = 60) -> None:
        self.seconds = seconds
        self._name, self._host = name, f"ssm.{region}.amazonaws.com"
        self._signer = Signer(region, "ssm")
        self._tls = ssl.create_default_context()

    def read(self) -> str:
        body = json.dumps({"Name": self._name}).encode()
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter"}
        signed = self._signer.sign("POST", self._host, "/", "", headers, body)
        connection = http.client.HTTPSConnection(self._host, timeout=TIMEOUT_SECONDS, context=self._tls)
        try:
            connection.request("POST", "/", body, {**headers, **dict(signed)})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(f"SSM answers {answer.status}: {content[:200].decode(errors='replace')}")
        return json.loads(content)["Parameter"]["Value"]
