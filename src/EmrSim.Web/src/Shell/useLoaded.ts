import { useCallback, useEffect, useState } from 'react';
import { ServerProblem } from './server';

export interface Loaded<T> {
  value?: T;
  problem?: Error;
  reload: () => void;
}

/** Loads once for each key, and again by itself when the network comes back after a failure. */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; problem?: Error }>({ key });
  const [attempt, setAttempt] = useState(0);
  const reload = useCallback(() => setAttempt(count => count + 1), []);

  useEffect(() => {
    const leaving = new AbortController();
    load(leaving.signal).then(
      value => !leaving.signal.aborted && setState({ key, value }),
      problem => !leaving.signal.aborted && setState(before => ({ key, value: before.key === key ? before.value : undefined, problem })),
    );
    return () => leaving.abort();
    // The loader is a new function with each drawing; what it loads is named by the key.
  }, [key, attempt]);

  useEffect(() => {
    if (!(state.problem instanceof ServerProblem && state.problem.passes)) return;
    addEventListener('online', reload);
    const later = setTimeout(reload, 5000);
    return () => {
      removeEventListener('online', reload);
      clearTimeout(later);
    };
  }, [state.problem, reload]);

  const current = state.key === key ? state : { value: undefined, problem: undefined };
  return { value: current.value, problem: current.problem, reload };
}
