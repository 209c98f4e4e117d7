import { expect, test } from "vitest";
import type { Customer } from "./customers";
import { type Draft, draftOf, NOTHING_KNOWN, rebased, recordOf } from "./record";

const ZONE = "Asia/Shanghai";
const CUSTOMER: Customer = {
  id: 1,
  version: 3,
  name: "Li Wei",
  reference: "A-1",
  level: "important",
  attributes: { company: "ACME" },
  consent: "given",
  consent_at: 1763812800,
  consent_how: "by phone",
  note: "",
  numbers: [{ number: "+8613800138000", label: "mobile", do_not_call: false, do_not_call_until: null }],
  created_at: 0,
  created_by: "",
  changed_at: 0,
  changed_by: "",
};
const BASE = draftOf(CUSTOMER, ZONE);

test("a record comes back from its form as it was", () => {
  const { name, reference, level, attributes, consent, consent_at, consent_how, note } = CUSTOMER;
  const numbers = [{ number: "+8613800138000", label: "mobile" }];
  const record = { name, reference, level, attributes, consent, consent_at, consent_how, note, numbers };
  expect(recordOf(BASE, ZONE)).toEqual(record);
});

test("what says nothing is not sent, and no consent has no date", () => {
  const draft: Draft = { ...NOTHING_KNOWN, name: "Li", attributes: { company: " " } };
  const sent = recordOf({ ...draft, consent: { said: "", at: "2025-11-22T20:00", how: "x" } }, ZONE);
  expect(sent).toMatchObject({ attributes: {}, numbers: [], consent: "", consent_at: null, consent_how: "" });
});

test("of two who change a record each keeps what only they changed", () => {
  const mine = { ...BASE, name: "Li Wei 2", attributes: { ...BASE.attributes, email: "li@example.org" } };
  const theirs = { ...BASE, note: "likes tea", attributes: {} };
  expect(rebased(BASE, mine, theirs)).toEqual({
    draft: { ...BASE, name: "Li Wei 2", note: "likes tea", attributes: { company: "", email: "li@example.org" } },
    clashes: [],
  });
});

test("what both changed stays mine and is told", () => {
  const mine = { ...BASE, level: "regular", attributes: { company: "Mine" }, note: "same" };
  const theirs = { ...BASE, level: "", attributes: { company: "Theirs" }, note: "same" };
  const { draft, clashes } = rebased(BASE, mine, theirs);
  expect(draft).toEqual(mine);
  expect(clashes).toEqual(["attributes.company", "level"]);
});
