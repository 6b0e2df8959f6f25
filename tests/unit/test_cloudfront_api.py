# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls about CloudFront's named resources: pages, ETags, lost answers, and the users of a resource."""

from __future__ import annotations

import types
import typing as t

import botocore.session
import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.api import ConfigApi
from ansible_collections.multiregion.edge.plugins.module_utils._cloudfront.kind import CACHE_POLICY, Kind, Live
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from unit.fakes import client_error

MODEL = botocore.session.get_session().get_service_model("cloudfront")
CONFIG = {"Name": "shop", "Comment": "(multiregion.edge)", "MinTTL": 1}


def listed(*names: str, config: dict[str, t.Any] | None = None) -> list[dict[str, t.Any]]:
    return [
        {"Type": "custom", "CachePolicy": {"Id": f"id-{name}", "CachePolicyConfig": config or {**CONFIG, "Name": name}}}
        for name in names
    ]


class CloudFront:
    """Configured answers and errors by call; records the calls."""

    meta = types.SimpleNamespace(service_model=MODEL, events=types.SimpleNamespace(register=lambda *_: None))

    def __init__(self, pages: list[list[t.Any]] | None = None, **errors: str) -> None:
        self._pages = pages or [[]]
        self._errors = errors
        self.calls: list[tuple[str, dict[str, t.Any]]] = []

    def __getattr__(self, name: str) -> t.Callable[..., t.Any]:
        def call(**arguments: t.Any) -> t.Any:
            self.calls.append((name, arguments))
            if name in self._errors:
                raise client_error(self._errors[name], name)
            if name.startswith("list_"):
                page = int(arguments.get("Marker", 0))
                more = {"NextMarker": str(page + 1)} if page + 1 < len(self._pages) else {}
                answer = {"Quantity": 0, **({"Items": self._pages[page]} if self._pages[page] else {}), **more}
                return {"CachePolicyList": answer, "DistributionIdList": answer}
            return {"ETag": f"after {name}", "CachePolicy": {"Id": "1", "CachePolicyConfig": CONFIG}}

        return call


def api(cloudfront: t.Any, kind: Kind = CACHE_POLICY) -> ConfigApi:
    return ConfigApi(t.cast(t.Any, types.SimpleNamespace(client=lambda *_: cloudfront)), kind)


def test_all_pages_are_read() -> None:
    cloudfront = CloudFront([listed("a", "b"), listed("c"), []])
    assert [live.config["name"] for live in api(cloudfront).all()] == ["a", "b", "c"]
    assert [arguments for _, arguments in cloudfront.calls] == [{}, {"Marker": "1"}, {"Marker": "2"}]


def test_a_write_has_the_etag_of_the_last_read_or_write() -> None:
    cloudfront = CloudFront()
    policies = api(cloudfront)
    policies.read("1")
    policies.update("1", CONFIG)
    policies.update("1", CONFIG)
    policies.delete("1")
    etags = [arguments.get("IfMatch") for _, arguments in cloudfront.calls]
    assert etags == [None, "after get_cache_policy", "after update_cache_policy", "after update_cache_policy"]


@pytest.mark.parametrize(
    ("there", "found"),
    [
        (listed("shop"), "id-shop"),
        (listed("shop", config={**CONFIG, "MinTTL": 2}), None),
        (listed("shop", config={**CONFIG, "Comment": "theirs"}), None),
        (listed("other"), None),
    ],
    ids=["equal", "another configuration", "unmanaged", "not listed yet"],
)
def test_a_creation_whose_answer_was_lost_is_found(there: list[t.Any], found: str | None) -> None:
    """botocore repeats the call, and CloudFront answers that the resource exists already."""
    policies = api(CloudFront([there], create_cache_policy="CachePolicyAlreadyExists"))
    if found:
        policies.create(CONFIG)
        assert policies.written == Live(found, {"name": "shop", "comment": "(multiregion.edge)", "min_ttl": 1})
    else:
        with pytest.raises(ClientError, match="CachePolicyAlreadyExists"):
            policies.create(CONFIG)


def test_the_deletion_of_a_missing_resource_succeeds() -> None:
    policies = api(CloudFront(delete_cache_policy="NoSuchCachePolicy"))
    policies.read("1")
    policies.delete("1")


@pytest.mark.parametrize(
    ("pages", "errors", "users"),
    [
        ([["E1", "E2"], ["E3"]], {}, "E1, E2, E3"),
        ([[]], {}, "some"),
        ([["E1"]], {"list_distributions_by_cache_policy_id": "AccessDenied"}, "some"),
    ],
    ids=["in use", "no longer in use", "without the permission to list"],
)
def test_the_message_names_the_distributions_in_use(pages: list[list[str]], errors: dict[str, str], users: str) -> None:
    policies = api(CloudFront(pages, delete_cache_policy="CachePolicyInUse", **errors))
    policies.read("1")
    with pytest.raises(EdgeError, match=rf"The cache policy 1 is in use by distributions \({users}\): let them"):
        policies.delete("1")


def test_members_unknown_to_botocore_are_recorded() -> None:
    """botocore's parser drops them, and an update would remove them."""
    client = botocore.session.get_session().create_client(
        "cloudfront", region_name="us-east-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret"
    )
    body = b"""<CachePolicy xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>1</Id><CachePolicyConfig>
        <Name>shop</Name><MinTTL>1</MinTTL><StaleTTL>60</StaleTTL><ParametersInCacheKeyAndForwardedToOrigin>
        <HeadersConfig><HeaderBehavior>whitelist</HeaderBehavior><Headers><Quantity>1</Quantity><Items><Name>a</Name>
        </Items></Headers><Case>lower</Case></HeadersConfig></ParametersInCacheKeyAndForwardedToOrigin>
        </CachePolicyConfig></CachePolicy>"""
    answer = AWSResponse(
        "https://cloudfront.amazonaws.com/", 200, {"ETag": "e"}, types.SimpleNamespace(stream=lambda: [body])
    )
    client.meta.events.register("before-send", lambda **_: answer)
    found = api(client).read("1")
    key = "ParametersInCacheKeyAndForwardedToOrigin"
    assert found.unknown == [f"{key}.HeadersConfig.Case", "StaleTTL"]
    assert (found.config["name"], found.config["min_ttl"]) == ("shop", 1)


@pytest.mark.parametrize("code", ["TooManyCachePolicies", "TooManyHeadersInCachePolicy"])
def test_the_message_has_the_quota_and_advice(code: str) -> None:
    with pytest.raises(EdgeError, match=rf"{code} from create_cache_policy: .* ask AWS for a higher quota"):
        api(CloudFront(create_cache_policy=code)).create(CONFIG)
