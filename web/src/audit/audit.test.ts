import { expect, test } from "vitest";
import { detailsLine } from "./audit";

const words = { field: (name: string) => name.toUpperCase(), value: (_field: string, value: string) => `<${value}>` };

test("details are one line, of long lists only how many there were", () => {
  expect(detailsLine({ name: "Spring", targets: { count: 2 }, note: null }, words)).toBe(
    "NAME: Spring · TARGETS: × 2 · NOTE: –",
  );
});

test("what was given is named, after what was before", () => {
  const was = { roles: ["agent"], scope: null };
  const scope = { teams: ["Blue"], queues: [] };
  expect(detailsLine({ user: "anna", roles: ["admin", "qa"], scope, was }, words)).toBe(
    "USER: anna · ROLES: <agent> → <admin>, <qa> · SCOPE: <all> → TEAMS <Blue>",
  );
});
