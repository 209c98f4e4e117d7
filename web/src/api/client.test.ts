import { expect, test } from "vitest";
import { addressOf, NONE, query } from "./client";

test("an interface keeps its slashes and nothing else that could end a path", () => {
  const of = (pbx: string, phone: string) =>
    addressOf("GET /api/calls/{pbx}/{call_id}", { path: { pbx, call_id: phone } }).replace("/api/calls/", "");
  expect(of("pbx1", "PJSIP/1001")).toBe("pbx1/PJSIP/1001");
  expect(of("pbx1", "Local/1001@from-queue/n")).toBe("pbx1/Local/1001%40from-queue/n");
  expect(of("a?b", "X/#1")).toBe("a%3Fb/X/%231");
});

test("what is not set is left out, but for what is asked for as none", () => {
  expect(query({ a: "", b: null, c: undefined, d: 0, e: NONE })).toBe("?d=0&e=");
});
