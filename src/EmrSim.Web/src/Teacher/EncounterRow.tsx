import { Avatar } from '../Shell/Avatar';
import { inWords, phaseName, when } from '../Shell/words';
import type { ListedEncounter } from '../wire';

const quiet = 2 * 60_000;

export function EncounterRow({ encounter, sought, to }: { encounter: ListedEncounter; sought: string; to: string }) {
  const idle = Date.now() - encounter.touched_at_ms > quiet;
  const running = encounter.state === 'active';
  return (
    <li className="encounter-row">
      <Avatar name={encounter.patient} />
      <div>
        <h2>
          <a href={to}>{encounter.patient}</a>
        </h2>
        <p className="muted">{encounter.title}</p>
        {encounter.excerpt && <p className="excerpt">{marked(encounter.excerpt, sought)}</p>}
      </div>
      <p className="encounter-facts">
        <span className={running ? 'badge' : 'badge warn'}>{running ? phaseName(encounter.phase) : inWords(encounter.state)}</span>
        <span>{encounter.utterances === 1 ? '1 utterance' : `${encounter.utterances} utterances`}</span>
        <span className="muted">
          {when(encounter.started_at_ms)}
          {running && idle && ', quiet for some minutes'}
        </span>
      </p>
    </li>
  );
}

function marked(text: string, sought: string) {
  const at = sought ? text.toLowerCase().indexOf(sought.toLowerCase()) : -1;
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + sought.length)}</mark>
      {text.slice(at + sought.length)}
    </>
  );
}
