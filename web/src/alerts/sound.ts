/** The sound of alerts, off until somebody turns it on in this browser: two tones, four for what is critical. */

import { useSyncExternalStore } from "react";
import type { Severity } from "../api/shapes";

const KEPT_AS = "callcenter.sound";
const TONES: Record<Severity, number[]> = { warning: [660, 880], critical: [988, 740, 988, 740] };
const TONE_SECONDS = 0.16;

let context: AudioContext | null = null;
const listeners = new Set<() => void>();

export function isSoundOn(): boolean {
  return localStorage.getItem(KEPT_AS) === "on";
}

/** Called by a click: browsers let a page sound only after one. */
export function turnSound(on: boolean): void {
  localStorage.setItem(KEPT_AS, on ? "on" : "off");
  for (const listener of listeners) listener();
  if (on) play("warning");
}

export function play(severity: Severity): void {
  if (!isSoundOn()) return;
  context ??= new AudioContext();
  void context.resume();
  let at = context.currentTime + 0.02;
  for (const pitch of TONES[severity]) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + TONE_SECONDS);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + TONE_SECONDS);
    at += TONE_SECONDS;
  }
}

export function useSound(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, isSoundOn);
}
