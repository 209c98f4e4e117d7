/** How instants, durations and figures are written. Times are those of the centre's zone, not of the browser's. */

import type { Figure, Instant } from "./api/shapes";

const two = (value: number): string => String(value).padStart(2, "0");

/** 0:07, 12:03, 1:02:03. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

const made = new Map<string, Intl.DateTimeFormat>();

function formatter(language: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${JSON.stringify(options)}`;
  let found = made.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { ...options, timeZone: zone });
    made.set(key, found);
  }
  return found;
}

export interface Format {
  /** 10:31:07 */
  time(at: Instant): string;
  /** 10:31 */
  minute(at: Instant): string;
  /** 22 Nov 10:31:07 */
  dateTime(at: Instant): string;
  /** 22 Nov, 10:31 */
  dateMinute(at: Instant): string;
  /** Sat, 22 Nov 2025 */
  date(at: Instant): string;
  /** Wed 25 Nov */
  day(at: Instant): string;
  /** Nov 2026 */
  month(at: Instant): string;
  /** 1 is Monday: Mon. */
  weekday(number: number): string;
  number(value: number): string;
  share(value: number, decimals?: number): string;
  figure(unit: Figure["unit"], value: number | null | undefined, decimals?: number): string;
  /** Like a figure, but a whole percentage without decimals. */
  target(unit: Figure["unit"], value: number): string;
}

export const NOTHING = "—";

/** Written with a space that does not break. */
const PERCENT = "\u00a0%";

export function formatFor(language: string, zone: string): Format {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const day = { day: "numeric", month: "short" } as const;
  const write = (options: Intl.DateTimeFormatOptions) => (at: Instant) =>
    formatter(language, zone, options).format(at * 1000);
  const number = (value: number) => value.toLocaleString(locale);
  const share = (value: number, decimals = 1) => `${(value * 100).toFixed(value >= 0.9995 ? 0 : decimals)}${PERCENT}`;
  const figure: Format["figure"] = (unit, value, decimals) => {
    if (value === null || value === undefined) return NOTHING;
    switch (unit) {
      case "share":
        return share(value, decimals);
      case "seconds":
        return duration(value);
      case "per_hour":
      case "number":
        return value.toFixed(decimals ?? 1);
      case "count":
        return number(value);
    }
  };
  return {
    time: write({ ...clock, second: "2-digit" }),
    minute: write(clock),
    dateTime: write({ ...day, ...clock, second: "2-digit" }),
    dateMinute: write({ ...day, ...clock }),
    day: write({ ...day, weekday: "short" }),
    month: write({ month: "short", year: "numeric" }),
    // 2024-01-01 was a Monday.
    weekday: (count) => formatter(language, "UTC", { weekday: "short" }).format(Date.UTC(2024, 0, count)),
    date: write({ ...day, year: "numeric", weekday: "short" }),
    number,
    share,
    figure,
    target: (unit, value) => figure(unit, value).replace(`.0${PERCENT}`, PERCENT),
  };
}

function partsIn(zone: string, at: Instant): Record<string, number> {
  const parts = formatter("en", zone, {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    hourCycle: "h23",
  }).formatToParts(at * 1000);
  return Object.fromEntries(parts.map((part) => [part.type, Number(part.value)]));
}

function wallAsUtc(zone: string, at: Instant): number {
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = partsIn(zone, at);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** `2025-11-22T10:31` as shown by clocks in `zone`. */
export function toWall(zone: string, at: Instant): string {
  return new Date(wallAsUtc(zone, at) * 1000).toISOString().slice(0, 16);
}

/** The instant at which clocks in `zone` show `wall`. Twice, since the offset may differ at the first guess. */
export function fromWall(zone: string, wall: string): Instant | null {
  const target = Date.parse(`${wall}Z`) / 1000;
  if (Number.isNaN(target)) return null;
  const guess = target - (wallAsUtc(zone, target) - target);
  return guess + target - wallAsUtc(zone, guess);
}

/** Midnight of the day of `at` in `zone`, `days` days later. */
export function dayStart(zone: string, at: Instant, days = 0): Instant {
  const { year = 0, month = 1, day = 1 } = partsIn(zone, at);
  const date = new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10);
  return fromWall(zone, `${date}T00:00`) ?? at;
}
