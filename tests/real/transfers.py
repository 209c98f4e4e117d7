"""The situations of transfers: by the phone's keys, by its REFER, by AMI; by agents and by customers."""

from tests.real.scenes import STAGE, Scene

scene, queue = STAGE.scene, STAGE.queue


@scene("7001", "1001")
def blind_by_keys_into_a_queue(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(2)
    s.presses("1001", "#17002")
    s.ami.wait_for("AgentConnect", Queue="q7002")
    s.rests(2)
    s.hangs_up(customer)
    s.ends(connected)


queue("7002", "1002")


@scene("7003", "1003")
def blind_by_refer_to_a_colleague(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(2)
    s.refers(s.leg("1003"), "1004")
    s.reaches("1004")
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)


@scene("7004", "1005")
def blind_by_ami_to_a_colleague(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(2)
    s.ami.action("BlindTransfer", Channel=connected["DestChannel"], Exten="1006", Context="callcenter-agents")
    s.reaches("1006")
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)


@scene("7005", "1007")
def attended_completed(s: Scene) -> None:
    customer, connected = s.talks()
    s.presses("1007", "*21008")
    s.ami.wait_for("BridgeEnter", seconds=20, CallerIDNum="1008")
    s.rests(2)
    s.hangs_up(s.leg("1007"))
    s.ami.wait_for("AttendedTransfer")
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)


@scene("7006", "1009")
def attended_aborted(s: Scene) -> None:
    customer, connected = s.talks()
    s.presses("1009", "*21010")
    s.ami.wait_for("BridgeEnter", seconds=20, CallerIDNum="1010")
    s.rests(2)
    s.presses("1009", "*1")
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)


@scene("7007", "1011")
def attended_into_a_queue_that_still_rings(s: Scene) -> None:
    s.behave("1012", after=5)
    customer, connected = s.talks()
    s.presses("1011", "*27008")
    s.ami.wait_for("AgentCalled", seconds=20, Queue="q7008")
    s.rests(1)
    s.hangs_up(s.leg("1011"))
    s.ami.wait_for("AgentConnect", Queue="q7008")
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)


queue("7008", "1012", timeout=12)


@scene("7028", "1034")
def the_customer_transfers(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(2)
    s.refers(customer, "1035")
    s.reaches("1035")
    s.rests(3)
    s.hangs_up(s.leg("1035"))
    s.ami.next("Hangup", Uniqueid=connected["DestUniqueid"])


@scene("7040", "1039")
def attended_by_refer_to_a_colleague(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(1)
    consulting = s.pair.place("PJSIP/1040@1039", Application="Wait", Data=60)
    s.reaches("1040")
    s.rests(2)
    s.refers_to_call(s.leg("1039"), consulting, "1040")
    s.ami.next("AttendedTransfer")
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)


@scene("7041", "1041")
def attended_by_refer_into_a_queue(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(1)
    consulting = s.pair.place("PJSIP/7042@1041", Application="Wait", Data=60)
    s.ami.wait_for("AgentConnect", Queue="q7042")
    s.rests(2)
    s.refers_to_call(s.leg("1041"), consulting, "7042")
    s.ami.next("AttendedTransfer")
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)


queue("7042", "1042")


@scene("7043", "1043")
def the_customer_transfers_attended(s: Scene) -> None:
    customer, connected = s.talks()
    s.rests(1)
    consulting = s.pair.place("PJSIP/1055@centre", Application="Wait", Data=60)
    s.reaches("1055")
    s.rests(1)
    s.refers_to_call(customer, consulting, "1055")
    s.ami.next("AttendedTransfer")
    s.rests(3)
    s.hangs_up(s.leg("1043"))
    s.ami.next("Hangup", Uniqueid=connected["DestUniqueid"])


@scene("7044", "1044")
def attended_into_a_queue_that_has_answered(s: Scene) -> None:
    customer, connected = s.talks()
    s.presses("1044", "*27045")
    s.ami.wait_for("AgentConnect", seconds=20, Queue="q7045")
    s.rests(2)
    s.hangs_up(s.leg("1044"))
    s.ami.next("AttendedTransfer")
    s.rests(3)
    s.hangs_up(customer)
    s.ends(connected)


queue("7045", "1045")


@scene("7046", "1046")
def attended_without_an_answer(s: Scene) -> None:
    s.behave("1047", do="busy", after=1)
    customer, connected = s.talks()
    s.presses("1046", "*21047")
    s.ami.until(lambda event: event.get("DialStatus") == "BUSY")
    s.rests(4)
    s.hangs_up(customer)
    s.ends(connected)


@scene("7047", "1048")
def blind_to_nowhere(s: Scene) -> None:
    customer, connected = s.talks()
    s.presses("1048", "#1555")
    s.rests(6)
    s.hangs_up(customer)
    s.ends(connected)


@scene("7054", "1059")
def attended_by_refer_into_a_line_that_still_waits(s: Scene) -> None:
    """The customer takes the place that the agent had in the line: the same stay goes on under another channel."""
    s.behave("1060", do="ignore")
    customer, connected = s.talks()
    s.rests(1)
    consulting = s.pair.place("PJSIP/7055@1059", Application="Wait", Data=60)
    s.ami.wait_for("AgentCalled", Queue="q7055")
    s.rests(1)
    s.refers_to_call(s.leg("1059"), consulting, "7055")
    s.ami.next("AttendedTransfer", OrigTransfererUniqueid=connected["DestUniqueid"])
    s.rests(2)
    s.hangs_up(customer)
    s.ends(connected)


queue("7055", "1060", timeout=12)


@scene("7056", "1061")
def attended_by_ami(s: Scene) -> None:
    customer, connected = s.talks()
    s.ami.action("Atxfer", Channel=connected["DestChannel"], Exten="1062", Context="callcenter-agents")
    s.ami.wait_for("BridgeEnter", seconds=20, CallerIDNum="1062")
    s.rests(1)
    s.hangs_up(s.leg("1061"))
    s.ami.next("AttendedTransfer", OrigTransfererUniqueid=connected["DestUniqueid"])
    s.rests(2)
    s.hangs_up(customer)
    s.ends(connected)
