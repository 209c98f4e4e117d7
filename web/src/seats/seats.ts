/** What may be asked of a seat, and what came of it. The live floor shows the seat; nothing here keeps its state. */

import { useMutation } from "@tanstack/react-query";
import { request } from "../api/client";
import type { Listening, ListeningMode, Seat } from "../api/shapes";

export type Act =
  | "sign-in"
  | "sign-out"
  | "pause"
  | "ready"
  | "end-wrap-up"
  | "ask-for-help"
  | "take-help"
  | "end-help"
  | "penalty"
  | "hang-up"
  | "hold"
  | "resume"
  | "transfer"
  | "consult"
  | "complete-transfer"
  | "cancel-transfer"
  | "pause-recording"
  | "resume-recording"
  | "listen"
  | "listen-mode"
  | "stop-listening";

export interface Wish {
  act: Act;
  body?:
    | { queues?: string[] | null }
    | { reason: string }
    | { queue: string; penalty: number }
    | { call_id: string }
    | ({ call_id: string } & ({ agent: string } | { queue: string } | { number: string }))
    | { mode: ListeningMode }
    | { call_id: string; mode: ListeningMode };
}

/** `already`: it was so before. `asked`: Asterisk accepted it, and the floor does not show it (all of it) yet. */
export interface Answer {
  result: "done" | "already" | "asked";
  seat: Seat;
  refused: Record<string, string>;
}

export const MOST_PENALTY = 1000;

/** The path of a seat: its interface stands in it with its own slash. */
export function seatPath(seat: Pick<Seat, "pbx" | "interface">): string {
  const parts = [seat.pbx, ...seat.interface.split("/")];
  return `/api/seats/${parts.map(encodeURIComponent).join("/")}`;
}

/** Which buttons make sense. A pause may be wished in a call: it begins at the end. */
export function possible(seat: Pick<Seat, "state" | "queues" | "is_paused">) {
  const isIn = seat.queues.length > 0;
  return {
    signIn: !isIn,
    signOut: isIn,
    pause: isIn,
    ready: isIn && seat.is_paused,
    endWrapUp: seat.state === "wrap_up",
  };
}

const IN_CALL = new Set(["ringing", "talking", "on_hold"]);

export function isInCall(seat: Pick<Seat, "state">): boolean {
  return IN_CALL.has(seat.state);
}

export function useWish(seat: Seat) {
  return useMutation({
    mutationFn: ({ act, body }: Wish) => request<Answer>("POST", `${seatPath(seat)}/${act}`, body),
  });
}

export type Wishing = ReturnType<typeof useWish>;

/** Who listens to a seat now. */
export function listeningTo(listenings: Record<string, Listening>, seat: Pick<Seat, "pbx" | "interface">): Listening[] {
  return Object.values(listenings).filter((one) => one.pbx === seat.pbx && one.interface === seat.interface);
}
