import { ask } from '../Shell/server';
import { useLoaded } from '../Shell/useLoaded';
import { inWords } from '../Shell/words';
import type { VoiceList } from '../wire';

export function VoiceChoice({ value, usual, onChange }: { value: string; usual?: string | null; onChange: (voice: string) => void }) {
  const loaded = useLoaded('voices', signal => ask<VoiceList>('/api/voice/voices', { signal }));
  return (
    <label className="field">
      <span>The patient’s voice</span>
      <select value={value} onChange={event => onChange(event.target.value)}>
        <option value="">As it suits the patient{usual ? ` (${inWords(usual)})` : ''}</option>
        {loaded.value?.voices.map(voice => (
          <option key={voice} value={voice}>
            {inWords(voice)}
          </option>
        ))}
      </select>
    </label>
  );
}
