import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import { queryClient } from "../api/queries";

export type { SecretAnswer as Begun, StandingAnswer as Standing } from "../api/described";

const STANDING = ["profile", "second-factor"];
const refresh = () => queryClient.invalidateQueries({ queryKey: STANDING });

export function useStanding() {
  return useQuery({ queryKey: STANDING, queryFn: () => ask("GET /api/profile/second-factor") });
}

export function useBegin() {
  return useMutation({
    mutationFn: (password: string) => ask("POST /api/profile/second-factor", { body: { password } }),
  });
}

const codesOf = async (asked: Promise<{ recovery_codes: string[] }>) => (await asked).recovery_codes;

/** From now on sign-in asks for a code; answers the recovery codes. */
export function useConfirm() {
  return useMutation({
    mutationFn: (code: string) => codesOf(ask("PUT /api/profile/second-factor", { body: { code } })),
    onSuccess: refresh,
  });
}

export function useRenewCodes() {
  return useMutation({
    mutationFn: (password: string) =>
      codesOf(ask("POST /api/profile/second-factor/recovery-codes", { body: { password } })),
    onSuccess: refresh,
  });
}

export function useSwitchOff() {
  return useMutation({
    mutationFn: (password: string) => ask("POST /api/profile/second-factor/off", { body: { password } }),
    onSuccess: refresh,
  });
}
