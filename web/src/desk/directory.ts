/** Whom a call can be handed to, out of the live floor: pure, so that it can be tested. */

import type { Queue, Seat, SeatState } from "../api/shapes";
import { ownSeat } from "./desk";

export type Whom = { agent: string } | { queue: string } | { number: string };

export interface Entry {
  /** One word for the radio button: what kind it is, and which. */
  id: string;
  whom: Whom;
  name: string;
  number: string;
  state?: SeatState;
  waiting?: number;
  /** The call may go there without a question before: somebody takes it. */
  isFree: boolean;
}

const MOST = 60;
const DIALLED = /^[0-9]{3,20}$/;

function ofSeat(seat: Seat): Entry {
  return {
    id: `agent ${seat.agent_number}`,
    whom: { agent: seat.agent_number },
    name: seat.agent_name || seat.interface,
    number: seat.agent_number,
    state: seat.state,
    isFree: seat.state === "ready",
  };
}

function ofQueue(queue: Queue): Entry {
  const isStaffed = queue.members > 0;
  return {
    id: `queue ${queue.queue}`,
    whom: { queue: queue.queue },
    name: queue.label || queue.queue,
    number: "",
    waiting: queue.waiting,
    isFree: isStaffed,
  };
}

/** Free agents first, then queues, then everybody else; a number that was typed stands at the end. */
export function directory(
  seats: Record<string, Seat>,
  queues: Record<string, Queue>,
  own: Pick<Seat, "pbx" | "agent_number">,
  text: string,
  mayDialOutside: boolean,
): Entry[] {
  const wanted = text.trim().toLocaleLowerCase();
  const isWanted = (entry: Entry) =>
    entry.name.toLocaleLowerCase().includes(wanted) || (wanted !== "" && entry.number.startsWith(wanted));
  const here = Object.fromEntries(Object.entries(seats).filter(([, seat]) => seat.pbx === own.pbx));
  const numbers = new Set(Object.values(here).map((seat) => seat.agent_number));
  for (const nobody of ["", own.agent_number]) numbers.delete(nobody);
  const agents = [...numbers]
    .flatMap((number) => here[ownSeat(here, number) ?? ""] ?? [])
    .map(ofSeat)
    .filter(isWanted)
    .sort((a, b) => Number(a.number) - Number(b.number));
  const lines = Object.values(queues)
    .filter((queue) => queue.pbx === own.pbx)
    .map(ofQueue)
    .filter(isWanted);
  const free = agents.filter((entry) => entry.isFree);
  const known = [...free, ...lines, ...agents.filter((entry) => !entry.isFree)].slice(0, MOST);
  const isKnown = known.some((entry) => entry.number === wanted);
  if (!mayDialOutside || isKnown || !DIALLED.test(wanted)) return known;
  return [...known, { id: "number", whom: { number: wanted }, name: wanted, number: wanted, isFree: true }];
}
