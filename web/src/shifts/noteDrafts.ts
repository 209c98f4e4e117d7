/** What a leader types in the log of a team's day is kept in this browser, day by day, until it is saved. */

import { useSession } from "../api/queries";
import { useKeptText } from "../parts/useKeptText";
import type { Day } from "../reports/ranges";

export interface NoteDraft {
  team: string;
  day: Day;
  text: string;
  /** The version that was read when it was typed; 0: there was none. */
  version: number;
  /** When it was typed, in ms. */
  at: number;
}

const PLACES = "callcenter.shifts.notes.";
/** What nobody came back to is forgotten: it may tell of people. */
const KEPT_MS = 7 * 86_400_000;

const isOf = (team: string, day: Day) => (draft: NoteDraft) => draft.team === team && draft.day === day;

export function withNote(drafts: readonly NoteDraft[], draft: NoteDraft): NoteDraft[] {
  return [...withoutNote(drafts, draft.team, draft.day), draft];
}

export function withoutNote(drafts: readonly NoteDraft[], team: string, day: Day): NoteDraft[] {
  return drafts.filter((draft) => !isOf(team, day)(draft));
}

export function readNotes(text: string | null, now: number): NoteDraft[] {
  try {
    return ((JSON.parse(text ?? "null") as NoteDraft[] | null) ?? []).filter(({ at }) => now - at < KEPT_MS);
  } catch {
    return [];
  }
}

/** The draft of a team's day by this account in this browser. */
export function useNoteDraft(team: string, day: Day) {
  const { kept, keep } = useKeptText(PLACES, useSession().user.username, readNotes);
  return {
    draft: kept.find(isOf(team, day)) ?? null,
    type: (text: string, version: number) => keep((now) => withNote(now, { team, day, text, version, at: Date.now() })),
    drop: () => keep((now) => withoutNote(now, team, day)),
  };
}
