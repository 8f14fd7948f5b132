"""Settings: the environment variables of a function, read in one place.

| variable | meaning | default |
|---|---|---|
| TIPOFF_WORLD | which world to open, `module:function` | shared.gcp.world:connect |
| TIPOFF_DATA | folder of the embedded world | .tipoff |
| TIPOFF_CONFIG | folder of the configuration | config/ beside shared/ |
| TIPOFF_ENVIRONMENT | name in every row: prod, dev, local | local |
| TIPOFF_SOURCES_URL | where simulated sources answer, in place of their hosts | none |
| TIPOFF_SIMULATED_TIME | 1: a message may carry the instant the clock answers with | 0 |
| TIPOFF_VERSION | version in rows and /health | the package's |
| K_REVISION | set by the platform | none |
| GOOGLE_CLOUD_PROJECT | the project; every cloud world needs it | none |
| TIPOFF_STATE_BUCKET | the bucket of the state: the memory | PROJECT-tipoff-state |
| TIPOFF_RAW_BUCKET | the bucket of what was scraped | PROJECT-tipoff-raw |
| TIPOFF_DATASET | the dataset of the audit tables | nba_orchestration |
| TIPOFF_RAW_DATASET | the dataset of the raw tables | nba_raw |
| TIPOFF_LOCATION | where the datasets are, and so their jobs | US |
| PUBSUB_EMULATOR_HOST | host:port of a stand-in, tests only | none |
| SECRET_MANAGER_EMULATOR_HOST | host:port of a stand-in, tests only | none |
| STORAGE_EMULATOR_HOST | http://host:port of a stand-in, tests only | none |
| BIGQUERY_EMULATOR_HOST | http://host:port of a stand-in, tests only | none |
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from shared.core.errors import BadInput

VERSION = "0.1.0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """One function's settings; see the table above."""

    world: str = "shared.gcp.world:connect"
    data: Path = Path(".tipoff")
    config: Path = Path(__file__).resolve().parent.parent / "config"
    environment: str = "local"
    sources_url: str | None = None
    simulated_time: bool = False
    version: str = VERSION
    deployment: str = "local"
    project: str | None = None
    state_bucket: str | None = None
    raw_bucket: str | None = None
    dataset: str = "nba_orchestration"
    raw_dataset: str = "nba_raw"
    location: str = "US"
    pubsub_emulator: str | None = None
    storage_emulator: str | None = None
    bigquery_emulator: str | None = None
    secrets_emulator: str | None = None
    #: The environment in which sources' keys are looked for; never logged.
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Settings from `env` (default: the process's); BadInput names a variable that is wrong."""
    env = os.environ if env is None else env
    unset = Settings()
    flag = env.get("TIPOFF_SIMULATED_TIME", "0")
    if flag not in ("0", "1"):
        raise BadInput("TIPOFF_SIMULATED_TIME", flag, "0 or 1")
    settings = replace(
        unset,
        world=env.get("TIPOFF_WORLD", unset.world),
        data=Path(env.get("TIPOFF_DATA", unset.data)),
        config=Path(env.get("TIPOFF_CONFIG", unset.config)),
        environment=env.get("TIPOFF_ENVIRONMENT", unset.environment),
        sources_url=env.get("TIPOFF_SOURCES_URL") or None,
        simulated_time=flag == "1",
        version=env.get("TIPOFF_VERSION", unset.version),
        deployment=env.get("K_REVISION", unset.deployment),
        dataset=env.get("TIPOFF_DATASET", unset.dataset),
        raw_dataset=env.get("TIPOFF_RAW_DATASET", unset.raw_dataset),
        location=env.get("TIPOFF_LOCATION", unset.location),
        pubsub_emulator=env.get("PUBSUB_EMULATOR_HOST") or None,
        storage_emulator=env.get("STORAGE_EMULATOR_HOST") or None,
        bigquery_emulator=env.get("BIGQUERY_EMULATOR_HOST") or None,
        secrets_emulator=env.get("SECRET_MANAGER_EMULATOR_HOST") or None,
        keys=env,
    )
    project = env.get("GOOGLE_CLOUD_PROJECT")
    return of_project(settings, project) if project else settings


def of_project(settings: Settings, project: str) -> Settings:
    """The same settings for another Google Cloud project: its buckets are named after it,
    unless the environment names them."""
    return replace(
        settings,
        project=project,
        state_bucket=settings.keys.get("TIPOFF_STATE_BUCKET") or f"{project}-tipoff-state",
        raw_bucket=settings.keys.get("TIPOFF_RAW_BUCKET") or f"{project}-tipoff-raw",
    )
