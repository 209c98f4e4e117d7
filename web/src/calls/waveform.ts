/** What is drawn of a recording: its waveform, and the spans and moments worth a look. */

import type { Conversation, Hold, Instant, Recording, Seconds, Side, Sound, Stretch } from "../api/shapes";

/** Nobody talks for so long: worth a look. Shorter silences are part of every conversation. */
export const LONG_SILENCE_SECONDS = 4;
/** A transfer this close to an end of the recording is its beginning or end. */
const EDGE_SECONDS = 1;

export type MarkKind = "transfer" | "hold" | "pause" | "talk_over" | "silence";
export const MARK_KINDS: readonly MarkKind[] = ["talk_over", "silence", "hold", "pause", "transfer"];
export interface Mark {
  kind: MarkKind;
  from: Seconds;
  until: Seconds;
}

/** A stretch that is played again and again; `until` is null while only its beginning is set. */
export interface Loop {
  from: Seconds;
  until: Seconds | null;
}
export interface Span {
  from: Seconds;
  until: Seconds;
}
/** Where no span was chosen, what was just heard is meant. */
const JUST_HEARD_SECONDS = 15;

/** What a clip would be made of: the loop, else from its beginning to here, else what was just heard. */
export function spanOf(loop: Loop | null, now: Seconds, length: Seconds): Span {
  if (loop && loop.until !== null) return { from: loop.from, until: loop.until };
  const from = loop && loop.from < now ? loop.from : Math.max(0, now - JUST_HEARD_SECONDS);
  return { from, until: Math.min(length, Math.max(now, from + 1)) };
}

/** The audio of a recording or clip; `play` is the player's word for this play. */
export function audioAddress(path: string, side: Side | "stereo", play: string): string {
  return `${path}/audio?play=${play}&side=${side}`;
}

/** The path of one side, as high as its lane: `middle` and half of its height in the units of the drawing. */
export function wavePath(peaks: readonly number[], columns: number, middle: number, half: number): string {
  const count = Math.min(columns, peaks.length);
  const loudest = Math.max(0.05, ...peaks);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * peaks.length) / count);
    const until = Math.floor(((index + 1) * peaks.length) / count);
    const deflection = (Math.max(0, ...peaks.slice(from, until)) / loudest) * half;
    const at = (((index + 0.5) * columns) / count).toFixed(1);
    return `M${at} ${(middle - Math.max(0.4, deflection)).toFixed(2)}V${(middle + Math.max(0.4, deflection)).toFixed(2)}`;
  }).join("");
}

/** The spans that lie in every one of the lists, each list in order. */
export function shared(lists: readonly Stretch[][]): Stretch[] {
  return lists.reduce((left, right) =>
    left.flatMap(([from, until]) =>
      right
        .map(([start, end]): Stretch => [Math.max(from, start), Math.min(until, end)])
        .filter(([start, end]) => end > start),
    ),
  );
}

function transfers(recording: Recording, conversations: readonly Conversation[]): Mark[] {
  return conversations
    .map((one) => one.began_at - recording.began_at)
    .filter((at) => at > EDGE_SECONDS && at < recording.duration_seconds - EDGE_SECONDS)
    .map((at) => ({ kind: "transfer", from: at, until: at }));
}

/** Spans of time as marks, cut to the recording. */
function cut(kind: MarkKind, recording: Recording, spans: readonly { began_at: Instant; ended_at: Instant }[]): Mark[] {
  return spans
    .map(
      (span): Mark => ({
        kind,
        from: Math.max(0, span.began_at - recording.began_at),
        until: Math.min(recording.duration_seconds, span.ended_at - recording.began_at),
      }),
    )
    .filter((mark) => mark.until > mark.from);
}

/** The holds of the recorded agent; of every agent where it is not known whose it is. */
function held(recording: Recording, holds: readonly Hold[]): Mark[] {
  const leg = recording.conversation?.leg_id;
  const own = holds.filter((hold) => leg === undefined || hold.leg_id === leg);
  return cut("hold", recording, own);
}

/** What is left of silences where the recording was not paused: there nobody knows whether anybody talked. */
function unpaused(silent: readonly Stretch[], pauses: readonly Mark[]): Stretch[] {
  return pauses.reduce<readonly Stretch[]>(
    (left, pause) =>
      left.flatMap(([from, until]): Stretch[] =>
        pause.until <= from || pause.from >= until
          ? [[from, until]]
          : [
              [from, pause.from],
              [pause.until, until],
            ],
      ),
    silent,
  ) as Stretch[];
}

/** What is heard, in the order of time: talk-over, and long silence of both, but for the `pauses`. */
export function heardMarks(sound: Sound | null, pauses: readonly Mark[] = []): Mark[] {
  const silent = sound?.sides.length ? shared(sound.sides.map((side) => side.silence)) : [];
  const marks: Mark[] = [
    ...(sound?.talk_over ?? []).map(([from, until]): Mark => ({ kind: "talk_over", from, until })),
    ...unpaused(silent, pauses)
      .filter(([from, until]) => until - from >= LONG_SILENCE_SECONDS)
      .map(([from, until]): Mark => ({ kind: "silence", from, until })),
  ];
  return inOrder(marks);
}

function inOrder(marks: Mark[]): Mark[] {
  return marks.sort((one, other) => one.from - other.from);
}

/** The marks of a recording in the order of time. */
export function marksOf(
  recording: Recording,
  sound: Sound | null,
  conversations: readonly Conversation[],
  holds: readonly Hold[],
): Mark[] {
  const pauses = cut("pause", recording, recording.pauses);
  return inOrder([
    ...transfers(recording, conversations),
    ...held(recording, holds),
    ...pauses,
    ...heardMarks(sound, pauses),
  ]);
}

/** The next mark behind a place (or before it, backwards), of one kind or of any; the first again after the last. */
export function nextMark(marks: readonly Mark[], at: Seconds, backwards = false, kind?: MarkKind): Mark | undefined {
  const of = marks.filter((mark) => kind === undefined || mark.kind === kind);
  if (backwards) return of.findLast((mark) => mark.from < at - EDGE_SECONDS) ?? of.at(-1);
  return of.find((mark) => mark.from > at + 0.05) ?? of[0];
}
