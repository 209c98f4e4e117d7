/** What the server tells about reports, as `docs/api.md` describes it. */

import type { ReportSchedule as Schedule } from "../api/described";
import type { Interval, Preset } from "./ranges";
import type { Subject } from "./view";

export type {
  AbandonedCaller,
  AbandonedPage as AbandonedPart,
  Action,
  Contact as CalledBack,
  Pattern,
  PatternRule,
  PutIntoList as PutResult,
  ReportActions as Actions,
  ReportRun as Run,
  ReportSchedule as Schedule,
  ReportsKind as ActionKind,
  SavedReport,
  Staffing,
  StaffingRow,
  UnusualDay as AgentDay,
} from "../api/described";

// --- staffing ---------------------------------------------------------------------------------------------------

export type StaffingModel = "erlang_c" | "erlang_a";

// --- saved reports ----------------------------------------------------------------------------------------------

export const EVERY = ["day", "week", "month"] as const;
export type Every = (typeof EVERY)[number];

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
