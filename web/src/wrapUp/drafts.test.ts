import { describe, expect, test } from "vitest";
import {
  type Draft,
  dismissing,
  draftOf,
  filledOf,
  isSameDraft,
  type Kept,
  missing,
  NEW_DRAFT,
  read,
  shown,
  usualList,
  withDraft,
  withoutDraft,
} from "./drafts";
import { type CallAtHand, type Choices, reasonWord, type WrapUpRecord } from "./wrapUps";

const NOBODY: Kept = { forms: [], dismissed: [] };
const choice = (id: number, label_en: string) => ({ id, label_en, label_zh: "", is_retired: false });
const CHOICES: Choices = {
  version: "1",
  reasons: [
    { ...choice(1, "Enquiry"), queues: [], choices: [choice(2, "Price")] },
    { ...choice(3, "Other"), queues: [], choices: [] },
  ],
  results: [choice(4, "Solved")],
};
const RECORD: WrapUpRecord = {
  agent_number: "1001",
  agent_name: "Li Na",
  reason_id: 2,
  result_id: 4,
  note: "price",
  next_at: 1_763_812_800,
  next_agent: "1001",
  list_id: 7,
  list_name: "Autumn",
  customer_id: null,
  written_at: 0,
  written_by: "li",
  changed_at: 0,
  changed_by: "li",
  earlier: [],
};

function call(call_id: string, began_at: number, record: WrapUpRecord | null = null): CallAtHand {
  const told = { pbx: "pbx1", number: "138", queue: "support", direction: "inbound" as const };
  return { ...told, call_id, began_at, ended_at: null, record };
}
const draft = (note: string): Draft => ({ ...NEW_DRAFT, note });

describe("the forms on the desk", () => {
  test("are those of the call at hand, of the last one without a record, and of all that was typed", () => {
    const kept = withDraft(NOBODY, call("old", 1), draft("never saved"), 0);
    const found = shown(kept, [call("now", 9), call("last", 5)]);
    expect(found.map((one) => [one.call.call_id, one.draft?.note])).toEqual([
      ["now", ""],
      ["last", ""],
      ["old", "never saved"],
    ]);
  });
  test("a saved one is shown until the next call", () => {
    expect(shown(NOBODY, [call("now", 9, RECORD)]).map((one) => one.record?.note)).toEqual(["price"]);
    expect(shown(NOBODY, [call("next", 12), call("now", 9, RECORD)]).map((one) => one.call.call_id)).toEqual(["next"]);
  });
  test("one that is thrown away comes back no more, and takes nothing with it", () => {
    const typed = withDraft(withDraft(NOBODY, call("a", 1), draft("a"), 0), call("b", 2), draft("b"), 0);
    const kept = dismissing(typed, call("a", 1));
    expect(shown(kept, [call("a", 1)]).map((one) => one.draft?.note)).toEqual(["b"]);
    expect(withoutDraft(kept, call("b", 2)).forms).toEqual([]);
  });
  test("what is typed again takes the place of what was typed, and is found again", () => {
    const kept = withDraft(withDraft(NOBODY, call("a", 1), draft("one"), 0), call("a", 1), draft("two"), 5);
    expect(read(JSON.stringify(kept), 6).forms.map((one) => one.draft.note)).toEqual(["two"]);
    expect(read(JSON.stringify(kept), 3 * 86_400_000).forms).toEqual([]);
    expect(read("no JSON", 0)).toEqual(NOBODY);
  });
});

describe("what is filled in", () => {
  test("is lost when it is thrown away, unless it is as it was before", () => {
    expect(isSameDraft(draft("  "), NEW_DRAFT)).toBe(true);
    expect(isSameDraft(draft("x"), NEW_DRAFT)).toBe(false);
    expect(isSameDraft({ ...NEW_DRAFT, reason: 1 }, NEW_DRAFT)).toBe(false);
    const written = draftOf(RECORD, CHOICES, "Asia/Shanghai");
    expect(isSameDraft({ ...written }, written)).toBe(true);
    expect(isSameDraft({ ...written, note: "" }, written)).toBe(false);
  });
  test("needs a reason, the one below it where there are some, and a result", () => {
    expect(missing(NEW_DRAFT, CHOICES)).toEqual(["reason", "result"]);
    expect(missing({ ...NEW_DRAFT, reason: 1, result: 4 }, CHOICES)).toEqual(["lower"]);
    expect(missing({ ...NEW_DRAFT, reason: 3, result: 4 }, CHOICES)).toEqual([]);
  });
  test("is sent as it was read", () => {
    const again = draftOf(RECORD, CHOICES, "Asia/Shanghai");
    expect(filledOf(again, [], "support", "Asia/Shanghai")).toEqual({
      reason_id: 2,
      result_id: 4,
      note: "price",
      next_at: RECORD.next_at,
      list_id: 7,
      is_mine: true,
    });
    expect(reasonWord((one) => one.label_en, CHOICES, 2)).toBe("Enquiry › Price");
  });
  test("is promised by the list of the queue, or by the only one", () => {
    const lists = [7, 8].map((id) => ({ id, name: `${id}`, queue: `q${id}` }));
    expect(usualList(lists, "q8")).toBe(8);
    expect(usualList(lists, "q9")).toBeNull();
    expect(usualList(lists.slice(0, 1), "q9")).toBe(7);
  });
});
