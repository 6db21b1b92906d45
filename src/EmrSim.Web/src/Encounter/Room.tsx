import { useEffect, useRef, useState } from 'react';
import { usualPlan, type Plan } from '../Cases/plan';
import type { LastEncounter } from '../Cases/Unfinished';
import { useVoiceCall } from '../Voice/useVoiceCall';
import { VoiceControls } from '../Voice/VoiceControls';
import { voiceIsOffered } from '../Voice/availability';
import { ask, wordsOf } from '../Shell/server';
import { keep, kept } from '../Shell/kept';
import { Notice } from '../Shell/Notice';
import { useLoaded } from '../Shell/useLoaded';
import { Composer } from './Composer';
import { Conversation } from './Conversation';
import { EndDialog } from './EndDialog';
import { EndPanel } from './EndPanel';
import type { EncounterCase } from './encounterCase';
import { noPauses, toggle, type Pauses } from './pauses';
import { RoomHead } from './RoomHead';
import { RoomSide } from './RoomSide';
import { useEncounterFeed } from './useEncounterFeed';
import { useOutbox } from './useOutbox';

export function Room({ id, about }: { id: string; about: EncounterCase }) {
  const { feed, connection, way, failures, conversation, encounter, trouble } = useEncounterFeed(id);
  const connected = connection === 'live' || connection === 'degraded';
  const { outbox, letters } = useOutbox(id, feed, connected);
  const [plan] = useState(() => kept<Plan>(`plan.${id}`) ?? usualPlan);
  const voice = useLoaded('voice-offered', voiceIsOffered);
  const { call, state: talking } = useVoiceCall(id, feed, about.media, plan, text => outbox?.add(text));
  const [pauses, setPauses] = useState<Pauses>(() => kept<Pauses>(`pauses.${id}`) ?? noPauses);
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);

  const state = encounter?.state ?? about.encounter.state;
  const over = state !== 'active';
  const paused = pauses.since !== undefined && !over;
  const path = `/api/sessions/${encodeURIComponent(id)}`;

  useEffect(() => keep(`pauses.${id}`, pauses), [id, pauses]);
  useEffect(() => {
    const last = kept<LastEncounter>('last-encounter');
    if (!over || last?.id === id) keep('last-encounter', { id, patient: about.patient.name, startedAt: Date.parse(about.encounter.started_at), over } satisfies LastEncounter);
  }, [id, over, about]);
  useEffect(() => {
    if (!over && !paused) field.current?.focus({ preventScroll: true });
  }, [over, paused]);

  useEffect(() => {
    if (over) call?.stop();
    else if (call?.snapshot().phase === 'live') call.setMuted(paused);
    if (paused) call?.interrupt();
  }, [call, over, paused]);

  const tell = (failure: unknown) => setProblem(wordsOf(failure));
  const say = (words: string) => {
    setProblem(undefined);
    if (!call?.say(words)) outbox?.add(words);
    field.current?.focus({ preventScroll: true });
  };
  const move = (signal: string) => {
    setProblem(undefined);
    ask(`${path}/sps/phase`, { body: { signal } }).catch(tell);
  };
  const end = async () => {
    setAsked(false);
    setProblem(undefined);
    await call?.finish();
    ask(`${path}/end`, { body: {} }).catch(tell);
  };

  return (
    <div className={paused ? 'room paused' : 'room'}>
      <RoomHead
        about={about}
        minutes={plan.minutes}
        pauses={pauses}
        over={over}
        paused={paused}
        connection={connection}
        way={way}
        failures={failures}
        onPause={() => setPauses(before => toggle(before, Date.now()))}
        onEnd={() => setAsked(true)}
      />
      <RoomSide about={about} encounter={encounter} over={over} paused={paused} onPhase={move} onRequest={say} />
      <section className="talk" aria-label={`Encounter with ${about.patient.name}`}>
        <Conversation
          conversation={conversation}
          letters={letters}
          patient={about.patient.name}
          connected={connected}
          onRetry={letter => outbox?.tryAgain(letter)}
          onDiscard={letter => outbox?.discard(letter)}
        />
        {trouble && !over && <Notice tone="warn" role="status">Some words were lost on their way: {trouble}</Notice>}
        {problem && (
          <Notice tone="bad" role="alert">
            {problem}
          </Notice>
        )}
        {paused && (
          <Notice role="status">
            Paused. The patient waits and the clock stands still.{' '}
            <button type="button" className="button" onClick={() => setPauses(before => toggle(before, Date.now()))}>
              Go on
            </button>
          </Notice>
        )}
        {!over && voice.value?.offered && <VoiceControls call={call} state={talking} paused={paused} />}
        {!over && <Composer encounterId={id} patient={about.patient.name} disabled={paused} field={field} onSay={say} />}
        {over && <EndPanel id={id} state={state} />}
      </section>
      {asked && <EndDialog patient={about.patient.name} unsent={letters.length} connected={connected} onEnd={end} onClose={() => setAsked(false)} />}
    </div>
  );
}
