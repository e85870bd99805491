// How a station is now, where the server can be reached: never shown without its age.
import { call, CallError } from "./api.js";

export async function live(stationId) {
  try {
    return await call("GET", `/stations/${stationId}/live`, null, { patience: 8_000 });
  } catch (wrong) {
    if (wrong instanceof CallError) return null;
    throw wrong;
  }
}

export async function ask(stationId, kind, fields, reason, force = false) {
  return call("POST", `/stations/${stationId}/remote`, { kind, fields, reason, force });
}

export async function became(actionId) {
  return call("GET", `/remote/${actionId}`);
}
