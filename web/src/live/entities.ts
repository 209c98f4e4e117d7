/** How a frame changes what we know: pure, so that *old snapshot + changes = fresh snapshot* can be tested. */

import type { DeltaFrame, Entities, Frame, Kind, SnapshotFrame } from "../api/shapes";

export interface Known {
  epoch: string | null;
  seq: number;
  at: number;
  entities: Entities;
}

/** `resync`: frames are missing; only a fresh snapshot helps. */
export type Applied = { known: Known; resync: boolean };

export const KINDS: readonly Kind[] = [
  "links",
  "seats",
  "queues",
  "visits",
  "listenings",
  "gauges",
  "figures",
  "lists",
  "journals",
  "alerts",
  "messages",
  "tickets",
];

export const NOTHING: Known = {
  epoch: null,
  seq: 0,
  at: 0,
  entities: {
    links: {},
    seats: {},
    queues: {},
    visits: {},
    listenings: {},
    gauges: {},
    figures: {},
    lists: {},
    journals: {},
    alerts: {},
    messages: {},
    tickets: {},
  },
};

function fromSnapshot(frame: SnapshotFrame): Known {
  return {
    epoch: frame.epoch,
    seq: frame.seq,
    at: frame.at,
    entities: { ...NOTHING.entities, ...frame.entities },
  };
}

type Rows = Record<string, object>;

function mergeKind(rows: Rows, changed: Rows | undefined, removed: string[] | undefined): Rows {
  if (!changed && !removed) return rows;
  const next: Rows = { ...rows };
  for (const id of removed ?? []) delete next[id];
  for (const [id, fields] of Object.entries(changed ?? {})) next[id] = { ...next[id], ...fields };
  return next;
}

function merge(entities: Entities, frame: DeltaFrame): Entities {
  const next: Record<string, Rows> = {};
  for (const kind of KINDS) {
    next[kind] = mergeKind(entities[kind], frame.changed?.[kind], frame.removed?.[kind]);
  }
  return next as unknown as Entities;
}

export function apply(known: Known, frame: Frame): Applied {
  if (frame.type === "snapshot") return { known: fromSnapshot(frame), resync: false };
  if (known.epoch === null) return { known, resync: true };
  if (frame.type === "heartbeat") {
    return { known: { ...known, at: Math.max(known.at, frame.at) }, resync: frame.seq !== known.seq };
  }
  if (frame.seq <= known.seq) return { known, resync: false };
  if (frame.seq !== known.seq + 1) return { known, resync: true };
  return {
    known: { ...known, seq: frame.seq, at: frame.at, entities: merge(known.entities, frame) },
    resync: false,
  };
}
