# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and distribution ARNs that CloudFront accepts."""

from __future__ import annotations

import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._core.plan import KNOWN_AFTER_APPLY
from ansible_collections.multiregion.edge.plugins.module_utils._rules.cloudfront import (
    check_distribution_arns,
)

ARN = "arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE"


@pytest.mark.parametrize(
    ("arns", "check_mode"),
    [([], False), ([ARN], False), ([ARN, ARN.replace("EDF", "EDG")], False), ([KNOWN_AFTER_APPLY], True)],
)
def test_arns_that_are_accepted(arns: list[str], check_mode: bool) -> None:
    check_distribution_arns("distribution_arns", arns, check_mode)


@pytest.mark.parametrize(
    ("arns", "words"),
    [
        ([""], r"distribution_arns: '' must be arn:aws:cloudfront::<account>:distribution/<id>"),
        ([KNOWN_AFTER_APPLY], "must be arn:aws:cloudfront::"),
        (["arn:aws:cloudfront::111122223333:distribution/*"], "must be arn:aws:cloudfront::"),
        (["EDFDVBD6EXAMPLE"], "must be arn:aws:cloudfront::"),
        ([f"{ARN}\n"], "must be arn:aws:cloudfront::"),
        ([ARN, ARN], "distribution_arns names a distribution more than once"),
    ],
)
def test_arns_that_are_refused(arns: list[str], words: str) -> None:
    with pytest.raises(EdgeError, match=words):
        check_distribution_arns("distribution_arns", arns, check_mode=False)
