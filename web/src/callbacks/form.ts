/** The form of a list: what it starts from, what is wrong with it, and what is sent. Pure. */

import type { ListChanges } from "../api/described";
import type { AttemptOutcome, CallbackList, CallingWindow, Mode, RedialRule, Then } from "../api/shapes";

/** After these the same number may be tried again. */
export const REDIALLED = ["busy", "no_answer", "unreachable", "machine", "abandoned", "failed"] as const;
/** After these it never is, but another number may be, or a person may be asked. */
const ONCE = ["invalid_number", "rejected", "unknown"] as const;
export const RULED = [...REDIALLED, ...ONCE] as const;
export type Ruled = (typeof RULED)[number];

export const isOnce = (outcome: Ruled) => (ONCE as readonly Ruled[]).includes(outcome);

/** What becomes of a target after its last attempt. */
export type RuleEnd = Pick<Required<RedialRule>, "next_number" | "then">;

const THENS: readonly Then[] = ["close", "escalate", "ask_agent"];
const NEXT = "next_";

/** Every end as the value of a choice. */
export const END_KEYS = [...THENS, ...THENS.map((then) => NEXT + then)];

export function endKeyOf({ next_number = false, then = "close" }: Partial<RuleEnd>): string {
  return next_number ? NEXT + then : then;
}

export function endOf(key: string): RuleEnd {
  const next_number = key.startsWith(NEXT);
  return { next_number, then: (next_number ? key.slice(NEXT.length) : key) as Then };
}

export interface Draft {
  name: string;
  /** `pbx/queue` */
  queue: string;
  windows: (CallingWindow & { key: number })[];
  /** Null: the server's usual rules (only while creating). */
  rules: Partial<Record<AttemptOutcome, RedialRule>> | null;
  /** Null: none. */
  escalationListId: string | null;
  /** "": the dialer's own. */
  trunk: string;
  maxAttempts: number | null;
  mode: Mode;
  /** Null, here and below: as the server has it. */
  previewSeconds: number | null;
  abandonPercent: number | null;
  personalHours: number | null;
  detectMachine: boolean;
  hourlyGoal: number;
  region: string;
}

export type DraftError =
  | "name"
  | "queue"
  | "windows"
  | "weekdays"
  | "region"
  | "escalation_list_id"
  | "preview_seconds"
  | "abandon_target"
  | "personal_seconds";

/** Smallest and largest, as the server takes them. */
export const PREVIEW_SECONDS = [5, 3600] as const;
export const ABANDON_PERCENT = [0.1, 10] as const;
export const PERSONAL_HOURS = [1 / 60, 720] as const;

const HOUR_SECONDS = 3600;

/** What a rule starts from when it is switched on. */
export function firstRule(outcome: Ruled): RedialRule {
  if (isOnce(outcome)) return { delay_seconds: 600, max_attempts: 1, next_number: true, then: "close" };
  return { delay_seconds: 600, max_attempts: 3, next_number: false, then: "close" };
}

/** The end of a day: 24:00 for the server, 00:00 in a field for times, which knows no 24:00. */
const MIDNIGHT = "24:00";
const MIDNIGHT_TYPED = "00:00";

/** Without the tail that binary fractions have: 0.03 is 3 %, not 3.0000000000000004 %. */
const tidy = (value: number) => Number(value.toPrecision(12));

const WORKING_HOURS: CallingWindow = { weekdays: [1, 2, 3, 4, 5], from: "09:00", until: "18:00" };

export function draftOf(list: CallbackList | null): Draft {
  const windows = list?.windows ?? [WORKING_HOURS];
  return {
    name: list?.name ?? "",
    queue: list ? `${list.pbx}/${list.queue}` : "",
    windows: windows.map((window, key) => ({
      ...window,
      key,
      until: window.until === MIDNIGHT ? MIDNIGHT_TYPED : window.until,
    })),
    rules: list?.rules ?? null,
    escalationListId: list?.escalation_list_id ?? null,
    trunk: list?.trunk ?? "",
    maxAttempts: list?.max_attempts ?? null,
    mode: list?.mode ?? "progressive",
    previewSeconds: list?.preview_seconds ?? null,
    abandonPercent: list ? tidy(list.abandon_target * 100) : null,
    personalHours: list ? tidy(list.personal_seconds / HOUR_SECONDS) : null,
    detectMachine: list?.detect_machine ?? false,
    hourlyGoal: list?.hourly_goal ?? 0,
    region: list?.region ?? "",
  };
}

function untilOf({ until }: CallingWindow): string {
  return until === MIDNIGHT_TYPED ? MIDNIGHT : until;
}

function isOutside(value: number | null, [least, most]: readonly [number, number]): boolean {
  return value !== null && !(value >= least && value <= most);
}

function isEscalatingNowhere({ rules, escalationListId }: Draft): boolean {
  return escalationListId === null && Object.values(rules ?? {}).some((rule) => rule.then === "escalate");
}

export function faults(draft: Draft): DraftError[] {
  const { windows } = draft;
  const wrong: Record<DraftError, boolean> = {
    name: !draft.name.trim(),
    queue: !draft.queue,
    windows: windows.some((window) => !(window.from && window.until && window.from < untilOf(window))),
    weekdays: windows.some((window) => window.weekdays.length === 0),
    region: draft.region !== "" && !/^[A-Z]{2}$/.test(draft.region),
    escalation_list_id: isEscalatingNowhere(draft),
    preview_seconds: draft.mode === "preview" && isOutside(draft.previewSeconds, PREVIEW_SECONDS),
    abandon_target: draft.mode === "predictive" && isOutside(draft.abandonPercent, ABANDON_PERCENT),
    personal_seconds: isOutside(draft.personalHours, PERSONAL_HOURS),
  };
  return (Object.keys(wrong) as DraftError[]).filter((field) => wrong[field]);
}

/** How calls are placed; what belongs to another mode stays as it is. */
function modeOf({ mode, previewSeconds, abandonPercent }: Draft): ListChanges {
  if (mode === "preview" && previewSeconds !== null) return { mode, preview_seconds: previewSeconds };
  if (mode === "predictive" && abandonPercent !== null) return { mode, abandon_target: tidy(abandonPercent / 100) };
  return { mode };
}

/** Only what was set: the server has a default for the rest. */
export function settingsOf(draft: Draft): ListChanges {
  const slash = draft.queue.indexOf("/");
  return {
    name: draft.name.trim(),
    pbx: draft.queue.slice(0, slash),
    queue: draft.queue.slice(slash + 1),
    windows: draft.windows.map((window) => ({
      weekdays: [...window.weekdays].sort(),
      from: window.from,
      until: untilOf(window),
    })),
    trunk: draft.trunk,
    ...(draft.rules ? { rules: draft.rules } : {}),
    escalation_list_id: draft.escalationListId === null ? null : Number(draft.escalationListId),
    ...(draft.maxAttempts === null ? {} : { max_attempts: draft.maxAttempts }),
    ...modeOf(draft),
    ...(draft.personalHours === null ? {} : { personal_seconds: Math.round(draft.personalHours * HOUR_SECONDS) }),
    detect_machine: draft.detectMachine,
    hourly_goal: draft.hourlyGoal,
    ...(draft.region ? { region: draft.region } : {}),
  };
}
