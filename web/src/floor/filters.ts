/** Which seats are shown, in which order: pure, kept in the address of the page. */

import { type Figure, SEAT_STATES, type Seat, type SeatState, type StateCounts } from "../api/shapes";

export const SORTS = ["number", "name", "state", "longest"] as const;
export type Sort = (typeof SORTS)[number];
export const DENSITIES = ["auto", "cards", "compact"] as const;
export type Density = (typeof DENSITIES)[number];
/** Of the queues' table: those that a supervisor steers by, or every figure there is. */
export const COLUMNS = ["main", "all"] as const;
export type Columns = (typeof COLUMNS)[number];

export interface FloorFilter {
  /** `pbx/queue`, or "" for all. */
  queue: string;
  team: string;
  states: SeatState[];
  name: string;
  sort: Sort;
  density: Density;
  columns: Columns;
}

/** Above this, cards would make the board longer than anybody scrolls. */
export const COMPACT_FROM = 120;

export function readFilter(params: URLSearchParams): FloorFilter {
  const states = (params.get("state") ?? "").split(",");
  return {
    queue: params.get("queue") ?? "",
    team: params.get("team") ?? "",
    states: SEAT_STATES.filter((state) => states.includes(state)),
    name: params.get("name") ?? "",
    sort: SORTS.find((sort) => sort === params.get("sort")) ?? "number",
    density: DENSITIES.find((density) => density === params.get("density")) ?? "auto",
    columns: COLUMNS.find((columns) => columns === params.get("columns")) ?? "main",
  };
}

export function writeFilter(filter: FloorFilter): URLSearchParams {
  const params = new URLSearchParams();
  if (filter.queue) params.set("queue", filter.queue);
  if (filter.team) params.set("team", filter.team);
  if (filter.states.length > 0) params.set("state", filter.states.join(","));
  if (filter.name) params.set("name", filter.name);
  if (filter.sort !== "number") params.set("sort", filter.sort);
  if (filter.density !== "auto") params.set("density", filter.density);
  if (filter.columns !== "main") params.set("columns", filter.columns);
  return params;
}

function matchesText(seat: Seat, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return true;
  return [seat.agent_name, seat.agent_number, seat.desk_label, seat.interface, seat.number].some((field) =>
    (field ?? "").toLowerCase().includes(wanted),
  );
}

/** Everything but the state, so that the counts by state stay those of the chosen queue and team. */
function isInScope(seat: Seat, filter: FloorFilter): boolean {
  if (filter.team && seat.team !== filter.team) return false;
  if (filter.queue && !seat.queues.some((queue) => `${seat.pbx}/${queue}` === filter.queue)) return false;
  return matchesText(seat, filter.name);
}

/** A desk phone at which nobody sits is shown, and is no seat that counts. */
export function isVacant(seat: Pick<Seat, "desk" | "agent_name" | "agent_number">): boolean {
  return Boolean(seat.desk) && !(seat.agent_name || seat.agent_number);
}

export function countStates(seats: Record<string, Seat>, filter: FloorFilter): StateCounts {
  const counts: StateCounts = {};
  for (const seat of Object.values(seats)) {
    if (!isVacant(seat) && isInScope(seat, filter)) counts[seat.state] = (counts[seat.state] ?? 0) + 1;
  }
  return counts;
}

const collator = new Intl.Collator(["zh-Hans-CN", "en"], { numeric: true });

/** Agent numbers compare as numbers: a collator over 900 seats, ten times a second, is felt on a small machine. */
function byNumber(a: Seat, b: Seat): number {
  const difference = Number(a.agent_number) - Number(b.agent_number);
  if (difference && a.agent_number && b.agent_number) return difference;
  return collator.compare(a.agent_number || a.interface, b.agent_number || b.interface);
}

const ORDERS: Record<Sort, (a: Seat, b: Seat) => number> = {
  number: byNumber,
  name: (a, b) => collator.compare(a.agent_name, b.agent_name),
  state: (a, b) => SEAT_STATES.indexOf(a.state) - SEAT_STATES.indexOf(b.state) || a.since - b.since,
  longest: (a, b) => a.since - b.since,
};

export function chooseSeats(seats: Record<string, Seat>, filter: FloorFilter): string[] {
  const order = ORDERS[filter.sort];
  return Object.entries(seats)
    .filter(([, seat]) => (filter.states.length === 0 || filter.states.includes(seat.state)) && isInScope(seat, filter))
    .sort(([, a], [, b]) => order(a, b))
    .map(([id]) => id);
}

const EXPECTED: Partial<Record<SeatState, readonly string[]>> = {
  ready: ["not_in_use"],
  wrap_up: ["not_in_use", "in_use"],
  paused: ["not_in_use"],
  ringing: ["ringing", "ring_in_use"],
  talking: ["in_use", "busy", "ring_in_use", "on_hold"],
  on_hold: ["on_hold", "in_use", "busy", "ring_in_use"],
};

/** What Asterisk says of the phone, where it does not go without saying from the seat's state. */
export function oddDevice(seat: Seat): string | null {
  const expected = EXPECTED[seat.state];
  if (!expected || !seat.device || seat.device === "unknown" || expected.includes(seat.device)) return null;
  return seat.device;
}

/** Ways of counting the same, percentiles and sums are for reports: on the floor they would hide what matters. */
const FOR_REPORTS = /^service_level_|^wait_p\d|^(talk|hold|wrap_up)_seconds$/;

/** The figures of today that the floor shows. */
export function floorFigures(catalogue: readonly Figure[]): Figure[] {
  return catalogue.filter((figure) => figure.is_live && !FOR_REPORTS.test(figure.id));
}

export type Urgency = "calm" | "soon" | "over";

/** A wait is worth a look from two thirds of the threshold on, and over when the threshold is passed. */
export function urgency(waitSeconds: number, thresholdSeconds: number): Urgency {
  if (waitSeconds >= thresholdSeconds) return "over";
  return waitSeconds >= (thresholdSeconds * 2) / 3 ? "soon" : "calm";
}

export function meetsTarget(direction: "up" | "down" | "none", value: number, target: number): boolean {
  return direction === "down" ? value <= target : value >= target;
}
