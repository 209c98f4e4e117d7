import { useMutation, useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
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
}
/** What an authenticator app is given: the secret, and the same as a picture for its camera. */
export interface Begun {
  secret: string;
  image: string;
}

export function useStanding() {
  return useQuery({ queryKey: STANDING, queryFn: () => request<Standing>("GET", PATH) });
}

export function useBegin() {
  return useMutation({ mutationFn: (password: string) => request<Begun>("POST", PATH, { password }) });
}

const codesOf = async (asked: Promise<{ recovery_codes: string[] }>) => (await asked).recovery_codes;

/** From now on sign-in asks for a code; answers the recovery codes. */
export function useConfirm() {
  return useMutation({ mutationFn: (code: string) => codesOf(request("PUT", PATH, { code })), onSuccess: refresh });
}

export function useRenewCodes() {
  return useMutation({
    mutationFn: (password: string) => codesOf(request("POST", `${PATH}/recovery-codes`, { password })),
    onSuccess: refresh,
  });
}

export function useSwitchOff() {
  return useMutation({
    mutationFn: (password: string) => request<undefined>("POST", `${PATH}/off`, { password }),
    onSuccess: refresh,
  });
}
