/** Told on the window when what was asked before may never be answered. */
export const awake = 'emrsim:awake';

const mostKept = 6;
const patience = 2_000;
const pause = 5_000;
let fresh: Promise<unknown> = Promise.resolve();
let renewedAt = 0;

/** Done when no connection that died in a sleep can be taken for a request any more. */
export function freshConnections() {
  return fresh;
}

/**
 * After a sleep or a change of network the browser keeps connections that are dead and look alive, and a request over one waits
 * for minutes. As many short questions as it keeps connections to a host take each of them once: an unanswered one is closed.
 */
export function renewConnections() {
  // By the clock on the wall: the other one may stand still in a sleep.
  const since = Date.now() - renewedAt;
  if (since >= 0 && since < pause) return;
  renewedAt = Date.now();
  dispatchEvent(new Event(awake));
  fresh = Promise.all(Array.from({ length: mostKept }, question));
}

async function question() {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), patience);
  try {
    await (await fetch('/health/live', { cache: 'no-store', signal: limit.signal })).text();
  } catch {
    // Closed, or the server is away: the next request finds that out for itself.
  } finally {
    clearTimeout(timer);
  }
}
