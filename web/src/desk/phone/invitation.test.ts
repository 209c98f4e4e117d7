import { expect, test } from "vitest";
import { isInvitation, stillRings } from "./invitation";

const head = "INVITE sip:1001-browser@192.0.2.7 SIP/2.0\r\nFrom: <sip:138@pbx>;tag=abc\r\n";

test("an invitation is a new call, not a change of the one under way", () => {
  expect(isInvitation(`${head}To: <sip:1001-browser@pbx>\r\n\r\n`)).toBe(true);
  expect(isInvitation(`${head}t: <sip:1001-browser@pbx>\r\n\r\n`)).toBe(true);
  expect(isInvitation(`${head}To: <sip:1001-browser@pbx>;tag=xyz\r\n\r\n`)).toBe(false);
  expect(isInvitation("CANCEL sip:1001-browser@192.0.2.7 SIP/2.0\r\n\r\n")).toBe(false);
  expect(isInvitation(new ArrayBuffer(4))).toBe(false);
});

test("it rings no longer than a queue does", () => {
  const kept = { text: head, at: 1_000_000 };
  expect(stillRings(kept, 1_000_500)).toBe(true);
  expect(stillRings(kept, 1_300_000)).toBe(false);
  expect(stillRings(kept, 999_999)).toBe(false);
  expect(stillRings(null, 0)).toBe(false);
});
