import { expect, test, vi } from "vitest";
import { forgetOld, KEPT_MS, keepAt } from "../parts/useKeptText";
import { type Newcomer, PLACES, read, withTyped } from "./newcomers";

const newcomer = (callId: string, since: number, name: string): Newcomer => ({
  callId,
  number: "+8613800138000",
  since,
  name,
  level: "",
  note: "",
});

test("what is typed in one call stays when the next one rings, the newest first", () => {
  const first = withTyped([], newcomer("1.0", 1, "Li"));
  const both = withTyped(first, newcomer("2.0", 2, "Wang"));
  expect(both.map(({ name }) => name)).toEqual(["Wang", "Li"]);
  expect(withTyped(both, newcomer("1.0", 1, "Li Wei")).map(({ name }) => name)).toEqual(["Wang", "Li Wei"]);
});

test("of whom nothing is said nothing is kept", () => {
  const first = withTyped([], newcomer("1.0", 1, "Li"));
  expect(withTyped(first, newcomer("1.0", 1, "  "))).toEqual([]);
});

/** A browser's storage with room for so many characters in one place. */
function storage(room = Number.POSITIVE_INFINITY) {
  const places = new Map<string, string>();
  const own = {
    getItem: (place: string) => places.get(place) ?? null,
    setItem: (place: string, text: string) => {
      if (text.length > room) throw new DOMException("full", "QuotaExceededError");
      places.set(place, text);
      Object.assign(own, { [place]: text });
    },
  };
  vi.stubGlobal("localStorage", own);
  return places;
}

test("what another window typed stays", () => {
  storage();
  const place = `${PLACES}li`;
  const typed = (one: Newcomer) => keepAt(place, read, [(now) => withTyped(now, { ...one, at: Date.now() })]).next;
  typed(newcomer("1.0", 1, "Li"));
  expect(typed(newcomer("2.0", 2, "Wang")).map(({ name }) => name)).toEqual(["Wang", "Li"]);
});

test("where there is no room, what was typed is there and said to be kept nowhere", () => {
  storage(0);
  const kept = keepAt(PLACES, read, [(now) => withTyped(now, newcomer("1.0", Date.now() / 1000, "Li"))]);
  expect(kept.isKept).toBe(false);
  expect(kept.next.map(({ name }) => name)).toEqual(["Li"]);
});

test("what nobody came back to for two days is forgotten, whoever typed it", () => {
  const places = storage();
  const at = Date.now();
  const old = { ...newcomer("1.0", 1, "Li"), at: at - KEPT_MS };
  localStorage.setItem(`${PLACES}li`, JSON.stringify([old, { ...newcomer("2.0", 1, "Wang"), at }]));
  localStorage.setItem(`${PLACES}zhang`, JSON.stringify([newcomer("3.0", 1, "Zhao")])); // typed when no time was kept
  localStorage.setItem("other", "stays");
  forgetOld(PLACES, read);
  expect(places.get(`${PLACES}li`)).not.toContain('"Li"');
  expect(places.get(`${PLACES}li`)).toContain("Wang");
  expect(places.get(`${PLACES}zhang`)).toBe("[]");
  expect(places.get("other")).toBe("stays");
});
