import type { Connection, Way } from './EncounterFeed';

const words: Record<Connection, string> = {
  connecting: 'Connecting',
  'catching-up': 'Catching up',
  live: 'Live',
  degraded: 'Live, with a part of the system down. Nothing is lost.',
  offline: 'Offline. What you write is kept and sent when the connection is back.',
  unknown: 'Not found',
};

const simpler = 'Live, by the simpler connection that your network allows';

/** The one quiet line. */
export function ConnectionLine({ connection, way, failures }: { connection: Connection; way: Way; failures: number }) {
  return (
    <p className={`connection ${connection}`} role="status" data-connection={connection} data-way={way} data-failures={failures}>
      <span className="dot" aria-hidden="true" />
      {connection === 'live' && way === 'events' ? simpler : words[connection]}
    </p>
  );
}
