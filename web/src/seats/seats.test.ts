import { expect, test } from "vitest";
import { possible } from "./seats";

test("the buttons follow the live seat", () => {
  const out = { state: "signed_out", queues: [], is_paused: false } as const;
  expect(possible({ ...out, queues: [] })).toEqual({
    signIn: true,
    signOut: false,
    pause: false,
    ready: false,
    endWrapUp: false,
  });
  const queues = ["support"];
  expect(possible({ state: "wrap_up", queues, is_paused: false })).toMatchObject({ endWrapUp: true, ready: false });
  // A pause that waits for the end of the call can be taken back.
  expect(possible({ state: "talking", queues, is_paused: true })).toMatchObject({ ready: true, pause: true });
  // Signed out in a call: it goes on, and one can sign in again.
  expect(possible({ state: "talking", queues: [], is_paused: false })).toMatchObject({ signIn: true, signOut: false });
});
