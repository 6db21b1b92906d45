import { useState } from 'react';
import { Notice } from '../Shell/Notice';
import { ask, ServerProblem } from '../Shell/server';
import { address } from '../Shell/routing';
import { useLoaded } from '../Shell/useLoaded';
import { useTitle } from '../Shell/useTitle';
import { Waiting } from '../Shell/Waiting';
import type { Reflection, TranscriptDocument } from '../wire';
import { ReflectionForm } from './ReflectionForm';
import { TranscriptPage } from './TranscriptPage';
import './transcript.css';

export default function AfterView({ id }: { id: string }) {
  useTitle('Reflection and transcript');
  const path = `/api/sessions/${encodeURIComponent(id)}`;
  const loaded = useLoaded(`after.${id}`, async signal => {
    const [document, reflection] = await Promise.all([
      ask<TranscriptDocument>(`${path}/transcript.json`, { signal }),
      ask<Reflection>(`${path}/reflection`, { signal }),
    ]);
    return { document, reflection };
  });
  const [written, setWritten] = useState<Reflection>();
  const [skipped, setSkipped] = useState(false);

  if (!loaded.value) return <NotYet id={id} loaded={loaded} />;
  const reflection = written ?? loaded.value.reflection;
  const first = !reflection.written_at && !skipped;
  return first ? (
    <ReflectionForm id={id} patient={loaded.value.document.patient} reflection={reflection} onKept={setWritten} onSkip={() => setSkipped(true)} />
  ) : (
    <TranscriptPage id={id} document={loaded.value.document} reflection={reflection} onRewrite={() => (setSkipped(false), setWritten({ ...reflection, written_at: null }))} />
  );
}

function NotYet({ id, loaded }: { id: string; loaded: ReturnType<typeof useLoaded<unknown>> }) {
  const problem = loaded.problem instanceof ServerProblem ? loaded.problem : undefined;
  if (problem?.status === 409) {
    return (
      <Notice tone="warn" role="alert">
        <h1>The encounter is not over yet</h1>
        <p>
          <a href={address.encounter(id)}>Go back to the patient</a> and end it there. The transcript is closed by that.
        </p>
      </Notice>
    );
  }
  if (problem?.status === 404) {
    return (
      <Notice tone="warn" role="alert">
        <h1>This encounter is not known here</h1>
        <p>
          <a href={address.cases()}>Choose a case</a>
        </p>
      </Notice>
    );
  }
  return <Waiting loaded={loaded} what="the transcript" />;
}
