/** What is asked and told about the library: clips, and playlists of them. */

import { type UseMutationOptions, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { Clip, PlaylistLine } from "../api/described";
import { queryClient } from "../api/queries";
import type { Instant, Seconds } from "../api/shapes";
import type { Span } from "../calls/waveform";
import type { Words } from "../quality/building";

export type { Clip, Playlist, PlaylistLine } from "../api/described";

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

export interface PlaylistDraft {
  title: Words;
  description: Words;
  is_published: boolean;
}

export interface ClipFilter {
  kind: Clip["kind"] | "";
  topic: string;
  language: Clip["language"] | "";
  text: string;
  recording: string;
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
    queryFn: ({ pageParam }) => ask("GET /api/clips", { query: { ...filter, cursor: pageParam } }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
}

export function useTopics() {
  return useQuery({
    queryKey: [...KEY, "topics"],
    queryFn: async () => (await ask("GET /api/clips/topics")).topics,
  });
}

/** A change of the library, after which all of it is asked for again. */
function useChange<Result, Given>(mutationFn: UseMutationOptions<Result, Error, Given>["mutationFn"]) {
  return useMutation({ mutationFn, onSuccess: refresh });
}

export function useMakeClip(recording: number) {
  return useChange(({ card, span }: { card: Card; span: Span }) =>
    ask("POST /api/clips", {
      body: {
        ...card,
        recording_id: recording,
        from_seconds: span.from,
        to_seconds: span.until,
      },
    }),
  );
}

export function useChangeClip({ id, version }: ManagedClip) {
  return useChange((card: Card) =>
    ask("PUT /api/clips/{clip_id}", { path: { clip_id: id }, body: { ...card, version } }),
  );
}

export function useDeleteClip({ id }: Clip) {
  return useChange(() => ask("DELETE /api/clips/{clip_id}", { path: { clip_id: id } }));
}

// --- playlists --------------------------------------------------------------------------------------------------

export function usePlaylists() {
  return useQuery({
    queryKey: [...KEY, "playlists"],
    queryFn: async () => (await ask("GET /api/playlists")).playlists,
  });
}

export function usePlaylist(id: string) {
  return useQuery({
    queryKey: [...KEY, "playlist", id],
    queryFn: () => ask("GET /api/playlists/{playlist_id}", { path: { playlist_id: id } }),
  });
}

/** Makes a playlist, or changes one. */
export function useSavePlaylist(playlist: PlaylistLine | null) {
  return useChange((wanted: PlaylistDraft & { clips: number[] }) =>
    playlist === null
      ? ask("POST /api/playlists", { body: wanted })
      : ask("PUT /api/playlists/{playlist_id}", {
          path: { playlist_id: playlist.id },
          body: { ...wanted, version: playlist.version },
        }),
  );
}

/** Puts a clip at the end of a playlist, unless it is in it; tells whether it was put there. */
export function useAddToPlaylist(clip: Clip) {
  return useChange(async ({ id }: PlaylistLine) => {
    const path = { playlist_id: id };
    const { clips, title, description, is_published, version } = await ask("GET /api/playlists/{playlist_id}", {
      path,
    });
    if (clips.some((one) => one.id === clip.id)) return false;
    const ids = [...clips, clip].map((one) => one.id);
    await ask("PUT /api/playlists/{playlist_id}", {
      path,
      body: { title, description, is_published, clips: ids, version },
    });
    return true;
  });
}

export function useDeletePlaylist({ id }: PlaylistLine) {
  return useMutation({
    mutationFn: () => ask("DELETE /api/playlists/{playlist_id}", { path: { playlist_id: id } }),
    // Not all: the one that is gone is still on the page.
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [...KEY, "playlists"] }),
  });
}
