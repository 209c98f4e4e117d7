import { describe, expect, test } from "vitest";
import type { CallbackList } from "../api/shapes";
import { draftOf, END_KEYS, endKeyOf, endOf, faults, firstRule, settingsOf } from "./form";

const LIST = {
  id: "3",
  name: "Renewals",
  pbx: "pbx1",
  queue: "service",
  windows: [{ weekdays: [1, 2], from: "09:00", until: "11:30" }],
  rules: { busy: { delay_seconds: 600, max_attempts: 3 } },
  max_attempts: 5,
  escalation_list_id: "8",
  mode: "progressive",
  trunk: "mobile",
  preview_seconds: 45,
  abandon_target: 0.03,
  personal_seconds: 14_400,
  detect_machine: true,
  hourly_goal: 12,
  region: "CN",
} as unknown as CallbackList;

test("a list that was not touched is sent back as it was", () => {
  const { name, pbx, queue, windows, rules, max_attempts, mode, personal_seconds } = LIST;
  const { detect_machine, hourly_goal, region, trunk, escalation_list_id } = LIST;
  expect(settingsOf(draftOf(LIST))).toEqual({
    name,
    pbx,
    queue,
    windows,
    rules,
    max_attempts,
    mode,
    trunk,
    escalation_list_id: Number(escalation_list_id),
    personal_seconds,
    detect_machine,
    hourly_goal,
    region,
  });
});

test("a new list leaves to the server what was not chosen", () => {
  const draft = { ...draftOf(null), name: " New ", queue: "pbx1/sales/eu" };
  expect(settingsOf(draft)).toEqual({
    name: "New",
    pbx: "pbx1",
    queue: "sales/eu",
    windows: [{ weekdays: [1, 2, 3, 4, 5], from: "09:00", until: "18:00" }],
    mode: "progressive",
    trunk: "",
    escalation_list_id: null,
    detect_machine: false,
    hourly_goal: 0,
  });
});

test("a window up to midnight is typed as 00:00 and sent as 24:00", () => {
  const evening = { weekdays: [1], from: "18:00", until: "24:00" };
  const draft = draftOf({ ...LIST, windows: [evening] });
  expect(draft.windows[0]?.until).toBe("00:00");
  expect(faults(draft)).toEqual([]);
  expect(settingsOf(draft).windows).toEqual([evening]);
});

describe("a mode is sent with what belongs to it alone", () => {
  const modal = ({ mode, preview_seconds, abandon_target }: ReturnType<typeof settingsOf>) => ({
    mode,
    preview_seconds,
    abandon_target,
  });
  test.each([
    ["preview", { mode: "preview", preview_seconds: 45, abandon_target: undefined }],
    ["progressive", { mode: "progressive", preview_seconds: undefined, abandon_target: undefined }],
    ["predictive", { mode: "predictive", preview_seconds: undefined, abandon_target: 0.03 }],
  ] as const)("%s", (mode, expected) => {
    expect(modal(settingsOf({ ...draftOf(LIST), mode }))).toEqual(expected);
  });
  test("a new list leaves to the server what was not filled in", () => {
    expect(modal(settingsOf({ ...draftOf(null), mode: "preview" }))).toEqual({ mode: "preview" });
  });
});

test.each([0.001, 0.003, 0.029, 0.03, 0.07, 0.1])("a share of %d is typed in percent and sent as it was", (share) => {
  const draft = { ...draftOf({ ...LIST, abandon_target: share }), mode: "predictive" as const };
  expect(String(draft.abandonPercent).length).toBeLessThan(5);
  expect(settingsOf(draft).abandon_target).toBe(share);
});

test("how long a promise waits is typed in hours and sent in seconds", () => {
  const draft = draftOf({ ...LIST, personal_seconds: 5400 });
  expect(draft.personalHours).toBe(1.5);
  expect(settingsOf({ ...draft, personalHours: 0.1 }).personal_seconds).toBe(360);
});

describe("what follows the last attempt", () => {
  test("each choice stands for one end, and each end for its choice", () => {
    expect(END_KEYS.map((key) => endKeyOf(endOf(key)))).toEqual(END_KEYS);
    expect(endOf("next_ask_agent")).toEqual({ next_number: true, then: "ask_agent" });
    expect(endOf("escalate")).toEqual({ next_number: false, then: "escalate" });
  });
  test("a rule that does not say closes", () => {
    expect(endKeyOf({ ...LIST.rules.busy })).toBe("close");
  });
  test("after a wrong number the same one is never tried again", () => {
    expect(firstRule("invalid_number")).toMatchObject({ max_attempts: 1, next_number: true });
    expect(firstRule("busy")).toMatchObject({ max_attempts: 3, next_number: false });
  });
  test("a list to escalate to is taken away by sending none", () => {
    expect(settingsOf({ ...draftOf(LIST), escalationListId: null }).escalation_list_id).toBeNull();
  });
});

describe("what is wrong with a draft", () => {
  const escalates = { busy: { ...firstRule("busy"), then: "escalate" as const } };
  const good = draftOf(LIST);
  const window = { key: 0, weekdays: [1], from: "09:00", until: "18:00" };
  test.each([
    ["nothing", good, []],
    ["no name, no queue", draftOf(null), ["name", "queue"]],
    ["a window that ends before it begins", { ...good, windows: [{ ...window, until: "08:00" }] }, ["windows"]],
    ["a window without a time", { ...good, windows: [{ ...window, from: "" }] }, ["windows"]],
    ["a window on no day", { ...good, windows: [{ ...window, weekdays: [] }] }, ["weekdays"]],
    ["a rule that escalates nowhere", { ...good, rules: escalates, escalationListId: null }, ["escalation_list_id"]],
    ["a rule that escalates to a list", { ...good, rules: escalates }, []],
    ["no list where nothing escalates", { ...good, escalationListId: null }, []],
    ["a region that is none", { ...good, region: "C" }, ["region"]],
    ["a preview too short to read", { ...good, mode: "preview" as const, previewSeconds: 4 }, ["preview_seconds"]],
    ["a preview of no number", { ...good, mode: "preview" as const, previewSeconds: Number.NaN }, ["preview_seconds"]],
    ["no preview, whatever its time", { ...good, previewSeconds: 4 }, []],
    ["too many left alone", { ...good, mode: "predictive" as const, abandonPercent: 11 }, ["abandon_target"]],
    ["nobody left alone without prediction", { ...good, abandonPercent: 11 }, []],
    ["a promise that waits too long", { ...good, personalHours: 721 }, ["personal_seconds"]],
    ["a promise that waits as usual", { ...good, personalHours: null }, []],
  ])("%s", (_name, draft, expected) => {
    expect(faults(draft)).toEqual(expected);
  });
});
