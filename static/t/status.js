// What a charger says of an outlet, in its reader's words; what nobody knows stays as it said it.
const KNOWN = new Set(["Available", "Preparing", "Charging", "Occupied", "SuspendedEV", "SuspendedEVSE", "Finishing", "Reserved", "Unavailable", "Faulted"]);

export const statusWord = (status, words) => (KNOWN.has(status) ? words(`status.${status}`) : status ?? "?");
