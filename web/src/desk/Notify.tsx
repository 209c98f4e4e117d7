import { Switch } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQueueWord } from "../api/queries";
import type { Seat } from "../api/shapes";

const KEPT = "callcenter.desk.notify";

function isThere(): boolean {
  return "Notification" in window;
}

function isSwitchedOn(): boolean {
  return isThere() && Notification.permission === "granted" && localStorage.getItem(KEPT) === "on";
}

function show(title: string, options: NotificationOptions): void {
  const note = new Notification(title, options);
  note.onclick = () => window.focus();
}

/** A notification of the desktop, where the agent has switched them on. */
export function notify(title: string, options: NotificationOptions): void {
  if (isSwitchedOn()) show(title, options);
}

/** A notification of the desktop when the phone rings; the browser is asked for it only when it is switched on. */
export function Notify({ seat }: { seat: Seat }) {
  const { t } = useTranslation();
  const queueWord = useQueueWord();
  const [isOn, setOn] = useState(isSwitchedOn);
  const [isRefused, setRefused] = useState(false);
  const rung = useRef<string | null>(null);
  useEffect(() => {
    const call = seat.state === "ringing" && seat.direction !== "outbound" ? seat.call_id : null;
    if (call && call !== rung.current && isOn) {
      const body = [seat.number, seat.queue && queueWord(seat.pbx, seat.queue)].filter(Boolean).join(" · ");
      show(t("seat.state.ringing"), { body, tag: "callcenter-ring" });
    }
    rung.current = call;
  }, [seat, isOn, t, queueWord]);
  async function change(wanted: boolean) {
    const granted = wanted && (await Notification.requestPermission()) === "granted";
    localStorage.setItem(KEPT, granted ? "on" : "off");
    setOn(granted);
    setRefused(wanted && !granted);
  }
  if (!isThere()) return null;
  return (
    <Switch
      size="sm"
      label={t("desk.notify")}
      error={isRefused ? t("desk.notifyRefused") : undefined}
      checked={isOn}
      onChange={(event) => void change(event.currentTarget.checked)}
    />
  );
}
