/** What is asked and told about the library: clips, and playlists of them. */

import { type UseMutationOptions, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { query, request } from "../api/client";
import { queryClient } from "../api/queries";
import type { Instant, Seconds } from "../api/shapes";
import type { Span } from "../calls/waveform";
import type { Words } from "../quality/building";

export const KINDS = ["exemplary", "problem"] as const;
export type Kind = (typeof KINDS)[number];
export const CALL_LANGUAGES = ["en", "zh", "other"] as const;
export type CallLanguage = (typeof CALL_LANGUAGES)[number];

/** What is said of a clip, which can be changed. */
export interface Card {
  kind: Kind;
  title: Words;
  note: Words;
  topics: string[];
  language: CallLanguage;
  /** To which agents it is published: all, or those who are given a playlist that it is in. */
  audience: "all" | "playlists";
  hides_agent: boolean;
  kept_until: Instant;
}

/** What only who manages clips is told. */
interface Managed extends Pick<Card, "audience" | "hides_agent" | "kept_until"> {
  recording_id: number;
  pbx: string;
  call_id: string;
  agent_number: string;
  recorded_at: Instant;
  from_seconds: Seconds;
  to_seconds: Seconds;
  made_by: string;
  version: number;
  plays: number;
  listeners: number;
}

interface Told extends Pick<Card, "kind" | "title" | "note" | "topics" | "language"> {
  id: number;
  duration_seconds: Seconds;
  made_at: Instant;
  /** null: it is hidden. */
  agent_name: string | null;
  is_heard: boolean;
}

export type ManagedClip = Told & Managed;
export type Clip = Told & Partial<Managed>;

export interface PlaylistDraft {
  title: Words;
  description: Words;
  is_published: boolean;
}

export interface PlaylistLine extends PlaylistDraft {
  id: number;
  version: number;
  made_at: Instant;
  count: number;
  /** How many of its clips one has heard. */
  heard: number;
  duration_seconds: Seconds;
}

export interface Playlist extends PlaylistLine {
  clips: Clip[];
}

export interface ClipFilter {
  kind: string;
  topic: string;
  language: string;
  text: string;
  recording: string;
}

interface ClipsPage {
  clips: Clip[];
  next: number | null;
}

const KEY = ["library"];

/** What is said of clips and playlists, and how often they were heard, is asked for again. */
export function refresh(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: KEY });
}

export function isManaged(clip: Clip): clip is ManagedClip {
  return clip.version !== undefined;
}

export function cardOf(clip: ManagedClip): Card {
  const { kind, title, note, topics, language, audience, hides_agent, kept_until } = clip;
  return { kind, title, note, topics, language, audience, hides_agent, kept_until };
}

// --- clips ------------------------------------------------------------------------------------------------------

export function useClips(filter: Partial<ClipFilter>) {
  return useInfiniteQuery({
    queryKey: [...KEY, "clips", filter],
    queryFn: ({ pageParam }) => request<ClipsPage>("GET", `/api/clips${query({ ...filter, cursor: pageParam })}`),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
}

export function useTopics() {
  return useQuery({
    queryKey: [...KEY, "topics"],
    queryFn: async () =>
      (await request<{ topics: { topic: string; clips: number }[] }>("GET", "/api/clips/topics")).topics,
  });
}

/** A change of the library, after which all of it is asked for again. */
function useChange<Result, Given>(mutationFn: UseMutationOptions<Result, Error, Given>["mutationFn"]) {
  return useMutation({ mutationFn, onSuccess: refresh });
}

export function useMakeClip(recording: number) {
  return useChange(({ card, span }: { card: Card; span: Span }) =>
    request<Clip>("POST", "/api/clips", {
      ...card,
      recording_id: recording,
      from_seconds: span.from,
      to_seconds: span.until,
    }),
  );
}

export function useChangeClip({ id, version }: ManagedClip) {
  return useChange((card: Card) => request<Clip>("PUT", `/api/clips/${id}`, { ...card, version }));
}

export function useDeleteClip({ id }: Clip) {
  return useChange(() => request<void>("DELETE", `/api/clips/${id}`));
}

// --- playlists --------------------------------------------------------------------------------------------------

export function usePlaylists() {
  return useQuery({
    queryKey: [...KEY, "playlists"],
    queryFn: async () => (await request<{ playlists: PlaylistLine[] }>("GET", "/api/playlists")).playlists,
  });
}

export function usePlaylist(id: string) {
  return useQuery({
    queryKey: [...KEY, "playlist", id],
    queryFn: () => request<Playlist>("GET", `/api/playlists/${encodeURIComponent(id)}`),
  });
}

/** Makes a playlist, or changes one. */
export function useSavePlaylist(playlist: PlaylistLine | null) {
  return useChange((wanted: PlaylistDraft & { clips: number[] }) =>
    playlist === null
      ? request<Playlist>("POST", "/api/playlists", wanted)
      : request<Playlist>("PUT", `/api/playlists/${playlist.id}`, { ...wanted, version: playlist.version }),
  );
}

/** Puts a clip at the end of a playlist, unless it is in it; tells whether it was put there. */
export function useAddToPlaylist(clip: Clip) {
  return useChange(async ({ id }: PlaylistLine) => {
    const path = `/api/playlists/${id}`;
    const { clips, title, description, is_published, version } = await request<Playlist>("GET", path);
    if (clips.some((one) => one.id === clip.id)) return false;
    const ids = [...clips, clip].map((one) => one.id);
    await request<Playlist>("PUT", path, { title, description, is_published, clips: ids, version });
    return true;
  });
}

export function useDeletePlaylist({ id }: PlaylistLine) {
  return useMutation({
    mutationFn: () => request<void>("DELETE", `/api/playlists/${id}`),
    // Not all: the one that is gone is still on the page.
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [...KEY, "playlists"] }),
  });
}
