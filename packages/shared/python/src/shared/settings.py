"""Settings that all workers have, from the environment."""

from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from variables that begin with INSIGHT_, such as INSIGHT_LOG_LEVEL=DEBUG."""

    model_config = SettingsConfigDict(env_prefix="INSIGHT_", env_ignore_empty=True)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    log_format: Literal["text", "json"] = "text"
