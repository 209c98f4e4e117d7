import { expect, test } from "vitest";
import type { Conversation, Hold, Recording, Sound, Stretch } from "../api/shapes";
import { marksOf, nextMark, shared, spanOf, wavePath } from "./waveform";

const recording = { id: 1, began_at: 1000, duration_seconds: 60, pauses: [] as unknown } as Recording;

function side(silence: Stretch[]): Sound["sides"][number] {
  return { side: "agent", is_audible: true, talk_seconds: 1, talk: [], silence, peaks: [] };
}

const sound: Sound = {
  duration_seconds: 60,
  sides: [
    side([
      [5, 20],
      [40, 60],
    ]),
    side([
      [0, 8],
      [12, 17],
    ]),
  ],
  talk_over: [[30, 31]],
  talk_over_seconds: 1,
  has_copy: true,
};

test("what all are silent in", () => {
  expect(shared(sound.sides.map((one) => one.silence))).toEqual([
    [5, 8],
    [12, 17],
  ]);
});

test("marks are transfers inside, talk-over, and silence of both that is long", () => {
  const conversations = [{ began_at: 1000 }, { began_at: 1025 }, { began_at: 1059.5 }] as Conversation[];
  expect(marksOf(recording, sound, conversations, [])).toEqual([
    { kind: "silence", from: 12, until: 17 },
    { kind: "transfer", from: 25, until: 25 },
    { kind: "talk_over", from: 30, until: 31 },
  ]);
  expect(marksOf(recording, null, [], [])).toEqual([]);
});

test("holds of the recorded agent are marked as far as the recording reaches", () => {
  const holds: Hold[] = [
    { leg_id: "a", part: 1, began_at: 990, ended_at: 1004 },
    { leg_id: "b", part: 1, began_at: 1010, ended_at: 1020 },
    { leg_id: "a", part: 2, began_at: 1050, ended_at: 1070 },
    { leg_id: "a", part: 2, began_at: 1080, ended_at: 1090 },
  ];
  const ofAgent = { ...recording, conversation: { leg_id: "a", part: 1 } };
  expect(marksOf(ofAgent, null, [], holds)).toEqual([
    { kind: "hold", from: 0, until: 4 },
    { kind: "hold", from: 50, until: 60 },
  ]);
  expect(marksOf({ ...recording, conversation: null }, null, [], holds)).toHaveLength(3);
  expect(nextMark(marksOf(ofAgent, null, [], holds), 10, false, "hold")?.from).toBe(50);
});

test("a pause of the recording is marked, and its silence is no long silence", () => {
  const pauses = [
    { began_at: 1013, ended_at: 1018, is_certain: true },
    { began_at: 1058, ended_at: 1070, is_certain: false },
  ];
  const silent = { ...sound, talk_over: [], sides: [side([[3, 23]])] };
  expect(marksOf({ ...recording, pauses }, silent, [], [])).toEqual([
    { kind: "silence", from: 3, until: 13 },
    { kind: "pause", from: 13, until: 18 },
    { kind: "silence", from: 18, until: 23 },
    { kind: "pause", from: 58, until: 60 },
  ]);
  const short = { ...silent, sides: [side([[12.9, 18.1]])] };
  expect(marksOf({ ...recording, pauses }, short, [], []).map(({ kind }) => kind)).toEqual(["pause", "pause"]);
});

test("marks are stepped through in both directions, round the end", () => {
  const marks = marksOf(recording, sound, [{ began_at: 1025 } as Conversation], []);
  expect(nextMark(marks, 0)?.from).toBe(12);
  expect(nextMark(marks, 12)?.from).toBe(25);
  expect(nextMark(marks, 50)?.from).toBe(12);
  expect(nextMark(marks, 28, true)?.from).toBe(25);
  expect(nextMark(marks, 5, true)?.from).toBe(30);
  expect(nextMark(marks, 0, false, "talk_over")?.from).toBe(30);
  expect(nextMark([], 0)).toBeUndefined();
});

test("a wave fills its lane, whatever its loudness, and no column is lost", () => {
  const path = wavePath([0, 0.1, 0.2, 0], 2, 20, 18);
  expect(path).toBe("M0.5 11.00V29.00M1.5 2.00V38.00");
  expect(wavePath([], 2, 20, 18)).toBe("");
});

test("a clip is made of the loop, else of what was just heard", () => {
  expect(spanOf({ from: 5, until: 9 }, 30, 60)).toEqual({ from: 5, until: 9 });
  expect(spanOf({ from: 5, until: null }, 30, 60)).toEqual({ from: 5, until: 30 });
  expect(spanOf({ from: 40, until: null }, 30, 60)).toEqual({ from: 15, until: 30 });
  expect(spanOf(null, 4, 60)).toEqual({ from: 0, until: 4 });
  expect(spanOf(null, 0, 60)).toEqual({ from: 0, until: 1 });
});
