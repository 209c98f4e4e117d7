"""Wrap-up forms: reasons and results to choose from, some to begin with, and what agents wrote down."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"

FIRST_REASONS = (
    (
        ("Enquiry", "咨询"),
        (
            ("Product or service", "产品与服务"),
            ("Price or offer", "价格与优惠"),
            ("Order or delivery", "订单与配送"),
            ("Something else", "其他咨询"),
        ),
    ),
    (
        ("Complaint", "投诉"),
        (("Product", "产品"), ("Service", "服务"), ("Delivery", "配送"), ("Something else", "其他投诉")),
    ),
    (("Repair", "报修"), (("New report", "新报修"), ("Progress of a report", "进度查询"))),
    (("Account and payment", "账户与付款"), (("Invoice", "发票"), ("Payment", "付款"), ("Refund", "退款"))),
    (("No request", "无有效诉求"), (("Wrong number", "打错电话"), ("Nobody spoke", "无人说话"))),
    (("Other", "其他"), ()),
)
FIRST_RESULTS = (
    ("Solved", "已解决"),
    ("Passed on", "已转交"),
    ("To be called back", "待回电"),
    ("Not solved", "未解决"),
    ("Other", "其他"),
)
"""What a centre begins with: its supervisors change it."""


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    choices = op.create_table(
        "wrap_up_choices",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("parent_id", row_id, sa.ForeignKey("wrap_up_choices.id"), nullable=True),
        sa.Column("label_en", sa.String(length=100), nullable=False),
        sa.Column("label_zh", sa.String(length=100), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.Double(), nullable=True),
    )
    op.create_index(op.f("ix_wrap_up_choices_parent_id"), "wrap_up_choices", ["parent_id"])
    op.create_table(
        "wrap_up_records",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("agent_number", sa.String(), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("reason_id", row_id, sa.ForeignKey("wrap_up_choices.id"), nullable=False),
        sa.Column("result_id", row_id, sa.ForeignKey("wrap_up_choices.id"), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=True),
        sa.Column("next_agent", sa.String(), nullable=False),
        sa.Column("target_id", row_id, sa.ForeignKey("targets.id", ondelete="SET NULL"), nullable=True),
        sa.Column("customer_id", row_id, sa.ForeignKey("customers.id", ondelete="SET NULL"), nullable=True),
        sa.Column("written_at", sa.Double(), nullable=False),
        sa.Column("written_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("earlier", sa.JSON(), nullable=False),
        sa.UniqueConstraint("pbx", "call_id", "agent_number", name=op.f("uq_wrap_up_records_pbx_call_id_agent_number")),
    )
    for columns in (["reason_id", "written_at"], ["customer_id"], ["target_id"]):
        op.create_index(op.f(f"ix_wrap_up_records_{'_'.join(columns)}"), "wrap_up_records", columns)
    _begin_with(choices)


def _begin_with(choices: sa.Table) -> None:
    connection = op.get_bind()
    for place, (labels, below) in enumerate(FIRST_REASONS):
        reason = choices.insert().values(_choice("reason", place, labels)).returning(choices.c.id)
        parent_id = connection.execute(reason).scalar_one()
        rows = [_choice("reason", nth, lower, parent_id) for nth, lower in enumerate(below)]
        if rows:
            op.bulk_insert(choices, rows)
    op.bulk_insert(choices, [*_results()])


def _results() -> Iterator[dict[str, Any]]:
    for place, labels in enumerate(FIRST_RESULTS):
        yield _choice("result", place, labels)


def _choice(kind: str, place: int, labels: tuple[str, str], parent_id: int | None = None) -> dict[str, Any]:
    label_en, label_zh = labels
    return {
        "kind": kind,
        "parent_id": parent_id,
        "label_en": label_en,
        "label_zh": label_zh,
        "queues": [],
        "place": place,
    }
