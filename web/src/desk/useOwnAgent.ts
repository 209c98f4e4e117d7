import { useQuery } from "@tanstack/react-query";
import { ask } from "../api/client";

/** Who one is in the settings, with the queues that they give. */
export function useOwnAgent() {
  return useQuery({ queryKey: ["agent"], queryFn: () => ask("GET /api/agents/mine") });
}
