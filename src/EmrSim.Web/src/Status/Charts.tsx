import type { StatusSample } from '../wire';
import { Chart } from './Chart';

const charts: { field: Exclude<keyof StatusSample, 'at_ms'>; name: string; unit: string; digits: number }[] = [
  { field: 'requests', name: 'Requests', unit: '/s', digits: 1 },
  { field: 'p95_ms', name: 'Response, 95 %', unit: ' ms', digits: 1 },
  { field: 'errors', name: 'Errors', unit: '', digits: 0 },
  { field: 'utterances', name: 'Utterances', unit: '/s', digits: 1 },
  { field: 'store_ms', name: 'Session store', unit: ' ms', digits: 2 },
  { field: 'lag_ms', name: 'Feed lag', unit: ' ms', digits: 0 },
  { field: 'memory_mb', name: 'Memory', unit: ' MB', digits: 0 },
];

export function Charts({ history }: { history: StatusSample[] }) {
  return (
    <section className="panel" aria-labelledby="charts">
      <h2 id="charts">The last 15 minutes of this instance</h2>
      {history.length < 2 ? (
        <p className="muted">It has just started; the first figures come in some seconds.</p>
      ) : (
        <div className="charts">
          {charts.map(({ field, name, unit, digits }) => (
            <Chart key={field} name={name} write={value => `${value.toFixed(digits)}${unit}`} points={history.map(sample => ({ at: sample.at_ms, value: sample[field] }))} />
          ))}
        </div>
      )}
    </section>
  );
}
