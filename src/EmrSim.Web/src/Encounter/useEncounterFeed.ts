import { useEffect, useState, useSyncExternalStore } from 'react';
import { EncounterFeed, type FeedState } from './EncounterFeed';

const nothing: FeedState = { connection: 'connecting', way: 'socket', failures: 0, lastSeq: 0, conversation: [] };

/** The one place where a view meets the connection. Leaving the view closes it. */
export function useEncounterFeed(id: string): FeedState & { feed?: EncounterFeed } {
  const [feed, setFeed] = useState<EncounterFeed>();
  useEffect(() => {
    const made = new EncounterFeed(id);
    setFeed(made);
    return () => {
      made.dispose();
      setFeed(undefined);
    };
  }, [id]);
  const state = useSyncExternalStore(feed?.subscribe ?? never, feed?.snapshot ?? empty);
  return { ...state, feed };
}

const never = () => () => undefined;
const empty = () => nothing;
