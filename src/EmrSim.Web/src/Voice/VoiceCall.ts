import type { EncounterFeed } from '../Encounter/EncounterFeed';
import { isPartial } from '../Encounter/utterance';
import { wordsOf } from '../Shell/server';
import type { MediaRef } from '../wire';
import { Captions } from './Captions';
import { Microphone, MicrophoneProblem } from './Microphone';
import { PeerCall, type CallChoices } from './PeerCall';
import type { RealtimeEvent } from './RealtimeEvent';
import { Relay } from './Relay';

export type MicrophoneMode = 'open' | 'push';

export interface CallState {
  phase: 'off' | 'opening' | 'live';
  mode: MicrophoneMode;
  muted: boolean;
  /** Whether the key or button of push-to-talk is held. */
  held: boolean;
  studentSpeaks: boolean;
  patientSpeaks: boolean;
  microphone?: Microphone;
  microphoneLost?: boolean;
  problem?: string;
}

interface Typed {
  id: string;
  text: string;
}

const off: CallState = { phase: 'off', mode: 'open', muted: false, held: false, studentSpeaks: false, patientSpeaks: false };
const remembered = 40;
const lastWords = 4000;

/** A voice call with the patient: captions both ways, two ways to use the microphone, and interrupting. */
export class VoiceCall {
  private state: CallState = off;
  private readonly heard = new Set<() => void>();
  private peer?: PeerCall;
  private captions?: Captions;
  private relay?: Relay;
  private release?: () => void;
  private turnDetection: unknown = { type: 'server_vad' };
  private typed: Typed[] = [];

  constructor(
    private readonly encounterId: string,
    private readonly feed: EncounterFeed,
    private readonly media: readonly MediaRef[],
    private readonly choices: CallChoices,
    /** Takes back typed words that the call can't carry any more. */
    private readonly undelivered: (text: string) => void,
  ) {}

  readonly subscribe = (listener: () => void) => {
    this.heard.add(listener);
    return () => this.heard.delete(listener);
  };

  readonly snapshot = () => this.state;

  async begin(mode: MicrophoneMode) {
    if (this.state.phase !== 'off') return;
    this.show({ ...off, mode, phase: 'opening' });
    try {
      if (!(await this.takeLine())) return this.stop('Voice is on in another tab or window. Go there, or go on in writing.');
      const microphone = await Microphone.open();
      this.show({ microphone });
      this.watch(microphone);
      this.relay = new Relay(this.encounterId);
      this.captions = new Captions(({ said, final }) => this.caption(said, final), this.media);
      const peer = new PeerCall(microphone, { onEvent: event => this.take(event), onOpen: () => this.greet(), onLost: () => this.stop('The call broke off. Go on in writing, or call again.') });
      this.peer = peer;
      await peer.open(this.encounterId, this.choices);
      this.show({ phase: 'live' });
      this.listen();
    } catch (failure) {
      this.stop(failure instanceof MicrophoneProblem ? failure.message : wordsOf(failure));
    }
  }

  setMode(mode: MicrophoneMode) {
    this.show({ mode, held: false });
    this.sendTurnDetection();
    this.listen();
  }

  setMuted(muted: boolean) {
    this.show({ muted });
    this.listen();
  }

  /** Push-to-talk: pressing it while the patient speaks interrupts them. */
  press() {
    if (this.state.phase !== 'live' || this.state.mode !== 'push' || this.state.held || this.state.muted) return;
    this.interrupt();
    this.peer?.send({ type: 'input_audio_buffer.clear' });
    this.show({ held: true });
    this.listen();
  }

  letGo() {
    if (!this.state.held) return;
    this.show({ held: false });
    this.listen();
    this.peer?.send({ type: 'input_audio_buffer.commit' });
    this.peer?.send({ type: 'response.create' });
  }

  interrupt() {
    if (!this.state.patientSpeaks) return;
    this.peer?.send({ type: 'response.cancel' });
    this.peer?.send({ type: 'output_audio_buffer.clear' });
  }

  /** True when the call carries the words; else they go the written way. */
  say(text: string): boolean {
    if (this.state.phase !== 'live' || !this.peer?.isOpen) return false;
    const id = `typed_${crypto.getRandomValues(new Uint32Array(2)).join('')}`;
    this.typed.push({ id, text });
    this.interrupt();
    this.peer.send({ type: 'conversation.item.create', item: { id, type: 'message', role: 'user', content: [{ type: 'input_text', text }] } });
    this.peer.send({ type: 'response.create' });
    return true;
  }

  async reopenMicrophone() {
    try {
      const microphone = await Microphone.open();
      this.state.microphone?.close();
      await this.peer?.replaceMicrophone(microphone);
      this.watch(microphone);
      this.show({ microphone, microphoneLost: false, problem: undefined });
      this.listen();
    } catch (failure) {
      this.show({ problem: wordsOf(failure) });
    }
  }

  /** Before the formal end: nothing new is said, and what was said is waited for. */
  async finish() {
    if (this.state.phase === 'live') {
      if (this.state.held) {
        this.show({ held: false });
        this.peer?.send({ type: 'input_audio_buffer.commit' });
      }
      this.setMuted(true);
      this.interrupt();
      const until = Date.now() + lastWords;
      while ((this.captions?.outstanding ?? 0) > 0 && Date.now() < until) await new Promise(resolve => setTimeout(resolve, 50));
    }
    this.captions?.finish();
    await this.relay?.flushed(lastWords);
    this.stop();
  }

  stop(problem?: string) {
    this.captions?.finish();
    this.peer?.close();
    this.relay?.close();
    this.state.microphone?.close();
    this.release?.();
    this.peer = undefined;
    this.release = undefined;
    const stranded = this.typed;
    this.typed = [];
    this.show({ ...off, mode: this.state.mode, problem });
    for (const { text } of stranded) this.undelivered(text);
  }

  dispose() {
    this.stop();
    this.heard.clear();
  }

  private take(event: RealtimeEvent) {
    switch (event.type) {
      case 'session.created':
        this.turnDetection = event.session?.audio?.input?.turn_detection ?? this.turnDetection;
        break;
      case 'input_audio_buffer.speech_started':
        this.show({ studentSpeaks: true });
        break;
      case 'input_audio_buffer.speech_stopped':
      case 'input_audio_buffer.committed':
        this.show({ studentSpeaks: false });
        break;
      case 'output_audio_buffer.started':
        this.show({ patientSpeaks: true });
        break;
      case 'output_audio_buffer.stopped':
      case 'output_audio_buffer.cleared':
        this.show({ patientSpeaks: false });
        break;
      case 'conversation.item.added':
      case 'conversation.item.created':
        this.typed = this.typed.filter(typed => typed.id !== event.item?.id);
        break;
    }
    this.captions?.take(event);
  }

  private caption(said: Parameters<EncounterFeed['take']>[0], final: boolean) {
    this.feed.take(said);
    if (said.state === 'failed') this.relay?.lost('The student’s words could not be understood.');
    else if (final) this.relay?.finished(said);
    else this.relay?.speaking(said);
  }

  /** The model joins a conversation that may have begun in writing. */
  private greet() {
    const before = this.feed.snapshot().conversation.filter(said => !isPartial(said) && said.text);
    before.slice(-remembered).forEach((said, index) => {
      const id = `past_${index}`;
      this.captions?.repeat(id, said.id);
      const type = said.role === 'user' ? 'input_text' : 'output_text';
      this.peer?.send({ type: 'conversation.item.create', item: { id, type: 'message', role: said.role, content: [{ type, text: said.text }] } });
    });
    if (this.state.mode === 'push') this.sendTurnDetection();
  }

  // While the button decides, silence must not: a student who thinks is not to be cut off.
  private sendTurnDetection() {
    const detection = this.state.mode === 'push' ? null : this.turnDetection;
    this.peer?.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: detection } } } });
  }

  private listen() {
    const { microphone, mode, held, muted } = this.state;
    if (microphone) microphone.track.enabled = !muted && (mode === 'open' || held);
  }

  private watch(microphone: Microphone) {
    microphone.track.onended = () => {
      if (this.state.microphone !== microphone) return;
      this.show({ microphoneLost: true, problem: 'The microphone is gone: it was unplugged or its permission was taken away. You still hear the patient and can write.' });
    };
  }

  /** One tab holds the line; the lock goes with the tab, however that ends. */
  private takeLine(): Promise<boolean> {
    if (!navigator.locks) return Promise.resolve(true);
    return new Promise(resolve => {
      void navigator.locks.request(`emrsim.voice.${this.encounterId}`, { ifAvailable: true }, lock => {
        resolve(lock !== null);
        if (lock === null) return;
        return new Promise<void>(released => {
          this.release = released;
        });
      });
    });
  }

  private show(change: Partial<CallState>) {
    this.state = { ...this.state, ...change };
    for (const listener of this.heard) listener();
  }
}
