import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import type { NewKey } from "../api/described";
import { queryClient } from "../api/queries";

export type { KeyAnswer as ApiKey, NewKeyAnswer as NewApiKey } from "../api/described";

const refresh = () => queryClient.invalidateQueries({ queryKey: ["keys"] });

export function useKeys() {
  return useQuery({
    queryKey: ["keys"],
    queryFn: async () => (await ask("GET /api/keys")).keys,
  });
}

export function useMakeKey() {
  return useMutation({
    mutationFn: (fields: NewKey) => ask("POST /api/keys", { body: fields }),
    onSuccess: refresh,
  });
}

export function useRevokeKey() {
  return useMutation({
    mutationFn: (id: number) => ask("DELETE /api/keys/{key_id}", { path: { key_id: id } }),
    onSuccess: refresh,
  });
}
