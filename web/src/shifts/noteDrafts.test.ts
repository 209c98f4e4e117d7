import { expect, test } from "vitest";
import { type NoteDraft, readNotes, withNote, withoutNote } from "./noteDrafts";

const HOUR_MS = 3_600_000;
const draft = (day: string, text: string, team = "Team A"): NoteDraft => ({ team, day, text, version: 0, at: 0 });

test("each day of each team has a draft of its own, the newest that was typed", () => {
  const drafts = [draft("2026-11-27", "one"), draft("2026-11-28", "two"), draft("2026-11-28", "theirs", "Team B")];
  const typed = withNote(drafts, draft("2026-11-28", "three"));
  expect(typed.map(({ text }) => text)).toEqual(["one", "theirs", "three"]);
  expect(withoutNote(typed, "Team A", "2026-11-28").map(({ text }) => text)).toEqual(["one", "theirs"]);
});

test("what was kept is read again for a week, and what cannot be read is nothing", () => {
  const text = JSON.stringify([draft("2026-11-28", "two")]);
  expect(readNotes(text, 167 * HOUR_MS)).toHaveLength(1);
  expect(readNotes(text, 168 * HOUR_MS)).toEqual([]);
  expect(readNotes("{", 0)).toEqual([]);
  expect(readNotes(null, 0)).toEqual([]);
});
