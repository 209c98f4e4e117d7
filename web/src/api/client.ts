/** Asks the server; every failure becomes an ApiError that carries the server's own words. */

import type { Routes } from "./described";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly field: string | null = null,
    readonly retryAfterSeconds: number | null = null,
    readonly body: unknown = null,
    readonly reason: string | null = null,
    readonly limits: Record<string, number> = {},
  ) {
    super(detail);
  }
}

interface Problem {
  code?: string;
  detail?: string;
  title?: string;
  field?: string;
  /** The rule that the field breaks, and its numbers. */
  reason?: string;
  limits?: Record<string, number>;
}

async function failure(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const problem = (typeof body === "object" && body !== null ? body : {}) as Problem;
  const retry = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return new ApiError(
    response.status,
    typeof problem.code === "string" ? problem.code : "failed",
    typeof problem.detail === "string" ? problem.detail : (problem.title ?? ""),
    problem.field ?? null,
    Number.isNaN(retry) ? null : retry,
    body,
    problem.reason ?? null,
    problem.limits ?? {},
  );
}

/** A route of the API: its method and path, as the description writes them. */
export type Route = keyof Routes;
/** What a route is asked with: `path`, `query` and `body`, as far as it has them. */
export type Asked<R extends Route> = Omit<Routes[R], "answer">;
export type Answer<R extends Route> = Routes[R]["answer"];
type AskedOnce<R extends Route> = Record<never, never> extends Asked<R> ? [asked?: Asked<R>] : [asked: Asked<R>];
interface Parts {
  path?: Record<string, string | number>;
  query?: QueryValues;
  body?: unknown;
}

/** Asks for what a route of the API answers. What it takes and tells is known from the API's own description. */
export async function ask<R extends Route>(route: R, ...[asked]: AskedOnce<R>): Promise<Answer<R>> {
  const { path = {}, query: values = {}, body } = (asked ?? {}) as Parts;
  const [method = "", template = ""] = route.split(" ");
  return request<Answer<R>>(method, `${filled(template, path)}${query(values)}`, body);
}

/** Where something is that the browser fetches by itself: a file, audio. */
export function addressOf<R extends Route & `GET ${string}`>(route: R, ...[asked]: AskedOnce<R>): string {
  const { path = {}, query: values = {} } = (asked ?? {}) as Parts;
  return `${filled(route.replace("GET ", ""), path)}${query(values)}`;
}

/** A slash of an interface stands in a path as its own. */
const inPath = (value: string | number) => String(value).split("/").map(encodeURIComponent).join("/");

function filled(template: string, path: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => inPath(path[name] ?? ""));
}

async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const isForm = body instanceof FormData;
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-Requested-With"] = "callcenter";
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  const payload = body === undefined ? null : isForm ? body : JSON.stringify(body);
  const response = await fetch(path, { method, headers, body: payload }).catch(() => {
    throw new ApiError(0, "no_connection", "");
  });
  if (!response.ok) throw await failure(response);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

type QueryValues = Record<string, string | number | boolean | null | undefined>;

/** In a query: nothing is asked for by this name, which is another wish than none. */
export const NONE = "\0";

/** A query string from what is set; empty values are left out. */
export function query(values: QueryValues): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === NONE) parts.set(name, "");
    else if (value !== null && value !== undefined && value !== "") parts.set(name, String(value));
  }
  const text = parts.toString();
  return text ? `?${text}` : "";
}
