# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a release, and the ETags that S3 gives its uploads."""

from __future__ import annotations

import hashlib
import re
import typing as t
from pathlib import Path

import boto3
import pytest
from ansible_collections.multiregion.edge.plugins.module_utils._core.errors import EdgeError
from ansible_collections.multiregion.edge.plugins.module_utils._release import error_page
from ansible_collections.multiregion.edge.plugins.module_utils._release.api import ReleaseApi
from ansible_collections.multiregion.edge.plugins.module_utils._release.files import (
    PART_BYTES,
    SiteFile,
    check_release_name,
    scan,
)
from ansible_collections.multiregion.edge.plugins.module_utils._release.operations import Operations
from ansible_collections.multiregion.edge.plugins.module_utils._release.plan import Desired, Observed, lacking, plan
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from unit.operations import operations

OPERATIONS = operations(Operations)

FILES = [
    SiteFile("/dist/index.html", "index.html", 1_000_000, "e1"),
    SiteFile("/dist/about", "about", 2_000_000, "e2"),
    SiteFile("/dist/a b+c.css", "a b+c.css", 0, "e3"),
]
DESIRED = Desired("v1", FILES, "eu-north-1", "site-eu")
COMPLETE = {
    DESIRED.marker: (0, "d41d8cd98f00b204e9800998ecf8427e"),
    "r/v1/index.html": (1_000_000, "e1"),
    "r/v1/about/index.html": (2_000_000, "e2"),
    "r/v1/a b+c.css": (0, "e3"),
}


def without(*keys: str) -> dict[str, tuple[int, str]]:
    return {key: value for key, value in COMPLETE.items() if key not in keys}


def test_all_objects_exist() -> None:
    result = plan(OPERATIONS, Observed(COMPLETE), DESIRED)
    assert (result.steps, result.sentences) == ((), [])
    assert result.before == result.after == {"objects": 3}


def test_all_objects_are_missing() -> None:
    result = plan(OPERATIONS, Observed({}), DESIRED)
    assert [step.arguments["key"] for step in result.steps] == list(COMPLETE)
    assert [step.name for step in result.steps] == ["mark", "upload", "upload", "upload"]
    assert len({step.partition for step in result.steps[1:]}) == 3
    assert result.sentences == ["Upload 3 of 3 files (3.0 MB) to site-eu in eu-north-1 under r/v1/"]
    assert result.steps[1].arguments == {
        "region": "eu-north-1",
        "bucket": "site-eu",
        "key": "r/v1/index.html",
        "source": "/dist/index.html",
        "headers": FILES[0].headers,
    }


def test_a_killed_run_is_resumed_where_it_stopped() -> None:
    result = plan(OPERATIONS, Observed(without("r/v1/about/index.html")), DESIRED)
    assert [step.arguments["key"] for step in result.steps] == ["r/v1/about/index.html"]
    assert (result.before, result.after) == ({"objects": 2}, {"objects": 3})


def test_other_objects_below_the_prefix_do_not_matter() -> None:
    assert plan(OPERATIONS, Observed({**COMPLETE, "r/v1/theirs.txt": (1, "x")}), DESIRED).steps == ()


@pytest.mark.parametrize("files", [FILES[:2], [*FILES, SiteFile("/dist/new.js", "new.js", 1, "e4")]])
def test_a_complete_release_accepts_no_other_set_of_files(files: list[SiteFile]) -> None:
    with pytest.raises(EdgeError, match=r"The release v1 in site-eu has other files, and a release never changes"):
        plan(OPERATIONS, Observed(COMPLETE), Desired("v1", files, "eu-north-1", "site-eu"))


def test_a_run_killed_after_the_manifest_is_resumed() -> None:
    result = plan(OPERATIONS, Observed({DESIRED.marker: (0, "x")}), DESIRED)
    assert [step.name for step in result.steps] == ["upload", "upload", "upload"]


@pytest.mark.parametrize("live", [(1_000_001, "e1"), (1_000_000, "other")], ids=["another size", "other bytes"])
def test_a_release_never_changes(live: tuple[int, str]) -> None:
    with pytest.raises(EdgeError, match=r"in site-eu has other bytes at r/v1/index\.html"):
        plan(OPERATIONS, Observed({**COMPLETE, "r/v1/index.html": live}), DESIRED)


ENCRYPTED = {key: (size, f"opaque{size}") for key, (size, _etag) in COMPLETE.items()}


def test_with_kms_etags_are_not_compared() -> None:
    assert plan(OPERATIONS, Observed(ENCRYPTED), DESIRED).steps == ()
    with pytest.raises(EdgeError, match=r"has other bytes at r/v1/index\.html"):
        plan(OPERATIONS, Observed({**ENCRYPTED, "r/v1/index.html": (7, "opaque")}), DESIRED)


@pytest.mark.parametrize("name", ["v1", "2026-11-20", "A.b_c-d", "a" * 64])
def test_names_that_are_accepted(name: str) -> None:
    check_release_name(name, "release")


@pytest.mark.parametrize("name", ["", "-v1", ".v1", "a/b", "a b", "ä", "a" * 65, "v1\n"])
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(EdgeError, match=r"release: .*1 to 64"):
        check_release_name(name, "release")


def test_the_objects_that_a_region_lacks() -> None:
    listings = {
        "eu-north-1": COMPLETE,
        "us-east-1": without("r/v1/about/index.html"),
        "ap-south-1": {**COMPLETE, "r/v1/index.html": (7, "e1")},
        "sa-east-1": {},
    }
    assert lacking(listings, DESIRED) == {
        "us-east-1": ["r/v1/about/index.html"],
        "ap-south-1": ["r/v1/index.html"],
        "sa-east-1": list(COMPLETE),
    }


def test_a_missing_empty_object_is_lacking() -> None:
    assert lacking({"us-east-1": without("r/v1/a b+c.css")}, DESIRED) == {"us-east-1": ["r/v1/a b+c.css"]}


class Raw:
    """The body of an answer, as botocore reads it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> t.Iterator[bytes]:
        yield self._content


class FakeS3:
    """Accept uploads as S3 does, whole or in parts, and return S3's ETags."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, str]] = {}
        self.parts: list[bytes] = []
        self.client = boto3.session.Session("a", "b").client(
            "s3", "eu-north-1", config=Config(request_checksum_calculation="when_required")
        )
        self.client.meta.events.register("before-send.s3", self.answer)

    def answer(self, request: t.Any, **_: t.Any) -> AWSResponse:
        body = request.body
        content = body.read() if hasattr(body, "read") else body or b""
        path = request.url.split("?")[0]
        answer = b""
        if "partNumber=" in request.url:
            self.parts.append(hashlib.md5(content).digest())
        elif request.url.endswith("uploads"):
            self.begun = dict(request.headers.items())
            answer = b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
        elif "uploadId=" in request.url:
            etag = f"{hashlib.md5(b''.join(self.parts)).hexdigest()}-{len(self.parts)}"
            self.objects[path] = {**self.begun, "etag": etag}
            answer = b"<CompleteMultipartUploadResult/>"
        else:
            self.objects[path] = {**dict(request.headers.items()), "etag": hashlib.md5(content).hexdigest()}
        headers = {"ETag": f'"{hashlib.md5(content).hexdigest()}"', "Content-Length": str(len(answer))}
        return AWSResponse(request.url, 200, headers, Raw(answer))


class FakeAws:
    account_id = "111122223333"

    def __init__(self) -> None:
        self.s3 = FakeS3()

    def client(self, service: str, region: str) -> t.Any:
        return self.s3.client


@pytest.mark.parametrize(
    "size",
    [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES],
    ids=["empty", "a byte", "just under a part", "exactly a part", "a byte more", "exactly two parts"],
)
def test_the_computed_etag_is_that_of_s3(tmp_path: Path, size: int) -> None:
    """Otherwise the next run would see different bytes and refuse the release."""
    with (tmp_path / "video.mp4").open("wb") as stream:
        stream.truncate(size)
    (file,) = scan(str(tmp_path), [])
    aws = FakeAws()
    ReleaseApi(t.cast(t.Any, aws)).upload("eu-north-1", "site-eu", "r/v1/video.mp4", file.source, file.headers)
    ((path, stored),) = aws.s3.objects.items()
    assert path.endswith("/r/v1/video.mp4")
    assert stored["etag"] == file.etag
    headers = {name.lower(): value for name, value in stored.items()}
    assert headers["content-type"] in ("video/mp4", b"video/mp4")
    assert re.match("public, max-age=3600", str(headers["cache-control"]).removeprefix("b'"))


AGAIN = Desired("v1", [], "eu-north-1", "site-eu")


def test_an_existing_release_needs_no_directory() -> None:
    assert plan(OPERATIONS, Observed(COMPLETE), AGAIN).steps == ()
    assert lacking({"eu-north-1": COMPLETE, "us-east-1": COMPLETE}, AGAIN) == {}
    partly = without("r/v1/a b+c.css")
    assert lacking({"eu-north-1": COMPLETE, "us-east-1": partly}, AGAIN) == {"us-east-1": ["r/v1/a b+c.css"]}


def test_a_missing_release_without_a_directory_is_refused() -> None:
    with pytest.raises(EdgeError, match="There is no release v1 in site-eu"):
        plan(OPERATIONS, Observed({}), AGAIN)


LOST = SiteFile("/dist/404.html", "404.html", 9, "e4")
WITH_PAGE = Desired("v1", [*FILES, LOST], "eu-north-1", "site-eu", "404.html")
ALL = {WITH_PAGE.marker: COMPLETE[DESIRED.marker], **without(DESIRED.marker), "r/v1/404.html": (9, "e4")}
SOURCE = "r/v1/404.html"
WANTED = error_page.Page(9, error_page.headers(SOURCE))
ON_ITS_WAY = error_page.Page(9, error_page.headers(SOURCE), pending=True)
THEIRS = error_page.Page(9, error_page.headers("r/v0/404.html"))
TYPED_BY_HAND = error_page.Page(9, {**error_page.headers(SOURCE), "ContentType": "text/plain"})
COPY = {"region": "eu-north-1", "bucket": "site-eu", "source": SOURCE}


@pytest.mark.parametrize(
    ("home", "other", "before", "copied"),
    [
        (None, None, "", True),
        (THEIRS, THEIRS, "another one", True),
        (TYPED_BY_HAND, TYPED_BY_HAND, "another one", True),
        (WANTED, WANTED, SOURCE, False),
        (ON_ITS_WAY, None, SOURCE, False),
        (ON_ITS_WAY, THEIRS, SOURCE, False),
        (WANTED, None, SOURCE, True),
        (WANTED, THEIRS, SOURCE, True),
        (THEIRS, WANTED, "another one", True),
    ],
    ids=[
        "none",
        "of another release",
        "another content type",
        "there",
        "to be replicated",
        "to be replicated over another",
        "a new Region",
        "an old one that stayed",
        "no page at home",
    ],
)
def test_when_the_error_page_is_copied(
    home: error_page.Page | None, other: error_page.Page | None, before: str, copied: bool
) -> None:
    pages = {"eu-north-1": home, "us-east-1": other}
    for desired in (WITH_PAGE, Desired("v1", [], "eu-north-1", "site-eu", "404.html")):
        result = plan(OPERATIONS, Observed(ALL, pages), desired)
        assert [(step.name, step.arguments) for step in result.steps] == [("copy_error_page", COPY)] * copied
        assert (result.before["error_page"], result.after["error_page"]) == (before, SOURCE)


def test_the_error_page_is_copied_after_all_objects() -> None:
    result = plan(OPERATIONS, Observed({}), WITH_PAGE)
    assert [step.name for step in result.steps] == ["mark", "upload", "upload", "upload", "upload", "copy_error_page"]
    assert result.steps[-1].partition is None
    assert result.sentences == [
        "Upload 4 of 4 files (3.0 MB) to site-eu in eu-north-1 under r/v1/",
        "Copy r/v1/404.html to _edge/404.html, the page for what is missing",
    ]


@pytest.mark.parametrize(
    ("files", "objects", "name"),
    [(FILES, COMPLETE, "404.html"), ([], COMPLETE, "404.html"), ([*FILES, LOST], ALL, ""), ([], ALL, "")],
    ids=["not uploaded", "not in the bucket", "not wanted", "not wanted again"],
)
def test_a_release_without_an_error_page_keeps_the_current_one(
    files: list[SiteFile], objects: dict[str, tuple[int, str]], name: str
) -> None:
    pages = {"eu-north-1": THEIRS, "us-east-1": None}
    result = plan(OPERATIONS, Observed(objects, pages), Desired("v1", files, "eu-north-1", "site-eu", name))
    assert result.steps == ()
    assert "error_page" not in result.after


def test_a_page_of_a_concurrent_release_ends_the_wait() -> None:
    """Otherwise two concurrent publications would wait for each other indefinitely."""
    assert error_page.differing({"eu-north-1": THEIRS, "us-east-1": THEIRS}, "eu-north-1") == []
    assert error_page.differing({"eu-north-1": THEIRS, "us-east-1": WANTED}, "eu-north-1") == ["us-east-1"]


def test_viewers_cannot_see_the_name_of_the_release() -> None:
    assert "v1" not in repr(error_page.headers("r/v1/404.html"))


class YoungBucket:
    """S3 with versioning just enabled: for some minutes it may not find new objects."""

    account_id = "111122223333"

    def __init__(self) -> None:
        self.calls: list[str] = []

    def client(self, service: str, region: str) -> YoungBucket:
        return self

    def copy_object(self, **arguments: t.Any) -> None:
        self.calls.append(f"{arguments['CopySource']['Key']} to {arguments['Key']}")
        if len(self.calls) < 3:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "not yet"}}, "CopyObject")


def test_the_page_is_copied_after_the_release_is_complete_and_s3_finds_it() -> None:
    bucket = YoungBucket()
    api = Operations(t.cast(t.Any, bucket), lambda: bucket.calls.append("complete"), timeout=60)
    api.copy_error_page(**COPY)
    assert bucket.calls == ["complete", *[f"{SOURCE} to _edge/404.html"] * 2]
