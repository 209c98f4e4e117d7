"""Which routes are acts and what they are called, and what of a request may be written down."""

from collections.abc import Mapping, Sequence
from typing import Any

ACTS: Mapping[tuple[str, str], str] = {
    ("POST", "/api/first-run"): "user.create_first",
    ("POST", "/api/session"): "session.open",
    ("GET", "/api/session/oidc/callback"): "session.open_by_provider",
    ("POST", "/api/session/code"): "session.type_code",
    ("DELETE", "/api/session"): "session.close",
    ("POST", "/api/keys"): "api_key.create",
    ("DELETE", "/api/keys/{key_id}"): "api_key.revoke",
    ("POST", "/api/users"): "user.create",
    ("PATCH", "/api/users/{user_id}"): "user.change",
    ("POST", "/api/users/{user_id}/password"): "user.reset_password",
    ("DELETE", "/api/users/{user_id}/sessions"): "user.end_sessions",
    ("POST", "/api/roles"): "role.create",
    ("PUT", "/api/roles/{role_id}"): "role.change",
    ("DELETE", "/api/roles/{role_id}"): "role.delete",
    ("PATCH", "/api/profile"): "profile.change",
    ("POST", "/api/profile/password"): "profile.change_password",
    ("DELETE", "/api/profile/sessions/{session_id}"): "session.revoke",
    ("DELETE", "/api/profile/sessions"): "session.revoke_others",
    ("PUT", "/api/profile/second-factor"): "second_factor.switch_on",
    ("POST", "/api/profile/second-factor/off"): "second_factor.switch_off",
    ("POST", "/api/profile/second-factor/recovery-codes"): "second_factor.renew_codes",
    ("DELETE", "/api/users/{user_id}/second-factor"): "user.forget_second_factor",
    ("POST", "/api/webhooks"): "webhook.create",
    ("PATCH", "/api/webhooks/{webhook_id}"): "webhook.change",
    ("DELETE", "/api/webhooks/{webhook_id}"): "webhook.delete",
    ("POST", "/api/webhooks/{webhook_id}/secret"): "webhook.renew_secret",
    ("POST", "/api/webhooks/{webhook_id}/test"): "webhook.test",
    ("POST", "/api/deliveries/{row_id}/replay"): "delivery.replay",
    ("POST", "/api/mail/test"): "mail.test",
    ("POST", "/api/wallboards"): "wallboard.create",
    ("POST", "/api/wallboards/{board_id}/link"): "wallboard.renew_link",
    ("DELETE", "/api/wallboards/{board_id}"): "wallboard.revoke",
    ("POST", "/api/seats/{pbx}/{interface:path}/sign-in"): "seat.sign_in",
    ("POST", "/api/agents/mine/desks/{pbx}/{number}/sign-in"): "desk_phone.sign_in",
    ("POST", "/api/seats/{pbx}/{interface:path}/sign-out"): "seat.sign_out",
    ("POST", "/api/seats/{pbx}/{interface:path}/pause"): "seat.pause",
    ("POST", "/api/seats/{pbx}/{interface:path}/ready"): "seat.ready",
    ("POST", "/api/seats/{pbx}/{interface:path}/end-wrap-up"): "seat.end_wrap_up",
    ("POST", "/api/seats/{pbx}/{interface:path}/extend-wrap-up"): "seat.extend_wrap_up",
    ("POST", "/api/seats/{pbx}/{interface:path}/hang-up"): "seat.hang_up",
    ("POST", "/api/seats/{pbx}/{interface:path}/ask-for-help"): "seat.ask_for_help",
    ("POST", "/api/seats/{pbx}/{interface:path}/take-help"): "seat.take_help",
    ("POST", "/api/seats/{pbx}/{interface:path}/end-help"): "seat.end_help",
    ("POST", "/api/seats/{pbx}/{interface:path}/hold"): "seat.hold",
    ("POST", "/api/seats/{pbx}/{interface:path}/resume"): "seat.resume",
    ("POST", "/api/seats/{pbx}/{interface:path}/transfer"): "seat.transfer",
    ("POST", "/api/seats/{pbx}/{interface:path}/consult"): "seat.consult",
    ("POST", "/api/seats/{pbx}/{interface:path}/complete-transfer"): "seat.complete_transfer",
    ("POST", "/api/seats/{pbx}/{interface:path}/cancel-transfer"): "seat.cancel_transfer",
    ("POST", "/api/seats/{pbx}/{interface:path}/pause-recording"): "seat.pause_recording",
    ("POST", "/api/seats/{pbx}/{interface:path}/resume-recording"): "seat.resume_recording",
    ("POST", "/api/seats/{pbx}/{interface:path}/join-queue"): "seat.join_queue",
    ("POST", "/api/seats/{pbx}/{interface:path}/leave-queue"): "seat.leave_queue",
    ("POST", "/api/seats/{pbx}/{interface:path}/penalty"): "seat.change_penalty",
    ("POST", "/api/seats/{pbx}/{interface:path}/listen"): "seat.listen",
    ("POST", "/api/seats/{pbx}/{interface:path}/listen-mode"): "seat.switch_listening",
    ("POST", "/api/seats/{pbx}/{interface:path}/stop-listening"): "seat.stop_listening",
    ("POST", "/api/messages"): "message.write",
    ("POST", "/api/messages/{message_id}/withdraw"): "message.withdraw",
    ("POST", "/api/messages/mine/{message_id}/acknowledge"): "message.acknowledge",
    ("PUT", "/api/shifts/{agent}/{day}"): "shift.plan",
    ("DELETE", "/api/shifts/{agent}/{day}"): "shift.remove",
    ("POST", "/api/shifts/copy-week"): "shift.copy_week",
    ("POST", "/api/shifts/import"): "shift.import",
    ("POST", "/api/shifts/undo"): "shift.undo",
    ("POST", "/api/shift-templates"): "shift_template.create",
    ("PUT", "/api/shift-templates/{template_id}"): "shift_template.change",
    ("DELETE", "/api/shift-templates/{template_id}"): "shift_template.delete",
    ("POST", "/api/shift-log"): "shift_log.save",
    ("POST", "/api/waiting/{visit:path}/hang-up"): "waiting.hang_up",
    ("POST", "/api/waiting/{visit:path}/to-front"): "waiting.to_front",
    ("POST", "/api/waiting/{visit:path}/to-queue"): "waiting.to_queue",
    ("POST", "/api/waiting/{visit:path}/to-seat"): "waiting.to_seat",
    ("POST", "/api/alerts/{alert_id}/acknowledge"): "alert.acknowledge",
    ("POST", "/api/alert-rules"): "alert_rule.create",
    ("PATCH", "/api/alert-rules/{rule_id}"): "alert_rule.change",
    ("DELETE", "/api/alert-rules/{rule_id}"): "alert_rule.delete",
    ("POST", "/api/alert-rules/{rule_id}/test"): "alert_rule.test",
    ("POST", "/api/lists"): "list.create",
    ("PATCH", "/api/lists/{list_id}"): "list.change",
    ("DELETE", "/api/lists/{list_id}"): "list.delete",
    ("POST", "/api/lists/{list_id}/start"): "list.start",
    ("POST", "/api/lists/{list_id}/pause"): "list.pause",
    ("POST", "/api/lists/{list_id}/stop"): "list.stop",
    ("POST", "/api/lists/{list_id}/import"): "list.import",
    ("POST", "/api/lists/{list_id}/targets"): "list.add_targets",
    ("POST", "/api/lists/{list_id}/promises"): "list.promise",
    ("POST", "/api/lists/{list_id}/targets/{target_id}/decision"): "target.decide",
    ("POST", "/api/lists/{list_id}/fill-rules"): "fill_rule.create",
    ("PATCH", "/api/fill-rules/{rule_id}"): "fill_rule.change",
    ("DELETE", "/api/fill-rules/{rule_id}"): "fill_rule.delete",
    ("POST", "/api/fill-rules/{rule_id}/run"): "fill_rule.run",
    ("POST", "/api/lists/{list_id}/imports"): "import.upload",
    ("POST", "/api/do-not-call/imports"): "import.upload_do_not_call",
    ("POST", "/api/customer-imports"): "import.upload_customers",
    ("POST", "/api/imports/{import_id}/start"): "import.start",
    ("DELETE", "/api/imports/{import_id}"): "import.delete",
    ("POST", "/api/do-not-call"): "do_not_call.add",
    ("DELETE", "/api/do-not-call/{entry_id}"): "do_not_call.remove",
    ("POST", "/api/emergency-stop"): "dialling.emergency_stop",
    ("DELETE", "/api/emergency-stop"): "dialling.lift_stop",
    ("PUT", "/api/lists/{list_id}/form"): "form.save",
    ("PUT", "/api/attempts/{attempt_id}/record"): "record.save",
    ("POST", "/api/callbacks/mine/{target_id}/call"): "target.call",
    ("POST", "/api/offers/{offer_id}/accept"): "offer.accept",
    ("POST", "/api/offers/{offer_id}/skip"): "offer.skip",
    ("POST", "/api/reports/abandoned/callbacks"): "report.call_back_abandoned",
    ("POST", "/api/reports/saved"): "saved_report.create",
    ("PATCH", "/api/reports/saved/{report_id}"): "saved_report.change",
    ("DELETE", "/api/reports/saved/{report_id}"): "saved_report.delete",
    ("POST", "/api/reports/saved/{report_id}/send"): "saved_report.send",
    ("POST", "/api/review-forms"): "review_form.create",
    ("PUT", "/api/review-forms/{form_id}"): "review_form.change",
    ("POST", "/api/review-forms/{form_id}/retire"): "review_form.retire",
    ("DELETE", "/api/review-forms/{form_id}/retire"): "review_form.take_back",
    ("POST", "/api/review-plans"): "review_plan.create",
    ("PUT", "/api/review-plans/{plan_id}"): "review_plan.change",
    ("POST", "/api/review-plans/{plan_id}/start"): "review_plan.start",
    ("POST", "/api/review-plans/{plan_id}/pause"): "review_plan.pause",
    ("POST", "/api/review-inbox/claim"): "review_assignment.claim_next",
    ("POST", "/api/review-inbox/{assignment_id}/claim"): "review_assignment.claim",
    ("DELETE", "/api/review-inbox/{assignment_id}/claim"): "review_assignment.give_back",
    ("POST", "/api/calibrations"): "calibration.create",
    ("POST", "/api/calibrations/{calibration_id}/scoring/finish"): "calibration.score",
    ("POST", "/api/calibrations/{calibration_id}/close"): "calibration.end",
    ("POST", "/api/reviews"): "review.create",
    ("DELETE", "/api/reviews/{review_id}"): "review.discard",
    ("POST", "/api/reviews/{review_id}/publish"): "review.publish",
    ("POST", "/api/reviews/{review_id}/acknowledge"): "review.acknowledge",
    ("POST", "/api/reviews/{review_id}/appeal"): "review.appeal",
    ("POST", "/api/reviews/{review_id}/decision"): "review.decide",
    ("POST", "/api/reviews/{review_id}/coaching"): "coaching.give",
    ("POST", "/api/coaching/{task_id}/acknowledge"): "coaching.acknowledge",
    ("POST", "/api/coaching/{task_id}/close"): "coaching.end",
    ("POST", "/api/clips"): "clip.create",
    ("PUT", "/api/clips/{clip_id}"): "clip.change",
    ("DELETE", "/api/clips/{clip_id}"): "clip.delete",
    ("POST", "/api/playlists"): "playlist.create",
    ("PUT", "/api/playlists/{playlist_id}"): "playlist.change",
    ("DELETE", "/api/playlists/{playlist_id}"): "playlist.delete",
    ("POST", "/api/customers"): "customer.create",
    ("PUT", "/api/customers/{customer_id}"): "customer.change",
    ("DELETE", "/api/customers/{customer_id}"): "customer.delete",
    ("POST", "/api/customers/{customer_id}/do-not-call"): "customer.forbid_calls",
    ("POST", "/api/customers/{customer_id}/merges"): "customer.merge",
    ("POST", "/api/customer-merges/{merge_id}/undo"): "customer.undo_merge",
    ("POST", "/api/tickets"): "ticket.create",
    ("PUT", "/api/tickets/{ticket_id}"): "ticket.change",
    ("POST", "/api/tickets/{ticket_id}/calls"): "ticket.add_call",
    ("POST", "/api/tickets/{ticket_id}/steps"): "ticket.add_step",
    ("PUT", "/api/tickets/{ticket_id}/steps/{step_id}"): "ticket.change_step",
    ("POST", "/api/tickets/{ticket_id}/close"): "ticket.finish",
    ("POST", "/api/tickets/{ticket_id}/reopen"): "ticket.reopen",
    ("POST", "/api/tickets/{ticket_id}/merges"): "ticket.merge",
    ("POST", "/api/tickets/{ticket_id}/unmerge"): "ticket.unmerge",
    ("PUT", "/api/wrap-up-choices"): "wrap_up.change_choices",
    ("PUT", "/api/wrap-ups/{pbx}/{call_id}"): "wrap_up.write",
    ("PUT", "/api/calls/{pbx}/{call_id}/wrap-ups"): "wrap_up.change",
    ("POST", "/api/reconciliations"): "reconciliation.run",
    ("POST", "/api/calls/{pbx}/{call_id}/tags"): "call.add_tag",
    ("DELETE", "/api/calls/{pbx}/{call_id}/tags/{tag}"): "call.remove_tag",
    ("POST", "/api/calls/{pbx}/{call_id}/holds"): "hold.place",
    ("POST", "/api/holds/{hold_id}/end"): "hold.end",
    ("POST", "/api/retention/rules"): "retention_rule.create",
    ("PATCH", "/api/retention/rules/{rule_id}"): "retention_rule.change",
    ("DELETE", "/api/retention/rules/{rule_id}"): "retention_rule.delete",
    ("POST", "/api/erasures"): "erasure.start",
    ("GET", "/api/recordings/{recording_id}/audio"): "recording.play",
    ("GET", "/api/clips/{clip_id}/audio"): "clip.play",
    ("POST", "/api/recording-exports"): "recording_export.create",
    ("POST", "/api/recording-exports/{export_id}/cancel"): "recording_export.cancel",
    ("DELETE", "/api/recording-exports/{export_id}"): "recording_export.delete",
    ("GET", "/api/recording-exports/{export_id}/file"): "recording_export.download",
    ("GET", "/api/audit.csv"): "audit.export",
}
"""Method and path of each route that is an act, with its name: what it was done to, and what was done."""

CONSOLE = "console"
"""Who did what a command on the server's console does: who may use it, is no user."""

CONSOLE_ACTS = (
    "user.create", "user.change_password", "user.remove", "user.forget_second_factor", "user.forget_provider",
)  # fmt: skip
"""What `callcenter user` does."""

NO_ACTS = frozenset(
    {
        ("PUT", "/api/calls/{pbx}/{call_id}/line-quality"),  # measured by the page, again and again
        ("POST", "/api/imports/{import_id}/preview"),
        ("POST", "/api/messages/mine/{message_id}/see"),
        ("POST", "/api/shifts/copy-week/check"),
        ("POST", "/api/shifts/import/check"),
        ("POST", "/api/shifts/import/errors.csv"),
        ("POST", "/api/offers"),
        ("POST", "/api/erasures/dry-run"),
        ("POST", "/api/erasures/lookup"),
        ("POST", "/api/profile/second-factor"),
        ("POST", "/api/review-forms/score"),
        ("PUT", "/api/reviews/{review_id}"),
        ("PUT", "/api/calibrations/{calibration_id}/scoring"),
        ("POST", "/api/recordings/{recording_id}/plays/{play}"),
        ("POST", "/api/clips/{clip_id}/plays/{play}"),
        ("POST", "/api/shipments/{pbx}"),
        ("PUT", "/api/shipments/{pbx}/files/{path:path}"),
    }
)
"""Routes that change nothing although their method says so, or nothing that somebody must answer for; what a player
tells that it played, which has a log of its own (recordings/accesses.py); a draft saved while it is typed; and the
recordings that a PBX's machine sends, piece by piece."""

SECRET_WORDS = ("password", "secret", "token", "key", "code", "word")
FREE_WORDS = frozenset({"note", "text"})
"""What people write of people: it stands where it was written, and is erased there; here nobody would find it."""
WORD_LISTS = frozenset({"roles", "permissions", "queues", "teams", "agents", "columns"})
"""Lists of names that the centre itself gives: what was given to whom, and what columns were imported as, stands in
them. Of other lists, of customers' numbers for one, nothing may stand here that is erased elsewhere."""
MOST_WORDS, LONGEST_WORD = 50, 128
LONGEST_TEXT = 200
MOST_FIELDS = 40


def details_of(body: object) -> dict[str, Any]:
    """What is kept of a request: fields, without secrets and free words; texts cut; short lists of names and the scope
    as they are, of other lists and objects a count."""
    if not isinstance(body, dict):
        return {}
    return {name[:64]: _told(name, value) for name, value in list(body.items())[:MOST_FIELDS]}


def _told(name: str, value: object) -> object:
    if name in FREE_WORDS or any(word in name.lower() for word in SECRET_WORDS):
        return "…"
    if isinstance(value, str):
        return _place(value) if "://" in value else value[:LONGEST_TEXT]
    if isinstance(value, dict) and name == "scope":
        return {each: _told(each, words) for each, words in list(value.items())[:MOST_FIELDS]}
    if isinstance(value, list) and name in WORD_LISTS and _is_short(value):
        return [word[:LONGEST_WORD] for word in value]
    if isinstance(value, list | dict):
        return {"count": len(value)}
    return value


def _is_short(words: Sequence[object]) -> bool:
    return len(words) <= MOST_WORDS and all(isinstance(word, str) for word in words)


def subject_of(path_params: Mapping[str, object], answer: object) -> str:
    """The number that what was made has got; the call; or the last number or name in the path."""
    if isinstance(answer, dict) and "id" in answer:
        return str(answer["id"])[:LONGEST_WORD]
    last = next(reversed([*path_params.values()]), "")
    return str(path_params.get("call_id", last))[:LONGEST_WORD]


def place_of(path_params: Mapping[str, object]) -> dict[str, object]:
    """Where the subject is, as the path says: the PBX of a seat or call, the list of a target."""
    if len(path_params) < 2:
        return {}
    kept = (value if isinstance(value, int) else str(value)[:LONGEST_WORD] for value in path_params.values())
    return dict(zip(path_params, kept, strict=True))


def _place(url: str) -> str:
    """The scheme and host of an address: chat services carry their secret in the rest."""
    scheme, _, rest = url.partition("://")
    host = rest.replace("?", "/").replace("#", "/").partition("/")[0].rpartition("@")[2]
    return f"{scheme[:20]}://{host[:LONGEST_TEXT]}/…"


def begins_playing(range_header: str) -> bool:
    """Whether a request for a file is for its beginning: a player asks for many pieces of what it plays once."""
    return not range_header or range_header.replace(" ", "").startswith("bytes=0-")
