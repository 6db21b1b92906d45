import { freshConnections } from './connections';

/** A refusal of the server in its one form, or no answer at all. */
export class ServerProblem extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }

  /** Whether the same request can succeed later. */
  get passes() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

type Ask = { method?: string; body?: unknown; signal?: AbortSignal; headers?: Record<string, string> };

export async function call(path: string, { method, body, signal, headers }: Ask = {}): Promise<Response> {
  let response: Response;
  await freshConnections();
  try {
    response = await fetch(path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new ServerProblem('unreachable', 'The server can’t be reached just now.', 0);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function ask<T>(path: string, how: Ask = {}): Promise<T> {
  return (await call(path, how)).json() as Promise<T>;
}

async function problemOf(response: Response) {
  const told = (await response.json().catch(() => ({}))) as { error?: string; detail?: string };
  const wait = Number(response.headers.get('Retry-After'));
  return new ServerProblem(told.error ?? `http_${response.status}`, told.detail ?? told.error ?? `The server answered ${response.status}.`, response.status, wait > 0 ? wait * 1000 : undefined);
}

export function wordsOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
