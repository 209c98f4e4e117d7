import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { addressOf, boardSource, type Feed, retryDelay, startFeed } from "./feed";
import { reset, useLive } from "./store";

/** Stands for the network, so that it can break where a test says. */
class BrokenSocket {
  static opened: BrokenSocket[] = [];
  static last(): BrokenSocket {
    const socket = BrokenSocket.opened.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onopen: (() => void) | null = null;
  closed = false;
  said: string[] = [];

  constructor(readonly address: string) {
    BrokenSocket.opened.push(this);
  }
  close(): void {
    this.closed = true;
  }
  send(text: string): void {
    this.said.push(text);
  }
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  end(code = 1006): void {
    this.onclose?.({ code });
  }
}

const SNAPSHOT = { type: "snapshot", epoch: "e1", seq: 4, at: 1000, entities: { seats: { a: { since: 1 } } } };
let feed: Feed;
const onSignedOut = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  BrokenSocket.opened = [];
  onSignedOut.mockReset();
  reset();
  const window = {
    location: { protocol: "http:", host: "panel" },
    addEventListener: () => {},
    removeEventListener: () => {},
  };
  vi.stubGlobal("window", window);
  vi.stubGlobal("WebSocket", BrokenSocket);
  feed = startFeed(onSignedOut);
});

afterEach(() => {
  feed.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the first connection asks for nothing in particular, and a snapshot opens it", () => {
  expect(BrokenSocket.last().address).toBe("ws://panel/api/live");
  expect(useLive.getState().connection).toBe("connecting");
  BrokenSocket.last().say(SNAPSHOT);
  expect(useLive.getState()).toMatchObject({ connection: "open", seq: 4, lastFrameAt: 1000 });
});

test("after a break it says so, and asks for what was missed since", () => {
  BrokenSocket.last().say(SNAPSHOT);
  BrokenSocket.last().say({ type: "delta", seq: 5, at: 1001, changed: { seats: { a: { since: 2 } } } });
  BrokenSocket.last().end();
  expect(useLive.getState().connection).toBe("lost");
  vi.advanceTimersByTime(500);
  expect(BrokenSocket.opened).toHaveLength(2);
  expect(BrokenSocket.last().address).toBe("ws://panel/api/live?epoch=e1&seq=5");
  expect(useLive.getState().connection).toBe("lost");
  BrokenSocket.last().say({ type: "delta", seq: 6, at: 1009, changed: { seats: { a: { since: 3 } } } });
  expect(useLive.getState()).toMatchObject({ connection: "open", seq: 6, lastFrameAt: 1009 });
  expect(useLive.getState().entities.seats.a).toEqual({ since: 3 });
});

test("a gap is answered with a new connection that takes a snapshot; until then nothing looks live", () => {
  BrokenSocket.last().say(SNAPSHOT);
  BrokenSocket.last().say({ type: "delta", seq: 9, at: 1002, changed: { seats: { a: { since: 9 } } } });
  expect(BrokenSocket.opened[0]?.closed).toBe(true);
  expect(useLive.getState().connection).toBe("lost");
  expect(useLive.getState().entities.seats.a).toEqual({ since: 1 });
  vi.advanceTimersByTime(500);
  expect(BrokenSocket.last().address).toBe("ws://panel/api/live");
});

test("silence on an open connection is a broken connection", () => {
  BrokenSocket.last().say(SNAPSHOT);
  vi.advanceTimersByTime(15_900);
  expect(useLive.getState().connection).toBe("open");
  vi.advanceTimersByTime(200);
  expect(useLive.getState().connection).toBe("lost");
  vi.advanceTimersByTime(1_000);
  expect(BrokenSocket.opened).toHaveLength(2);
});

test("an ended session leads to the sign-in page and no further try", () => {
  BrokenSocket.last().end(4401);
  expect(onSignedOut).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(60_000);
  expect(BrokenSocket.opened).toHaveLength(1);
});

test("a refusal is told and not tried again", () => {
  BrokenSocket.last().end(4403);
  expect(useLive.getState().connection).toBe("refused");
  vi.advanceTimersByTime(60_000);
  expect(BrokenSocket.opened).toHaveLength(1);
});

test("a stopped feed stays stopped", () => {
  BrokenSocket.last().say(SNAPSHOT);
  feed.stop();
  expect(BrokenSocket.last().closed).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(BrokenSocket.opened).toHaveLength(1);
});

test("the pause before a retry grows to a ceiling and is never the same for all", () => {
  expect(retryDelay(0, () => 0)).toBe(250);
  expect(retryDelay(0, () => 1)).toBe(500);
  expect(retryDelay(3, () => 1)).toBe(4000);
  expect(retryDelay(50, () => 1)).toBe(15_000);
});

test("a page served over TLS uses TLS, and an epoch is escaped", () => {
  expect(addressOf({ protocol: "https:", host: "h" }, "/api/live")).toBe("wss://h/api/live");
  BrokenSocket.last().say({ ...SNAPSHOT, epoch: "a&b" });
  BrokenSocket.last().end();
  vi.advanceTimersByTime(500);
  expect(BrokenSocket.last().address).toBe("ws://panel/api/live?epoch=a%26b&seq=4");
});

test("a wallboard shows its link in the first message, not in the address", () => {
  feed.stop();
  feed = startFeed(onSignedOut, boardSource("secret"));
  const socket = BrokenSocket.last();
  socket.onopen?.();
  expect(socket.address).toBe("ws://panel/api/wallboard/live");
  expect(socket.said).toEqual(['{"token":"secret","epoch":"","seq":"0"}']);
});
