/** A call as a list of moments, and as lanes of segments on one time axis: pure, from the facts of the API. */

import type { CallDetail, Conversation, Hold, Instant } from "../api/shapes";

export type MomentKind =
  | "began"
  | "joined"
  | "left"
  | "ring_began"
  | "ring_ended"
  | "talk_began"
  | "talk_ended"
  | "wrapped_up"
  | "survey_asked"
  | "survey_answered"
  | "ended";

export interface Moment {
  at: Instant;
  kind: MomentKind;
  queue: string;
  agent: string;
  /** Outcome of a visit or ring, who ended a conversation, or what a caller pressed in the survey. */
  result: string;
  position: number;
}

/** Moments of the same instant are told in this order. */
const ORDER: MomentKind[] = [
  "began",
  "joined",
  "ring_began",
  "ring_ended",
  "left",
  "talk_began",
  "talk_ended",
  "wrapped_up",
  "survey_asked",
  "survey_answered",
  "ended",
];

function moment(at: Instant, kind: MomentKind, rest: Partial<Moment> = {}): Moment {
  return { at, kind, queue: "", agent: "", result: "", position: 0, ...rest };
}

export function agentOf(fact: { agent_name: string; agent_number: string; interface: string }): string {
  return fact.agent_name || fact.agent_number || fact.interface;
}

export function diary(detail: CallDetail): Moment[] {
  const { call, visits, rings, conversations, surveys } = detail;
  const moments = [
    moment(call.started_at, "began"),
    ...visits.flatMap((visit) => [
      moment(visit.joined_at, "joined", { queue: visit.queue, position: visit.position }),
      moment(visit.ended_at, "left", { queue: visit.queue, result: visit.outcome }),
    ]),
    ...rings.flatMap((ring) => [
      moment(ring.began_at, "ring_began", { agent: agentOf(ring) }),
      moment(ring.ended_at, "ring_ended", { agent: agentOf(ring), result: ring.outcome }),
    ]),
    ...conversations.flatMap((talk) => [
      moment(talk.began_at, "talk_began", { agent: agentOf(talk) }),
      moment(talk.ended_at, "talk_ended", { agent: agentOf(talk), result: talk.ended_by }),
      ...(talk.wrap_up_seconds > 0 ? [moment(talk.completed_at, "wrapped_up", { agent: agentOf(talk) })] : []),
    ]),
    ...surveys.flatMap((survey) => [
      moment(survey.asked_at, "survey_asked", { queue: survey.queue, agent: agentOf(survey) }),
      ...(survey.score > 0 ? [moment(survey.ended_at, "survey_answered", { result: String(survey.score) })] : []),
    ]),
    moment(call.ended_at, "ended"),
  ];
  return moments.sort((a, b) => a.at - b.at || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

export type SegmentKind = "wait" | "ring" | "talk" | "hold" | "wrap_up" | "recording";

export interface Segment {
  key: string;
  kind: SegmentKind;
  from: Instant;
  until: Instant;
  result: string;
  /** A hold whose moment is not known, only its length. */
  isAnywhere?: boolean;
}

export interface Lane {
  key: string;
  kind: "caller" | "agent" | "recording";
  name: string;
  segments: Segment[];
}

/** Holds of calls before their moments were kept, or of which the end was not heard: as long as all of them, at the end. */
function unplacedHold(talk: Conversation): Hold[] {
  const { leg_id, part, ended_at } = talk;
  return talk.hold_seconds > 0 ? [{ leg_id, part, began_at: ended_at - talk.hold_seconds, ended_at }] : [];
}

function talkSegments(talk: Conversation, holds: readonly Hold[]): Segment[] {
  const key = `${talk.leg_id}/${talk.part}`;
  const placed = holds.filter(({ leg_id, part }) => leg_id === talk.leg_id && part === talk.part);
  const segments: Segment[] = [];
  let from = talk.began_at;
  for (const hold of placed.length > 0 ? placed : unplacedHold(talk)) {
    const until = Math.min(hold.ended_at, talk.ended_at);
    segments.push(
      { key: `${key}/talk ${from}`, kind: "talk", from, until: hold.began_at, result: "" },
      { key: `${key}/hold ${from}`, kind: "hold", from: hold.began_at, until, result: "", isAnywhere: !placed.length },
    );
    from = until;
  }
  segments.push(
    { key: `${key}/talk ${from}`, kind: "talk", from, until: talk.ended_at, result: "" },
    { key: `${key}/wrap`, kind: "wrap_up", from: talk.ended_at, until: talk.completed_at, result: "" },
  );
  const drawn = segments.filter((segment) => segment.until > segment.from);
  const last = drawn.findLast((segment) => segment.kind === "talk");
  if (last) last.result = talk.ended_by;
  return drawn;
}

function agentLanes({ rings, conversations, holds }: CallDetail): Lane[] {
  const lanes = new Map<string, Lane>();
  const laneOf = (fact: { agent_name: string; agent_number: string; interface: string }) => {
    const key = fact.agent_number || fact.interface;
    const lane = lanes.get(key) ?? { key: `agent ${key}`, kind: "agent", name: agentOf(fact), segments: [] };
    lanes.set(key, lane);
    return lane;
  };
  const byStart = [...rings].sort((a, b) => a.began_at - b.began_at);
  for (const ring of byStart) {
    const key = `${ring.ring_id}/${ring.channel_id}`;
    laneOf(ring).segments.push({ key, kind: "ring", from: ring.began_at, until: ring.ended_at, result: ring.outcome });
  }
  for (const talk of conversations) laneOf(talk).segments.push(...talkSegments(talk, holds));
  return [...lanes.values()];
}

export function lanes(detail: CallDetail): Lane[] {
  const waits: Segment[] = detail.visits.map((visit) => ({
    key: `${visit.channel_id}/${visit.queue}/${visit.join}`,
    kind: "wait",
    from: visit.joined_at,
    until: visit.ended_at,
    result: visit.outcome,
  }));
  const recordings: Lane[] = detail.recordings
    .filter((recording) => recording.duration_seconds > 0)
    .map((recording) => ({
      key: `recording ${recording.id}`,
      kind: "recording",
      name: "",
      segments: [
        {
          key: `recording ${recording.id}`,
          kind: "recording",
          from: recording.began_at,
          until: recording.began_at + recording.duration_seconds,
          result: "",
        },
      ],
    }));
  const caller: Lane[] = waits.length > 0 ? [{ key: "caller", kind: "caller", name: "", segments: waits }] : [];
  return [...caller, ...agentLanes(detail), ...recordings];
}

export interface Axis {
  from: Instant;
  until: Instant;
  /** Seconds after `from`. */
  ticks: number[];
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
const MOST_TICKS = 9;

export function axisOf(detail: CallDetail): Axis {
  const edges = lanes(detail).flatMap((lane) => lane.segments.flatMap((segment) => [segment.from, segment.until]));
  const from = Math.min(detail.call.started_at, ...edges);
  const until = Math.max(detail.call.ended_at, from + 1, ...edges);
  const length = until - from;
  const step = STEPS.find((seconds) => length / seconds <= MOST_TICKS) ?? Math.ceil(length / MOST_TICKS);
  const ticks = Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
  return { from, until, ticks };
}

/** A wrap-up is seldom longer; after that, what is missing will not come. */
const STILL_COMING_SECONDS = 600;

/** The call is over, but its wrap-up or its recording is not: more of it will be told. */
export function isStillComing({ call, conversations, recordings }: CallDetail, now: Instant): boolean {
  if (now - call.ended_at > STILL_COMING_SECONDS) return false;
  const isTalkMissing = call.outcome === "answered" && conversations.length === 0;
  return isTalkMissing || recordings.some((recording) => recording.state === "writing");
}
