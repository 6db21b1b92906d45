import { wordsOf } from './server';
import { Notice } from './Notice';
import type { Loaded } from './useLoaded';

/** What is shown instead of a view whose data is not there: patience first, then what went wrong and a way on. */
export function Waiting({ loaded, what }: { loaded: Loaded<unknown>; what: string }) {
  if (!loaded.problem) return <p className="waiting" role="status">Loading {what}…</p>;
  return (
    <Notice tone="bad" role="alert">
      <p>{wordsOf(loaded.problem)}</p>
      <p>
        <button type="button" className="button" onClick={loaded.reload}>
          Try again
        </button>{' '}
        <a href="#/">All cases</a>
      </p>
    </Notice>
  );
}
