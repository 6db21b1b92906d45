import { MediaFigure } from '../Encounter/MediaFigure';
import { ofTurn } from '../Encounter/utterance';
import { clock } from '../Shell/words';
import type { TranscriptTurn } from '../wire';

type Props = { turns: TranscriptTurn[]; patient: string; student?: string; startedAt: number; sought?: string };

export function TurnList({ turns, patient, student = 'You', startedAt, sought = '' }: Props) {
  if (turns.length === 0) return <p className="muted">Nothing was said.</p>;
  return (
    <ol className="turns">
      {turns.map(turn => (
        <li key={turn.id} className={turn.role} data-state={turn.state}>
          <span className="turn-time">{clock(((turn.started_at_ms ?? turn.timestamp) - startedAt) / 1000)}</span>
          <div>
            <span className="speaker">{turn.role === 'user' ? student : patient}</span>
            <p>{marked(turn.text, sought)}</p>
            {ofTurn(turn).media.map(media => (
              <MediaFigure key={media.id} media={media} />
            ))}
            {turn.state !== 'final' && <span className="trouble">{turn.state}</span>}
          </div>
        </li>
      ))}
    </ol>
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
