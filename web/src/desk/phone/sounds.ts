/** What the phone sounds like, and how loud a stream is. */

import { sendTo } from "./devices";

/** A second of the tone, then three of silence, until it is stopped. */
export function ring(): () => void {
  const context = new AudioContext();
  void sendTo(context, "ring");
  const volume = context.createGain();
  volume.connect(context.destination);
  volume.gain.value = 0;
  const tones = [440, 480].map((pitch) => {
    const tone = context.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(volume);
    tone.start();
    return tone;
  });
  const strike = () => {
    volume.gain.setTargetAtTime(0.12, context.currentTime, 0.02);
    volume.gain.setTargetAtTime(0, context.currentTime + 1, 0.05);
  };
  strike();
  const timer = setInterval(strike, 4000);
  return () => {
    clearInterval(timer);
    for (const tone of tones) tone.stop();
    void context.close();
  };
}

const FLOOR_DECIBELS = 60;

/** From 0 (below -60 dB) to 1 (full). */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, 1 + decibels / FLOOR_DECIBELS));
}

/** Tells how loud the stream is, ten times a second, until it is stopped. */
export function meter(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    tell(levelOf(samples));
  }, 100);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}
