/** One phone: SIP over WebSocket at one PBX, by JsSIP. What it does is told in `state`; the floor shows the rest. */

import type { RTCSession } from "jssip/lib/RTCSession";
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent, UA } from "jssip/lib/UA";
import { openMicrophone, openThis } from "./devices";
import { forget, isInvitation, keep, kept, stillRings } from "./invitation";
import { type Quality, qualityOf, type Report } from "./quality";
import { ring } from "./sounds";
import { changeCall, type PhoneState, usePhone } from "./state";

/** How the server says that the phone signs in (docs/api.md, Seats). */
export interface BrowserPhone {
  pbx: string;
  interface: string;
  url: string;
  username: string;
  password: string;
}

export interface Line {
  answer(): void;
  reject(): void;
  hangUp(): void;
  dial(number: string): void;
  press(key: string): void;
  mute(isMuted: boolean): void;
  /** Another microphone for the call that is there; false where it cannot be had, and the old one stays. */
  changeMicrophone(deviceId: string): Promise<boolean>;
  /** The floor says that nobody rings here any more: an invitation of before a reload is never taken back. */
  drop(): void;
  stop(): void;
}

type JsSip = typeof import("jssip");

/** Asterisk forgets who does not come back in that time; it is told again before. */
const REGISTERED_SECONDS = 120;
/** In milliseconds; with JsSIP's own gap of 500 the second key of a feature code comes too late for Asterisk. */
const KEY = { duration: 100, interToneGap: 70 };
const STATISTICS_MS = 2000;
/** Media goes to the PBX alone, which answers to wherever it hears from: no STUN or TURN server is asked. */
const PEER: RTCConfiguration = { iceServers: [] };

const tell = (change: Partial<PhoneState>) => usePhone.setState(change);

async function load(): Promise<JsSip> {
  const loaded = await import("jssip");
  // It is CommonJS: what it exports is the default where it is bundled.
  return "default" in loaded ? (loaded.default as JsSip) : loaded;
}

/** A socket that keeps the invitation of a call that comes, and reads the one of before a reload. */
function socketOf({ WebSocketInterface }: JsSip, url: string) {
  const socket = new WebSocketInterface(url);
  let deliver: ((message: unknown) => void) | null = null;
  const heard = (message: unknown) => {
    if (isInvitation(message)) keep(message, Date.now());
    deliver?.(message);
  };
  Object.defineProperty(socket, "ondata", {
    get: () => deliver && heard,
    set: (given) => {
      deliver = given;
    },
  });
  const readAgain = () => {
    const invitation = kept();
    if (stillRings(invitation, Date.now())) deliver?.(invitation.text);
    else forget();
  };
  return { socket, readAgain };
}

function uaOf(sip: JsSip, phone: BrowserPhone, socket: InstanceType<JsSip["WebSocketInterface"]>): UA {
  const host = new URL(phone.url).hostname;
  return new sip.UA({
    sockets: [socket],
    uri: `sip:${phone.username}@${host}`,
    password: phone.password,
    // The name stays over a reload, so that an invitation of before is for this phone, too.
    contact_uri: `sip:${phone.username}@browser.invalid;transport=ws`,
    register_expires: REGISTERED_SECONDS,
    session_timers: false,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 8,
  });
}

/** Starts registering. `measured` is told, again and again, how good the call under way is. */
export async function startLine(phone: BrowserPhone, measured: (quality: Quality) => void): Promise<Line> {
  tell({ standing: "connecting" });
  const sip = await load();
  const { socket, readAgain } = socketOf(sip, phone.url);
  const ua = uaOf(sip, phone, socket);
  let session: RTCSession | null = null;
  let isFirst = true;
  let isReading = false;
  let endings: (() => void)[] = [];

  ua.on("disconnected", () => tell({ standing: "unreachable" }));
  ua.on("registered", () => {
    tell({ standing: "registered" });
    isReading = isFirst;
    if (isFirst) readAgain();
    isFirst = isReading = false;
  });
  ua.on("registrationFailed", ({ response }) => tell({ standing: response ? "refused" : "unreachable" }));
  ua.on("newRTCSession", (event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => {
    if (session) {
      event.session.terminate({ status_code: 486 });
      return;
    }
    session = event.session;
    const { user, host } = session.remote_identity.uri as unknown as { user?: string; host: string };
    const isIncoming = event.originator === "remote";
    const name = session.remote_identity.display_name ?? "";
    const state = isIncoming ? "ringing" : "calling";
    tell({ call: { number: user ?? host, name, state, isMuted: false, isOfBefore: isReading } });
    follow(session, isIncoming);
  });

  function follow(followed: RTCSession, isIncoming: boolean): void {
    let silence = isIncoming ? ring() : () => undefined;
    const quiet = () => {
      silence();
      silence = () => undefined;
    };
    const over = () => {
      quiet();
      if (isIncoming) forget();
      for (const end of endings) end();
      endings = [];
      session = null;
      tell({ call: null, quality: null, own: null, theirs: null });
    };
    followed.on("connecting", quiet);
    followed.on("accepted", () => {
      quiet();
      forget();
      changeCall({ state: "talking" });
    });
    followed.on("ended", over);
    followed.on("failed", over);
    followed.on("peerconnection", ({ peerconnection }) => listen(peerconnection));
    if (followed.connection) listen(followed.connection);
  }

  function listen(connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ streams }) => tell({ theirs: streams[0] ?? null }));
    const timer = setInterval(async () => {
      const reports = await connection.getStats();
      const quality = qualityOf(reports.values() as Iterable<Report>);
      if (!quality || !session) return;
      tell({ quality });
      measured(quality);
    }, STATISTICS_MS);
    endings.push(() => clearInterval(timer));
  }

  /** The microphone is open only in a call: it is closed again where nobody waits for it any more. */
  async function withMicrophone(use: (stream: MediaStream) => void, isWanted = () => true): Promise<boolean> {
    let own: MediaStream;
    try {
      own = await openMicrophone();
    } catch {
      tell({ isMicrophoneRefused: true });
      return false;
    }
    tell({ isMicrophoneRefused: false });
    if (!isWanted()) {
      for (const track of own.getTracks()) track.stop();
      return false;
    }
    tell({ own });
    endings.push(() => {
      for (const track of usePhone.getState().own?.getTracks() ?? own.getTracks()) track.stop();
    });
    use(own);
    return true;
  }

  async function answer(): Promise<void> {
    const ringing = session;
    if (!ringing?.isInProgress()) return;
    changeCall({ state: "answering" });
    const isOpen = await withMicrophone(
      (mediaStream) => ringing.answer({ mediaStream, pcConfig: PEER }),
      () => ringing.isInProgress(), // who calls may have given up while the browser asked
    );
    if (!isOpen) changeCall({ state: "ringing" });
  }

  async function changeMicrophone(deviceId: string): Promise<boolean> {
    const sender = session?.connection?.getSenders().find((one) => one.track?.kind === "audio");
    if (!sender?.track) return true;
    const own = await openThis(deviceId).catch(() => null);
    const track = own?.getAudioTracks()[0];
    if (!own || !track) return false;
    const before = usePhone.getState().own;
    track.enabled = sender.track.enabled;
    const isTaken = await sender.replaceTrack(track).then(
      () => session !== null, // who called may have hung up while the browser opened it
      () => false,
    );
    for (const unused of (isTaken ? before : own)?.getTracks() ?? []) unused.stop();
    if (isTaken) tell({ own });
    return isTaken || session === null;
  }

  function mute(isMuted: boolean): void {
    if (isMuted) session?.mute({ audio: true });
    else session?.unmute({ audio: true });
    changeCall({ isMuted });
  }

  /** Reloaded in a call the page cannot come back to it: the other side is not left in silence. */
  const leave = () => {
    if (session?.isEstablished()) session.terminate();
  };
  const warn = (event: BeforeUnloadEvent) => {
    if (session?.isEstablished()) event.preventDefault();
  };
  window.addEventListener("pagehide", leave);
  window.addEventListener("beforeunload", warn);
  ua.start();

  return {
    answer: () => void answer(),
    reject: () => session?.terminate({ status_code: 603 }),
    hangUp: () => session?.terminate(),
    dial: (number) =>
      void withMicrophone((mediaStream) => {
        ua.call(number, { mediaStream, pcConfig: PEER });
      }),
    press: (key) => session?.sendDTMF(key, { transportType: sip.C.DTMF_TRANSPORT.RFC2833, ...KEY }),
    mute,
    changeMicrophone,
    drop: () => session?.terminate({ status_code: 480 }),
    stop: () => {
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("beforeunload", warn);
      session?.terminate();
      ua.removeAllListeners(); // what ends now is nobody's news
      ua.stop();
    },
  };
}
