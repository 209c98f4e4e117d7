import { expect, test } from "vitest";
import { gradeOf, meanOpinionScore, qualityOf } from "./quality";

test("the score falls with delay and loss, and stays between 1 and 4.5", () => {
  expect(meanOpinionScore(0, 0)).toBeCloseTo(4.41, 2);
  expect(meanOpinionScore(0.15, 0)).toBeCloseTo(4.33, 2);
  expect(meanOpinionScore(0.4, 0)).toBeCloseTo(3.05, 2);
  expect(meanOpinionScore(0.02, 0.02)).toBeCloseTo(4.2, 1);
  expect(meanOpinionScore(0.02, 0.1)).toBeCloseTo(3.36, 1);
  expect(meanOpinionScore(5, 1)).toBe(1);
});

test("a grade is that of the users who would be content", () => {
  expect([4.4, 3.6, 3.59, 3.1, 3.09].map(gradeOf)).toEqual(["good", "good", "fair", "fair", "poor"]);
});

test("both directions are read, and what the other side tells by RTCP", () => {
  const quality = qualityOf([
    { type: "inbound-rtp", kind: "audio", packetsReceived: 980, packetsLost: 20, jitter: 0.004 },
    { type: "outbound-rtp", kind: "audio", packetsSent: 1000 },
    { type: "remote-inbound-rtp", kind: "audio", packetsLost: 50, roundTripTime: 0.08 },
    { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.5 },
  ]);
  expect(quality).toMatchObject({ receivedLoss: 0.02, sentLoss: 0.05, jitter: 0.004, rtt: 0.08 });
  expect(quality?.mos).toBeCloseTo(meanOpinionScore(0.06, 0.02), 5);
});

test("without RTCP the round trip is that of ICE, and before the first packet nothing is known", () => {
  const pair = { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.03 };
  expect(qualityOf([{ type: "inbound-rtp", packetsReceived: 1 }, pair])?.rtt).toBe(0.03);
  expect(qualityOf([pair])).toBeNull();
  expect(qualityOf([{ type: "inbound-rtp", packetsReceived: 0 }])).toBeNull();
});

test("packets that come late are counted as lost less than none, and are none here", () => {
  expect(qualityOf([{ type: "inbound-rtp", packetsReceived: 10, packetsLost: -2 }])?.receivedLoss).toBe(0);
});
