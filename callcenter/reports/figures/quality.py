"""Quality: what reviews say of agents, and of those who review; where points are lost."""

from functools import partial

from callcenter.reports.figures.entry import Figure, figure_of

_of_reviews = partial(figure_of, "quality", "quality")
_of_items = partial(figure_of, "lost_points", "quality")

_REVIEWS: tuple[Figure, ...] = (
    _of_reviews(
        "reviews_done",
        ("Reviews done", "质检完成数"),
        (
            "reviews, counted when they were published, with the score in force now",
            "按发布时间统计的质检，取当前有效得分",
        ),
        ("reviews_done",),
    ),
    _of_reviews(
        "reviews_planned",
        ("Reviews planned", "计划质检数"),
        (
            "conversations that began in the span and were drawn for review by a plan",
            "时段内开始且被抽检计划抽中的通话",
        ),
        ("reviews_planned",),
    ),
    _of_reviews(
        "reviews_done_rate",
        ("Reviews done ÷ planned", "监听完成率"),
        ("planned reviews that are published ÷ reviews planned", "已发布的计划质检 ÷ 计划质检数"),
        ("reviews_planned_done", "reviews_planned"),
        unit="share",
        direction="up",
    ),
    _of_reviews(
        "qa_pass_rate",
        ("QA pass rate", "质检合格率"),
        ("reviews at or above the pass mark of their time ÷ reviews", "达到发布时合格线的质检 ÷ 质检完成数"),
        ("reviews_passed", "reviews_done"),
        unit="share",
        direction="up",
    ),
    _of_reviews(
        "qa_average_score",
        ("Average QA score", "质检平均分"),
        ("scores of reviews ÷ reviews", "质检得分合计 ÷ 质检完成数"),
        ("reviews_score", "reviews_done"),
        unit="number",
        direction="up",
    ),
    _of_reviews(
        "qa_fatal_rate",
        ("Fatal share", "致命项占比"),
        ("reviews zeroed by a fatal item ÷ reviews", "因致命项判零的质检 ÷ 质检完成数"),
        ("reviews_zeroed", "reviews_done"),
        unit="share",
        direction="down",
    ),
    _of_reviews(
        "appeals",
        ("Appeals", "申诉数"),
        ("reviews that the agent appealed against", "坐席提出申诉的质检"),
        ("appeals_made",),
    ),
    _of_reviews(
        "appeals_upheld",
        ("Appeals upheld", "申诉成立数"),
        ("appeals by which the score was raised", "申诉后得分被上调的质检"),
        ("appeals_upheld",),
    ),
    _of_reviews(
        "appeals_upheld_rate",
        ("Appeals upheld ÷ decided", "申诉成立率"),
        ("appeals upheld ÷ appeals decided", "申诉成立数 ÷ 已裁定申诉数"),
        ("appeals_upheld", "appeals_decided"),
        unit="share",
    ),
    _of_reviews(
        "reviewer_strictness",
        ("Beside other reviewers", "与其他质检员均分差"),
        (
            "mean over the reviewer's reviews of (score − the mean score that other reviewers gave by the same form in "
            "the span); below 0 is stricter than the others",
            "该质检员各次质检（得分 − 时段内其他质检员用同一表单的平均分）的均值；低于 0 表示更严格",
        ),
        ("reviews_beside", "reviews_compared"),
        unit="number",
    ),
)

_LOST: tuple[Figure, ...] = (
    _of_items(
        "qa_lost_points",
        ("Points lost", "扣分"),
        ("what the item weighed − what it earned, of 100 a review", "该项权重分 − 得分（每次质检满分 100）"),
        ("lost_points",),
        unit="number",
    ),
    _of_items(
        "qa_losing_reviews",
        ("Reviews that lost points", "扣分质检数"),
        ("reviews in which the item lost points", "该项有扣分的质检"),
        ("losing_reviews",),
    ),
    _of_items(
        "qa_lost_points_share",
        ("Share of all lost points", "占全部扣分比"),
        ("points lost by the item ÷ points lost by all items", "该项扣分 ÷ 全部扣分"),
        ("lost_points", "lost_points_together"),
        unit="share",
    ),
    _of_items(
        "qa_zeroing_reviews",
        ("Reviews zeroed", "判零质检数"),
        ("reviews that the item, being fatal, zeroed", "该项作为致命项判零的质检"),
        ("zeroing_reviews",),
    ),
)

QUALITY: tuple[Figure, ...] = (*_REVIEWS, *_LOST)
