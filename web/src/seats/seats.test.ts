import { expect, test } from "vitest";
import type { Listening, Seat } from "../api/shapes";
import { listeningOn, listeningTo, phonesOf, possible } from "./seats";

test("the buttons follow the live seat", () => {
  const out = { state: "signed_out", queues: [], is_paused: false } as const;
  expect(possible({ ...out, queues: [] })).toEqual({
    signIn: true,
    signOut: false,
    pause: false,
    ready: false,
    endWrapUp: false,
    extendWrapUp: false,
  });
  const queues = ["support"];
  expect(possible({ state: "wrap_up", queues, is_paused: false })).toMatchObject({
    endWrapUp: true,
    extendWrapUp: true,
    ready: false,
  });
  // A pause that waits for the end of the call can be taken back.
  expect(possible({ state: "talking", queues, is_paused: true })).toMatchObject({ ready: true, pause: true });
  // Signed out in a call: it goes on, and one can sign in again.
  expect(possible({ state: "talking", queues: [], is_paused: false })).toMatchObject({ signIn: true, signOut: false });
});

test("of an agent with a desk phone and one in the browser both phones are known, at this PBX", () => {
  const seat = (pbx: string, phone: string, agent_number: string) => ({ pbx, interface: phone, agent_number }) as Seat;
  const seats = {
    a: seat("pbx1", "PJSIP/1001", "1001"),
    b: seat("pbx1", "PJSIP/1001-web", "1001"),
    c: seat("pbx2", "PJSIP/1001", "1001"),
    d: seat("pbx1", "PJSIP/1002", "1002"),
    e: seat("pbx1", "PJSIP/desk-1", ""),
  };
  const phones = phonesOf(seats, "pbx1", "1001");
  expect(phones).toEqual(["PJSIP/1001", "PJSIP/1001-web"]);
  expect(phonesOf(seats, "pbx1", null)).toEqual([]);
  // Whichever of the two rang, the listening is that person's own.
  const one = { pbx: "pbx1", interface: "PJSIP/1002", listener: "PJSIP/1001-web", mode: "listen" } as Listening;
  expect(listeningOn(listeningTo({ one }, seats.d), phones)).toEqual(one);
  expect(listeningOn([{ ...one, listener: "PJSIP/1003" }], phones)).toBeUndefined();
});
