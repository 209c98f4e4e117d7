/** The loudness of a recording over its time, for drawing: decoded in the browser, once for each side. */

import type { Side } from "../api/shapes";

/** Beyond this the audio is played without a picture: decoding an hour would cost more memory than it tells. */
const LARGEST_BYTES = 40_000_000;

export function audioAddress(id: number, side: Side): string {
  return `/api/recordings/${id}/audio?side=${side}`;
}

/** The loudest sample of each of `count` stretches, 0–1 of the loudest of all. */
export function peaksOf(samples: Float32Array, count: number): number[] {
  const stretch = Math.max(1, Math.floor(samples.length / count));
  const peaks = Array.from({ length: Math.min(count, samples.length) }, (_, index) => {
    let loudest = 0;
    for (let at = index * stretch; at < (index + 1) * stretch; at += 1) {
      loudest = Math.max(loudest, Math.abs(samples[at] ?? 0));
    }
    return loudest;
  });
  const most = Math.max(...peaks, 0.01);
  return peaks.map((peak) => peak / most);
}

export async function loadPeaks(id: number, side: Side, size: number, count: number): Promise<number[]> {
  if (size > LARGEST_BYTES) return [];
  const response = await fetch(audioAddress(id, side));
  if (!response.ok) return [];
  const context = new OfflineAudioContext(1, 1, 8000);
  const audio = await context.decodeAudioData(await response.arrayBuffer());
  return peaksOf(audio.getChannelData(0), count);
}
