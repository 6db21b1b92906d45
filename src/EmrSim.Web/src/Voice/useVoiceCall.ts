import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Plan } from '../Cases/plan';
import type { EncounterFeed } from '../Encounter/EncounterFeed';
import type { MediaRef } from '../wire';
import { VoiceCall, type CallState } from './VoiceCall';

const off: CallState = { phase: 'off', mode: 'open', muted: false, held: false, studentSpeaks: false, patientSpeaks: false };

export function useVoiceCall(encounterId: string, feed: EncounterFeed | undefined, media: readonly MediaRef[], plan: Plan, undelivered: (text: string) => void) {
  const [call, setCall] = useState<VoiceCall>();
  const back = useRef(undelivered);
  back.current = undelivered;
  useEffect(() => {
    if (!feed) return;
    const made = new VoiceCall(encounterId, feed, media, { voice: plan.voice, language: plan.language }, text => back.current(text));
    setCall(made);
    return () => {
      made.dispose();
      setCall(undefined);
    };
  }, [encounterId, feed, media, plan.voice, plan.language]);
  const state = useSyncExternalStore(call?.subscribe ?? never, call?.snapshot ?? empty);
  return { call, state };
}

const never = () => () => undefined;
const empty = () => off;
