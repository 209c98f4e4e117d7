import { expect, test } from "vitest";
import type { Alert } from "../api/shapes";
import { amount, gravest, inOrder, told } from "./told";

const ALERT: Alert = {
  alert_id: "a",
  kind: "away_long",
  severity: "warning",
  subject_kind: "seats",
  subject_id: "pbx1/PJSIP/1001",
  who: { agent_name: "Li Na", agent_number: "1001", reason: "meal" },
  since: 100,
  raised_at: 200,
  threshold: 1800,
  value: 1800,
  is_lasting: true,
  acknowledged_at: null,
};
const WORDS = { reason: (code: string) => (code === "meal" ? "Meal" : code), everywhere: "All" };

test("the sentence is cut where the value runs", () => {
  const template = "{agent}: away ({reason}) for {value}, limit {threshold}";
  expect(told(ALERT, template, "seconds", WORDS)).toEqual(["Li Na (1001): away (Meal) for ", ", limit 30:00"]);
});

test("a group is named by its queue, its team, or as everything", () => {
  const where = (who: Alert["who"]) => told({ ...ALERT, who }, "{where}", "count", WORDS)[0];
  expect([where({ label: "Sales" }), where({ team: "Blue" }), where({})]).toEqual(["Sales", "Blue", "All"]);
});

test("numbers are written by what they measure", () => {
  expect([amount(75, "seconds"), amount(3, "count"), amount(0.795, "share")]).toEqual(["1:15", "3", "79.5\u00a0%"]);
});

test("critical and unnoticed ones come first, then the newest", () => {
  const older = { ...ALERT, alert_id: "older", raised_at: 100 };
  const seen = { ...ALERT, alert_id: "seen", acknowledged_at: 300, severity: "critical" as const };
  const grave = { ...ALERT, alert_id: "grave", severity: "critical" as const, raised_at: 50 };
  expect(inOrder([older, seen, ALERT, grave]).map((alert) => alert.alert_id)).toEqual(["grave", "a", "older", "seen"]);
  expect(gravest([older, seen])?.alert_id).toBe("seen");
  expect(gravest([older, ALERT])?.alert_id).toBe("a");
  expect(gravest([])).toBeUndefined();
});
