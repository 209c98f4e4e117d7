import { describe, expect, test } from "vitest";
import type { CallbackList } from "../api/shapes";
import { draftOf, faults, settingsOf } from "./form";

const LIST = {
  id: "3",
  name: "Renewals",
  pbx: "pbx1",
  queue: "service",
  windows: [{ weekdays: [1, 2], from: "09:00", until: "11:30" }],
  rules: { busy: { delay_seconds: 600, max_attempts: 3 } },
  max_attempts: 5,
  detect_machine: true,
  hourly_goal: 12,
  region: "CN",
} as unknown as CallbackList;

test("a list that was not touched is sent back as it was", () => {
  const { name, pbx, queue, windows, rules, max_attempts, detect_machine, hourly_goal, region } = LIST;
  expect(settingsOf(draftOf(LIST))).toEqual({
    name,
    pbx,
    queue,
    windows,
    rules,
    max_attempts,
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

describe("what is wrong with a draft", () => {
  const good = draftOf(LIST);
  const window = { key: 0, weekdays: [1], from: "09:00", until: "18:00" };
  test.each([
    ["nothing", good, []],
    ["no name, no queue", draftOf(null), ["name", "queue"]],
    ["a window that ends before it begins", { ...good, windows: [{ ...window, until: "08:00" }] }, ["windows"]],
    ["a window without a time", { ...good, windows: [{ ...window, from: "" }] }, ["windows"]],
    ["a window on no day", { ...good, windows: [{ ...window, weekdays: [] }] }, ["weekdays"]],
    ["a region that is none", { ...good, region: "C" }, ["region"]],
  ])("%s", (_name, draft, expected) => {
    expect(faults(draft)).toEqual(expected);
  });
});
