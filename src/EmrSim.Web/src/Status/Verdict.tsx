import { Icon } from '../Shell/Icon';
import type { SystemStatus } from '../wire';

const verdicts: Record<string, string> = {
  healthy: 'Everything works.',
  degraded: 'Working, with a part down. Nothing is lost.',
  unhealthy: 'Not working: the database is out of reach.',
};

const warnings: Record<string, string> = {
  database_unreachable: 'The database can’t be reached. Encounters can’t go on until it can.',
  session_store_degraded: 'The session store’s server is away. The next tier has taken over by itself.',
  session_store_without_sentinels: 'Most sentinels do not answer: the server serves, but nothing would replace it.',
  session_store_merging: 'What was written meanwhile is being brought back.',
};

/** The one sentence an operator came for. */
export function Verdict({ status }: { status: SystemStatus }) {
  const running = status.encounters.active ?? 0;
  const ending = (status.encounters.ending ?? 0) + (status.encounters.draining ?? 0);
  const over = (status.encounters.final ?? 0) + (status.encounters.abandoned ?? 0);
  const lag = status.history.at(-1)?.lag_ms ?? 0;
  return (
    <section className={`verdict ${status.status}`} aria-label="In short">
      <p className="verdict-line" role="status">
        <Icon name={status.status === 'healthy' ? 'check' : 'eye'} /> {verdicts[status.status] ?? status.status}
      </p>
      {status.warnings.map(warning => (
        <p key={warning}>{warnings[warning] ?? warning}</p>
      ))}
      <dl className="figures">
        <Figure name="Running" value={running} />
        <Figure name="Ending" value={ending} />
        <Figure name="Over" value={over} />
        <Figure name="Instances" value={status.instances.length} />
        <Figure name="Feed lag" value={lag > 0 ? `${lag.toFixed(0)} ms` : '–'} />
        <Figure name="Version" value={status.version} />
      </dl>
    </section>
  );
}

function Figure({ name, value }: { name: string; value: string | number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
