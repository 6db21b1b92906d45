import { call as post, ask, ServerProblem } from '../Shell/server';
import type { VoiceToken } from '../wire';
import type { Microphone } from './Microphone';
import type { RealtimeEvent } from './RealtimeEvent';

export class CallProblem extends Error {}

export interface CallChoices {
  voice: string;
  language: string;
}

interface Ears {
  onEvent: (event: RealtimeEvent) => void;
  onOpen: () => void;
  onLost: () => void;
}

const gathering = 1500;
const connecting = 15_000;

/** The bare call: one peer connection with the microphone, the patient's voice and the channel of events. */
export class PeerCall {
  private readonly peer = new RTCPeerConnection();
  private readonly channel = this.peer.createDataChannel('oai-events');
  private readonly voice = new Audio();
  private readonly sender: RTCRtpSender;
  private lost?: ReturnType<typeof setTimeout>;
  private closed = false;

  constructor(microphone: Microphone, ears: Ears) {
    this.sender = this.peer.addTrack(microphone.track, microphone.stream);
    this.voice.autoplay = true;
    this.peer.ontrack = ({ streams, track }) => {
      this.voice.srcObject = streams[0] ?? new MediaStream([track]);
      void this.voice.play().catch(() => undefined);
    };
    this.channel.onopen = ears.onOpen;
    this.channel.onmessage = ({ data }) => {
      const event = parsed(data);
      if (event) ears.onEvent(event);
    };
    const over = () => !this.closed && ears.onLost();
    this.channel.onclose = over;
    this.peer.onconnectionstatechange = () => {
      clearTimeout(this.lost);
      if (this.peer.connectionState === 'failed') over();
      // A change of network takes some seconds to heal by itself.
      if (this.peer.connectionState === 'disconnected') this.lost = setTimeout(over, 6000);
    };
  }

  async open(sessionId: string, choices: CallChoices): Promise<void> {
    const token = ask<VoiceToken>('/api/voice/token', {
      body: { session_id: sessionId, ...(choices.voice && { voice: choices.voice }), input_language: choices.language, reply_language: choices.language },
    });
    // The offer is made meanwhile; both are needed for what follows.
    const [offer] = await Promise.all([this.offer(), token]).catch(failure => {
      throw worded(failure);
    });
    const answer = await post('/api/voice/sdp', { body: { session_id: sessionId, sdp: offer } }).catch(failure => {
      throw worded(failure);
    });
    const sdp = await answer.text();
    if (this.closed) return;
    await this.peer.setRemoteDescription({ type: 'answer', sdp });
    await this.connected();
  }

  send(event: object) {
    if (this.channel.readyState === 'open') this.channel.send(JSON.stringify(event));
  }

  get isOpen() {
    return this.channel.readyState === 'open';
  }

  replaceMicrophone(microphone: Microphone) {
    return this.sender.replaceTrack(microphone.track);
  }

  close() {
    this.closed = true;
    clearTimeout(this.lost);
    this.voice.srcObject = null;
    this.channel.close();
    this.peer.close();
  }

  private async offer(): Promise<string> {
    await this.peer.setLocalDescription();
    // The service takes one description and no candidates after it.
    if (this.peer.iceGatheringState !== 'complete') {
      await new Promise<void>(resolve => {
        const late = setTimeout(resolve, gathering);
        this.peer.onicegatheringstatechange = () => {
          if (this.peer.iceGatheringState !== 'complete') return;
          clearTimeout(late);
          resolve();
        };
      });
    }
    return this.peer.localDescription!.sdp;
  }

  private connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new CallProblem('The call did not come through; a firewall may be in the way. Go on in writing, or try again.')), connecting);
      const look = () => {
        if (this.closed) reject(new CallProblem('The call was ended.'));
        else if (this.channel.readyState !== 'open') return;
        else resolve();
        clearTimeout(late);
        this.channel.removeEventListener('open', look);
      };
      this.channel.addEventListener('open', look);
      look();
    });
  }
}

function parsed(data: unknown): RealtimeEvent | undefined {
  try {
    return JSON.parse(String(data)) as RealtimeEvent;
  } catch {
    return undefined;
  }
}

const reasons: Record<string, string> = {
  voice_disabled: 'Voice is not set up on this server. Go on in writing.',
  no_openai_key: 'Voice is not set up on this server. Go on in writing.',
  rate_limited: 'Too many calls were begun. Go on in writing, and try again in some minutes.',
  unreachable: 'The server can’t be reached just now. What you write is kept.',
};

function worded(failure: unknown): CallProblem {
  if (failure instanceof CallProblem) return failure;
  if (!(failure instanceof ServerProblem)) return new CallProblem('The call could not be opened. Go on in writing, or try again.');
  return new CallProblem(reasons[failure.code] ?? 'The voice service does not answer just now. Go on in writing, or try again.');
}
