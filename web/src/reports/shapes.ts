/** What the server tells about reports, as `docs/api.md` describes it. */

import type { Instant, RingOutcome, Seconds } from "../api/shapes";
import type { Interval, Preset } from "./ranges";
import type { Subject } from "./view";

// --- staffing ---------------------------------------------------------------------------------------------------

export interface Expected {
  service_level: number | null;
  asa_seconds: Seconds | null;
  occupancy: number | null;
  abandonment_rate: number | null;
}
export interface StaffingRow {
  start: Instant;
  end: Instant;
  offered: number;
  answered: number;
  abandoned: number;
  service_level: number | null;
  aht_seconds: Seconds | null;
  aht_is_of_span: boolean;
  erlangs: number;
  seats_needed: number;
  seats_scheduled: number;
  seats_there: number;
  difference: number;
  expected: Expected;
  expected_there: Expected | null;
}
export type StaffingModel = "erlang_c" | "erlang_a";
export interface Staffing {
  queue: string;
  pbx: string;
  model: StaffingModel;
  target: number;
  threshold_seconds: Seconds;
  shrinkage: number;
  max_occupancy: number;
  patience_seconds: Seconds | null;
  aht_seconds: Seconds | null;
  rows: StaffingRow[];
  totals: {
    offered: number;
    seat_hours_needed: number;
    seat_hours_scheduled: number;
    seat_hours_there: number;
    intervals_short: number;
  };
}

// --- actions of an agent ----------------------------------------------------------------------------------------

export const ACTION_KINDS = [
  "signed_in",
  "signed_out",
  "ready",
  "pause",
  "unreachable",
  "ring",
  "talk",
  "wrap_up",
] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];
export interface Action {
  id: string;
  kind: ActionKind;
  pbx: string;
  interface: string;
  since: Instant;
  until: Instant;
  seconds: Seconds;
  hold_seconds?: Seconds;
  reason: string;
  outcome: RingOutcome | "" | null;
  queue: string;
  number: string;
  call_id: string | null;
  /** Still under way. */
  goes_on: boolean;
  is_callback: boolean;
  is_certain: boolean;
}
export interface Pattern {
  rule: string;
  count: number;
  limit: number;
  since: Instant;
  until: Instant;
  actions: string[];
}
export interface PatternRule {
  id: string;
  label_en: string;
  label_zh: string;
  rule_en: string;
  rule_zh: string;
  limit: number;
  unit: "count" | "seconds" | "ratio";
  window_seconds: Seconds | null;
}
export interface Actions {
  agent: { number: string; name: string };
  actions: Action[];
  patterns: Pattern[];
}
export interface AgentDay {
  day: string;
  agent_number: string;
  agent_name: string;
  team: string;
  patterns: Pattern[];
}
export interface Patterns {
  rules: PatternRule[];
  days: AgentDay[];
}

// --- abandoned callers ------------------------------------------------------------------------------------------

export interface CalledBack {
  kind: "conversation" | "attempt" | "visit";
  at: Instant;
  agent_number: string;
  agent_name: string;
  pbx: string;
  call_id: string | null;
  is_reached: boolean;
}
export interface AbandonedCaller {
  id: string | number;
  pbx: string;
  call_id: string;
  queue: string;
  number: string;
  caller_name: string;
  joined_at: Instant;
  ended_at: Instant;
  wait_seconds: Seconds;
  is_short: boolean;
  called_back: CalledBack | null;
}
export interface AbandonedPart {
  callers: AbandonedCaller[];
  next: string | null;
  totals: { callers: number; called_back: number; open: number };
}
export interface PutResult {
  added: { visit: string | number; number: string }[];
  refused: { visit: string | number; number: string; code: string; reason: string }[];
}

// --- saved reports ----------------------------------------------------------------------------------------------

export const EVERY = ["day", "week", "month"] as const;
export type Every = (typeof EVERY)[number];
export interface Schedule {
  every: Every;
  weekday: number | null;
  day: number | null;
  time: string;
  format: "xlsx" | "csv";
  recipients: string[];
  folder: string;
  is_enabled: boolean;
}
export interface Run {
  id: number | string;
  due_at: Instant;
  began_at: Instant;
  ended_at: Instant | null;
  /** `waiting`: the mail is in the outbox. */
  state: "running" | "waiting" | "sent" | "failed";
  asked_by: string | null;
  detail: string;
  file: string;
  dates: { from: string; to: string };
}
export interface SavedSettings {
  name: string;
  is_shared: boolean;
  subject: Subject | "quality" | "tickets";
  span: Preset;
  interval: Interval;
  compare: boolean;
  pbx: string | null;
  queue: string | null;
  agent: string | null;
  team: string | null;
  figures: string[];
  language: "en" | "zh";
  schedule: Schedule | null;
}
export interface SavedReport extends SavedSettings {
  id: number | string;
  owner: string;
  is_mine: boolean;
  created_at: Instant;
  changed_at: Instant;
  next_run_at: Instant | null;
  last_run: Run | null;
  dates: { from: string; to: string };
}
