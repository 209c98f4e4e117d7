/** Notifications of the desktop, where the agent has switched them on in this browser. */

import { keepText } from "../parts/useKeptText";

const KEPT = "callcenter.desk.notify";

/** Whether this browser has them at all. */
export function hasNotifications(): boolean {
  return "Notification" in window;
}

export function isSwitchedOn(): boolean {
  return hasNotifications() && Notification.permission === "granted" && localStorage.getItem(KEPT) === "on";
}

/** The browser is asked for them only when they are switched on; whether they are now. */
export async function switchNotifications(wanted: boolean): Promise<boolean> {
  const isOn = wanted && (await Notification.requestPermission()) === "granted";
  keepText(KEPT, isOn ? "on" : "off");
  return isSwitchedOn();
}

/** The browser shows one of a `tag`, however many tabs tell it. */
export function notify(title: string, body: string, tag: string): void {
  if (!isSwitchedOn()) return;
  const note = new Notification(title, { body, tag: `callcenter-${tag}` });
  note.onclick = () => window.focus();
}
