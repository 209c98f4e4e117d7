"""Recordings, where their copies lie, and how they are judged and listened to."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from callcenter.settings.part import Part

BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?")


class BucketSettings(Part):
    """How an S3-compatible server is reached: without an endpoint, AWS; without a key, as the machine is set up."""

    endpoint: Annotated[str, Field(pattern=r"^(https?://[^\s/@]+/?)?$")] = ""
    region: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{0,64}$")] = ""
    key: str = ""
    secret: SecretStr = SecretStr("")


class RecordingSettings(Part):
    """How the copies are stored that are made of recordings: both legs in one stereo file.

    `storage` is where: a folder that is there, or `s3://bucket/prefix`; without it, below the data folder. They are
    encrypted, if there is a key: the first of `master_key`, or of `master_key_file` (32 bytes in base64 each).
    The PBX's files go at night once their copy is proved, unless `keep_originals`.
    A pause of a recording ends by itself after `pause_limit_seconds` (0: never).
    """

    encoding: Literal["opus", "mp3", "wav"] = "opus"
    keep_originals: bool = True
    storage: str = ""
    s3: BucketSettings = BucketSettings()
    master_key_file: Path | None = None
    master_key: SecretStr = SecretStr("")
    pause_limit_seconds: Annotated[float, Field(ge=0, le=3600)] = 120

    @field_validator("storage")
    @classmethod
    def _known_storage(cls, value: str) -> str:
        if "\0" in value or ("://" in value and not BUCKET.fullmatch(value)):
            raise ValueError("use the path of a folder, or s3://bucket or s3://bucket/prefix")
        return value


class ExportSettings(Part):
    """Of recordings: how many one export has at most, and for how many days it can be downloaded."""

    most_recordings: Annotated[int, Field(ge=1, le=100_000)] = 10_000
    days: Annotated[float, Field(gt=0, le=365)] = 7


class ListeningSettings(Part):
    """Whether agents are told that somebody listens to their call: on their desk, or not at all."""

    agents_are_told: bool = True


class QualitySettings(Part):
    """From which score (0–100) a review passes, and how long after it was published its agent may appeal."""

    pass_score: Annotated[float, Field(ge=0, le=100)] = 80
    appeal_days: Annotated[float, Field(ge=0, le=365)] = 3
