type Props = { name: string; points: { at: number; value: number }[]; write: (value: number) => string };

const width = 240;
const height = 48;
const quarterHour = 15 * 60_000;

/** A line without axes: how it goes now, and how high it went. */
export function Chart({ name, points, write }: Props) {
  const values = points.map(point => point.value);
  const highest = Math.max(...values);
  const now = values.at(-1)!;
  const end = points.at(-1)!.at;
  const x = (at: number) => width - ((end - at) / quarterHour) * width;
  const y = (value: number) => height - 2 - (highest > 0 ? (value / highest) * (height - 6) : 0);
  const line = points.map(point => `${x(point.at).toFixed(1)},${y(point.value).toFixed(1)}`).join(' ');
  const from = x(points[0]!.at).toFixed(1);
  return (
    <figure className="chart">
      <figcaption>
        {name} <strong>{write(now)}</strong>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${name}: now ${write(now)}, at most ${write(highest)}`}>
        <polygon points={`${from},${height} ${line} ${width},${height}`} fill="var(--accent-soft)" />
        <polyline points={line} fill="none" stroke="var(--accent)" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
      </svg>
      <p className="muted">at most {write(highest)}</p>
    </figure>
  );
}
