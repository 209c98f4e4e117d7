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

const CLEAR = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** The chosen microphone; the system's where it is not plugged in any more. */
export function openMicrophone(): Promise<MediaStream> {
  const wanted = chosen("microphone");
  return open(wanted ? { ...CLEAR, deviceId: { ideal: wanted } } : CLEAR);
}

/** This very microphone ("": the system's), or an error. */
export function openThis(deviceId: string): Promise<MediaStream> {
  return open(deviceId ? { ...CLEAR, deviceId: { exact: deviceId } } : CLEAR);
}

function open(audio: MediaTrackConstraints): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({ audio, video: false });
}

/** Whether this browser can play elsewhere than the system says; the ring is no element's sound. */
export function canChoose(part: Part): boolean {
  if (part === "microphone") return true;
  return "setSinkId" in (part === "ring" ? AudioContext : HTMLMediaElement).prototype;
}

/** Sends a sound to a device, if that is possible: where it goes stays as it was otherwise. */
export async function sendTo(
  sink: HTMLMediaElement | AudioContext,
  part: "speaker" | "ring",
  deviceId = chosen(part),
): Promise<boolean> {
  if (!("setSinkId" in sink)) return false;
  try {
    await (sink as { setSinkId(id: string): Promise<void> }).setSinkId(deviceId);
    return true;
  } catch {
    return false;
  }
}
