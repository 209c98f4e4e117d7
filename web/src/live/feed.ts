/** Keeps the websocket: reconnects with back-off, asks for the missing deltas, and starts afresh when they are gone. */

import type { Frame } from "../api/shapes";
import { forget, hear } from "./clock";
import { apply, NOTHING } from "./entities";
import { useLive } from "./store";

export const CLOSED_NOT_SIGNED_IN = 4401;
export const CLOSED_NOT_ALLOWED = 4403;

/** A heartbeat comes every 5 s; three missed ones mean a half-open connection, which TCP alone notices too late. */
const SILENCE_SECONDS = 16;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

export interface Feed {
  stop(): void;
}

export function retryDelay(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
  return ceiling / 2 + (random() * ceiling) / 2;
}

export interface Source {
  /** The path with its query. */
  path(epoch: string | null, seq: number): string;
  /** What is said first, where the server waits for that. */
  hello?(epoch: string | null, seq: number): string;
}

const FLOOR: Source = {
  path: (epoch, seq) => `/api/live${epoch === null ? "" : `?epoch=${encodeURIComponent(epoch)}&seq=${seq}`}`,
};

/** A wallboard's part of the feed: its link is shown in the first message, which no log keeps. */
export function boardSource(token: string): Source {
  return {
    path: () => "/api/wallboard/live",
    hello: (epoch, seq) => JSON.stringify({ token, epoch: epoch ?? "", seq: String(seq) }),
  };
}

export function addressOf(location: { protocol: string; host: string }, path: string): string {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}${path}`;
}

/** Takes one frame into the store. False when frames are missing and a fresh snapshot is needed. */
export function receive(frame: Frame): boolean {
  if (frame.type === "snapshot") forget();
  hear(frame.at);
  const { known, resync } = apply(useLive.getState(), frame);
  if (resync) return false;
  useLive.setState({ ...known, connection: "open", lastFrameAt: frame.at });
  return true;
}

export function startFeed(onSignedOut: () => void, source: Source = FLOOR): Feed {
  let socket: WebSocket | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let stopped = false;

  function watchSilence(): void {
    clearTimeout(silence);
    silence = setTimeout(() => drop(), SILENCE_SECONDS * 1000);
  }

  function drop(): void {
    if (socket) {
      socket.onclose = null;
      socket.onmessage = null;
      socket.close();
    }
    closed(0);
  }

  function closed(code: number): void {
    clearTimeout(silence);
    socket = null;
    if (stopped) return;
    if (code === CLOSED_NOT_SIGNED_IN) {
      onSignedOut();
      return;
    }
    if (code === CLOSED_NOT_ALLOWED) {
      useLive.setState({ connection: "refused" });
      return;
    }
    useLive.setState({ connection: "lost" });
    retry = setTimeout(connect, retryDelay(attempt));
    attempt += 1;
  }

  function connect(): void {
    const { epoch, seq, connection } = useLive.getState();
    if (connection === "idle") useLive.setState({ connection: "connecting" });
    const opened = new WebSocket(addressOf(window.location, source.path(epoch, seq)));
    socket = opened;
    const hello = source.hello?.(epoch, seq);
    if (hello !== undefined) opened.onopen = () => opened.send(hello);
    watchSilence();
    opened.onmessage = (message: MessageEvent<string>) => {
      watchSilence();
      attempt = 0;
      if (receive(JSON.parse(message.data) as Frame)) return;
      useLive.setState({ epoch: NOTHING.epoch, seq: NOTHING.seq });
      drop();
    };
    opened.onclose = (event) => closed(event.code);
  }

  function wake(): void {
    if (stopped || socket !== null) return;
    clearTimeout(retry);
    connect();
  }

  window.addEventListener("online", wake);
  connect();
  return {
    stop() {
      stopped = true;
      window.removeEventListener("online", wake);
      clearTimeout(retry);
      clearTimeout(silence);
      if (socket) socket.onclose = null;
      socket?.close();
    },
  };
}
