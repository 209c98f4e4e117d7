/** What is asked and told about shifts (docs/api.md, Shifts). */

import { useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { FigureValues, Instant, SeatState, Seconds } from "../api/shapes";
import type { Day, Days } from "../reports/ranges";
import type { Kind, Part } from "./clock";

export interface Shift {
  agent_number: string;
  day: Day;
  version: number;
  changed_at: Instant;
  changed_by: string;
  parts: Part[];
}
export interface Planned {
  agent_number: string;
  agent_name: string;
  team: string;
}
export interface Plan {
  teams: string[];
  agents: Planned[];
  shifts: Shift[];
}
interface Kept {
  planned_seconds: Seconds;
  in_adherence_seconds: Seconds;
  out_of_adherence_seconds: Seconds;
  late_start_seconds: Seconds;
  early_end_seconds: Seconds;
  is_absent: boolean;
}
export interface PartKept extends Kept {
  kind: Kind;
  since: Instant;
  until: Instant;
}
export interface DayKept extends Kept, Planned {
  day: Day;
  adherence_rate: number | null;
  parts: PartKept[];
}
export interface Spell {
  state: SeatState;
  reason: string;
  since: Instant;
  until: Instant;
}
export type Came = "to_come" | "there" | "off_phone" | "elsewhere" | "absent";
export interface Briefing {
  team: string;
  since: Instant;
  until: Instant;
  agents: (Planned & { came: Came; there_seconds: Seconds })[];
}
export interface Gap {
  start: Instant;
  end: Instant;
  offered: number;
  planned: number;
  there: number | null;
  seats_needed: number;
  planned_against_need: number;
  there_against_plan: number | null;
}
export interface Note {
  version: number;
  text: string;
  written_at: Instant;
  written_by: string;
}
export interface Log {
  teams: string[];
  figures: { queues: string[]; of_queues: FigureValues; of_team: FigureValues };
  notes: Note[];
}
interface Saved {
  added: number;
  replaced: number;
  unchanged: number;
}
export type Fault =
  | "not_csv"
  | "too_many_values"
  | "unknown_agent"
  | "bad_date"
  | "unknown_kind"
  | "bad_time"
  | "bad_shift";
export interface Tried extends Saved {
  rows: number;
  error_count: number;
  errors: { line: number; column: string; value: string; code: Fault; detail: string }[];
}

const KEY = ["shifts"];
const refresh = () => queryClient.invalidateQueries({ queryKey: KEY });

export function usePlan(days: Days, team: string) {
  return useQuery({
    queryKey: [...KEY, "plan", days, team],
    queryFn: () => request<Plan>("GET", `/api/shifts${query({ ...days, team })}`),
    placeholderData: (before) => before,
  });
}

const pathOf = ({ agent_number, day }: Pick<Shift, "agent_number" | "day">) => `/api/shifts/${agent_number}/${day}`;

export function useSaveShift(of: Pick<Shift, "agent_number" | "day" | "version">) {
  return useMutation({
    mutationFn: (parts: Part[]) => request<Shift>("PUT", pathOf(of), { version: of.version, parts }),
    onSuccess: refresh,
  });
}

export function useRemoveShift(of: Pick<Shift, "agent_number" | "day" | "version">) {
  return useMutation({
    mutationFn: () => request("DELETE", `${pathOf(of)}${query({ version: of.version })}`),
    onSuccess: refresh,
  });
}

export function useCopyWeek() {
  return useMutation({
    mutationFn: (wish: { monday: Day; team: string | null }) => request<Saved>("POST", "/api/shifts/copy-week", wish),
    onSuccess: refresh,
  });
}

function formOf(file: File): FormData {
  const form = new FormData();
  form.set("file", file);
  return form;
}

/** What the file would become; nothing is written. */
export function useTryFile() {
  return useMutation({ mutationFn: (file: File) => request<Tried>("POST", "/api/shifts/import/check", formOf(file)) });
}

export function useImportFile() {
  return useMutation({
    mutationFn: (file: File) => request<Tried>("POST", "/api/shifts/import", formOf(file)),
    onSuccess: refresh,
  });
}

/** All rows in error as a file; the browser is given it as a download. */
export function useErrorFile(language: string) {
  return useMutation({
    mutationFn: async (file: File) => {
      const headers = { "X-Requested-With": "callcenter" };
      const path = `/api/shifts/import/errors.csv${query({ language })}`;
      const response = await fetch(path, { method: "POST", headers, body: formOf(file) });
      if (!response.ok) throw new Error(String(response.status));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = "shifts-errors.csv";
      link.click();
      URL.revokeObjectURL(link.href);
    },
  });
}

export function useMine() {
  return useQuery({
    queryKey: [...KEY, "mine"],
    queryFn: () => request<{ today: Day; shifts: Shift[] }>("GET", "/api/shifts/mine"),
    refetchInterval: 300_000,
  });
}

export function useKept(days: Days, team: string) {
  return useQuery({
    queryKey: [...KEY, "kept", days, team],
    queryFn: async () =>
      (await request<{ rows: DayKept[] }>("GET", `/api/shifts/adherence${query({ ...days, team })}`)).rows,
    placeholderData: (before) => before,
  });
}

export function useBehind(agent: string, day: Day) {
  return useQuery({
    queryKey: [...KEY, "behind", agent, day],
    queryFn: () => request<DayKept & { spells: Spell[] }>("GET", `/api/shifts/adherence/${agent}/${day}`),
  });
}

export function useBriefings(day: Day, team: string) {
  return useQuery({
    queryKey: [...KEY, "briefings", day, team],
    queryFn: async () =>
      (await request<{ briefings: Briefing[] }>("GET", `/api/shifts/briefings${query({ day, team })}`)).briefings,
  });
}

export function useGaps(asked: Record<string, string>) {
  return useQuery({
    queryKey: [...KEY, "gaps", asked],
    queryFn: async () => (await request<{ rows: Gap[] }>("GET", `/api/shifts/gaps${query(asked)}`)).rows,
    enabled: asked.queue !== "",
    placeholderData: (before) => before,
  });
}

const logKey = (team: string, day: Day) => [...KEY, "log", team, day];

export function useLog(team: string, day: Day) {
  return useQuery({
    queryKey: logKey(team, day),
    queryFn: () => request<Log>("GET", `/api/shift-log${query({ team, day })}`),
    enabled: team !== "",
  });
}

export function useWriteNote(team: string, day: Day) {
  return useMutation({
    mutationFn: (note: { version: number; text: string }) =>
      request<Note>("POST", "/api/shift-log", { team, day, ...note }),
    // Also where it was refused: then somebody else's words are there to be read.
    onSettled: () => queryClient.invalidateQueries({ queryKey: logKey(team, day) }),
  });
}
