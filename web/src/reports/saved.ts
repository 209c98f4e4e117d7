/** What is asked and told about saved reports. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { NewReport } from "../api/described";
import { queryClient } from "../api/queries";
import type { QueueSettings } from "../api/shapes";
import type { SavedReport, SavedSettings, Schedule } from "./shapes";
import { writeView } from "./view";

const KEY = ["saved reports"] as const;
const refresh = () => queryClient.invalidateQueries({ queryKey: KEY });

/** A run may be under way, or begin by itself. */
const AGAIN_MS = 15_000;

export function useSaved() {
  return useQuery({
    queryKey: KEY,
    queryFn: async () => (await ask("GET /api/reports/saved")).reports,
    refetchInterval: AGAIN_MS,
  });
}

export function useSaveReport(id: SavedReport["id"] | null) {
  return useMutation({
    mutationFn: (fields: Partial<SavedSettings>) =>
      id === null
        ? ask("POST /api/reports/saved", { body: fields as NewReport })
        : ask("PATCH /api/reports/saved/{report_id}", { path: { report_id: id }, body: fields }),
    onSuccess: refresh,
  });
}

export function useDeleteReport(id: SavedReport["id"]) {
  return useMutation({
    mutationFn: () => ask("DELETE /api/reports/saved/{report_id}", { path: { report_id: String(id) } }),
    onSuccess: refresh,
  });
}

export function useSendReport(id: SavedReport["id"]) {
  return useMutation({
    mutationFn: () => ask("POST /api/reports/saved/{report_id}/send", { path: { report_id: String(id) } }),
    onSettled: refresh,
  });
}

export function useRuns(id: SavedReport["id"]) {
  return useInfiniteQuery({
    queryKey: [...KEY, id, "runs"],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) =>
      ask("GET /api/reports/saved/{report_id}/runs", { path: { report_id: String(id) }, query: { cursor: pageParam } }),
    getNextPageParam: (page) => page.next,
    refetchInterval: AGAIN_MS,
  });
}

/** The page on which a saved report is looked at. */
export function addressOf(report: SavedReport, queues: readonly QueueSettings[]): string {
  const pbx = report.pbx ?? queues.find(({ queue }) => queue === report.queue)?.pbx;
  const view = writeView({
    range: report.span,
    days: null,
    queue: report.queue && pbx ? `${pbx}/${report.queue}` : "",
    agent: report.agent ?? "",
    team: report.team ?? "",
    interval: report.interval,
    compare: report.compare,
    columns: report.figures,
    sort: "",
    chart: "",
  });
  return `/reports/${report.subject}?${new URLSearchParams(view)}`;
}

export const FIRST_SCHEDULE: Schedule = {
  every: "day",
  weekday: 1,
  day: 1,
  time: "07:00",
  format: "xlsx",
  recipients: [],
  folder: "",
  is_enabled: true,
};

export type ScheduleFault = "recipients" | "folder" | "time" | "delivery";

const ADDRESS = /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/;
const FOLDER = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,63}$/u;
const MOST_RECIPIENTS = 20;

/** What the server would refuse, told before it is asked. */
export function scheduleFaults(schedule: Schedule): ScheduleFault[] {
  const found: ScheduleFault[] = [];
  const { recipients, folder, time } = schedule;
  if (recipients.length > MOST_RECIPIENTS || !recipients.every((address) => ADDRESS.test(address))) {
    found.push("recipients");
  }
  if (folder !== "" && !FOLDER.test(folder)) found.push("folder");
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) found.push("time");
  if (recipients.length === 0 && folder === "") found.push("delivery");
  return found;
}

/** Of weekday and day only what this rhythm needs. */
export function sentSchedule(schedule: Schedule): Schedule {
  return {
    ...schedule,
    weekday: schedule.every === "week" ? (schedule.weekday ?? 1) : null,
    day: schedule.every === "month" ? (schedule.day ?? 1) : null,
  };
}
