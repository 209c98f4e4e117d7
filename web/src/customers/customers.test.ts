import { expect, test } from "vitest";
import { wanted } from "./customers";

test.each([
  ["13800138000", { name: "", number: "13800138000" }],
  [" +86 138-0013-8000 ", { name: "", number: "+86 138-0013-8000" }],
  ["王", { name: "王", number: "" }],
  ["138", { name: "138", number: "" }],
  ["3M Shanghai", { name: "3M Shanghai", number: "" }],
])("%s asks for %o", (typed, asked) => {
  expect(wanted(typed)).toEqual(asked);
});
