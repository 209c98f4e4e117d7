import { useMutation, useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";
import { queryClient } from "../api/queries";

const PATH = "/api/profile/second-factor";
const STANDING = ["profile", "second-factor"];
const refresh = () => queryClient.invalidateQueries({ queryKey: STANDING });

/** Whether one's own sign-in asks for a code (docs/api.md, One's own account). */
export interface Standing {
  is_on: boolean;
  /** A role of the user asks for it. */
  is_obligatory: boolean;
  recovery_codes_left: number;
  /** To set one up the password is asked for; not of whom the provider has just sent to do so. */
  asks_password: boolean;
}
/** What an authenticator app is given: the secret, and the same as a picture for its camera. */
export interface Begun {
  secret: string;
  image: string;
}

export function useStanding() {
  return useQuery({ queryKey: STANDING, queryFn: () => ask<Standing>("GET", PATH) });
}

export function useBegin() {
  return useMutation({ mutationFn: (password: string) => ask<Begun>("POST", PATH, { password }) });
}

const codesOf = async (asked: Promise<{ recovery_codes: string[] }>) => (await asked).recovery_codes;

/** From now on sign-in asks for a code; answers the recovery codes. */
export function useConfirm() {
  return useMutation({ mutationFn: (code: string) => codesOf(ask("PUT", PATH, { code })), onSuccess: refresh });
}

export function useRenewCodes() {
  return useMutation({
    mutationFn: (password: string) => codesOf(ask("POST", `${PATH}/recovery-codes`, { password })),
    onSuccess: refresh,
  });
}

export function useSwitchOff() {
  return useMutation({
    mutationFn: (password: string) => ask<undefined>("POST", `${PATH}/off`, { password }),
    onSuccess: refresh,
  });
}
