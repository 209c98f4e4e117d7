import { query } from "../api/client";
import type { Seconds } from "../api/shapes";

/** Where a call is: of its page, and behind `/api` of what is asked about it. */
export function callPath(pbx: string, callId: string): string {
  return `/calls/${encodeURIComponent(pbx)}/${encodeURIComponent(callId)}`;
}

/** The page of a call, where its player stands at a second of a recording. */
export function momentPath(pbx: string, callId: string, recording: number, at: Seconds): string {
  return `${callPath(pbx, callId)}${query({ recording, at })}`;
}
