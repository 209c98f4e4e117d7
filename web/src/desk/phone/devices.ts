/** Which microphone, speaker and ring device were chosen in this browser; "" is what the system uses. */

export const PARTS = ["microphone", "speaker", "ring"] as const;
export type Part = (typeof PARTS)[number];

const key = (part: Part) => `callcenter.phone.${part}`;

export function chosen(part: Part): string {
  return localStorage.getItem(key(part)) ?? "";
}

export function choose(part: Part, deviceId: string): void {
  localStorage.setItem(key(part), deviceId);
}

export interface Device {
  id: string;
  name: string;
}

/** Those of one kind by name; a browser names none before it was allowed to use the microphone. */
export function ofKind(found: readonly MediaDeviceInfo[], part: Part): Device[] {
  const kind = part === "microphone" ? "audioinput" : "audiooutput";
  const seen = found.filter((one) => one.kind === kind && one.deviceId !== "" && one.deviceId !== "default");
  return seen.map((one) => ({ id: one.deviceId, name: one.label || one.deviceId.slice(0, 8) }));
}

/** The chosen microphone; the system's where it is not plugged in any more. */
export async function openMicrophone(): Promise<MediaStream> {
  const wanted = chosen("microphone");
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const exact = wanted ? { ...audio, deviceId: { ideal: wanted } } : audio;
  return navigator.mediaDevices.getUserMedia({ audio: exact, video: false });
}

/** A sound goes to the chosen device, where the browser can choose one and it is there. */
export async function sendTo(sink: HTMLMediaElement | AudioContext, part: "speaker" | "ring"): Promise<void> {
  if (!("setSinkId" in sink)) return;
  await (sink as { setSinkId(id: string): Promise<void> }).setSinkId(chosen(part)).catch(() => undefined);
}
