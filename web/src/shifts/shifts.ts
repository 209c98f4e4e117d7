/** What is asked and told about shifts (docs/api.md, Shifts). */

import { useMutation, useQuery } from "@tanstack/react-query";
import { ask, query } from "../api/client";
import type { Routes, ShiftAnswer, TemplateAnswer } from "../api/described";
import { queryClient } from "../api/queries";
import type { Day, Days } from "../reports/ranges";
import type { Part } from "./clock";

export type {
  AdherenceTotal as KeptTotal,
  AgentAdherence as AgentTotal,
  AgentAnswer as Planned,
  Came,
  ImportAnswer as Tried,
  LogAnswer as Log,
  NoteAnswer as Note,
  PlanAnswer as Plan,
  ShiftAnswer as Shift,
  ShiftGap as Gap,
  ShiftKept as DayKept,
  ShiftsFault as Fault,
} from "../api/described";

const KEY = ["shifts"];
const refresh = () => queryClient.invalidateQueries({ queryKey: KEY });

export function usePlan(days: Days, team: string) {
  return useQuery({
    queryKey: [...KEY, "plan", days, team],
    queryFn: () => ask("GET /api/shifts", { query: { ...days, team } }),
    // What can be undone no more is offered no more.
    refetchInterval: ({ state }) => (state.data?.undoable ? 30_000 : false),
    placeholderData: (before) => before,
  });
}

export function useTemplates() {
  return useQuery({
    queryKey: [...KEY, "templates"],
    queryFn: async () => (await ask("GET /api/shift-templates")).templates,
  });
}

export type Pattern = Pick<TemplateAnswer, "id" | "label_en" | "label_zh" | "version" | "parts">;

/** Keeps a template; of `id` 0 a new one. */
export function useSaveTemplate() {
  return useMutation({
    mutationFn: ({ id, version, label_en, label_zh, parts }: Pattern) => {
      const pattern = { label_en, label_zh, parts };
      return id === 0
        ? ask("POST /api/shift-templates", { body: pattern })
        : ask("PUT /api/shift-templates/{template_id}", { path: { template_id: id }, body: { version, ...pattern } });
    },
    onSuccess: refresh,
  });
}

export function useRemoveTemplate() {
  return useMutation({
    mutationFn: ({ id, version }: Pattern) =>
      ask("DELETE /api/shift-templates/{template_id}", { path: { template_id: id }, query: { version } }),
    onSuccess: refresh,
  });
}

type OneShift = Pick<ShiftAnswer, "agent_number" | "day" | "version">;

export function useSaveShift(of: OneShift) {
  return useMutation({
    mutationFn: (parts: Part[]) =>
      ask("PUT /api/shifts/{agent}/{day}", {
        path: { agent: of.agent_number, day: of.day },
        body: { version: of.version, parts },
      }),
    onSuccess: refresh,
  });
}

export function useRemoveShift(of: OneShift) {
  return useMutation({
    mutationFn: () =>
      ask("DELETE /api/shifts/{agent}/{day}", {
        path: { agent: of.agent_number, day: of.day },
        query: { version: of.version },
      }),
    onSuccess: refresh,
  });
}

export function useCopyWeek() {
  return useMutation({
    mutationFn: (wish: { monday: Day; team: string | null }) => ask("POST /api/shifts/copy-week", { body: wish }),
    onSuccess: refresh,
  });
}

/** What copying would do; asked anew each time. */
export function useCopyCheck(wish: { monday: Day; team: string | null }) {
  return useQuery({
    queryKey: [...KEY, "copy", wish],
    queryFn: () => ask("POST /api/shifts/copy-week/check", { body: wish }),
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
}

/** Undoes what one has copied or imported last. */
export function useUndo() {
  return useMutation({ mutationFn: () => ask("POST /api/shifts/undo"), onSettled: refresh });
}

function formOf(file: File): FormData {
  const form = new FormData();
  form.set("file", file);
  return form;
}

/** What the file would become; nothing is written. */
export function useTryFile() {
  return useMutation({ mutationFn: (file: File) => ask("POST /api/shifts/import/check", { body: formOf(file) }) });
}

export function useImportFile() {
  return useMutation({
    mutationFn: (file: File) => ask("POST /api/shifts/import", { body: formOf(file) }),
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
    queryFn: () => ask("GET /api/shifts/mine"),
    refetchInterval: 300_000,
  });
}

/** By shift; of one agent alone where one is named. */
export function useKept(days: Days, team: string, agent = "", isWanted = true) {
  return useQuery({
    queryKey: [...KEY, "kept", days, team, agent],
    queryFn: async () => (await ask("GET /api/shifts/adherence", { query: { ...days, team, agent } })).rows,
    placeholderData: (before) => before,
    enabled: isWanted,
  });
}

export function useKeptTotals(days: Days, team: string) {
  return useQuery({
    queryKey: [...KEY, "kept-totals", days, team],
    queryFn: () => ask("GET /api/shifts/adherence/totals", { query: { ...days, team } }),
    placeholderData: (before) => before,
  });
}

export function useBehind(agent: string, day: Day) {
  return useQuery({
    queryKey: [...KEY, "behind", agent, day],
    queryFn: () => ask("GET /api/shifts/adherence/{agent}/{day}", { path: { agent, day } }),
  });
}

export function useBriefings(day: Day, team: string) {
  return useQuery({
    queryKey: [...KEY, "briefings", day, team],
    queryFn: async () => (await ask("GET /api/shifts/briefings", { query: { day, team } })).briefings,
  });
}

/** Of a queue, or of a team. */
export function useGaps(asked: GapsAsked | TeamGapsAsked) {
  return useQuery({
    queryKey: [...KEY, "gaps", asked],
    queryFn: async () =>
      "team" in asked
        ? (await ask("GET /api/shifts/team-gaps", { query: asked })).rows
        : (await ask("GET /api/shifts/gaps", { query: asked })).rows,
    enabled: Boolean("team" in asked ? asked.team : asked.queue),
    placeholderData: (before) => before,
  });
}

type GapsAsked = Routes["GET /api/shifts/gaps"]["query"];
type TeamGapsAsked = Routes["GET /api/shifts/team-gaps"]["query"];

const logKey = (team: string, day: Day) => [...KEY, "log", team, day];

export function useLog(team: string, day: Day) {
  return useQuery({
    queryKey: logKey(team, day),
    queryFn: () => ask("GET /api/shift-log", { query: { team, day } }),
    enabled: team !== "",
  });
}

export function useWriteNote(team: string, day: Day) {
  return useMutation({
    mutationFn: (note: { version: number; text: string }) =>
      ask("POST /api/shift-log", { body: { team, day, ...note } }),
    // Also where it was refused: then somebody else's words are there to be read.
    onSettled: () => queryClient.invalidateQueries({ queryKey: logKey(team, day) }),
  });
}
