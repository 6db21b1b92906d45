import { useSyncExternalStore } from 'react';

export type Route =
  | { view: 'cases' }
  | { view: 'before'; scenario: string }
  | { view: 'encounter'; id: string }
  | { view: 'after'; id: string }
  | { view: 'teacher'; part: string; id?: string }
  | { view: 'status' }
  | { view: 'nowhere' };

/** In the fragment, so that an encounter's id, which opens it, stands in no log of addresses. */
export function read(hash: string): Route {
  const [view = '', first, second] = hash.replace(/^#\/?/, '').split('/').map(decode);
  if (view === '') return { view: 'cases' };
  if (view === 'cases' && first) return { view: 'before', scenario: first };
  if (view === 'encounter' && first) return { view: 'encounter', id: first };
  if (view === 'after' && first) return { view: 'after', id: first };
  if (view === 'teacher') return { view: 'teacher', part: first ?? 'running', id: second };
  if (view === 'status') return { view: 'status' };
  return { view: 'nowhere' };
}

export const address = {
  cases: () => '#/',
  before: (scenario: string) => `#/cases/${encodeURIComponent(scenario)}`,
  encounter: (id: string) => `#/encounter/${encodeURIComponent(id)}`,
  after: (id: string) => `#/after/${encodeURIComponent(id)}`,
  teacher: (part = 'running', id?: string) => `#/teacher/${part}${id ? `/${encodeURIComponent(id)}` : ''}`,
  status: () => '#/status',
};

export function go(to: string, replace = false) {
  if (replace) location.replace(to);
  else location.hash = to;
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(
    heard => {
      addEventListener('hashchange', heard);
      return () => removeEventListener('hashchange', heard);
    },
    () => location.hash,
  );
  return read(hash);
}

function decode(part: string) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
