"""Settings that all workers have, from the environment."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.broker import check_url


def checked(url: SecretStr) -> SecretStr:
    """Return the address of a broker; raise ValueError, which does not repeat it."""
    check_url(url.get_secret_value())
    return url


class Settings(BaseSettings):
    """Read from variables that begin with INSIGHT_, such as INSIGHT_LOG_LEVEL=DEBUG."""

    model_config = SettingsConfigDict(
        env_prefix="INSIGHT_",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # an address may hold a password
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    # Such as redis://host:6379/0; without one, messages are JSON lines on stdin and stdout.
    broker: Annotated[SecretStr, AfterValidator(checked)] | None = None
    # Seconds without a sign of life after which a message is taken over from another worker.
    claim_after: float = Field(default=30.0, ge=1)
    # Finished results beyond this number are forgotten, the oldest first.
    max_results: int = Field(default=10_000, ge=1)
