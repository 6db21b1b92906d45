import type { Letter } from './Outbox';

type Props = { letter: Letter; connected: boolean; onRetry?: (id: string) => void; onDiscard?: (id: string) => void };

export function WaitingLetter({ letter, connected, onRetry, onDiscard }: Props) {
  return (
    <li className="said user waiting" data-state="waiting">
      <span className="speaker">You</span>
      <p>{letter.text}</p>
      {!letter.problem && <span className="trouble">{connected ? 'Sending' : 'Kept; sent when the connection is back'}</span>}
      {letter.problem && (
        <span className="trouble" role="alert">
          Not sent: {letter.problem}{' '}
          <button type="button" className="button plain" onClick={() => onRetry?.(letter.id)}>
            Try again
          </button>
          <button type="button" className="button plain" onClick={() => onDiscard?.(letter.id)}>
            Take back
          </button>
        </span>
      )}
    </li>
  );
}
