import { expect, test } from "vitest";
import { detailsLine } from "./audit";

test("details are one line, of lists only how many there were", () => {
  expect(detailsLine({ name: "Spring", targets: { count: 2 }, note: null })).toBe(
    "name: Spring · targets: × 2 · note: –",
  );
});
