"""The words of files that no catalogue has, in both languages."""

from callcenter.reports.export import Language

WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}

WORDS: dict[str, tuple[str, str]] = {
    # titles
    "queues": ("Queues", "队列"),
    "agents": ("Agents", "客服代表"),
    "teams": ("Teams", "班组"),
    "abandoned": ("Callers who gave up", "放弃来电"),
    "actions": ("Softphone actions", "软电话动作明细"),
    "staffing": ("Staffing", "人力测算"),
    # whose and when
    "queue": ("Queue", "队列"),
    "pbx": ("PBX", "交换机"),
    "agent": ("Agent number", "工号"),
    "agent_name": ("Agent", "客服代表"),
    "team": ("Team", "班组"),
    "interface": ("Interface", "话机接口"),
    "span": ("Span", "时间范围"),
    "start": ("Start", "开始"),
    "hour_of_day": ("Hour", "时段"),
    "weekday": ("Weekday", "星期"),
    "since": ("From", "开始"),
    "until": ("To", "结束"),
    "length": ("Length", "时长"),
    # callers
    "number": ("Number", "号码"),
    "caller_name": ("Name", "姓名"),
    "joined_at": ("Called at", "来电时间"),
    "wait": ("Waited", "排队时长"),
    "short": ("Short abandon", "短放弃"),
    "called_back": ("Called back since", "是否已回电"),
    "called_back_at": ("When", "回电时间"),
    "by": ("By", "回电人"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "conversation": ("talked with", "已通话"),
    "attempt": ("reached by callback", "回访已接通"),
    "not_reached": ("tried, not reached", "已拨打未接通"),
    "visit": ("called again and was answered", "再次来电已接通"),
    # actions
    "action": ("Action", "动作"),
    "reason": ("Reason", "原因"),
    "outcome": ("Outcome", "结果"),
    "patterns": ("Unusual", "异常"),
    "paused": ("Paused", "示忙"),
    "signed_in": ("signed in", "签入"),
    "signed_out": ("signed out", "签出"),
    "ready": ("ready", "空闲"),
    "pause": ("paused", "示忙"),
    "unreachable": ("unreachable", "失联"),
    "ring": ("ring", "振铃"),
    "talk": ("talk", "通话"),
    "wrap_up": ("wrap-up", "案头"),
    "answered": ("answered", "已接"),
    "not_answered": ("not answered", "未接"),
    "rejected": ("rejected", "拒接"),
    "won_by_colleague": ("answered by a colleague", "同事接起"),
    "given_up": ("given up by the caller", "主叫放弃"),
    "lost": ("not known", "未知"),
    "caller": ("ended by the caller", "客户挂断"),
    "agent_ended": ("ended by the agent", "坐席挂断"),
    "transfer": ("transferred", "转接"),
    "unknown": ("not known", "未知"),
    # staffing
    "offered": ("Offered", "进线"),
    "answered_calls": ("Answered", "接通"),
    "abandoned_calls": ("Abandoned", "放弃"),
    "service_level": ("Service level", "服务水平"),
    "aht": ("AHT", "平均通话与案头时长"),
    "erlangs": ("Load in erlangs", "话务量（爱尔兰）"),
    "seats_needed": ("Seats needed", "所需坐席"),
    "seats_scheduled": ("To be rostered", "应排班人数"),
    "seats_there": ("Seats there", "实际坐席"),
    "difference": ("Difference", "差额"),
    "expected_level": ("Expected service level", "预期服务水平"),
    "expected_asa": ("Expected ASA", "预期平均应答速度"),
    "expected_occupancy": ("Expected occupancy", "预期工时利用率"),
    "target": ("Target", "目标"),
    "model": ("Model", "模型"),
    "shrinkage": ("Shrinkage", "缩减率"),
}


def word(name: str, language: Language) -> str:
    """The word in that language."""
    english, chinese = WORDS[name]
    return chinese if language == "zh" else english
