import { useEffect, useRef } from 'react';
import { address } from '../Shell/routing';

const steps = [
  { state: 'ending', words: 'No new words are taken' },
  { state: 'draining', words: 'The last words are being written down' },
  { state: 'final', words: 'The transcript is complete and closed' },
];

/** The formal end: what is still being done, step by step, and then the way on. */
export function EndPanel({ id, state }: { id: string; state: string }) {
  const closed = state === 'final' || state === 'abandoned';
  const reached = closed ? steps.length : steps.findIndex(step => step.state === state) + 1;
  const onward = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (closed) onward.current?.focus();
  }, [closed]);

  return (
    <section className="end panel" aria-labelledby="ended">
      <h2 id="ended">{closed ? 'The encounter has ended' : 'The encounter is ending'}</h2>
      <ol className="steps" role="status">
        {steps.map((step, index) => (
          <li key={step.state} className={index < reached ? 'done' : ''} data-done={index < reached}>
            {step.words}
          </li>
        ))}
      </ol>
      {state === 'abandoned' && <p>It was closed because nobody had spoken for a day.</p>}
      {closed && (
        <p>
          <a ref={onward} className="button primary" href={address.after(id)}>
            Reflection and transcript
          </a>
        </p>
      )}
    </section>
  );
}
