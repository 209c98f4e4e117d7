/** Callers whom nobody knows yet: what an agent types about them is kept in this browser until it is saved. */

import { useState } from "react";
import { useSession } from "../api/queries";
import type { Instant } from "../api/shapes";

export interface Newcomer {
  callId: string;
  number: string;
  since: Instant;
  name: string;
  level: string;
  note: string;
}

export type Typed = Pick<Newcomer, "name" | "level" | "note">;

export const isBlank = ({ name, level, note }: Typed): boolean => ![name, level, note].some((text) => text.trim());

/** The newcomers with what was typed about one of them; one about whom nothing is said is none. */
export function withTyped(newcomers: readonly Newcomer[], one: Newcomer): Newcomer[] {
  const others = newcomers.filter(({ callId }) => callId !== one.callId);
  return isBlank(one) ? others : [...others, one].sort((a, b) => b.since - a.since);
}

const keyOf = (username: string) => `callcenter.desk.newcomers.${username}`;

function kept(username: string): Newcomer[] {
  try {
    return JSON.parse(localStorage.getItem(keyOf(username)) ?? "[]") as Newcomer[];
  } catch {
    return [];
  }
}

/** The newcomers of this agent's calls that are typed and not saved. */
export function useNewcomers() {
  const { username } = useSession().user;
  const [newcomers, setNewcomers] = useState(() => kept(username));
  function keep(next: Newcomer[]) {
    localStorage.setItem(keyOf(username), JSON.stringify(next));
    setNewcomers(next);
  }
  return {
    newcomers,
    type: (one: Newcomer) => keep(withTyped(newcomers, one)),
    drop: (callId: string) => keep(newcomers.filter((one) => one.callId !== callId)),
  };
}
