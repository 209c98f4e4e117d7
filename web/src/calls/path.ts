/** Where a call is: of its page, and behind `/api` of what is asked about it. */
export function callPath(pbx: string, callId: string): string {
  return `/calls/${encodeURIComponent(pbx)}/${encodeURIComponent(callId)}`;
}
