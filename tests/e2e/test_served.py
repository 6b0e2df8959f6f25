"""The answers that viewers get from the deployed site."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from demo.site import LocalSite
from localaws.edge import Edge
from localaws.viewer import get, url_path

pytestmark = pytest.mark.shares("the site")

# Points of presence, and the Region of the demo that is nearest to the regional edge cache of each.
NEAR = {
    "ARN": "eu-west-3",  # its regional edge cache is in Frankfurt, nearer to Paris than to Stockholm
    "CDG": "eu-west-3",
    "BOM": "ap-south-1",
    "SYD": "ap-southeast-2",
    "NRT": "ap-northeast-1",
    "SFO": "us-west-1",
    "IAD": "us-east-1",
    "GRU": "sa-east-1",
}


def names(directory: Path) -> list[str]:
    return [path.relative_to(directory).as_posix() for path in sorted(directory.rglob("*")) if path.is_file()]


def test_every_file_is_served_byte_for_byte(edge: Edge, site_directory: Path) -> None:
    for name in names(site_directory):
        response = get(edge.url, url_path(name))
        assert (name, response.status) == (name, 200)
        assert response.body == (site_directory / name).read_bytes(), name


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/", "index.html"),
        ("/guide/", "guide/index.html"),
        ("/guide", "guide/index.html"),
        ("/v1.2/docs", "v1.2/docs/index.html"),
        ("/guide/deep%20er/", "guide/deep er/index.html"),
        ("/%e6%97%a5%e6%9c%ac%e8%aa%9e/%E3%83%9A%E3%83%BC%E3%82%B8.html", "日本語/ページ.html"),
        ("/plus+plus.txt", "plus+plus.txt"),
        ("/plus%2bplus.txt", "plus+plus.txt"),
        ("/(parens).txt", "(parens).txt"),
        ("/%28parens%29.txt", "(parens).txt"),
        ("/%7Etilde~.txt".replace("%7Etilde~", "tilde%7E"), "tilde~.txt"),
        ("/?versionId=null&acl", "index.html"),
    ],
)
def test_paths_map_to_their_files(edge: Edge, site_directory: Path, path: str, file: str) -> None:
    response = get(edge.url, path)
    assert response.status == 200
    assert response.body == (site_directory / file).read_bytes()


def test_the_first_request_is_a_miss_and_the_next_a_hit(edge: Edge) -> None:
    assert [get(edge.url, "/guide/").x_cache for _ in range(2)] == ["Miss from cloudfront", "Hit from cloudfront"]


def test_content_types_and_cache_headers(edge: Edge) -> None:
    def headers(name: str) -> tuple[str, str]:
        response = get(edge.url, url_path(name))
        return response.headers["content-type"], response.headers["cache-control"]

    assert headers("index.html") == (
        "text/html; charset=utf-8",
        "public, max-age=0, s-maxage=31536000, must-revalidate",
    )
    assert headers("assets/site.3f9a1c2b.css") == ("text/css; charset=utf-8", "public, max-age=31536000, immutable")
    assert headers("assets/app-Dk3x_ZqA.js")[1] == "public, max-age=31536000, immutable"
    assert headers("with space.txt")[1] == "public, max-age=3600, s-maxage=31536000"
    assert headers("emoji 🚀.svg")[0] == "image/svg+xml; charset=utf-8"


@pytest.mark.parametrize("warm", [False, True], ids=["miss", "hit"])
def test_head_and_range_requests_are_answered_as_by_s3(edge: Edge, site_directory: Path, warm: bool) -> None:
    content = (site_directory / "large.bin").read_bytes()
    if warm:
        get(edge.url, "/large.bin")
    head = get(edge.url, "/large.bin", method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(content)))
    for asked, start, stop in (("bytes=100-199", 100, 200), ("bytes=-50", len(content) - 50, len(content))):
        part = get(edge.url, "/large.bin", Range=asked)
        assert part.status == 206
        assert part.body == content[start:stop]
        assert part.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(content)}"
    assert get(edge.url, "/large.bin", Range=f"bytes={len(content)}-").status == 416
    again = get(edge.url, "/large.bin", If_None_Match=head.headers["etag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["/nothing.html", "/nothing/", "/nothing", "/guide/nothing.css", "/nothing.png"])
def test_a_missing_path_is_a_404_with_the_sites_error_page(edge: Edge, site_directory: Path, path: str) -> None:
    page = (site_directory / "404.html").read_bytes()
    for pop in NEAR:
        response = get(edge.url, path, pop=pop)
        assert (response.status, response.body) == (404, page)
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert "max-age=0" in response.headers["cache-control"]


def test_conditions_and_ranges_do_not_apply_to_the_error_page(edge: Edge, site_directory: Path) -> None:
    page = (site_directory / "404.html").read_bytes()
    head = get(edge.url, "/nothing.html", method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (404, b"", str(len(page)))
    for asked in ({"If_None_Match": head.headers.get("etag", "*")}, {"If_None_Match": "*"}, {"Range": "bytes=0-1"}):
        response = get(edge.url, "/nothing.html", **asked)
        assert (response.status, response.body) == (404, page), asked


def test_the_error_page_is_served_at_its_own_paths(edge: Edge, site_directory: Path) -> None:
    page = (site_directory / "404.html").read_bytes()
    for path in ("/404.html", "/_edge/404.html"):
        assert (get(edge.url, path).status, get(edge.url, path).body) == (200, page)


def test_an_unknown_host_is_a_404(edge: Edge) -> None:
    assert get(edge.url, "/", Host="unknown.example").status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(edge: Edge, method: str) -> None:
    assert get(edge.url, "/", method=method).status in (403, 405)


def test_viewers_cannot_send_commands_to_s3(edge: Edge, site_directory: Path) -> None:
    """Headers and query strings have no effect on S3, and no path leaves the release."""
    attack = {"x_amz_server_side_encryption_customer_algorithm": "AES256", "Authorization": "AWS4-HMAC-SHA256 x"}
    assert get(edge.url, "/", **attack).body == (site_directory / "index.html").read_bytes()
    for path in ("/../../../", "/%2e%2e/%2e%2e/", "//", "/./"):
        assert get(edge.url, path).body == (site_directory / "index.html").read_bytes(), path
    assert get(edge.url, "/..%2f..%2f").status == 400


def test_every_viewer_is_served_from_the_nearest_region(edge: Edge) -> None:
    assert {pop: get(edge.url, "/guide/", pop=pop).region for pop in NEAR} == NEAR


def test_an_unknown_point_of_presence_is_a_400(edge: Edge) -> None:
    assert get(edge.url, "/", pop="XXX").status == 400


def test_objects_are_read_from_the_nearest_bucket(site: LocalSite, edge: Edge) -> None:
    """A version deleted from one bucket is missing only for viewers near it, and only without a cached copy."""
    assert get(edge.url, "/with%20space.txt", pop="MEL").status == 200
    bucket = "shop-111122223333-ap-southeast-2-an"
    s3 = site.local_aws.client("s3", "ap-southeast-2")
    versions = s3.list_object_versions(Bucket=bucket, Prefix="r/")["Versions"]
    (version,) = [each for each in versions if each["Key"].endswith("/with space.txt")]
    kept = s3.get_object(Bucket=bucket, Key=version["Key"])
    body, cache_control = kept["Body"].read(), kept["CacheControl"]
    s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    try:
        assert get(edge.url, "/with%20space.txt", pop="SYD").status == 404
        assert get(edge.url, "/with%20space.txt", pop="MEL").x_cache == "Hit from cloudfront"
        assert get(edge.url, "/with%20space.txt", pop="NRT").status == 200
    finally:
        s3.put_object(Bucket=bucket, Key=version["Key"], Body=body, CacheControl=cache_control)
