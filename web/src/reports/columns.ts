/** Which figures a table shows: chosen in the address, else in this browser before, else the usual ones. */

import { FIGURE_GROUPS, type Figure } from "../api/shapes";
import type { Subject } from "./view";

/** What a leader of that subject looks at every day; what the catalogue does not know is left out. */
const OF_QUEUES = [
  "offered",
  "answered",
  "answer_rate",
  "service_level",
  "asa_seconds",
  "longest_wait_seconds",
  "abandoned",
  "abandoned_short",
  "timed_out",
  "aht_seconds",
  "average_talk_seconds",
  "average_hold_seconds",
  "average_wrap_up_seconds",
];
const OF_PEOPLE = [
  "handled",
  "handled_per_hour",
  "aht_seconds",
  "average_talk_seconds",
  "average_hold_seconds",
  "average_wrap_up_seconds",
  "occupancy",
  "ring_no_answer_rate",
  "signed_in_seconds",
  "paused_seconds",
  "away_compliance",
  "transfer_rate",
];
const USUAL: Record<Subject, readonly string[]> = { queues: OF_QUEUES, agents: OF_PEOPLE, teams: OF_PEOPLE };

export function figuresFor(catalogue: readonly Figure[], subject: Subject): Figure[] {
  return catalogue.filter((figure) => figure.subjects.includes(subject));
}

export function grouped(figures: readonly Figure[]): [Figure["group"], Figure[]][] {
  return FIGURE_GROUPS.map((group): [Figure["group"], Figure[]] => [
    group,
    figures.filter((figure) => figure.group === group),
  ]).filter(([, inGroup]) => inGroup.length > 0);
}

const keptAs = (subject: Subject) => `callcenter.columns.${subject}`;

export function keptColumns(subject: Subject): string[] {
  return (localStorage.getItem(keptAs(subject)) ?? "").split(",").filter(Boolean);
}

export function keepColumns(subject: Subject, ids: readonly string[]): void {
  if (ids.length > 0) localStorage.setItem(keptAs(subject), ids.join(","));
  else localStorage.removeItem(keptAs(subject));
}

/** Not a figure: a column for each reason of pausing. */
export const REASONS = "reasons";

/** The figures to show, in the order of the usual ones and then of the catalogue. */
export function chosenFigures(
  catalogue: readonly Figure[],
  subject: Subject,
  chosen: readonly string[],
  kept: readonly string[],
): Figure[] {
  const known = figuresFor(catalogue, subject);
  const pick = (ids: readonly string[]) => ids.flatMap((id) => known.find((figure) => figure.id === id) ?? []);
  const usual = pick(USUAL[subject]);
  for (const ids of [chosen, kept]) {
    const wanted = pick(ids);
    if (wanted.length > 0) return inOrder(wanted, usual, known);
  }
  return usual.length > 0 ? usual : known.slice(0, 8);
}

function inOrder(wanted: Figure[], usual: Figure[], known: Figure[]): Figure[] {
  const order = [...usual, ...known];
  return wanted.sort((one, other) => order.indexOf(one) - order.indexOf(other));
}
