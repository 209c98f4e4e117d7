/** What an alert says in words: the server's sentence for its kind, with the holes filled. Pure. */

import type { Alert } from "../api/shapes";
import { duration } from "../format";
import type { KindWords, Measure } from "./alerts";

export function amount(value: number, measure: Measure): string {
  if (measure === "share") return `${(value * 100).toFixed(1)}\u00a0%`;
  return measure === "seconds" ? duration(value) : String(value);
}

export interface Words {
  /** Names a pause reason. */
  reason: (code: string) => string;
  everywhere: string;
}

/** The sentence, cut where the value stands, since that may be a running timer. */
export function told(alert: Alert, template: string, measure: Measure, words: Words): [before: string, after: string] {
  const { who } = alert;
  const agent = who.agent_name && who.agent_number ? `${who.agent_name} (${who.agent_number})` : "";
  const holes: Record<string, string> = {
    agent: agent || who.agent_name || who.agent_number || who.interface || "–",
    where: who.label || who.queue || who.team || words.everywhere,
    reason: who.reason ? words.reason(who.reason) : "–",
    list: who.name ?? "",
    ticket: who.ticket ?? "",
    pbx: who.pbx ?? "",
    threshold: amount(alert.threshold, measure),
  };
  const text = template.replace(/\{(\w+)\}/g, (hole, name: string) => holes[name] ?? hole);
  const [before = "", after = ""] = text.split("{value}");
  return [before, after];
}

/** Critical ones first, then those that nobody has taken notice of, then the newest. */
export function inOrder<T extends Alert>(alerts: readonly T[]): T[] {
  const rank = (alert: Alert) => (alert.acknowledged_at === null ? 0 : 2) + (alert.severity === "critical" ? 0 : 1);
  return [...alerts].sort((a, b) => rank(a) - rank(b) || b.raised_at - a.raised_at);
}

/** The alert to show at a seat or queue: the gravest, of equals the newest. */
export function gravest(alerts: readonly Alert[]): Alert | undefined {
  const ordered = inOrder(alerts);
  return ordered.find((alert) => alert.severity === "critical") ?? ordered[0];
}

export function sentence(kind: KindWords, language: string): string {
  return language === "zh" ? kind.told_zh : kind.told_en;
}
