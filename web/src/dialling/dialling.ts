/** What no list may break: the emergency stop, the calendar, and the question whether a number may be called. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import { queryClient, useMay } from "../api/queries";
import type { CalendarException, CallbackList, Instant, ListCalendar } from "../api/shapes";

export type { EmergencyStop, ListDay as CalendarDay, MayCall } from "../api/described";

const STOP = ["emergency stop"];
const AGAIN_MS = 4000;

export function useEmergencyStop() {
  const sees = useMay("see_lists");
  return useQuery({
    queryKey: STOP,
    queryFn: () => ask("GET /api/emergency-stop"),
    refetchInterval: AGAIN_MS,
    enabled: sees,
  });
}

const stopChanged = () => {
  void queryClient.invalidateQueries({ queryKey: STOP });
  void queryClient.invalidateQueries({ queryKey: ["lists"] });
};

export function useStopEverything() {
  return useMutation({
    mutationFn: (stop: { reason: string; hangs_up: boolean }) => ask("POST /api/emergency-stop", { body: stop }),
    onSettled: stopChanged,
  });
}

export function useLiftStop() {
  return useMutation({ mutationFn: () => ask("DELETE /api/emergency-stop"), onSettled: stopChanged });
}

// --- may this number be called ---------------------------------------------------------------------------------------

export interface Asked {
  list: string;
  number: string;
  /** Null: now. */
  at: Instant | null;
}

export function useMayCall() {
  return useMutation({
    mutationFn: ({ list, number, at }: Asked) =>
      ask("GET /api/lists/{list_id}/may-call", { path: { list_id: list }, query: { number, at } }),
  });
}

// --- calendar --------------------------------------------------------------------------------------------------------

export function useDays(list: string, from: string, count: number) {
  return useQuery({
    queryKey: ["lists", list, "days", from, count],
    queryFn: async () =>
      (await ask("GET /api/lists/{list_id}/days", { path: { list_id: list }, query: { from, count } })).days,
    placeholderData: (before) => before,
  });
}

export function useSaveCalendar(list: string) {
  return useMutation({
    mutationFn: (calendar: ListCalendar) =>
      ask("PATCH /api/lists/{list_id}", { path: { list_id: list }, body: { calendar } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["lists"] }),
  });
}

const EMPTY: ListCalendar = {
  region: "",
  skips_holidays: true,
  works_make_up_days: true,
  uses_customer_clock: false,
  exceptions: [],
};

export function calendarOf(list: CallbackList): ListCalendar {
  return { ...EMPTY, ...list.calendar };
}

/** The calendar with this exception in place of the date's former one; null: the date is as usual again. */
export function withException(calendar: ListCalendar, date: string, exception: CalendarException | null): ListCalendar {
  const others = calendar.exceptions.filter((one) => one.date !== date);
  const exceptions = exception ? [...others, exception] : others;
  return { ...calendar, exceptions: exceptions.sort((a, b) => a.date.localeCompare(b.date)) };
}

/** The Monday on or before the first of the month that lies so many months after the one of `day`. */
export function gridStart(day: string, months: number): { month: string; from: string } {
  const first = new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1 + months, 1));
  const from = new Date(first.getTime() - ((first.getUTCDay() || 7) - 1) * 86_400_000);
  return { month: first.toISOString().slice(0, 7), from: from.toISOString().slice(0, 10) };
}
