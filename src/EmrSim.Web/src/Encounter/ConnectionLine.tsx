import type { Connection } from './EncounterFeed';

const words: Record<Connection, string> = {
  connecting: 'Connecting',
  'catching-up': 'Catching up',
  live: 'Live',
  degraded: 'Live, with a part of the system down. Nothing is lost.',
  offline: 'Offline. What you write is kept and sent when the connection is back.',
  unknown: 'Not found',
};

/** The one quiet line. */
export function ConnectionLine({ connection, failures }: { connection: Connection; failures: number }) {
  return (
    <p className={`connection ${connection}`} role="status" data-connection={connection} data-failures={failures}>
      <span className="dot" aria-hidden="true" />
      {words[connection]}
    </p>
  );
}
