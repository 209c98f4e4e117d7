import { describe, expect, test } from "vitest";
import { byTeam, deltaOf, intervalSums, linesOf, misses, nextSort, ranks, readSort, sorted, totalsOf } from "./lines";
import { aFigure, aReport, aRow } from "./testing";

const NO_FILTER = { queue: "", agent: "", team: "" };
const AHT = aFigure({ id: "aht_seconds", unit: "seconds", direction: "down", target: 185 });
const RATE = aFigure({ id: "answer_rate", unit: "share", direction: "up", target: 0.85 });

describe("what a number opens", () => {
  test("of a queue: its own calls of the whole span", () => {
    const report = aReport([aRow("pbx1/sales", { offered: 3 }, { queue: "sales", pbx: "pbx1" })]);
    const [line] = linesOf(report, { ...NO_FILTER, agent: "1001" });
    expect(line?.scope).toEqual({
      from: "1000",
      to: "2000",
      queue: "pbx1/sales",
      agent: "",
      team: null,
      weekday: "",
      hour: "",
      reason: "",
    });
  });
  test("of an agent, within the queue and the team that were chosen", () => {
    const report = aReport([aRow("1001", {}, { agent: "1001" })], { subject: "agents" });
    const [line] = linesOf(report, { queue: "pbx1/sales", agent: "", team: "Day" });
    expect(line?.scope).toMatchObject({ queue: "pbx1/sales", agent: "1001", team: "Day" });
  });
  test("of the agents without a team: theirs, not everybody's", () => {
    const [line] = linesOf(aReport([aRow("", {})], { subject: "teams" }), NO_FILTER);
    expect(line?.scope.team).toBe("");
  });
  test("of an agent without a number: what the row is called by", () => {
    const report = aReport([aRow("pbx1/PJSIP/9", {}, { agent: "" })], { subject: "agents" });
    expect(linesOf(report, NO_FILTER)[0]?.scope.agent).toBe("pbx1/PJSIP/9");
  });
  test("of an interval: that interval", () => {
    const bounds = { index: 1, start: 1500, end: 2000 };
    const report = aReport([aRow("pbx1/sales", {}, bounds)], {
      interval: "hour",
      intervals: [bounds],
      interval_totals: [{ ...bounds, figures: { offered: 2 } }],
    });
    const [line] = linesOf(report, NO_FILTER);
    expect(line).toMatchObject({ row: null, figures: { offered: 2 }, scope: { from: "1500", to: "2000", queue: "" } });
    expect(line?.inner[0]?.scope).toMatchObject({ from: "1500", queue: "pbx1/sales" });
  });
  test.each([
    ["weekday", { weekday: "3", hour: "" }],
    ["hour_of_day", { weekday: "", hour: "3" }],
  ] as const)("of a report folded by %s: that part of the span", (interval, scope) => {
    const bounds = { index: 3, start: null, end: null };
    const report = aReport([], { interval, intervals: [bounds], interval_totals: [{ ...bounds, figures: {} }] });
    expect(linesOf(report, NO_FILTER)[0]?.scope).toMatchObject({ from: "1000", to: "2000", ...scope });
  });
  test("of the totals: everything that the filters leave", () => {
    expect(totalsOf(aReport([]), { ...NO_FILTER, queue: "pbx1/sales" }).scope.queue).toBe("pbx1/sales");
  });
});

test("each line has what it was before, and nothing where it was not there", () => {
  const previous = { ...aReport([aRow("a", { offered: 5 })]) };
  const lines = linesOf(aReport([aRow("a", { offered: 7 }), aRow("b", { offered: 1 })], { previous }), NO_FILTER);
  expect(lines.map(({ before }) => before?.offered)).toEqual([5, undefined]);
});

test("paused time by reason stands beside the figures", () => {
  const report = aReport([aRow("1001", { handled: 2 }, { reasons: { meal: 600 } })], { subject: "agents" });
  expect(linesOf(report, NO_FILTER)[0]?.figures).toEqual({ handled: 2, "reason:meal": 600 });
});

test("paused time by reason is added up in the sums", () => {
  const rows = [
    aRow("1001", {}, { reasons: { meal: 600, break: 60 } }),
    aRow("1002", {}, { reasons: { meal: 300 }, index: 1 }),
  ];
  const report = aReport(rows, { subject: "agents", totals: { handled: 7 }, previous: aReport(rows.slice(1)) });
  const totals = totalsOf(report, NO_FILTER);
  expect(totals.figures).toEqual({ handled: 7, "reason:meal": 900, "reason:break": 60 });
  expect(totals.before).toEqual({ "reason:meal": 300 });
  const intervals = [0, 1].map((index) => ({ index, start: index, end: index + 1 }));
  const byDay = linesOf({ ...report, interval: "day", intervals }, NO_FILTER);
  expect(byDay.map(({ figures }) => figures["reason:meal"])).toEqual([600, 300]);
});

test("agents stand under the sums of their teams", () => {
  const agents = aReport([
    aRow("1", {}, { team: "Day" }),
    aRow("2", {}, { team: "Night" }),
    aRow("3", {}, { team: "Day" }),
  ]);
  const teams = aReport([aRow("Day", { handled: 9 })], { subject: "teams" });
  const lines = byTeam(linesOf(agents, NO_FILTER), linesOf(teams, NO_FILTER));
  expect(lines.map(({ row, inner }) => [row?.id, inner.map((line) => line.row?.id)])).toEqual([
    ["Day", ["1", "3"]],
    ["2", []],
  ]);
});

describe("order", () => {
  const lines = linesOf(
    aReport([aRow("b", { x: 2 }), aRow("a", { x: null }), aRow("c", { x: 5 }), aRow("d", { x: 2 })]),
    NO_FILTER,
  );
  const order = (text: string) => sorted(lines, readSort(text, "name")).map(({ row }) => row?.id);
  test("what has no value stands last, whichever way", () => {
    expect(order("x")).toEqual(["b", "d", "c", "a"]);
    expect(order("-x")).toEqual(["c", "b", "d", "a"]);
  });
  test("names that hold numbers count", () => {
    const numbered = linesOf(aReport([aRow("Agent 10", {}), aRow("Agent 9", {})]), NO_FILTER);
    expect(sorted(numbered, readSort("", "name")).map(({ row }) => row?.id)).toEqual(["Agent 9", "Agent 10"]);
  });
  test("the first click shows the best, the second the other end", () => {
    expect(nextSort(readSort("", "name"), RATE)).toBe("-answer_rate");
    expect(nextSort(readSort("-answer_rate", "name"), RATE)).toBe("answer_rate");
    expect(nextSort(readSort("", "name"), AHT)).toBe("aht_seconds");
    expect(nextSort(readSort("aht_seconds", "name"), AHT)).toBe("-aht_seconds");
    expect(nextSort(readSort("name", "name"), null)).toBe("-name");
  });
  test("equals share a place, and who has no value has none", () => {
    const places = ranks(lines, aFigure({ id: "x", direction: "up" }));
    expect([...places].map(([key, place]) => [key.split("\n")[0], place])).toEqual([
      ["c", 1],
      ["b", 2],
      ["d", 2],
    ]);
    expect(ranks(lines, aFigure({ id: "x", direction: "down" })).get("c\n0")).toBe(3);
  });
});

test.each([
  [RATE, 0.9, 0.8, "good", 0.1],
  [RATE, 0.8, 0.9, "bad", -0.1],
  [AHT, 170, 190, "good", -20],
  [AHT, 190, 170, "bad", 20],
  [AHT, 170.2, 170, "plain", 0],
  [aFigure(), 12, 10, "plain", 2],
])("%o from %f, before %f, is %s", (figure, now, before, tone, difference) => {
  const delta = deltaOf(figure, now, before);
  expect(delta?.tone).toBe(tone);
  expect(delta?.difference).toBeCloseTo(difference);
});

test("no change is told where there is nothing to compare with", () => {
  expect(deltaOf(RATE, 0.9, null)).toBeNull();
  expect(deltaOf(RATE, null, 0.9)).toBeNull();
  expect(deltaOf(aFigure(), 3, 0)).toMatchObject({ share: null, difference: 3 });
});

test("a target is missed on the side that its direction says", () => {
  expect([misses(RATE, 0.84), misses(RATE, 0.85), misses(AHT, 186), misses(AHT, 185), misses(AHT, null)]).toEqual([
    true,
    false,
    true,
    false,
    false,
  ]);
  expect(misses(aFigure(), 0)).toBe(false);
});

test("of a day only its busy part is told, of days all of them, with those in which nothing happened", () => {
  const intervals = [0, 1, 2, 3, 4, 5].map((index) => ({ index, start: index, end: index + 1 }));
  const interval_totals = [
    { index: 2, start: 2, end: 3, figures: { offered: 4 } },
    { index: 4, start: 4, end: 5, figures: { offered: 2 } },
    { index: 5, start: 5, end: 6, figures: { offered: 0 } },
  ];
  const indexes = (interval: "hour" | "day", totals = interval_totals) =>
    intervalSums({ interval, intervals, interval_totals: totals }).map(({ index }) => index);
  expect(indexes("hour")).toEqual([2, 3, 4]);
  expect(indexes("day")).toEqual([0, 1, 2, 3, 4, 5]);
  expect(indexes("hour", [])).toEqual([0, 1, 2, 3, 4, 5]);
});
