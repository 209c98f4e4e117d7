import { useMutation, useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { ask } from "../api/client";
import type { RoleShape as Role } from "../api/described";
import { queryClient } from "../api/queries";
import type { Permission } from "../api/shapes";

export type { RoleShape as Role } from "../api/described";

const SHIPPED = ["agent", "team_leader", "supervisor", "qa", "admin"] as const;
type Shipped = (typeof SHIPPED)[number];

export type RoleFields = Pick<Role, "name" | "permissions">;

export const GROUPS = ["floor", "calls", "reports", "callbacks", "quality", "customers", "centre"] as const;
type Group = (typeof GROUPS)[number];

const GROUP_OF: Record<Permission, Group> = {
  see_floor: "floor",
  work_seat: "floor",
  transfer_outside: "floor",
  control_seats: "floor",
  listen_in: "floor",
  see_alerts: "floor",
  manage_alerts: "floor",
  manage_wallboards: "floor",
  see_calls: "calls",
  tag_calls: "calls",
  hear_recordings: "calls",
  export_recordings: "calls",
  see_accesses: "calls",
  see_reports: "reports",
  send_reports: "reports",
  see_shifts: "reports",
  plan_shifts: "reports",
  see_lists: "callbacks",
  run_lists: "callbacks",
  stop_dialling: "callbacks",
  work_callbacks: "callbacks",
  review_calls: "quality",
  manage_review_forms: "quality",
  manage_sampling: "quality",
  see_own_reviews: "quality",
  decide_appeals: "quality",
  hear_clips: "quality",
  manage_clips: "quality",
  see_customers: "customers",
  edit_customers: "customers",
  manage_customers: "customers",
  manage_wrap_ups: "customers",
  erase_customers: "customers",
  work_tickets: "customers",
  manage_tickets: "customers",
  see_numbers: "customers",
  manage_users: "centre",
  manage_webhooks: "centre",
  see_audit: "centre",
  manage_retention: "centre",
  ship_recordings: "centre",
};

/** The permissions of a group, of those named. */
export function inGroup(group: Group, permissions: readonly Permission[]): Permission[] {
  const all = Object.keys(GROUP_OF) as Permission[];
  return all.filter((one) => GROUP_OF[one] === group && permissions.includes(one));
}

/** What a role is called: the shipped ones in the language of the panel. */
export function roleName(t: TFunction, role: string): string {
  return SHIPPED.includes(role as Shipped) ? t(`role.${role as Shipped}`) : role;
}

const refresh = () =>
  Promise.all(["roles", "users"].map((queryKey) => queryClient.invalidateQueries({ queryKey: [queryKey] })));

export function useRoles() {
  return useQuery({
    queryKey: ["roles"],
    queryFn: async () => (await ask("GET /api/roles")).roles,
  });
}

/** Makes a role, or changes the one with this id. */
export function useWriteRole(id: number | null) {
  return useMutation({
    mutationFn: (fields: RoleFields) =>
      id === null
        ? ask("POST /api/roles", { body: fields })
        : ask("PUT /api/roles/{role_id}", { path: { role_id: id }, body: fields }),
    onSuccess: refresh,
  });
}

export function useDeleteRole(id: number) {
  return useMutation({
    mutationFn: () => ask("DELETE /api/roles/{role_id}", { path: { role_id: id } }),
    onSuccess: refresh,
  });
}
