"""An S3 Batch Replication job: New, Preparing (the manifest is generated), Active, and its final status."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from ministack.core.responses import now_iso
from ministack.services import s3

from localaws.emulator.core import scheduler
from localaws.emulator.iam.service_roles import Role
from localaws.emulator.s3 import object_versions, replication, replication_rules
from localaws.emulator.s3.object_versions import Version

_SERVICE = "batchoperations.s3.amazonaws.com"
_SWITCH = "batch_job_seconds"
_OVER = ("Complete", "Failed", "Cancelled")
_ECHOED = ("ConfirmationRequired", "Description", "Operation", "Report", "RoleArn", "ManifestGenerator")


class JobFailed(Exception):
    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Job:
    operation = "S3ReplicateObject"

    def __init__(self, request: Element, account: str, region: str) -> None:
        self.id = str(uuid.uuid4())
        self.token = request.findtext("ClientRequestToken")
        self.priority = int(request.findtext("Priority", "0"))
        self.status = "New"
        self.status_update_reason = ""
        self._request = request
        self._asked = tostring(request)
        self._arn = f"arn:aws:s3:{region}:{account}:job/{self.id}"
        self._created = now_iso()
        self._ended = self._suspended = ""
        self._failure: JobFailed | None = None
        self._tasks: list[tuple[str, Version]] = []
        self._counts = {"TotalNumberOfTasks": 0, "NumberOfTasksSucceeded": 0, "NumberOfTasksFailed": 0}

    def is_from(self, request: Element) -> bool:
        return self._asked == tostring(request)

    def start(self) -> None:
        scheduler.schedule(self._prepare, _SWITCH, 0.25)
        scheduler.schedule(self._activate, _SWITCH, 0.5)

    def move_to(self, status: str, reason: str) -> bool:
        """Apply an UpdateJobStatus. False if the job's status does not allow it."""
        if status == "Cancelled" and self.status not in _OVER:
            self._end("Cancelled")
        elif status == "Ready" and self.status == "Suspended":
            self.status = "Ready"
            scheduler.schedule(self._activate, _SWITCH, 0.0)
        else:
            return False
        self.status_update_reason = reason
        return True

    def _prepare(self) -> None:
        if self.status == "New":
            self.status = "Preparing"

    def _activate(self) -> None:
        """The manifest is ready: start, or suspend if the job needs confirmation."""
        if self.status == "Preparing":
            try:
                self._tasks = list(self._manifest())
            except JobFailed as failure:
                self._failure = failure
                self._end("Failed")
                return
            self._counts["TotalNumberOfTasks"] = len(self._tasks)
            if self._request.findtext("ConfirmationRequired") == "true":
                self.status, self._suspended = "Suspended", now_iso()
                return
        if self.status in ("Preparing", "Ready"):
            self.status = "Active"
            scheduler.schedule(self._work, _SWITCH, 0.5)

    def _work(self) -> None:
        if self.status != "Active":
            return
        for key, version in self._tasks:
            counted = "NumberOfTasksSucceeded" if self._replicate(key, version) else "NumberOfTasksFailed"
            self._counts[counted] += 1
        self._end("Complete")

    def _end(self, status: str) -> None:
        self.status, self._ended = status, now_iso()

    @property
    def _bucket(self) -> str:
        return self._generator.findtext("SourceBucket", "").rpartition(":::")[2]

    @property
    def _generator(self) -> Element:
        found = self._request.find("ManifestGenerator/S3JobManifestGenerator")
        assert found is not None
        return found

    def _manifest(self) -> Iterable[tuple[str, Version]]:
        """Source: S3 User Guide, "Configuring an IAM role for S3 Batch Replication"."""
        bucket, role = self._bucket, self._request.findtext("RoleArn", "")
        if bucket not in s3._buckets:
            raise JobFailed("NoSuchBucket", f"The source bucket {bucket} does not exist.")
        if not Role(role).trusts(_SERVICE, bucket):
            raise JobFailed("AssumeRoleNotPermitted", f"S3 Batch Operations cannot assume {role}.")
        for action in ("s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"):
            if not Role(role).allows(action, f"arn:aws:s3:::{bucket}"):
                raise JobFailed("AccessDenied", f"{role} does not allow {action} on {bucket}.")
        if replication.configuration(bucket) is None:
            raise JobFailed("InvalidRequest", f"The source bucket {bucket} has no replication configuration.")
        return [each for each in object_versions.of_bucket(bucket) if self._selects(*each)]

    def _selects(self, key: str, version: Version) -> bool:
        wanted = self._generator.find("Filter")
        if version.get("is_delete_marker"):
            return False
        if wanted is None:
            return True
        statuses = [each.text for each in wanted.findall("ObjectReplicationStatuses/*")]
        after, before = wanted.findtext("CreatedAfter", ""), wanted.findtext("CreatedBefore", "")
        return (
            (not statuses or (version.get("replication_status") or "NONE") in statuses)
            and (wanted.findtext("EligibleForReplication") != "true" or bool(self._rules(key, version)))
            and _named(wanted.find("KeyNameConstraint"), key)
            and (not after or version["last_modified"] >= after)
            and (not before or version["last_modified"] < before)
        )

    def _rules(self, key: str, version: Version) -> dict[str, replication_rules.Rule]:
        config = replication.configuration(self._bucket)
        if config is None:
            return {}
        tags = object_versions.tags(self._bucket, key, version["version_id"])
        return replication_rules.for_object(config, key, tags, object_versions.is_kms_encrypted(version))

    def _replicate(self, key: str, version: Version) -> bool:
        """Replicate to every destination of the rules; the version's replication status is the result."""
        bucket, version_id = self._bucket, version["version_id"]
        role = Role(self._request.findtext("RoleArn", ""))
        initiated = role.allows("s3:InitiateReplication", f"arn:aws:s3:::{bucket}/{key}")
        rules = self._rules(key, version)
        if not initiated or not rules or object_versions.find(bucket, key, version_id) is not version:
            return False
        tags = object_versions.tags(bucket, key, version_id)
        return replication.run(replication.change_of(replication.OBJECT, bucket, key, version, rules, tags), version)

    def summary(self, tag: str) -> Element:
        """As ListJobs has it."""
        found = Element(tag)
        members = {"JobId": self.id, "Description": self._request.findtext("Description", "")}
        members |= {"Operation": self.operation, "Priority": str(self.priority), "Status": self.status}
        _add(found, members | {"CreationTime": self._created, "TerminationDate": self._ended})
        found.append(self._progress())
        return found

    def described(self) -> Element:
        found = Element("Job")
        members = {"JobId": self.id, "JobArn": self._arn, "Priority": str(self.priority), "Status": self.status}
        members |= {"StatusUpdateReason": self.status_update_reason, "CreationTime": self._created}
        members |= {"TerminationDate": self._ended, "SuspendedDate": self._suspended}
        _add(found, members)
        found.extend(copy.deepcopy(part) for name in _ECHOED for part in self._request.findall(name))
        found.append(self._progress())
        if self._failure is not None:
            failure = SubElement(SubElement(found, "FailureReasons"), "member")
            _add(failure, {"FailureCode": self._failure.code, "FailureReason": str(self._failure)})
        return found

    def _progress(self) -> Element:
        found = Element("ProgressSummary")
        _add(found, {name: str(count) for name, count in self._counts.items()})
        return found


def _add(parent: Element, values: dict[str, str]) -> None:
    for name, text in values.items():
        if text:
            SubElement(parent, name).text = text


def _named(constraint: Element | None, key: str) -> bool:
    if constraint is None:
        return True
    matches = {"MatchAnyPrefix": key.startswith, "MatchAnySuffix": key.endswith, "MatchAnySubstring": key.__contains__}
    return all(any(matches[each.tag](text.text or "") for text in each) for each in constraint if each.tag in matches)
