import { describe, expect, test } from "vitest";
import type { Entities, Link, LinkState } from "../api/shapes";
import { NOTHING } from "./entities";
import { ALL, frozenAt, healthOf } from "./health";
import type { Live } from "./store";

const link = (pbx: string, state: LinkState, since = 50): Link => ({
  pbx,
  state,
  since,
  detail: "",
  unheard_since: null,
});

function live(links: Link[], fields: Partial<Live> = {}): Live {
  const entities: Entities = { ...NOTHING.entities, links: Object.fromEntries(links.map((item) => [item.pbx, item])) };
  return { ...NOTHING, entities, connection: "open", lastFrameAt: 100, ...fields };
}

describe("what the header says", () => {
  test.each([
    ["frames come and every link is live", live([link("a", "live")]), 101, { kind: "live" }],
    ["nothing has come yet", live([], { connection: "connecting", lastFrameAt: 0 }), 100, { kind: "waiting" }],
    ["a frame is overdue", live([link("a", "live")]), 109, { kind: "late", seconds: 9 }],
    ["the connection broke", live([link("a", "live")], { connection: "lost" }), 101, { kind: "lost", since: 100 }],
    ["no PBX", live([]), 101, { kind: "no_link" }],
    [
      "one of two links is down",
      live([link("a", "live"), link("b", "down", 70)]),
      101,
      { kind: "link", pbx: "b", state: "down", since: 70, detail: "" },
    ],
    [
      "a refused link outweighs one that connects",
      live([link("a", "connecting"), link("b", "refused")]),
      101,
      { kind: "link", pbx: "b", state: "refused", since: 50, detail: "" },
    ],
  ])("%s", (_name, state, now, expected) => {
    expect(healthOf(state, now)).toEqual(expected);
  });
});

describe("until when what is shown was true", () => {
  test("live links and a fresh frame: it is true now", () => {
    expect(frozenAt(live([link("a", "live")]), "a", 101)).toBeNull();
  });
  test("a broken link freezes its own PBX and what is counted over all, not the others", () => {
    const state = live([link("a", "live"), link("b", "down", 70)]);
    expect(frozenAt(state, "b", 101)).toBe(70);
    expect(frozenAt(state, "a", 101)).toBeNull();
    expect(frozenAt(state, ALL, 101)).toBe(70);
  });
  test("a link that is being surveyed is not live yet", () => {
    expect(frozenAt(live([link("a", "surveying", 90)]), "a", 101)).toBe(90);
  });
  test("a lost or late feed freezes everything at the last frame", () => {
    expect(frozenAt(live([link("a", "live")], { connection: "lost" }), "a", 101)).toBe(100);
    expect(frozenAt(live([link("a", "live")]), "a", 107)).toBe(100);
  });
});
