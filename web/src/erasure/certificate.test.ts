import { expect, test } from "vitest";
import { documentOf } from "./certificate";
import { countedKinds, typedNumbers } from "./erasures";

test("a certificate is a document of its own, in its language", () => {
  const text = documentOf("<h2>证明</h2>", "a < b & c", "zh-CN");
  expect(text).toContain('<html lang="zh-CN">');
  expect(text).toContain("<title>a &lt; b &amp; c</title>");
  expect(text).toContain("<body><h2>证明</h2></body>");
  expect(text).not.toMatch(/src=|href=/);
});

test("numbers stand one a line", () => {
  expect(typedNumbers(" +86 138 0013 8000 \n\n8413 1234\n")).toEqual(["+86 138 0013 8000", "8413 1234"]);
});

test("what there is none of is not told", () => {
  expect(countedKinds({ calls: 2, recordings: 1, reviews: 0 })).toEqual([
    ["recordings", 1],
    ["calls", 2],
  ]);
});
