import { useEffect, useState, useSyncExternalStore } from 'react';
import type { EncounterFeed } from './EncounterFeed';
import { Outbox, type Letter } from './Outbox';

const none: readonly Letter[] = [];

export function useOutbox(encounterId: string, feed: EncounterFeed | undefined, live: boolean) {
  const [outbox, setOutbox] = useState<Outbox>();
  useEffect(() => {
    if (!feed) return;
    const made = new Outbox(encounterId, feed);
    setOutbox(made);
    return () => {
      made.dispose();
      setOutbox(undefined);
    };
  }, [encounterId, feed]);
  useEffect(() => {
    if (live) outbox?.wake();
  }, [live, outbox]);
  const letters = useSyncExternalStore(outbox?.subscribe ?? never, outbox?.snapshot ?? empty);
  return { outbox, letters };
}

const never = () => () => undefined;
const empty = () => none;
