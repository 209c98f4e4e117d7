"""The tables of accounts: users, own roles, second factors, web sessions, who users are elsewhere, and API keys.

And what they asked that is not to be carried out twice.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Double, ForeignKey, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.accounts.rules import Language
from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId


class User(Base):
    """Somebody who signs in to the panel. `username_key` makes names unique whatever their case.

    `password_expires_at` is that of a temporary password, which opens nothing but its own change; None: it lasts.
    `agent_number` is the agent who this is, where they take calls: one agent is one user. `scope` names what they see,
    `{"teams": [..], "queues": [..]}`; None: everything.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    username: Mapped[str] = mapped_column(String(64))
    username_key: Mapped[str] = mapped_column(String(256), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(256))
    roles: Mapped[list[str]] = mapped_column(JSON)
    language: Mapped[Language] = mapped_column(String(16))
    agent_number: Mapped[str | None] = mapped_column(String(64), unique=True, default=None)
    scope: Mapped[dict[str, list[str]] | None] = mapped_column(JSON(none_as_null=True), default=None)
    is_disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    password_expires_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    created_at: Mapped[Instant] = mapped_column(Double)


class OwnRole(Base):
    """A role made in this centre; users name it in `roles` beside the shipped ones, whose names it never has."""

    __tablename__ = "own_roles"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64))
    name_key: Mapped[str] = mapped_column(String(256), unique=True)
    permissions: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[Instant] = mapped_column(Double)


class WebSession(Base):
    """One browser signed in. Only a hash of its token is kept: who reads the table cannot sign in with it."""

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(RowId, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Instant] = mapped_column(Double)
    last_seen_at: Mapped[Instant] = mapped_column(Double)
    expires_at: Mapped[Instant] = mapped_column(Double, index=True)
    address: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(200), default="")
    """What the browser says of itself (User-Agent), cut."""

    by_provider: Mapped[bool] = mapped_column(Boolean, default=False)
    """An OpenID provider vouched for its user, and asked for what it asks for; no password was typed here."""

    owes_code: Mapped[bool] = mapped_column(Boolean, default=False)
    """The code of our own second factor has yet to be typed: it opens nothing before."""

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class SecondFactor(Base):
    """The authenticator app of a user. It counts once `is_on`; no code of `last_step` or before counts again.

    The secret is kept as it is: codes are computed from it. Who can read it can read everything else here, too.
    """

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(RowId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))
    is_on: Mapped[bool] = mapped_column(Boolean)
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code on paper that signs in once where the phone is lost; only its hash is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_sha256"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    user_id: Mapped[int] = mapped_column(RowId, ForeignKey("users.id", ondelete="CASCADE"))
    code_sha256: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[Instant | None] = mapped_column(Double, default=None)


class OidcIdentity(Base):
    """Who a user is at an OpenID provider: `subject` is theirs for good there, whatever they are called."""

    __tablename__ = "oidc_identities"
    __table_args__ = (UniqueConstraint("user_id", "issuer"),)

    issuer: Mapped[str] = mapped_column(String(500), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[int] = mapped_column(RowId, ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[Instant] = mapped_column(Double)


class ApiKey(Base):
    """A program that acts for a user. Only a hash of its secret is kept. `expires_at` None: it lasts until revoked."""

    __tablename__ = "api_keys"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    user_id: Mapped[int] = mapped_column(RowId, ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    permissions: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[Instant] = mapped_column(Double)
    expires_at: Mapped[Instant | None] = mapped_column(Double)
    last_used_at: Mapped[Instant | None] = mapped_column(Double)
    last_address: Mapped[str] = mapped_column(String(64), default="")

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class IdempotencyKey(Base):
    """A request of an account, the answer that it had (None: it has none yet), and `rights`, which decided it."""

    __tablename__ = "idempotency_keys"

    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    route: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    rights: Mapped[str] = mapped_column(String(64), default="")
    status: Mapped[int | None] = mapped_column(Integer, default=None)
    body: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    created_at: Mapped[Instant] = mapped_column(Double, index=True)
