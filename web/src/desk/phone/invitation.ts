/**
 * The invitation of the call that rings, kept in this tab over a reload. Asterisk goes on waiting for an answer when the
 * WebSocket it rang goes away, and takes the answer from another one (docs/asterisk.md): the page that is loaded
 * again reads the invitation as if it had just come.
 */

const KEPT = "callcenter.phone.invitation";
/** No queue rings longer (`ring_seconds`); a clock that was put back makes none younger. */
const LONGEST_SECONDS = 300;

export interface Kept {
  text: string;
  at: number;
}

export function isInvitation(message: unknown): message is string {
  return typeof message === "string" && message.startsWith("INVITE ") && !isInDialog(message);
}

/** A change of the call that is under way; a new call names no tag of ours. */
function isInDialog(message: string): boolean {
  const to = /^(?:to|t)\s*:(.*)$/im.exec(message)?.[1] ?? "";
  return /;\s*tag=/i.test(to);
}

/** What was kept, where it may still ring. */
export function stillRings(kept: Kept | null, now: number): kept is Kept {
  return kept !== null && now >= kept.at && now - kept.at < LONGEST_SECONDS * 1000;
}

export function keep(text: string, now: number): void {
  sessionStorage.setItem(KEPT, JSON.stringify({ text, at: now }));
}

export function forget(): void {
  sessionStorage.removeItem(KEPT);
}

export function kept(): Kept | null {
  const text = sessionStorage.getItem(KEPT);
  return text === null ? null : (JSON.parse(text) as Kept);
}
