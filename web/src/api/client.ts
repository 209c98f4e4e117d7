/** Asks the server; every failure becomes an ApiError that carries the server's own words. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly field: string | null = null,
    readonly retryAfterSeconds: number | null = null,
    readonly body: unknown = null,
  ) {
    super(detail);
  }
}

/** Why a form was refused: at which of its fields, or elsewhere. */
export function refusalOf(error: unknown): { at: (field: string) => string | null; isElsewhere: boolean } {
  const refused = error instanceof ApiError ? error : null;
  return {
    at: (field) => (refused?.field === field ? refused.detail : null),
    isElsewhere: error !== null && !refused?.field,
  };
}

interface Problem {
  code?: string;
  detail?: string;
  title?: string;
  field?: string;
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
  );
}

export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
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

/** A query string from what is set; empty values are left out. */
export function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== "") parts.set(name, String(value));
  }
  const text = parts.toString();
  return text ? `?${text}` : "";
}
