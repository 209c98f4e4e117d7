/** What the phone in this tab is doing, for whoever shows it. */

import { create } from "zustand";
import type { Quality } from "./quality";

/**
 * `off`: not used. `elsewhere`: another tab has it. `insecure`: the page did not come by HTTPS. `connecting`,
 * `registered`. `refused`: the PBX does not take the password. `unreachable`: there is no way to it.
 */
export type Standing = "off" | "elsewhere" | "insecure" | "connecting" | "registered" | "refused" | "unreachable";

export interface PhoneCall {
  number: string;
  name: string;
  /** `ringing`: somebody calls. `calling`: we do. */
  state: "ringing" | "answering" | "calling" | "talking";
  isMuted: boolean;
  /** It rang before this page was loaded (again). */
  isOfBefore: boolean;
}

export interface PhoneState {
  standing: Standing;
  call: PhoneCall | null;
  quality: Quality | null;
  own: MediaStream | null;
  theirs: MediaStream | null;
  /** The browser gives no microphone. */
  isMicrophoneRefused: boolean;
}

const START: PhoneState = {
  standing: "off",
  call: null,
  quality: null,
  own: null,
  theirs: null,
  isMicrophoneRefused: false,
};

export const usePhone = create<PhoneState>(() => START);

export function resetPhone(): void {
  usePhone.setState(START);
}

/** Changes the call that is there; nothing where there is none any more. */
export function changeCall(change: Partial<PhoneCall>): void {
  const { call } = usePhone.getState();
  if (call) usePhone.setState({ call: { ...call, ...change } });
}
