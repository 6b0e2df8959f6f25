# Copyright: (c) 2026, the multiregion.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!

"""What the steps about a release call: the error page is copied when the release is complete."""

from __future__ import annotations

import typing as t

from .._core.aws import Aws
from .._core.waiting import retry
from . import error_page
from .api import ReleaseApi


class Operations(ReleaseApi):
    """*complete* returns when every Region has the release; *timeout* is for what S3 does not find at once."""

    def __init__(self, aws: Aws, complete: t.Callable[[], object], timeout: float) -> None:
        super().__init__(aws)
        self._complete = complete
        self._timeout = timeout

    def copy_error_page(self, region: str, bucket: str, source: str) -> None:
        """When every Region has the release: the page may show what else is in it.

        Source for NoSuchKey: S3 User Guide, "Enabling versioning on buckets". For up to 15 minutes afterwards a new
        object may not be found.
        """
        self._complete()
        arguments = {
            **error_page.headers(source),
            "Bucket": bucket,
            "Key": error_page.KEY,
            "CopySource": {"Bucket": bucket, "Key": source},
            "MetadataDirective": "REPLACE",
            "ExpectedBucketOwner": self._aws.account_id,
            "ExpectedSourceBucketOwner": self._aws.account_id,
        }
        s3 = self._aws.client("s3", region)
        retry("The error page", lambda: s3.copy_object(**arguments), ["NoSuchKey"], timeout=self._timeout)
