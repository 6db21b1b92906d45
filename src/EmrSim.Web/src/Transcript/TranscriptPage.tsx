import { useEffect, useRef } from 'react';
import { Icon } from '../Shell/Icon';
import { address } from '../Shell/routing';
import { when } from '../Shell/words';
import type { Reflection, TranscriptDocument } from '../wire';
import { CompletenessRecord } from './CompletenessRecord';
import { TurnList } from './TurnList';

type Props = { id: string; document: TranscriptDocument; reflection: Reflection; onRewrite: () => void };

export function TranscriptPage({ id, document: { session, patient, scenario, turns }, reflection, onRewrite }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  const path = `/api/sessions/${encodeURIComponent(id)}/transcript`;
  return (
    <div className="after-page">
      <header className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {patient}
        </h1>
        <p className="muted">
          {scenario} · {when(session.started_at)}
        </p>
        <p className="downloads">
          <a className="button" href={path} target="_blank" rel="noreferrer">
            <Icon name="print" /> Print view
          </a>
          {(['json', 'txt', 'vtt'] as const).map(ending => (
            <a key={ending} className="button" href={`${path}.${ending}`} download={`encounter-${id.slice(0, 8)}.${ending}`}>
              <Icon name="save" /> {{ json: 'JSON', txt: 'Text', vtt: 'WebVTT' }[ending]}
            </a>
          ))}
        </p>
      </header>
      <section className="transcript" aria-labelledby="said">
        <h2 id="said">Transcript</h2>
        {session.completeness && <CompletenessRecord record={session.completeness} />}
        <TurnList turns={turns} patient={patient} startedAt={Date.parse(session.started_at)} />
      </section>
      <aside className="beside" aria-label="Reflection and debrief">
        <section className="panel">
          <h2>Your reflection</h2>
          {reflection.written_at ? <Written reflection={reflection} /> : <p className="muted">Nothing written yet.</p>}
          <button type="button" className="button" onClick={onRewrite}>
            {reflection.written_at ? 'Change' : 'Write it now'}
          </button>
        </section>
        <section className="panel" id="debrief">
          <h2>Debrief</h2>
          <p className="muted">There is no debrief for this encounter yet.</p>
        </section>
        <p>
          <a href={address.cases()}>Choose another case</a>
        </p>
      </aside>
    </div>
  );
}

function Written({ reflection }: { reflection: Reflection }) {
  return (
    <dl className="written">
      {reflection.went_well && (
        <>
          <dt>Went well</dt>
          <dd>{reflection.went_well}</dd>
        </>
      )}
      {reflection.to_improve && (
        <>
          <dt>Differently next time</dt>
          <dd>{reflection.to_improve}</dd>
        </>
      )}
      {reflection.take_away && (
        <>
          <dt>To take along</dt>
          <dd>{reflection.take_away}</dd>
        </>
      )}
    </dl>
  );
}
