"""Who comes in, how, and what they see of numbers."""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from callcenter.settings.part import Part


class HttpSettings(Part):
    """Where the panel and the API are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    secure_cookie: bool = False


RoleName = Annotated[str, Field(min_length=1, max_length=64)]
ScopeName = Annotated[str, Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]+$", max_length=100)]
ClaimName = Annotated[str, Field(min_length=1, max_length=200)]
OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def is_safe_address(address: str) -> bool:
    """Whether nobody on the way can read or change what is said there: HTTPS, or this machine itself."""
    try:
        parts = urlsplit(address)
        is_own = parts.scheme == "http" and parts.hostname in OWN_MACHINE
    except ValueError:
        return False
    return bool(parts.hostname) and "@" not in parts.netloc and (parts.scheme == "https" or is_own)


class OidcSettings(Part):
    """Where people sign in with an account elsewhere: an OpenID provider, and who they are here.

    The secret is what stands in `client_secret_file`, or `client_secret`; none: a public client. A user is found by
    `username_claim`; who is none becomes one where it `adds_users`, with `new_user_roles`. `roles_of_group` gives
    roles, at each sign-in, to whoever is in a group that `groups_claim` names. Where it `asks_second_factor`, our own
    is asked for after the provider's page, as after a password.
    """

    issuer: Annotated[str, Field(max_length=500)]
    client_id: Annotated[str, Field(min_length=1, max_length=500)]
    client_secret: SecretStr = SecretStr("")
    client_secret_file: Path | None = None
    scopes: tuple[ScopeName, ...] = ("openid", "profile")
    username_claim: ClaimName = "preferred_username"
    name_claim: ClaimName = "name"
    groups_claim: Annotated[str, Field(max_length=200)] = ""
    roles_of_group: dict[str, tuple[RoleName, ...]] = Field(default_factory=dict)
    adds_users: bool = False
    asks_second_factor: bool = False
    new_user_roles: tuple[RoleName, ...] = ()
    label_en: Annotated[str, Field(min_length=1, max_length=60)] = "Sign in with the company account"
    label_zh: Annotated[str, Field(min_length=1, max_length=60)] = "使用企业账号登录"

    @field_validator("issuer")
    @classmethod
    def _safe_issuer(cls, value: str) -> str:
        if not is_safe_address(value) or set("?#") & set(value):
            raise ValueError("an issuer is an address with https:// (http:// on this machine only), without ? and #")
        return value

    @field_validator("scopes")
    @classmethod
    def _asks_for_openid(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in value:
            raise ValueError("the scopes name openid, or the provider proves nothing")
        return value

    @model_validator(mode="after")
    def _roles_come_from_somewhere(self) -> Self:
        if self.client_secret_file is not None and self.client_secret.get_secret_value():
            raise ValueError("client_secret and client_secret_file are two places of one secret: leave one of them out")
        if bool(self.roles_of_group) != bool(self.groups_claim):
            raise ValueError("groups_claim and roles_of_group belong together")
        if self.adds_users and not (self.new_user_roles or self.roles_of_group):
            raise ValueError("adds_users needs new_user_roles or roles_of_group: a user has a role")
        return self

    @property
    def named_roles(self) -> list[str]:
        """All roles that these settings give to somebody."""
        return sorted({*self.new_user_roles, *(role for roles in self.roles_of_group.values() for role in roles)})


class AccountSettings(Part):
    """How people sign in: whether by passwords of this centre, or at a provider.

    Who has a role of `second_factor_for`, shipped or made in the centre, must sign in with a second factor.
    """

    second_factor_for: tuple[RoleName, ...] = ()
    takes_passwords: bool = True
    oidc: OidcSettings | None = None

    @property
    def asks_after_provider(self) -> bool:
        """Whether our own second factor is asked for after the provider's page, too."""
        return self.oidc is not None and self.oidc.asks_second_factor

    @property
    def has_own_factors(self) -> bool:
        """Whether our own second factor is asked for anywhere; else the provider alone asks for what it asks for."""
        return self.takes_passwords or self.asks_after_provider

    @model_validator(mode="after")
    def _one_way_is_left(self) -> Self:
        if not self.takes_passwords and self.oidc is None:
            raise ValueError("takes_passwords = false leaves no way to sign in: name a provider in accounts.oidc")
        return self


class PrivacySettings(Part):
    """Whose users see customers' numbers masked, unless another role of theirs shows them; never administrators'."""

    masked_for: tuple[Literal["agent", "team_leader", "supervisor", "qa"], ...] = ()
