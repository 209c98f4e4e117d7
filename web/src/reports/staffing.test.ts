import { expect, test } from "vitest";
import type { StaffingRow } from "./shapes";
import { aimsQuery, readAims, staffedPart, writeAims } from "./staffing";

test("aims are per cent in the address and shares for the server", () => {
  const aims = readAims(new URLSearchParams("target=85&shrinkage=30&threshold=20&model=erlang_a&occupancy=999"));
  expect(aims).toMatchObject({ target: 85, shrinkage: 30, threshold: 20, occupancy: 90, model: "erlang_a" });
  expect(aimsQuery(aims)).toMatchObject({ target: "0.85", shrinkage: "0.3", threshold: "20", max_occupancy: "0.9" });
  expect(readAims(new URLSearchParams(writeAims(aims)))).toEqual(aims);
  expect(aimsQuery(readAims(new URLSearchParams("")))).toMatchObject({ threshold: "", target: "0.8" });
});

test("the night before and after is left out, a quiet hour between is not", () => {
  const rows = [
    [0, 0],
    [3, 0],
    [0, 0],
    [0, 2],
    [0, 0],
  ].map(([offered, seats_there], start) => ({ start, offered, seats_there }) as unknown as StaffingRow);
  expect(staffedPart(rows).map(({ start }) => start)).toEqual([1, 2, 3]);
  expect(staffedPart(rows.slice(0, 1))).toEqual([]);
});
