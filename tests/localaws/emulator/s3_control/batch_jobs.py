"""S3 Batch Operations: jobs that replicate existing objects, in the Region of their source bucket."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, SubElement

from ministack import app
from ministack.core.responses import get_account_id, get_region
from ministack.services import s3

from localaws.emulator.core.errors import Refused
from localaws.emulator.s3_control.batch_job import Job

_NAMESPACE = "http://awss3control.amazonaws.com/doc/2018-08-20/"
_JOBS = re.compile(r"/v20180820/jobs(?:/([^/]+)(?:/(status|priority))?)?/?")
_PASSED_TO = {"iam:PassedToService": "batchoperations.s3.amazonaws.com"}
_MAX_PAGE = 1000
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
_ACTIONS = {
    ("POST", False, None): "s3:CreateJob",
    ("GET", False, None): "s3:ListJobs",
    ("GET", True, None): "s3:DescribeJob",
    ("POST", True, "status"): "s3:UpdateJobStatus",
    ("POST", True, "priority"): "s3:UpdateJobPriority",
}

# By account and Region, in the order of their creation.
_jobs: dict[tuple[str, str], dict[str, Job]] = {}


def install() -> None:
    control_request = app._handle_s3_control_request

    async def with_jobs(
        path: str, method: str, body: bytes, query: Any, request_id: str, headers: dict[str, str]
    ) -> Any:
        match = _JOBS.fullmatch(unquote(path))
        action = _ACTIONS.get((method, bool(match[1]), match[2])) if match else None
        if match is None or action is None:
            return await control_request(path, method, body, query, request_id, headers)
        try:
            request = _without_namespaces(s3.fromstring(body)) if action == "s3:CreateJob" else None
        except ParseError:
            return s3.s3control_error("MalformedXML", s3._MALFORMED_XML, 400)
        denied = _denied(action, match[1], request, headers, query, request_id)
        if denied:
            return denied
        try:
            document = _ANSWERS[action](match[1], request, query)
        except Refused as refused:
            return s3.s3control_error(refused.code, str(refused), refused.status)
        document.set("xmlns", _NAMESPACE)
        return 200, {"Content-Type": "application/xml", "x-amzn-requestid": request_id}, s3._xml_body(document)

    app._handle_s3_control_request = with_jobs


def _denied(
    action: str, job_id: str | None, request: Element | None, headers: dict[str, str], query: Any, request_id: str
) -> Any:
    """Source: Service Authorization Reference: CreateJob and ListJobs have no resource, the others the job's ARN."""
    arn = f"arn:aws:s3:{get_region()}:{get_account_id()}:job/{job_id}" if job_id else "*"
    known = _here().get(job_id or "")
    context: dict[str, str] = {}
    if request is not None:
        operation = request.find("Operation")
        kind = operation[0].tag if operation is not None and len(operation) else ""
        context = {"s3:RequestJobOperation": kind, "s3:RequestJobPriority": request.findtext("Priority", "")}
    elif known is not None:
        context = {"s3:ExistingJobOperation": known.operation, "s3:ExistingJobPriority": str(known.priority)}
    needed = [(action, arn, context)]
    if request is not None:
        needed.append(("iam:PassRole", request.findtext("RoleArn", ""), _PASSED_TO))
    for name, resource, keys in needed:
        denied = app._enforce_data_plane(
            "s3", name, headers, query, request_id, resource_arn=resource, service_context=keys
        )
        if denied:
            return denied
    return s3.s3control_account_error(headers)


def _here() -> dict[str, Job]:
    return _jobs.setdefault((get_account_id(), get_region()), {})


def _create(_: str | None, request: Element | None, __: Any) -> Element:
    assert request is not None
    _check(request)
    token = request.findtext("ClientRequestToken")
    job = next((job for job in _here().values() if job.token == token), None)
    if job is None:
        job = Job(request, get_account_id(), get_region())
        _here()[job.id] = job
        job.start()
    elif not job.is_from(request):
        message = "A job with this ClientRequestToken exists, with other parameters."
        raise Refused("IdempotencyException", message)
    return _with(Element("CreateJobResult"), JobId=job.id)


def _check(request: Element) -> None:
    operations = [each.tag for each in request.find("Operation") or []]
    if operations != ["S3ReplicateObject"]:
        raise Refused("NotImplemented", f"Only jobs of S3ReplicateObject are emulated, not of {operations}", 501)
    generator = request.find("ManifestGenerator/S3JobManifestGenerator")
    if generator is None:
        raise Refused("NotImplemented", "Only manifests from an S3JobManifestGenerator are emulated", 501)
    if request.find("Manifest") is not None:
        raise _invalid("A job has a Manifest or a ManifestGenerator, not both.")
    if generator.findtext("EnableManifestOutput") == "true" or request.findtext("Report/Enabled") == "true":
        raise Refused("NotImplemented", "Reports and manifests are not written by the emulator", 501)
    if not _ROLE.fullmatch(request.findtext("RoleArn", "")):
        raise _invalid("Invalid RoleArn.")
    bucket = request.findtext("ManifestGenerator/S3JobManifestGenerator/SourceBucket", "").rpartition(":::")[2]
    region = s3.bucket_region(bucket) if bucket in s3._buckets else get_region()
    if region != get_region():
        raise _invalid(f"The job must be created in {region}, the Region of its source bucket {bucket}.")


def _describe(job_id: str | None, _: Any, __: Any) -> Element:
    answer = Element("DescribeJobResult")
    answer.append(_known(job_id).described())
    return answer


def _list(_: str | None, __: Any, query: dict[str, list[str]]) -> Element:
    wanted = query.get("jobStatuses", [])
    start = int(query.get("nextToken", ["0"])[0])
    size = min(int(query.get("maxResults", [str(_MAX_PAGE)])[0]), _MAX_PAGE)
    # The newest first. Source: S3 User Guide, "Listing jobs".
    found = [job for job in reversed(_here().values()) if not wanted or job.status in wanted]
    answer = Element("ListJobsResult")
    if start + size < len(found):
        _with(answer, NextToken=str(start + size))
    SubElement(answer, "Jobs").extend(job.summary("member") for job in found[start : start + size])
    return answer


def _update_status(job_id: str | None, _: Any, query: dict[str, list[str]]) -> Element:
    job = _known(job_id)
    wanted = query.get("requestedJobStatus", [""])[0]
    if not job.move_to(wanted, query.get("statusUpdateReason", [""])[0]):
        raise Refused("JobStatusException", f"A job that is {job.status} cannot become {wanted}.")
    return _with(
        Element("UpdateJobStatusResult"), JobId=job.id, Status=job.status, StatusUpdateReason=job.status_update_reason
    )


def _update_priority(job_id: str | None, _: Any, query: dict[str, list[str]]) -> Element:
    job = _known(job_id)
    job.priority = int(query.get("priority", ["0"])[0])
    return _with(Element("UpdateJobPriorityResult"), JobId=job.id, Priority=str(job.priority))


_ANSWERS = {
    "s3:CreateJob": _create,
    "s3:DescribeJob": _describe,
    "s3:ListJobs": _list,
    "s3:UpdateJobStatus": _update_status,
    "s3:UpdateJobPriority": _update_priority,
}


def _known(job_id: str | None) -> Job:
    job = _here().get(job_id or "")
    if job is None:
        raise Refused("NoSuchJob", "The specified job does not exist.", 404)
    return job


def _invalid(message: str) -> Refused:
    return Refused("InvalidRequest", message)


def _with(parent: Element, **children: str) -> Element:
    for name, text in children.items():
        if text:
            SubElement(parent, name).text = text
    return parent


def _without_namespaces(element: Any) -> Element:
    for each in element.iter():
        each.tag = each.tag.rpartition("}")[2]
    found: Element = element
    return found
