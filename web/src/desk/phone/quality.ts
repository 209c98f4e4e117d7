/** How good the connection of a call is, out of what WebRTC counts (RTCP included): pure, so that it can be tested. */

/** Of the whole call so far. Shares are 0–1; `rtt` and `jitter` in seconds. */
export interface Quality {
  receivedLoss: number;
  sentLoss: number;
  jitter: number;
  rtt: number;
  mos: number;
}

/** The fields of the reports that are read, with what each statistic is called (W3C webrtc-stats). */
export interface Report {
  type: string;
  kind?: string;
  packetsReceived?: number;
  packetsLost?: number;
  packetsSent?: number;
  jitter?: number;
  roundTripTime?: number;
  currentRoundTripTime?: number;
  nominated?: boolean;
  jitterBufferDelay?: number;
  jitterBufferEmittedCount?: number;
}

/** One packet of G.711 as telephones send it. */
const PACKET_SECONDS = 0.02;

/**
 * The mean opinion score (1–4.5) of G.711: the E-model of ITU-T G.107 in the short form of Cole and Rosenbluth, "Voice over
 * IP performance monitoring", ACM SIGCOMM CCR 31 (2001), with their figures for G.711 and losses at random.
 */
export function meanOpinionScore(oneWaySeconds: number, lossRate: number): number {
  const delay = oneWaySeconds * 1000;
  const byDelay = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const byLoss = 30 * Math.log(1 + 15 * lossRate);
  const r = Math.max(0, 93.2 - byDelay - byLoss);
  const mos = 1 + 0.035 * r + 0.000007 * r * (r - 60) * (100 - r);
  return Math.min(4.5, Math.max(1, mos));
}

/** Null until something has come. The score is that of what is heard here. */
export function qualityOf(reports: Iterable<Report>): Quality | null {
  const all = [...reports];
  const of = (type: string) => all.find((one) => one.type === type && one.kind !== "video");
  const received = of("inbound-rtp");
  const sent = of("outbound-rtp");
  const told = of("remote-inbound-rtp");
  if (!received?.packetsReceived) return null;
  const pair = all.find((one) => one.type === "candidate-pair" && one.nominated);
  const lost = Math.max(0, received.packetsLost ?? 0);
  const receivedLoss = lost / (lost + received.packetsReceived);
  const sentLoss = sent?.packetsSent ? Math.min(1, Math.max(0, told?.packetsLost ?? 0) / sent.packetsSent) : 0;
  const rtt = told?.roundTripTime ?? pair?.currentRoundTripTime ?? 0;
  const emitted = received.jitterBufferEmittedCount ?? 0;
  const buffered = emitted > 0 ? (received.jitterBufferDelay ?? 0) / emitted : 0;
  const mos = meanOpinionScore(rtt / 2 + buffered + PACKET_SECONDS, receivedLoss);
  return { receivedLoss, sentLoss, jitter: received.jitter ?? 0, rtt, mos };
}

export type Grade = "good" | "fair" | "poor";

/** Below 3.6 many users are dissatisfied, below 3.1 nearly all (ITU-T G.107, table B.1: R of 70 and 60). */
export function gradeOf(mos: number): Grade {
  if (mos >= 3.6) return "good";
  return mos >= 3.1 ? "fair" : "poor";
}
