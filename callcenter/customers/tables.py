"""The tables of customers: records, their numbers, and merges that can be undone."""

from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant
from callcenter.store.tables import Base, RowId

IS_REFERRED = "reference <> ''"

NameKey = String(400).with_variant(String(400, collation="C"), "postgresql")
"""Compared sign by sign, whatever the language of the database: names that begin so lie side by side."""


class Customer(Base):
    """Somebody whom the centre knows. `name_key` is the name as it is searched; `reference` what another system calls
    the customer. `level` and the names of `attributes` are those of the settings.

    `consent` says whether the customer lets the centre call ("": never asked), given or withdrawn `consent_at` and how.
    `version` grows with each change. A customer with `merged_into` was merged: only undoing that shows them again.
    """

    __tablename__ = "customers"
    __table_args__ = (
        Index(None, "name_key", "id"),
        Index(None, "level", "id"),
        Index(None, "merged_into"),
        Index(
            "uq_customers_reference",
            "reference",
            unique=True,
            sqlite_where=text(IS_REFERRED),
            postgresql_where=text(IS_REFERRED),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(NameKey)
    reference: Mapped[str] = mapped_column(String(100), default="")
    level: Mapped[str] = mapped_column(String(64), default="")
    attributes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    consent: Mapped[str] = mapped_column(String(16), default="")
    consent_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    consent_how: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[Instant] = mapped_column(Double)
    created_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[Instant] = mapped_column(Double)
    changed_by: Mapped[str] = mapped_column(String(64))
    merged_into: Mapped[int | None] = mapped_column(RowId, default=None)


class CustomerNumber(Base):
    """One number of a customer (`+` and digits); `place` 0 is the first. Several customers may share a number."""

    __tablename__ = "customer_numbers"
    __table_args__ = (UniqueConstraint("customer_id", "number"), Index(None, "number", "customer_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(64), default="")
    place: Mapped[int] = mapped_column(Integer)


class CustomerMerge(Base):
    """`gone_id` was merged into `kept_id`. `changed` holds each field of the kept one that the merge changed, as it
    was before and after; `added` the numbers that it got."""

    __tablename__ = "customer_merges"
    __table_args__ = (Index(None, "kept_id", "id"), Index(None, "gone_id"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    gone_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    changed: Mapped[dict[str, list[Any]]] = mapped_column(JSON)
    added: Mapped[list[str]] = mapped_column(JSON)
    merged_at: Mapped[Instant] = mapped_column(Double)
    merged_by: Mapped[str] = mapped_column(String(64))
    undone_at: Mapped[Instant | None] = mapped_column(Double, default=None)
    undone_by: Mapped[str] = mapped_column(String(64), default="")
