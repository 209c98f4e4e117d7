"""The situations of queues, members and callers: what is done in each. Transfers have their own module."""

from tests.real.holding import taken_over
from tests.real.scenes import STAGE, Scene

scene, queue = STAGE.scene, STAGE.queue

FORWARDING, FORWARDED_TO = "1027", "1028"


@scene("7009", "1013")
def waiting_and_moved(s: Scene) -> None:
    s.behave("1013", do="ignore")
    for place in ({"Context": "scenes", "Exten": "wait"}, {"Context": "callcenter-inbound", "Exten": "7010"}):
        customer, joined = s.joins()
        s.rests(1.5)
        s.ami.action("Redirect", Channel=joined["Channel"], Priority=1, **place)
        s.rests(2)
        s.hangs_up(customer)
        s.ends(joined)
    _, joined = s.joins()
    s.rests(1.5)
    s.ami.action("Redirect", Channel=joined["Channel"], Context="scenes", Exten="9", Priority=1)
    s.ends(joined)


queue("7010", "1014")


@scene("7011", "1015")
def talking_and_moved(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(2)
    s.ami.action("Redirect", Channel=connected["Channel"], Context="scenes", Exten="wait", Priority=1)
    s.rests(4)
    s.hangs_up(customer)
    s.ends(connected)
    _, connected = s.talks()
    s.rests(2)
    s.ami.action("Redirect", Channel=connected["DestChannel"], Context="scenes", Exten="wait", Priority=1)
    s.ends(connected)
    s.rests(2)
    s.hangs_up(s.leg("1015"))
    s.ami.next("Hangup", Uniqueid=connected["DestUniqueid"])


@scene("7012", "1016")
def hung_up_by_ami(s: Scene) -> None:
    s.behave("1016", after=2)
    _, joined = s.joins()
    s.ami.wait_for("AgentCalled", Queue="q7012")
    s.rests(1)
    s.ami.action("Hangup", Channel=joined["Channel"])
    s.ends(joined)
    for side in ("Channel", "DestChannel"):
        _, connected = s.talks()
        s.rests(2)
        s.ami.action("Hangup", Channel=connected[side])
        s.ends(connected)
        s.rests(1)


@scene("7013", "1017")
def complete_never_comes(s: Scene) -> None:
    customer, connected = s.talks()
    other, waiting = s.joins("7036")
    s.ami.action("Redirect", Channel=waiting["Channel"], Context="scenes", Exten="wait", Priority=1)
    s.rests(1)
    s.ami.action("Redirect", Channel=connected["Channel"], Context="scenes", Exten="wait", Priority=1)
    s.rests(2)
    s.ami.action("Bridge", Channel1=connected["Channel"], Channel2=waiting["Channel"])
    s.rests(3)
    s.hangs_up(customer)
    s.outside.action("Hangup", Channel=other)  # it may have ended with the bridge
    s.ends(connected)


queue("7036", "1013")


@scene("7101", "1018", context="scenes", leavewhenempty="paused")
def left_by_time_key_and_empty(s: Scene) -> None:
    s.behave("1018", do="ignore")
    _, joined = s.joins()
    s.ends(joined)
    customer, joined = s.joins()
    s.rests(1)
    s.outside.action("PlayDTMF", Channel=customer, Digit="9", Duration=100)
    s.ends(joined)
    _, joined = s.joins()
    s.ami.action("QueuePause", Interface="PJSIP/1018", Paused="true", Queue="q7101")
    s.ends(joined)


@scene("7014", "1019", maxlen=1, joinempty="paused")
def refused_at_the_door(s: Scene) -> None:
    s.behave("1019", do="ignore")
    customer, joined = s.joins()
    s.dials()
    s.ami.wait_for("VarSet", Variable="QUEUESTATUS", Value="FULL")
    s.hangs_up(customer)
    s.ends(joined)
    s.ami.action("QueuePause", Interface="PJSIP/1019", Paused="true", Queue="q7014")
    s.dials()
    s.ami.wait_for("VarSet", Variable="QUEUESTATUS", Value="JOINEMPTY")


@scene("7015", "1020", autopause="yes", timeout=2)
def autopause(s: Scene) -> None:
    s.behave("1020", do="ignore")
    customer, joined = s.joins()
    s.ami.wait_for("QueueMemberPause", Interface="PJSIP/1020")
    s.rests(2)
    s.hangs_up(customer)
    s.ends(joined)


@scene("7016", "1021", "1022", "1023", strategy="ringall")
def ringall(s: Scene) -> None:
    s.behave("1021", "1022", "1023", after=4)
    s.behave("1022", after=2)
    customer, connected = s.talks()
    s.rests(2)
    s.hangs_up(customer)
    s.ends(connected)
    customer, joined = s.joins()
    s.rests(1)
    s.hangs_up(customer)
    s.ends(joined)
    s.behave("1022", do="busy", after=0)
    s.behave("1023", do="reject", after=0)
    customer, connected = s.talks()
    s.rests(1)
    s.hangs_up(customer)
    s.ends(connected)


@scene("7017", "1024", ringinuse="yes")
def one_agent_in_two_queues_at_once(s: Scene) -> None:
    first, connected = s.talks()
    s.rests(1)
    second, also = s.talks("7018")
    s.rests(2)
    s.hangs_up(first)
    s.ends(connected)
    s.rests(2)
    s.hangs_up(second)
    s.ends(also)


queue("7018", "1024", ringinuse="yes")


@scene("7019", "1025", wrapuptime=2)
def one_agent_in_two_queues_one_call_at_a_time(s: Scene) -> None:
    first, connected = s.talks()
    second, joined = s.joins("7020")
    s.rests(2)
    s.hangs_up(first)
    s.ends(connected)
    s.ami.next("AgentConnect", Uniqueid=joined["Uniqueid"])
    s.rests(2)
    s.hangs_up(second)
    s.ends(joined)


queue("7020", "1025", wrapuptime=1)


@scene("7021", "Local/1026@callcenter-colleagues/n,0,Agent 1026,PJSIP/1026")
def local_member(s: Scene) -> None:
    s.behave("1026", after=1)
    customer, connected = s.talks()
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)
    _, connected = s.talks()
    s.rests(2)
    s.hangs_up(s.leg("1026"))
    s.ends(connected)


@scene("7022", "Local/1029@callcenter-colleagues,0,Agent 1029,PJSIP/1029")
def local_member_optimised_away(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)
    _, connected = s.talks()
    s.rests(2)
    s.hangs_up(s.leg("1029"))
    s.ends(connected)


@scene("7023", "Local/13900007023@callcenter-dial,0,Agent 1030")
def own_mobile(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)
    _, connected = s.talks()
    s.rests(2)
    s.hangs_up(s.leg("13900007023"))
    s.ends(connected)


@scene("7024", FORWARDING, timeout=10)
def forwarded(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)
    s.behave(FORWARDED_TO, do="ignore")
    customer, joined = s.joins()
    s.rests(3)
    s.hangs_up(customer)
    s.ends(joined)


@scene("7025")
def dynamic_members(s: Scene) -> None:
    place = {"Queue": "q7025", "Interface": "PJSIP/1031"}
    s.ami.action("QueueAdd", MemberName="Agent 1031", Paused="true", Reason="meal", Penalty=5, **place)
    s.ami.action("QueuePenalty", Penalty=2, **place)
    customer, joined = s.joins()
    s.rests(1)
    s.ami.action("QueuePause", Paused="false", **place)
    connected = s.ami.next("AgentConnect", Uniqueid=joined["Uniqueid"])
    s.ami.action("QueueRemove", **place)
    s.rests(2)
    s.hangs_up(customer)
    s.ends(connected)


NAMES = ("", "A|B|C", 'Jo \\"The Ace\\" Smith', "Event: Hangup", "王小明 😀", "x" * 200, " spaced ", "Anonymous")


@scene("7026", "1032")
def names_of_any_kind(s: Scene) -> None:
    s.behave("1032", do="ignore")
    for name in NAMES:
        customer, joined = s.joins(name=name)
        s.rests(0.5)
        s.hangs_up(customer)
        s.ends(joined)


@scene("7027", "1033")
def numbers_of_any_kind(s: Scene) -> None:
    s.behave("1033", do="ignore")
    for number in ("139|17|6", "anonymous", "+8613900000000", "9" * 100):
        channel = s.pair.customer_calls("7027", caller=number)
        joined = s.ami.wait_for("QueueCallerJoin", Queue="q7027")
        s.rests(0.5)
        s.hangs_up(channel)
        s.ends(joined)


@scene("7029", "1036")
def withdrawn(s: Scene) -> None:
    s.behave("1036", do="ignore")
    _, joined = s.joins()
    s.ami.action("QueueWithdrawCaller", Queue="q7029", Caller=joined["Channel"])
    s.ends(joined)


@scene("7030", "1037", timeout=2)
def members_replaced_by_a_reload(s: Scene) -> None:
    s.behave("1038", after=0)
    file = s.pair.centre.plan.run / "etc/callcenter/queues.conf"
    file.write_text(file.read_text().replace("member => PJSIP/1037,0,Agent 1037", "member => PJSIP/1038,0,Agent 1038"))
    s.ami.action("QueueReload", Queue="q7030")
    customer, connected = s.talks()
    s.rests(2)
    s.hangs_up(customer)
    s.ends(connected)


@scene("7048", "1049", announce="demo-instruct")
def hung_up_in_the_announcement(s: Scene) -> None:
    customer, joined = s.joins()
    s.ami.wait_for("DialEnd", DialStatus="ANSWER", Uniqueid=joined["Uniqueid"])
    s.rests(1)
    s.hangs_up(s.leg("1049"))
    s.ami.wait_for("AgentDump")
    s.behave("1049", do="ignore")
    s.rests(2)
    s.hangs_up(customer)
    s.ends(joined)


@scene("7049", "1050")
def both_sides_moved(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(2)
    place = {"Context": "scenes", "Exten": "wait", "Priority": 1}
    more = {"ExtraChannel": connected["DestChannel"], "ExtraContext": "scenes", "ExtraExten": "wait"}
    s.ami.action("Redirect", Channel=connected["Channel"], **place, **more, ExtraPriority=1)
    s.rests(2)
    s.hangs_up(customer)
    s.ends(connected)
    s.hangs_up(s.leg("1050"))


@scene("7050", "1051")
def a_caller_from_a_click(s: Scene) -> None:
    place = {"Context": "scenes", "Exten": "wait", "Priority": 1, "Async": "true"}
    s.ami.action("Originate", Channel="Local/7050@callcenter-inbound", **place)
    connected = s.ami.wait_for("AgentConnect", Queue="q7050")
    s.rests(2)
    s.hangs_up(s.leg("1051"))
    s.ami.next("Hangup", Uniqueid=connected["DestUniqueid"])


@scene("7051", "1052", "1053", "1054", strategy="rrmemory", timeout=2, wrapuptime=1)
def a_busy_quarter_of_a_minute(s: Scene) -> None:
    s.behave("1052", after=0, talk=2)
    s.behave("1053", after=1, talk=3)
    s.behave("1054", do="reject", after=0)
    callers = []
    for _ in range(8):
        callers.append(s.joins())
        s.rests(0.4)
    s.rests(3)
    for customer, _ in callers[4:6]:
        s.outside.action("Hangup", Channel=customer)
    for _, joined in callers:
        s.ends(joined)


@scene("7052", "1056")
def several_holds(s: Scene) -> None:
    _, connected = s.talks()
    with taken_over(s.pair, "1056") as phone:
        for _ in range(2):
            s.rests(1)
            phone.hold()
            s.ami.wait_for("Hold", Uniqueid=connected["DestUniqueid"])
            s.rests(1)
            phone.take_back()
            s.ami.wait_for("Unhold", Uniqueid=connected["DestUniqueid"])
        phone.hold()
        s.ami.wait_for("Hold", Uniqueid=connected["DestUniqueid"])
        s.rests(1)
        phone.hang_up()
    s.ends(connected)


@scene("7053", "1057", ringinuse="no")
def busy_outside_the_queue(s: Scene) -> None:
    own = s.pair.place("PJSIP/1058@1057", Application="Wait", Data=60)
    s.reaches("1058")
    customer, joined = s.joins()
    s.rests(2)
    s.hangs_up(own)
    s.ami.next("AgentConnect", Uniqueid=joined["Uniqueid"])
    s.rests(1)
    s.hangs_up(customer)
    s.ends(joined)


@scene("7057", "1063")
def paused_in_all_queues_at_once(s: Scene) -> None:
    s.ami.action("QueuePause", Interface="PJSIP/1063", Paused="true", Reason="meal")
    customer, joined = s.joins("7058")
    s.rests(2)
    s.ami.action("QueuePause", Interface="PJSIP/1063", Paused="false")
    connected = s.ami.next("AgentConnect", Uniqueid=joined["Uniqueid"])
    s.rests(1)
    s.hangs_up(customer)
    s.ends(connected)
    customer, connected = s.talks()
    s.rests(1)
    s.hangs_up(customer)
    s.ends(connected)


queue("7058", "1063")


@scene("7059", "1064", "1065")
def a_phone_that_is_gone(s: Scene) -> None:
    """The first member's phone is unregistered: the queue rings the other one alone."""
    s.outside.action("PJSIPUnregister", Registration="1064")
    s.ami.wait_for("DeviceStateChange", Device="PJSIP/1064", State="UNAVAILABLE")
    customer, connected = s.talks()
    s.rests(1)
    s.hangs_up(customer)
    s.ends(connected)


@scene("7060", "1066", "1067")
def an_agents_own_calls(s: Scene) -> None:
    """Outbound and internal: answered, busy, declined, a number that does not exist; then a customer gets through."""
    for number, do in (("013900007060", "answer"), ("1067", "answer"), ("013900007061", "busy"), ("1068", "reject")):
        s.behave(number.removeprefix("0") if number[0] == "0" else number, do=do, after=0, talk=1)
        s.behave(number, do=do, after=0, talk=1)
        own = s.pair.place(f"PJSIP/{number}@1066", Application="Wait", Data=3)
        s.ami.until(lambda event: event.get("Event") == "Hangup" and event["Channel"].startswith("PJSIP/1066-"))
        s.outside.action("Hangup", Channel=own)  # it may have ended by itself
    customer, connected = s.talks()
    s.rests(1)
    s.hangs_up(customer)
    s.ends(connected)


@scene("7061", "PJSIP/1070,0,Agent 1070", "PJSIP/1071,5,Agent 1071")
def penalty_changed(s: Scene) -> None:
    """The member with the smaller penalty is rung; then the manager makes the other one's smaller."""
    for _ in range(2):
        customer, connected = s.talks()
        s.rests(1)
        s.hangs_up(customer)
        s.ends(connected)
        s.ami.action("QueuePenalty", Interface="PJSIP/1070", Penalty=9, Queue="q7061")


@scene("7062", "1072", "1073")
def a_phone_that_wants_no_calls(s: Scene) -> None:
    """Do not disturb is the phone's own business: Asterisk rings it, and it says busy at once."""
    s.behave("1072", do="busy", after=0)
    customer, connected = s.talks()
    s.rests(1)
    s.hangs_up(customer)
    s.ends(connected)
