// One call to the server. It has the device's token, and never waits for ever.
import { getMeta, waiting } from "./store.js";

const PATIENCE_MS = 20_000;

// A refusal, or no answer at all (`status` 0).
export class CallError extends Error {
  constructor(status, problem = {}) {
    super(problem.detail ?? problem.title ?? `status ${status}`);
    this.status = status;
    this.problem = problem;
  }

  get isRevoked() {
    return this.status === 403 && String(this.problem.type ?? "").endsWith("revoked");
  }
}

export async function call(method, path, body, { bytes = null, mime = "", patience = null, token = null } = {}) {
  const most = (await getMeta("patience_ms")) ?? patience ?? PATIENCE_MS;
  const headers = await about(token);
  if (bytes) headers["Content-Type"] = mime || "application/octet-stream";
  else if (body !== undefined && body !== null) headers["Content-Type"] = "application/json";
  const options = { method, headers, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(most) };
  if (bytes) options.body = bytes;
  else if (body !== undefined && body !== null) options.body = JSON.stringify(body);
  let response;
  try {
    response = await fetch(`/api/t${path}`, options);
    if (method === "HEAD") return response.ok;
    // Nothing new.
    if (response.status === 304) return null;
    const text = await response.text();
    const told = text ? JSON.parse(text) : null;
    if (response.ok) return told;
    throw new CallError(response.status, told ?? {});
  } catch (wrong) {
    if (wrong instanceof CallError) throw wrong;
    // Cut off, too slow, or an answer of something in between (a hotel's page, say): what is not
    // the server's own answer refuses nothing.
    const isTheirs = response && (response.status >= 500 || response.status === 413);
    throw new CallError(isTheirs ? response.status : 0, { detail: String(wrong.message ?? wrong) });
  }
}

async function about(token) {
  const { count, oldest } = await waiting();
  const headers = {
    "X-Tablet-Waiting": `${count}${oldest ? `;oldest=${new Date(oldest).toISOString()}` : ""}`,
    "X-Tablet-Time": new Date().toISOString(),
    "X-Tablet-Version": version(),
  };
  const known = token ?? (await getMeta("device"))?.token;
  return known ? { ...headers, "X-Tablet": known } : headers;
}

// The page says it, and so does the service worker.
export function version() {
  return globalThis.document?.documentElement.dataset.version ?? globalThis.LADDVAKT_VERSION ?? "";
}
