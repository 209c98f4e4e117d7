import { expect, test } from "vitest";
import { chosenDays, readOpened, readRange, readView, shifted, writeOpened, writeRange, writeView } from "./view";

const params = (text: string) => new URLSearchParams(text);

test("a view survives the address", () => {
  const text =
    "from=2026-11-01&to=2026-11-15&queue=pbx1%2Fsales&agent=1001&team=Day&interval=day&compare=previous" +
    "&columns=offered%2Canswer_rate&sort=-answer_rate&chart=aht_seconds";
  expect(new URLSearchParams(writeView(readView(params(text)))).toString()).toBe(text);
  expect(writeView(readView(params("")))).toEqual({ range: "today" });
});

test.each(["from=2026-11-15&to=2026-11-01", "from=2026-11-31&to=2026-12-01", "from=2026-11-01", "range=for_ever"])(
  "what is no span (%s) is today",
  (text) => {
    expect(readRange(params(text))).toEqual({ range: "today", days: null });
  },
);

test("a step back or forth is as long as what is looked at", () => {
  const days = { from: "2026-11-16", to: "2026-11-22" };
  expect(shifted(days, -1)).toEqual({ from: "2026-11-09", to: "2026-11-15" });
  expect(shifted(days, 1)).toEqual({ from: "2026-11-23", to: "2026-11-29" });
});

test("a preset moves along with the day, fixed days do not", () => {
  expect(chosenDays(readRange(params("range=yesterday")), "2026-11-25")).toEqual({
    from: "2026-11-24",
    to: "2026-11-24",
  });
  const fixed = readRange(params("from=2026-11-01&to=2026-11-02"));
  expect(chosenDays(fixed, "2026-11-25")).toEqual({ from: "2026-11-01", to: "2026-11-02" });
  expect(writeRange(fixed)).toEqual({ from: "2026-11-01", to: "2026-11-02" });
});

test("an opened list survives the address, with names that mean something there", () => {
  const opened = {
    figure: "offered",
    part: "denominator" as const,
    from: "1000",
    to: "2000",
    queue: "pbx1/sales & service=1",
    agent: "",
    team: "Früh?",
    weekday: "3",
    hour: "0",
    reason: "meal",
  };
  expect(readOpened(writeOpened(opened))).toEqual(opened);
  for (const team of ["", null]) expect(readOpened(writeOpened({ ...opened, team }))?.team).toBe(team);
  expect(readOpened(null)).toBeNull();
  expect(readOpened("figure=offered")).toBeNull();
});
