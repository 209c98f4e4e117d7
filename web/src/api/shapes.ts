/**
 * The words in which the panel speaks of what the server tells: names for types of its description (`described.ts`), and
 * the lists of values that are chosen from. Instants are seconds since 1970-01-01 UTC.
 */

import type {
  ListCalendar as AnyCalendar,
  Entities as AnyEntities,
  DialerOutcome,
  Direction,
  FigureTold,
  ListeningMode,
  LiveFrame,
  Mode,
  SeatState,
  TalkHold,
  TargetState,
  UserShape,
  VisitOutcome,
  CallerSurvey as WholeSurvey,
} from "./described";

export type {
  Alert,
  Attempt,
  BookDifference,
  CalendarException,
  Call,
  CallbackList,
  CallDetail,
  CallingWindow,
  Conversation,
  DeletionRule,
  DeltaFrame,
  Direction,
  FigureTold as Figure,
  Gap,
  LevelShape as CustomerLevel,
  Link,
  LinkState,
  Listening,
  ListeningMode,
  ListProgress,
  ListState,
  LiveQueue as Queue,
  Mode,
  PauseReasonShape as PauseReason,
  Present as Session,
  QueueShapeOutput as QueueSettings,
  QueueVisit,
  Reconciliation,
  Recording,
  RedialRule,
  Ring,
  Seat,
  SeatState,
  SettingsShape as CentreSettings,
  Severity,
  SnapshotFrame,
  Sounding as Sound,
  SpanOfDay as Span,
  Target,
  TargetState,
  Then,
  WaitingVisit as Visit,
} from "./described";

export type Instant = number;
export type Seconds = number;
/** From and until, in seconds from the beginning. */
export type Stretch = [Seconds, Seconds];

export type { ScopeTold as Scope, UserShape as User } from "./described";
export type Permission = UserShape["permissions"][number];
export type AttemptOutcome = DialerOutcome;
/** Of a list, with what an older one leaves unsaid. */
export type ListCalendar = Required<AnyCalendar>;
/** A stretch of a conversation in which the other side was on hold. */
export type Hold = Pick<TalkHold, "leg_id" | "part" | "began_at" | "ended_at">;
/** A caller who was asked after the call how satisfied they are; a `score` of 0 is no answer. */
export type CallerSurvey = Pick<
  WholeSurvey,
  "queue" | "interface" | "agent_number" | "agent_name" | "asked_at" | "ended_at" | "score" | "is_certain"
>;
export type Side = "mix" | "agent" | "customer";
export type StateCounts = Partial<Record<SeatState, number>>;
export type FigureValues = Record<string, number | null>;
/** The entities of the floor, of every kind. */
export type Entities = Required<AnyEntities>;
export type Kind = keyof Entities;
export type Frame = LiveFrame;

/** Each of them once, in the order in which they are shown: the compiler tells which is missing. */
const all =
  <Value extends string>() =>
  <const Values extends readonly Value[]>(...values: [Value] extends [Values[number]] ? Values : never): Values =>
    values;

export const SEAT_STATES = all<SeatState>()(
  "ready",
  "ringing",
  "talking",
  "on_hold",
  "wrap_up",
  "paused",
  "unreachable",
  "signed_out",
);
export const DIRECTIONS = all<Direction>()("inbound", "outbound", "internal");
export const VISIT_OUTCOMES = all<VisitOutcome>()(
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
);
export const ATTEMPT_OUTCOMES = all<AttemptOutcome>()(
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
);
export const FIGURE_GROUPS = all<FigureTold["group"]>()(
  "load",
  "level",
  "wait",
  "handling",
  "rings",
  "seats",
  "satisfaction",
  "callbacks",
  "quality",
  "tickets",
);
export const LISTENING_MODES = all<ListeningMode>()("listen", "whisper", "barge");
export const MODES = all<Mode>()("preview", "progressive", "predictive");
export const TARGET_STATES = all<TargetState>()("open", "offered", "in_air", "asking", "reached", "closed", "erased");
