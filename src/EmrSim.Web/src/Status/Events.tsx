import type { LoggedFact } from '../wire';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export function Events({ events }: { events: LoggedFact[] }) {
  return (
    <section className="panel" aria-labelledby="events">
      <h2 id="events">Recent events of this instance</h2>
      <ol className="events">
        {events.map((event, index) => (
          <li key={`${event.at_ms}-${index}`} className={event.level}>
            <time dateTime={new Date(event.at_ms).toISOString()}>{time.format(event.at_ms)}</time>
            <span>
              {event.level !== 'information' && <span className={event.level === 'warning' ? 'badge warn' : 'badge bad'}>{event.level}</span>} {event.text}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
