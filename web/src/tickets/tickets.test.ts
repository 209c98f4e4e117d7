import { expect, test } from "vitest";
import { type Filter, wanted } from "./tickets";

const NONE: Filter = { search: "", state: "", type: "", team: "", owner: "", late: "", mine: "" };

test("without a state all that are not closed are asked for", () => {
  expect(wanted(NONE)).toMatchObject({ state: "", is_unfinished: true, ticket: "", number: "" });
  expect(wanted({ ...NONE, state: "closed" })).toMatchObject({ state: "closed", is_unfinished: null });
  expect(wanted({ ...NONE, state: "any" })).toMatchObject({ state: "", is_unfinished: null });
});

test("what is typed is a ticket, or the number of a caller; then in any state unless one is chosen", () => {
  expect(wanted({ ...NONE, search: " t-12 " })).toMatchObject({ ticket: "t-12", number: "", is_unfinished: null });
  expect(wanted({ ...NONE, search: "t-12", state: "closed" })).toMatchObject({ ticket: "t-12", state: "closed" });
  expect(wanted({ ...NONE, search: "138 0013 8000" })).toMatchObject({ ticket: "", number: "138 0013 8000" });
});

test("only one's own are asked for where that is chosen", () => {
  expect(wanted(NONE).is_mine).toBeNull();
  expect(wanted({ ...NONE, mine: "1" })).toMatchObject({ is_mine: true, is_unfinished: true });
});
