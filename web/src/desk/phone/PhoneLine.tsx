import { Button } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { ask } from "../../api/client";
import { useLive } from "../../live/store";
import { ownSeat } from "../desk";
import { sendTo } from "./devices";
import { type BrowserPhone, type Line, startLine } from "./line";
import classes from "./Phone.module.css";
import type { Quality } from "./quality";
import { resetPhone, usePhone } from "./state";
import { seatOf, useChoice, usePhones } from "./usePhones";
import { useWho } from "./useWho";

const DESK = "/desk";

let line: Line | null = null;

/** The phone of this tab, for whoever shows it; null while there is none. */
export function theLine(): Line | null {
  return line;
}

const KEPT_EVERY_MS = 10_000;
let kept = { callId: "", at: 0 };

/** With the call, now and then: who looks at it later may see how good the line was. What fails is measured again. */
function keepQuality(phone: BrowserPhone, quality: Quality): void {
  const seat = useLive.getState().entities.seats[seatOf(phone)];
  if (seat?.state !== "talking" || !seat.call_id) return;
  if (seat.call_id === kept.callId && Date.now() - kept.at < KEPT_EVERY_MS) return;
  kept = { callId: seat.call_id, at: Date.now() };
  const body = {
    received_loss_rate: quality.receivedLoss,
    sent_loss_rate: quality.sentLoss,
    jitter_seconds: quality.jitter,
    rtt_seconds: quality.rtt,
    mos: quality.mos,
  };
  void ask("PUT /api/calls/{pbx}/{call_id}/line-quality", {
    path: { pbx: seat.pbx, call_id: seat.call_id },
    body,
  }).catch(() => undefined);
}

/** One tab of a browser has the phone; the next one takes over when it is closed. */
function useLine(phone: BrowserPhone | null): void {
  useEffect(() => {
    if (!phone) return;
    if (!window.isSecureContext) {
      usePhone.setState({ standing: "insecure" });
      return resetPhone;
    }
    usePhone.setState({ standing: "elsewhere" });
    const end = new AbortController();
    const isHeld = async () => {
      const started = await startLine(phone, (quality) => keepQuality(phone, quality));
      line = started;
      await new Promise<void>((resolve) => {
        if (end.signal.aborted) resolve();
        else end.signal.addEventListener("abort", () => resolve());
      });
      started.stop();
      if (line === started) line = null;
    };
    const name = `callcenter.phone ${seatOf(phone)}`;
    const ended = () => undefined;
    navigator.locks.request(name, { signal: end.signal }, isHeld).catch(ended);
    return () => {
      end.abort();
      resetPhone();
    };
  }, [phone]);
}

/** Whoever rang and gave up while the page was loaded again cannot be heard: the floor tells it. */
function useGivenUp(phone: BrowserPhone | null): void {
  const isRinging = usePhone(({ call }) => call?.state === "ringing");
  const isOfBefore = usePhone(({ call }) => call?.isOfBefore ?? false);
  const state = useLive((live) => (phone ? live.entities.seats[seatOf(phone)]?.state : undefined));
  const wasSeen = useRef(false);
  useEffect(() => {
    if (!isRinging) wasSeen.current = false;
    else if (state === "ringing") wasSeen.current = true;
    else if (state !== undefined && (wasSeen.current || isOfBefore)) line?.drop();
  }, [isRinging, isOfBefore, state]);
}

function Sound() {
  const element = useRef<HTMLAudioElement>(null);
  const theirs = usePhone((phone) => phone.theirs);
  useEffect(() => {
    const audio = element.current;
    if (!audio) return;
    audio.srcObject = theirs;
    if (theirs) void sendTo(audio, "speaker");
  }, [theirs]);
  // biome-ignore lint/a11y/useMediaCaption: what is said in a call has no captions
  return <audio ref={element} autoPlay data-phone />;
}

/** On other pages than the desk: who calls, to be answered there and then. */
function RingsElsewhere({ phone }: { phone: BrowserPhone }) {
  const { t } = useTranslation();
  const [location, go] = useLocation();
  const call = usePhone((phone) => phone.call);
  const seat = useLive((live) => live.entities.seats[seatOf(phone)]);
  const who = useWho(call, seat);
  if (call?.state !== "ringing" || location === DESK) return null;
  function answer() {
    line?.answer();
    go(DESK);
  }
  return (
    <div className={`panel ${classes.elsewhere}`} role="alert">
      <span>{t("phone.rings", { who: who || t("floor.withheld") })}</span>
      <Button leftSection={<IconPhone size={18} aria-hidden />} onClick={answer}>
        {t("phone.answer")}
      </Button>
      <Link href={DESK}>{t("page.desk")}</Link>
    </div>
  );
}

/** The phone of the agent who is signed in to the panel, on whatever page. */
export function PhoneLine({ agent }: { agent: string }) {
  const phones = usePhones();
  const isChosen = useChoice() === "browser";
  const used = useLive((live) => ownSeat(live.entities.seats, agent));
  const isUsed = useLive((live) => (live.entities.seats[used ?? ""]?.queues.length ?? 0) > 0);
  const atUse = phones.find((phone) => seatOf(phone) === used);
  const phone = isUsed ? (atUse ?? null) : isChosen ? (atUse ?? phones[0] ?? null) : null;
  useLine(phone);
  useGivenUp(phone);
  if (!phone) return null;
  return (
    <>
      <Sound />
      <RingsElsewhere phone={phone} />
    </>
  );
}
