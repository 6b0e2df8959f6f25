# SPDX-License-Identifier: GPL-3.0-or-later

"""The SSM parameter of edge_region_map_parameter: what the function could not use is refused before a deployment."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._site import region_map
from botocore.exceptions import ClientError

REGIONS = ["eu-north-1", "us-east-1"]
NAME = "/my-site/region-map"


class Ssm:
    """One parameter, or an error, in eu-north-1."""

    def __init__(self, value: str = "{}", kind: str = "String", error: str = "") -> None:
        self._parameter, self._error = {"Value": value, "Type": kind}, error

    def client(self, service: str, region: str) -> Ssm:
        assert (service, region) == ("ssm", "eu-north-1")
        return self

    def get_parameter(self, Name: str) -> dict[str, t.Any]:
        assert Name == NAME
        if self._error:
            raise ClientError({"Error": {"Code": self._error, "Message": "no"}}, "GetParameter")
        return {"Parameter": self._parameter}


def check(ssm: Ssm) -> None:
    region_map.check_parameter(t.cast(t.Any, ssm), NAME, "eu-north-1", REGIONS)


@pytest.mark.parametrize("found", [{}, {"us-west-2": "eu-north-1"}, dict.fromkeys(region_map.EDGE_CACHES, "us-east-1")])
def test_a_map_of_regional_edge_caches_is_accepted(found: dict[str, str]) -> None:
    check(Ssm(json.dumps(found)))


INVALID: dict[str, tuple[Ssm, str]] = {
    "missing": (
        Ssm(error="ParameterNotFound"),
        "there is no SSM parameter /my-site/region-map in eu-north-1. Create it: aws ssm put-parameter --region "
        'eu-north-1 --type String --name /my-site/region-map --value \'{"ap-northeast-1": "us-east-1"}\'',
    ),
    "encrypted": (Ssm(kind="SecureString"), "/my-site/region-map is a SecureString: create it as a String"),
    "a list": (Ssm(kind="StringList"), "is a StringList: create it as a String"),
    "no JSON": (Ssm("us-west-2: eu-north-1"), "is not JSON (Expecting value"),
    "no object": (Ssm("[]"), "is not a JSON object: write it as {"),
    "an unknown Region": (Ssm('{"us-wst-2": "eu-north-1"}'), "'us-wst-2' has no regional edge cache of CloudFront"),
    "a Region that has no cache": (Ssm('{"eu-north-1": "us-east-1"}'), "'eu-north-1' has no regional edge cache"),
    "a Region without a bucket": (
        Ssm('{"us-west-2": "sa-east-1"}'),
        "us-west-2: 'sa-east-1' is not among edge_regions (eu-north-1, us-east-1)",
    ),
    "a list of Regions": (Ssm('{"us-west-2": ["us-east-1"]}'), "us-west-2: ['us-east-1'] is not among edge_regions"),
}


@pytest.mark.parametrize(("ssm", "sentence"), INVALID.values(), ids=INVALID)
def test_what_the_function_cannot_use_is_refused(ssm: Ssm, sentence: str) -> None:
    with pytest.raises(EdgeError) as refusal:
        check(ssm)
    assert str(refusal.value).startswith("edge_region_map_parameter: ")
    assert sentence in str(refusal.value)


def test_other_errors_of_ssm_are_not_hidden() -> None:
    with pytest.raises(ClientError):
        check(Ssm(error="AccessDeniedException"))
