/** The live floor: one store outside React. A component takes one entity and renders when that one changes. */

import { create } from "zustand";
import type { Entities, Instant, Kind } from "../api/shapes";
import { type Known, NOTHING } from "./entities";

/** `open`: frames come. `lost`: the connection broke and is tried again. `refused`: this account may not. */
export type Connection = "idle" | "connecting" | "open" | "lost" | "refused";

export interface Live extends Known {
  connection: Connection;
  /** The instant of the last frame; what is shown is true until then and no longer. */
  lastFrameAt: Instant;
}

const START: Live = { ...NOTHING, connection: "idle", lastFrameAt: 0 };

export const useLive = create<Live>(() => START);

export function reset(): void {
  useLive.setState(START);
}

export function useEntity<K extends Kind>(kind: K, id: string): Entities[K][string] | undefined {
  return useLive((live) => live.entities[kind][id] as Entities[K][string] | undefined);
}
