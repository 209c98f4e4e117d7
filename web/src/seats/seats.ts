/** What may be asked of a seat, and what came of it. The live floor shows the seat; nothing here keeps its state. */

import { useMutation } from "@tanstack/react-query";
import { type Asked, ask, type Route } from "../api/client";
import type { SeatAnswer } from "../api/described";
import type { Listening, Seat } from "../api/shapes";

type SeatRoute = Extract<Route, `POST /api/seats/{pbx}/{interface}/${string}`>;
type ActOf<R extends Route> = R extends `POST /api/seats/{pbx}/{interface}/${infer Act}` ? Act : never;
/** What may be asked of a seat: what its routes end with. */
export type Act = ActOf<SeatRoute>;
type WishOf<A extends Act> = { act: A } & Omit<Asked<`POST /api/seats/{pbx}/{interface}/${A}`>, "path">;
/** An act with what it needs to be told. */
export type Wish = { [A in Act]: WishOf<A> }[Act];

/** `already`: it was so before. `asked`: Asterisk accepted it, and the floor does not show it (all of it) yet. */
export type Answer = SeatAnswer;

export const MOST_PENALTY = 1000;

/** Asks it of a seat. */
export function askOfSeat({ pbx, interface: phone }: Pick<Seat, "pbx" | "interface">, wish: Wish): Promise<Answer> {
  const { act, ...asked } = wish;
  // That each act has its own body, Wish says; of all together the compiler sees only what they have in common.
  return ask<SeatRoute>(`POST /api/seats/{pbx}/{interface}/${act}`, { path: { pbx, interface: phone }, ...asked });
}

/** Whose seat it is; where nobody sits, the phone. */
export function nameOf(seat: Pick<Seat, "agent_name" | "agent_number" | "desk_label" | "interface">): string {
  return seat.agent_name || seat.agent_number || seat.desk_label || seat.interface;
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
    extendWrapUp: seat.state === "wrap_up",
  };
}

const IN_CALL = new Set(["ringing", "talking", "on_hold"]);

export function isInCall(seat: Pick<Seat, "state">): boolean {
  return IN_CALL.has(seat.state);
}

export function useWish(seat: Seat) {
  return useMutation({
    mutationFn: (wish: Wish) => askOfSeat(seat, wish),
  });
}

export type Wishing = ReturnType<typeof useWish>;

/** Who listens to a seat now. */
export function listeningTo(listenings: Record<string, Listening>, seat: Pick<Seat, "pbx" | "interface">): Listening[] {
  return Object.values(listenings).filter((one) => one.pbx === seat.pbx && one.interface === seat.interface);
}

/** The phones of an agent at one PBX: a desk phone and the browser's may be two. */
export function phonesOf(seats: Record<string, Seat>, pbx: string, agent: string | null): string[] {
  if (agent === null) return [];
  return Object.values(seats)
    .filter((one) => one.pbx === pbx && one.agent_number === agent)
    .map((one) => one.interface);
}

/** The listening that goes on at one of these phones: which of them rang, the server chose. */
export function listeningOn(listenings: readonly Listening[], phones: readonly string[]): Listening | undefined {
  return listenings.find(({ listener }) => listener !== undefined && phones.includes(listener));
}
