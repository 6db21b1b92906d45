import { when } from '../Shell/words';
import type { StoreServer, StoreTier } from '../wire';

const states: Record<string, string> = { closed: 'In use', open: 'Left out', half_open: 'Being tried', 'half-open': 'Being tried' };

type Props = { tiers: StoreTier[]; server?: StoreServer | null; database: string };

export function Tiers({ tiers, server, database }: Props) {
  return (
    <section className="panel" aria-labelledby="tiers">
      <h2 id="tiers">Tiers of the session store</h2>
      <div className="table" role="region" aria-label="Tiers" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Tier</th>
              <th scope="col">Breaker</th>
              <th scope="col">95 % within</th>
              <th scope="col">Holds entries</th>
              <th scope="col">Last failure</th>
            </tr>
          </thead>
          <tbody>
            {tiers.map((tier, place) => (
              <tr key={tier.name}>
                <th scope="row">{tier.name}</th>
                <td>
                  <span className={tier.state === 'closed' ? 'badge' : 'badge bad'}>{tier.state === 'closed' && place > 0 ? 'Ready' : (states[tier.state] ?? tier.state)}</span>
                </td>
                <td>{tier.p95_ms > 0 ? `${tier.p95_ms.toFixed(1)} ms` : '–'}</td>
                <td>{tier.holds_entries ? 'Yes' : 'No'}</td>
                <td>{tier.last_failure ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted">
        {server ? `${server.kind ?? 'Server'} ${server.version ?? ''} at ${server.url}, ${server.connected ? 'connected' : 'away'} since ${when(server.since_ms)}. ` : 'No server is configured. '}
        Database: {database}
      </p>
    </section>
  );
}
