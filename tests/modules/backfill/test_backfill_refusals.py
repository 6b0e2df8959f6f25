"""s3_replication_backfill against local AWS: error messages name the bucket or the option."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from localaws.local_aws import LocalAws
from modules.backfill_buckets import HOME, MODULE, Content, backfill
from modules.runner import ModuleFailed, Modules


def test_a_missing_bucket_is_an_error_and_in_check_mode_a_new_region(
    modules: Modules, buckets: dict[str, str], content: Content
) -> None:
    content.put(HOME, "index.html")
    planned = {**buckets, "eu-west-1": f"{buckets[HOME].replace(HOME, 'eu-west-1')}"}
    with pytest.raises(ModuleFailed, match=f"There is no bucket {planned['eu-west-1']} in eu-west-1: create it first"):
        backfill(modules, planned, regions=["eu-west-1"])
    predicted = backfill(modules, planned, regions=["eu-west-1"], check=True)
    assert predicted["plan"] == ["Bring 1 object (1 byte) to eu-west-1"]
    with pytest.raises(ModuleFailed) as failure:
        modules.run(MODULE, buckets=planned, source_region="eu-west-1")
    assert str(failure.value) == f"There is no bucket {planned['eu-west-1']} in eu-west-1: create it first."


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"source_region": "sa-east-1"}, "source_region: sa-east-1 is not among the Regions of buckets"),
        ({"regions": ["sa-east-1"]}, "regions: sa-east-1 is not among the Regions of buckets"),
        ({"method": "batch"}, "role_arn is missing"),
        ({"exclude_prefixes": ["_edge/", ""]}, "excludes everything"),
    ],
)
def test_invalid_options_are_refused_before_the_first_call(
    modules: Modules, local_aws: LocalAws, buckets: dict[str, str], options: dict[str, Any], sentence: str
) -> None:
    before = len(local_aws.requests())
    with pytest.raises(ModuleFailed, match=sentence):
        modules.run(MODULE, **{"buckets": buckets, "source_region": HOME, **options})
    assert local_aws.requests(before) == []
