import { ask } from '../Shell/server';
import type { HealthAnswer } from '../wire';

export interface VoiceOffer {
  offered: boolean;
  reason: string;
}

/** Whether a call can be tried at all, in words for a student. */
export async function voiceIsOffered(signal?: AbortSignal): Promise<VoiceOffer> {
  if (typeof RTCPeerConnection === 'undefined') return { offered: false, reason: 'This browser can’t hold voice calls (it has no WebRTC).' };
  const health = await ask<HealthAnswer>('/api/health', { signal });
  if (!health.features.voiceEnabled || health.openai !== 'ok') return { offered: false, reason: 'Voice is not set up on this server.' };
  return { offered: true, reason: '' };
}
