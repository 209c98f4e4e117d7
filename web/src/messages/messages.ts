/** Messages to agents: what is asked and told. The live feed says only that something changed; then it is asked again. */

import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { ask } from "../api/client";
import { queryClient } from "../api/queries";
import type { Seconds } from "../api/shapes";
import { serverNow } from "../live/clock";
import { useEntity } from "../live/store";

export type {
  MessageAnswer as Message,
  ReceivedAnswer as Received,
  RecipientAnswer as Recipient,
} from "../api/described";

export const TO = ["everybody", "team", "agents"] as const;
export type To = (typeof TO)[number];

/** So long a message stays where it is not acknowledged; the longest is a week. */
export const LASTS: readonly Seconds[] = [3600, 43_200, 86_400, 604_800];

export interface NewMessage {
  text: string;
  to: To;
  team?: string;
  agents?: string[];
  lasts_seconds: Seconds;
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
    queryFn: ({ pageParam }) => ask("GET /api/messages", { query: { cursor: pageParam, limit: 20 } }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
}

export function useRecipients(id: number) {
  return useQuery({
    queryKey: [...KEY, "one", id],
    queryFn: async () => (await ask("GET /api/messages/{message_id}", { path: { message_id: id } })).people,
  });
}

const TABS = "callcenter.messages";

/** What is asked for again when somebody writes, or when it is understood in another tab; once on a page. */
export function useFreshMessages() {
  useAskAgain("written");
  useEffect(() => {
    const tabs = new BroadcastChannel(TABS);
    tabs.onmessage = () => void refresh();
    return () => tabs.close();
  }, []);
}

/** What is on the desk; asked each minute, too, since messages expire. */
export function useOnDesk() {
  return useQuery({
    queryKey: [...KEY, "desk"],
    queryFn: async () => (await ask("GET /api/messages/mine", { query: { is_open: true } })).messages,
    refetchInterval: 60_000,
  });
}

const EARLIER_SECONDS: Seconds = 30 * 86_400;

/** What was written to the agent in the last 30 days, the newest first. */
export function useReceived() {
  return useInfiniteQuery({
    queryKey: [...KEY, "received"],
    queryFn: ({ pageParam }) =>
      ask("GET /api/messages/mine", { query: { from: serverNow() - EARLIER_SECONDS, cursor: pageParam, limit: 20 } }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
}

export function useWriting(onDone: () => void) {
  return useMutation({
    mutationFn: (message: NewMessage) => ask("POST /api/messages", { body: message }),
    onSuccess: () => {
      onDone();
      return refresh();
    },
  });
}

export function useWithdrawing() {
  return useMutation({
    mutationFn: (id: number) => ask("POST /api/messages/{message_id}/withdraw", { path: { message_id: id } }),
    onSettled: refresh,
  });
}

/** In the other tabs of this browser it is understood, too. */
function refreshEverywhere() {
  const tabs = new BroadcastChannel(TABS);
  tabs.postMessage(null);
  tabs.close();
  return refresh();
}

export function useAcknowledging() {
  return useMutation({
    mutationFn: (id: number) => ask("POST /api/messages/mine/{message_id}/acknowledge", { path: { message_id: id } }),
    onSettled: refreshEverywhere,
  });
}

export function see(id: number): Promise<unknown> {
  return ask("POST /api/messages/mine/{message_id}/see", { path: { message_id: id } });
}
