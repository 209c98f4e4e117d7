/** Messages to agents: what is asked and told. The live feed says only that something changed; then it is asked again. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant, Seconds } from "../api/shapes";
import { serverNow } from "../live/clock";
import { useEntity } from "../live/store";

export const TO = ["everybody", "team", "agents"] as const;
export type To = (typeof TO)[number];

/** So long a message stays where it is not acknowledged; the longest is a week. */
export const LASTS: readonly Seconds[] = [3600, 43_200, 86_400, 604_800];

export interface NewMessage {
  text: string;
  to: To;
  team?: string;
  agents?: readonly string[];
  lasts_seconds: Seconds;
}

export interface Message {
  id: number;
  text: string;
  to: To;
  team: string;
  written_by: string;
  written_at: Instant;
  expires_at: Instant;
  standing: "open" | "expired" | "withdrawn";
  is_own: boolean;
  recipients: number;
  seen: number;
  acknowledged: number;
}

export interface Recipient {
  agent_number: string;
  agent_name: string;
  team: string;
  seen_at: Instant | null;
  acknowledged_at: Instant | null;
}

export interface Received {
  id: number;
  text: string;
  written_by: string;
  written_at: Instant;
  seen_at: Instant | null;
  acknowledged_at: Instant | null;
}

interface Page<T> {
  messages: T[];
  next: number | null;
}

const KEY = ["messages"];
const refresh = () => queryClient.invalidateQueries({ queryKey: KEY });

function useAskAgain(what: "written" | "acknowledged") {
  const changedAt = useEntity("messages", what)?.changed_at;
  useEffect(() => {
    if (changedAt !== undefined) void refresh();
  }, [changedAt]);
}

/** All that one is told of, the newest first. */
export function useMessages() {
  useAskAgain("acknowledged");
  return useInfiniteQuery({
    queryKey: [...KEY, "list"],
    queryFn: ({ pageParam }) =>
      request<Page<Message>>("GET", `/api/messages${query({ cursor: pageParam, limit: 20 })}`),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
}

export function useRecipients(id: number) {
  return useQuery({
    queryKey: [...KEY, "one", id],
    queryFn: async () => (await request<{ people: Recipient[] }>("GET", `/api/messages/${id}`)).people,
  });
}

/** What is on the desk; asked each minute, too, since messages expire. */
export function useOnDesk() {
  useAskAgain("written");
  return useQuery({
    queryKey: [...KEY, "desk"],
    queryFn: async () => (await request<Page<Received>>("GET", "/api/messages/mine?is_open=true")).messages,
    refetchInterval: 60_000,
  });
}

const EARLIER_SECONDS: Seconds = 30 * 86_400;

/** What was written to the agent in the last 30 days, the newest first. */
export function useReceived() {
  useAskAgain("written");
  return useInfiniteQuery({
    queryKey: [...KEY, "received"],
    queryFn: ({ pageParam }) =>
      request<Page<Received>>(
        "GET",
        `/api/messages/mine${query({ from: serverNow() - EARLIER_SECONDS, cursor: pageParam, limit: 20 })}`,
      ),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
}

export function useWriting(onDone: () => void) {
  return useMutation({
    mutationFn: (message: NewMessage) => request<Message>("POST", "/api/messages", message),
    onSuccess: () => {
      onDone();
      return refresh();
    },
  });
}

export function useWithdrawing() {
  return useMutation({
    mutationFn: (id: number) => request<Message>("POST", `/api/messages/${id}/withdraw`),
    onSettled: refresh,
  });
}

export function useAcknowledging() {
  return useMutation({
    mutationFn: (id: number) => request<Received>("POST", `/api/messages/mine/${id}/acknowledge`),
    onSettled: refresh,
  });
}

export function see(id: number): Promise<unknown> {
  return request("POST", `/api/messages/mine/${id}/see`);
}
