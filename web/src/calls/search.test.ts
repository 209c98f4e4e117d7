import { expect, test } from "vitest";
import {
  askedOf,
  isNarrowed,
  isSearchedBy,
  MORE_FIELDS,
  readSearch,
  searchOf,
  setFields,
  spanOf,
  without,
  withoutFilters,
  writeSearch,
} from "./search";

const at = (iso: string) => Date.parse(iso) / 1000;
const NOW = at("2025-11-22T03:15:40Z");
const search = (text: string) => readSearch(new URLSearchParams(text));

test("a search survives the address, and today needs none", () => {
  const text =
    "range=custom&from=2025-11-01T08%3A00&to=2025-11-02T08%3A00&number=138&queue=sales&outcome=abandoned&hold_from=30";
  expect(writeSearch(search(text)).toString()).toBe(text);
  expect(writeSearch(search("")).toString()).toBe("");
});

test.each([
  ["range=hour", "2025-11-22T02:15:00Z", null],
  ["", "2025-11-21T16:00:00Z", null],
  ["range=yesterday", "2025-11-20T16:00:00Z", "2025-11-21T16:00:00Z"],
  ["range=week", "2025-11-15T16:00:00Z", null],
  ["range=custom&from=2025-11-20T09:00", "2025-11-20T01:00:00Z", null],
])("%s in Shanghai", (text, from, to) => {
  expect(spanOf(search(text), "Asia/Shanghai", NOW)).toEqual({ from: at(from), to: to === null ? null : at(to) });
});

test("a range alone does not narrow", () => {
  expect(isNarrowed(search("range=week"))).toBe(false);
  expect(isNarrowed(search("agent=1001"))).toBe(true);
  expect(isNarrowed(search("agent=1001"), MORE_FIELDS)).toBe(false);
  expect(isNarrowed(search("ended_by=agent"), MORE_FIELDS)).toBe(true);
  expect(isNarrowed(withoutFilters(search("agent=1001&ended_by=agent")))).toBe(false);
});

test("each filter that is set can be taken off alone", () => {
  const both = search("range=week&agent=1001&tag=vip&score_to=60");
  expect(setFields(both)).toEqual(["agent", "tag", "score_to"]);
  expect(writeSearch(without(both, "tag")).toString()).toBe("range=week&agent=1001&score_to=60");
  expect(setFields(search("range=hour"))).toEqual([]);
});

test("what is not set is not asked, and what was asked is shown again", () => {
  const asked = askedOf(search("range=yesterday&queue=sales&customer=7"), "Asia/Shanghai", NOW);
  expect(asked).toEqual({
    queue: "sales",
    customer: "7",
    from: at("2025-11-20T16:00:00Z"),
    to: at("2025-11-21T16:00:00Z"),
  });
  expect(askedOf(searchOf(asked, "Asia/Shanghai"), "Asia/Shanghai", NOW)).toEqual(asked);
  expect(searchOf({ has_recording: true, list: 5 }, "Asia/Shanghai")).toMatchObject({
    range: "custom",
    from: "",
    has_recording: "true",
    list: "5",
  });
});

test("who sees numbers masked searches by whole ones", () => {
  expect(isSearchedBy("138", true)).toBe(true);
  expect(isSearchedBy("138 0013", false)).toBe(false);
  expect(isSearchedBy("138 0013 8", false)).toBe(true);
  expect(isSearchedBy("", false)).toBe(true);
});
