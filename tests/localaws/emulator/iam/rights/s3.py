"""The actions of S3 and S3 Control that the emulator authorises.

S3's requests are authorised where they are handled: an action for each object, on an MRAP and on its bucket,
with the key of AWS KMS. So the table has the actions, and the modules that authorise have their sources: S3 User Guide,
"Required permissions for Amazon S3 API operations"; s3/authorisation.py, s3/kms_rights.py,
s3_control/mrap_authorisation.py, s3_control/batch_jobs.py.
"""

from __future__ import annotations

_OBJECTS = (
    *(
        "AbortMultipartUpload",
        "DeleteObject",
        "DeleteObjectVersion",
        "GetObject",
        "GetObjectTagging",
        "GetObjectVersion",
    ),
    *("GetObjectAttributes", "GetObjectVersionAttributes", "GetObjectVersionTagging"),
    *("ListMultipartUploadParts", "PutObject", "PutObjectTagging"),
)
_BUCKETS = (
    *("CreateBucket", "DeleteBucket", "GetBucketLocation", "ListAllMyBuckets", "ListBucket", "ListBucketVersions"),
    *("ListBucketMultipartUploads", "GetBucketOwnershipControls", "GetBucketPolicy", "GetBucketPublicAccessBlock"),
    *("GetBucketTagging", "GetBucketVersioning", "GetEncryptionConfiguration", "GetLifecycleConfiguration"),
    *("GetReplicationConfiguration", "PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketPublicAccessBlock"),
    *("DeleteBucketPolicy", "PutBucketTagging", "PutBucketVersioning", "PutEncryptionConfiguration"),
    *("PutLifecycleConfiguration", "PutReplicationConfiguration", "TagResource"),
)
_CONTROL = (
    *("CreateMultiRegionAccessPoint", "DeleteMultiRegionAccessPoint", "DescribeMultiRegionAccessPointOperation"),
    *("GetMultiRegionAccessPoint", "GetMultiRegionAccessPointPolicy", "GetMultiRegionAccessPointPolicyStatus"),
    *("GetMultiRegionAccessPointRoutes", "ListMultiRegionAccessPoints", "PutMultiRegionAccessPointPolicy"),
    *("SubmitMultiRegionAccessPointRoutes", "CreateJob", "DescribeJob", "ListJobs"),
    *("UpdateJobPriority", "UpdateJobStatus"),
)

ACTIONS = frozenset(["iam:PassRole", *(f"s3:{name}" for name in (*_OBJECTS, *_BUCKETS, *_CONTROL))])
