import type { Scope } from "../api/shapes";

/** The teams and queues of a scope, in one line. */
export function namesOf(scope: Scope): string {
  return [...scope.teams, ...scope.queues].join(", ");
}
