import { inWords, when } from '../Shell/words';
import type { RunningInstance } from '../wire';

const late = 12_000;

export function Instances({ instances, answering }: { instances: RunningInstance[]; answering: string }) {
  return (
    <section className="panel" aria-labelledby="instances">
      <h2 id="instances">Instances</h2>
      {instances.length === 0 && <p className="muted">None has announced itself lately.</p>}
      <ul className="instances">
        {instances.map(one => (
          <li key={one.id}>
            <p>
              <strong>{one.id}</strong> {one.id === answering && <span className="badge">Answers you</span>} {Date.now() - one.seen_at_ms > late && <span className="badge warn">Silent</span>}
            </p>
            <p className="muted">
              since {when(one.started_at_ms)} ·{' '}
              {Object.entries(one.facts)
                .map(([name, value]) => `${inWords(name)} ${value}`)
                .join(' · ')}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
