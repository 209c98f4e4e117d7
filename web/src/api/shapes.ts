/** What the server tells, as `docs/api.md` describes it. Instants are seconds since 1970-01-01 UTC. */

export type Instant = number;
export type Seconds = number;

export const SEAT_STATES = [
  "ready",
  "ringing",
  "talking",
  "on_hold",
  "wrap_up",
  "paused",
  "unreachable",
  "signed_out",
] as const;
export type SeatState = (typeof SEAT_STATES)[number];
export type LinkState = "connecting" | "surveying" | "live" | "down" | "refused";
export const DIRECTIONS = ["inbound", "outbound", "internal"] as const;
export type Direction = (typeof DIRECTIONS)[number];
export const VISIT_OUTCOMES = [
  "answered",
  "abandoned",
  "timed_out",
  "left_by_key",
  "left_when_empty",
  "withdrawn",
  "refused_empty",
  "refused_full",
  "callback_requested",
  "lost",
] as const;
export type VisitOutcome = (typeof VISIT_OUTCOMES)[number];
export type RingOutcome = "answered" | "not_answered" | "rejected" | "won_by_colleague" | "given_up" | "lost";
export type EndedBy = "caller" | "agent" | "transfer" | "unknown";
export const ATTEMPT_OUTCOMES = [
  "reached",
  "busy",
  "no_answer",
  "unreachable",
  "invalid_number",
  "rejected",
  "machine",
  "abandoned",
  "failed",
  "unknown",
] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

export type Permission =
  | "see_floor"
  | "work_seat"
  | "control_seats"
  | "transfer_outside"
  | "listen_in"
  | "see_calls"
  | "hear_recordings"
  | "see_reports"
  | "send_reports"
  | "see_lists"
  | "run_lists"
  | "stop_dialling"
  | "work_callbacks"
  | "see_alerts"
  | "manage_alerts"
  | "manage_wallboards"
  | "review_calls"
  | "manage_review_forms"
  | "manage_sampling"
  | "see_own_reviews"
  | "decide_appeals"
  | "hear_clips"
  | "manage_clips"
  | "manage_users"
  | "manage_webhooks"
  | "see_audit"
  | "see_accesses"
  | "see_customers"
  | "edit_customers"
  | "manage_customers"
  | "work_tickets"
  | "manage_tickets"
  | "manage_wrap_ups"
  | "see_numbers"
  | "see_shifts"
  | "plan_shifts"
  | "tag_calls"
  | "manage_retention"
  | "erase_customers"
  | "ship_recordings"
  | "export_recordings";

export interface User {
  username: string;
  name: string;
  roles: string[];
  permissions: Permission[];
  language: string | null;
  /** The agent who this is, where they take calls. */
  agent_number: string | null;
  scope: Scope | null;
  must_change_password: boolean;
  must_set_up_second_factor: boolean;
  /** The provider vouched for them, and the code of their own app is still owed. */
  must_type_code: boolean;
}
/** What an account sees of the centre: the agents of these teams, and what reaches these queues; null: everything. */
export interface Scope {
  teams: string[];
  queues: string[];
}
export interface Session {
  user: User;
  centre: { timezone: string; now: Instant; demo: boolean };
}

export const FIGURE_GROUPS = [
  "load",
  "level",
  "wait",
  "handling",
  "rings",
  "seats",
  "satisfaction",
  "callbacks",
  "quality",
] as const;
/** What kind of rows a figure counts. */
export type CountedKind = "visits" | "conversations" | "rings" | "spells" | "surveys" | "attempts" | "agents";
/** Beside them: of the callback report, and of the report of quality. */
export type FigureKind = CountedKind | "targets" | "reviews" | "assignments" | "losses";
export interface Figure {
  id: string;
  label_en: string;
  label_zh: string;
  formula_en: string;
  formula_zh: string;
  unit: "count" | "seconds" | "share" | "per_hour" | "number";
  decimals: number;
  direction: "up" | "down" | "none";
  target: number | null;
  group: (typeof FIGURE_GROUPS)[number];
  subjects: string[];
  numerator: string[];
  denominator: string[];
  opens: FigureKind;
  opens_below: FigureKind | null;
  is_live: boolean;
}
export interface PauseReason {
  code: string;
  label_en: string;
  label_zh: string;
  is_away: boolean;
  limit_seconds: Seconds;
}
export type ServiceLevelVariant = "offered_without_short_abandons" | "answered" | "offered" | "abandons_count_as_met";

export interface QueueSettings {
  pbx: string;
  queue: string;
  label: string;
  service_level_seconds: Seconds;
  service_level_variant: ServiceLevelVariant;
  short_abandon_seconds: Seconds;
}
/** A code of the settings with its labels. */
export interface SettingsWord {
  code: string;
  label_en: string;
  label_zh: string;
}
export interface CustomerLevel extends SettingsWord {
  is_important: boolean;
}
export interface TicketType extends SettingsWord {
  is_complaint: boolean;
}
export interface CentreSettings {
  pause_reasons: PauseReason[];
  queues: QueueSettings[];
  teams: string[];
  trunks: string[];
  customers: { levels: CustomerLevel[]; attributes: SettingsWord[] };
  ticket_types: TicketType[];
}

// --- live feed --------------------------------------------------------------------------------------------------

export interface Link {
  pbx: string;
  state: LinkState;
  since: Instant;
  detail: string;
  unheard_since: Instant | null;
}

export interface Gap {
  pbx: string;
  since: Instant;
  until: Instant;
  reason: "link" | "server" | "pbx_restart";
  recovered: number;
  lost: number;
  is_readable: boolean;
}

export interface BookDifference {
  queue: string;
  channel_id: string;
  call_id: string;
  joined_at: Instant;
  stored: string | null;
  logged: string | null;
  explanation: string;
}

export interface Reconciliation {
  id: number;
  pbx: string;
  from: Instant;
  to: Instant;
  ran_at: Instant;
  counts: { queue: string; outcome: string; stored: number; logged: number }[];
  difference_count: number;
  differences: BookDifference[];
  explained_count: number;
  explained: BookDifference[];
  error: string;
}

export interface Reconciliations {
  runs: Reconciliation[];
  running: string[];
  pbxs: string[];
}

export interface Seat {
  pbx: string;
  interface: string;
  agent_number: string;
  agent_name: string;
  team: string;
  state: SeatState;
  reason: string;
  since: Instant;
  call_id: string | null;
  number: string;
  queue: string;
  direction: Direction | "" | null;
  device: string;
  is_paused: boolean;
  pause_pending: string | boolean | null;
  queues: string[];
  /** In each of its queues; those with a smaller one are rung first. */
  penalties: Record<string, number>;
  wrap_up_until: Instant | null;
  is_recorded: boolean;
  /** Since when nothing of the call is kept in any recording of it. */
  recording_paused_since: Instant | null;
  /** Since when the agent asks for help, and who is on the way. */
  help_since: Instant | null;
  help_by: string;
  /** Whom the agent asks about the call while the caller hears music, as it was dialled; empty: nobody. */
  consulting: string;
  consult_answered: boolean;
}
export type StateCounts = Partial<Record<SeatState, number>>;
export interface Queue {
  pbx: string;
  queue: string;
  label: string;
  waiting: number;
  oldest_joined_at: Instant | null;
  members: number;
  seats: StateCounts;
}
export interface Visit {
  pbx: string;
  queue: string;
  call_id: string;
  number: string;
  caller_name: string;
  joined_at: Instant;
  position: number;
}
export const LISTENING_MODES = ["listen", "whisper", "barge"] as const;
export type ListeningMode = (typeof LISTENING_MODES)[number];
/** Who listens is told only to those who may listen themselves. */
export interface Listening {
  pbx: string;
  interface: string;
  call_id: string;
  mode: ListeningMode;
  since: Instant;
  listener?: string;
  listener_name?: string;
}
export interface Gauges {
  waiting: number;
  oldest_joined_at: Instant | null;
  seats: StateCounts;
  surprises: number;
}
export type FigureValues = Record<string, number | null>;
export interface ListProgress {
  id: string;
  name: string;
  state: ListState;
  why_idle: string | null;
  targets: number;
  open: number;
  in_air: number;
  reached: number;
  closed: number;
}

/** A journal that cannot be written, while that lasts. */
export interface JournalTrouble {
  pbx: string;
  since: Instant;
  reason: string;
}

export type Severity = "warning" | "critical";
export interface AlertWho {
  pbx?: string;
  interface?: string;
  agent_number?: string;
  agent_name?: string;
  team?: string;
  queue?: string;
  label?: string;
  call_id?: string | null;
  reason?: string;
  name?: string;
  list?: string;
  ticket?: string;
  seats?: string[];
}
export interface Alert {
  alert_id: string;
  kind: string;
  severity: Severity;
  subject_kind: "seats" | "queues" | "teams" | "links" | "lists" | "tickets" | "all";
  subject_id: string;
  who: AlertWho;
  since: Instant;
  raised_at: Instant;
  threshold: number;
  value: number;
  is_lasting: boolean;
  sound?: boolean;
  acknowledged_at: Instant | null;
  acknowledged_by?: string;
  note?: string;
}

/** The entities of the floor by kind; the ids are those of `docs/api.md`. */
export interface Entities {
  links: Record<string, Link>;
  seats: Record<string, Seat>;
  queues: Record<string, Queue>;
  visits: Record<string, Visit>;
  listenings: Record<string, Listening>;
  gauges: Record<string, Gauges>;
  figures: Record<string, FigureValues>;
  lists: Record<string, ListProgress>;
  journals: Record<string, JournalTrouble>;
  alerts: Record<string, Alert>;
  messages: Record<string, { changed_at: Instant }>;
}
export type Kind = keyof Entities;

export interface SnapshotFrame {
  type: "snapshot";
  epoch: string;
  seq: number;
  at: Instant;
  entities: Partial<Entities>;
}
export interface DeltaFrame {
  type: "delta";
  seq: number;
  at: Instant;
  changed?: { [K in Kind]?: Record<string, Partial<Entities[K][string]>> };
  removed?: { [K in Kind]?: string[] };
}
export interface HeartbeatFrame {
  type: "heartbeat";
  seq: number;
  at: Instant;
}
export type Frame = SnapshotFrame | DeltaFrame | HeartbeatFrame;

// --- calls ------------------------------------------------------------------------------------------------------

export interface Call {
  pbx: string;
  call_id: string;
  direction: Direction;
  number: string;
  caller_name: string;
  started_at: Instant;
  answered_at: Instant | null;
  ended_at: Instant;
  queues: string[];
  agents: { number: string; name: string }[];
  outcome: string;
  wait_seconds: Seconds | null;
  talk_seconds: Seconds | null;
  hold_seconds: Seconds | null;
  has_recording: boolean;
}
export interface QueueVisit {
  channel_id: string;
  queue: string;
  join: number;
  number: string;
  caller_name: string;
  joined_at: Instant;
  ended_at: Instant;
  outcome: VisitOutcome;
  wait_seconds: Seconds;
  position: number;
  agent_number: string;
  agent_name: string;
  interface: string;
  service_level_seconds: Seconds;
  is_certain: boolean;
}
export interface Ring {
  ring_id: string;
  channel_id: string;
  queue: string;
  interface: string;
  agent_number: string;
  agent_name: string;
  began_at: Instant;
  ended_at: Instant;
  outcome: RingOutcome;
  ring_seconds: Seconds;
}
export interface Conversation {
  leg_id: string;
  part: number;
  queue: string;
  direction: Direction;
  interface: string;
  agent_number: string;
  agent_name: string;
  began_at: Instant;
  ended_at: Instant;
  completed_at: Instant;
  talk_seconds: Seconds;
  hold_seconds: Seconds;
  holds: number;
  wrap_up_seconds: Seconds;
  ended_by: EndedBy;
}
/** A rule of retention, as it is (or was when it deleted something) called. */
export interface RuleTold {
  scope: "tag" | "list" | "queue" | "all";
  label: string;
  days: number;
}
/** Why a recording was deleted: a rule, the erasure of a person (the label is its reference), or a copy that stays. */
export type DeletionRule = RuleTold | { scope: "erasure" | "original"; label: string; days: number };
export interface Deletion {
  at: Instant;
  how: "nightly" | "command" | "erasure";
  rule: DeletionRule;
}
/** A stretch of a conversation in which the other side was on hold. */
export interface Hold {
  leg_id: string;
  part: number;
  began_at: Instant;
  ended_at: Instant;
}
export type Side = "mix" | "agent" | "customer";
export interface Recording {
  id: number;
  began_at: Instant;
  duration_seconds: Seconds;
  size: number;
  has_audio: boolean;
  state: "ready" | "writing" | "missing" | "deleted";
  deleted?: Deletion;
  legs: { side: "agent" | "customer" }[];
  conversation: { leg_id: string; part: number } | null;
  /** When nothing was kept: the file is silent there. */
  pauses: { began_at: Instant; ended_at: Instant; is_certain: boolean }[];
}
export type Stretch = [Seconds, Seconds];
/** Who talks when in a recording; stretches in seconds from its beginning, peaks 0–1. */
export interface Sound {
  duration_seconds: Seconds;
  sides: {
    side: Side;
    is_audible: boolean;
    talk_seconds: Seconds;
    talk: Stretch[];
    silence: Stretch[];
    peaks: number[];
  }[];
  talk_over: Stretch[];
  talk_over_seconds: Seconds;
  has_copy: boolean;
}
/** A caller who was asked after the call how satisfied they are; a `score` of 0 is no answer. */
export interface CallerSurvey {
  queue: string;
  interface: string;
  agent_number: string;
  agent_name: string;
  asked_at: Instant;
  ended_at: Instant;
  score: number;
  is_certain: boolean;
}
export interface CallDetail {
  call: Call;
  visits: QueueVisit[];
  rings: Ring[];
  conversations: Conversation[];
  holds: Hold[];
  surveys: CallerSurvey[];
  recordings: Recording[];
}

// --- callbacks --------------------------------------------------------------------------------------------------

export type ListState = "stopped" | "paused" | "running" | "finished";
export interface CallingWindow {
  weekdays: number[];
  from: string;
  until: string;
}
export interface RedialRule {
  delay_seconds: Seconds;
  max_attempts: number;
  /** The target's next number is called, before `then`. */
  next_number?: boolean;
  then?: Then;
}
/** What becomes of a target that is not called again by itself. */
export type Then = "close" | "escalate" | "ask_agent";
/** How calls are placed: when an agent accepts the record, one for each free seat, or more than there are seats. */
export const MODES = ["preview", "progressive", "predictive"] as const;
export type Mode = (typeof MODES)[number];
export interface ListSettings {
  name: string;
  pbx?: string;
  queue: string;
  windows: CallingWindow[];
  rules: Partial<Record<AttemptOutcome, RedialRule>>;
  max_attempts: number;
  /** Where targets go on that are escalated. */
  escalation_list_id: string | null;
  mode: Mode;
  /** One of those of the settings; "": the dialer's own. */
  trunk: string;
  /** Of answered calls, the share for which no agent may be there in time. */
  abandon_target: number;
  preview_seconds: Seconds;
  /** How long a promise waits for its agent. */
  personal_seconds: Seconds;
  detect_machine: boolean;
  hourly_goal: number;
  calendar?: Partial<ListCalendar>;
  region: string;
}
export type Span = Pick<CallingWindow, "from" | "until">;

export interface CalendarException {
  date: string;
  windows: Span[];
  note: string;
}

export interface ListCalendar {
  region: string;
  skips_holidays: boolean;
  works_make_up_days: boolean;
  uses_customer_clock: boolean;
  exceptions: CalendarException[];
}
export interface CallbackList extends ListSettings, ListProgress {
  name: string;
  created_at: Instant;
  opens_at: Instant | null;
  due: number;
  /** Targets of which a person must say what becomes of them. */
  asking: number;
  outcomes: Partial<Record<AttemptOutcome, number>>;
}
export const TARGET_STATES = ["open", "offered", "in_air", "asking", "reached", "closed", "erased"] as const;
export type TargetState = (typeof TARGET_STATES)[number];
export interface Target {
  id: number | string;
  number: string;
  name: string;
  state: TargetState;
  attempts: number;
  last_outcome: AttemptOutcome | null;
  due_at: Instant | null;
  attributes: Record<string, string>;
}
export interface Attempt {
  id: number | string;
  target_id: number | string;
  number: string;
  name: string;
  placed_at: Instant;
  answered_at: Instant | null;
  ended_at: Instant | null;
  outcome: AttemptOutcome | null;
  agent_number: string | null;
  call_id: string | null;
  pbx: string;
}
