const reasons: Record<string, string> = {
  NotAllowedError: 'The browser may not use the microphone. Allow it beside the address of this page, then try again; or go on in writing.',
  NotFoundError: 'No microphone was found. Plug one in and try again; or go on in writing.',
  NotReadableError: 'Another program holds the microphone. Close it there and try again; or go on in writing.',
};

export class MicrophoneProblem extends Error {}

/** One open microphone with its level. */
export class Microphone {
  private readonly context = new AudioContext();
  private readonly analyser = this.context.createAnalyser();
  private readonly samples: Float32Array<ArrayBuffer>;

  private constructor(readonly stream: MediaStream) {
    this.analyser.fftSize = 512;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.context.createMediaStreamSource(stream).connect(this.analyser);
  }

  static async open(): Promise<Microphone> {
    // Without a secure context the browser hides the microphone altogether.
    if (!navigator.mediaDevices?.getUserMedia) throw new MicrophoneProblem('The browser gives the microphone only to pages opened by https or on this machine; go on in writing.');
    try {
      return new Microphone(await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } }));
    } catch (failure) {
      const name = failure instanceof DOMException ? failure.name : '';
      throw new MicrophoneProblem(reasons[name] ?? 'The microphone could not be opened. Try again, or go on in writing.');
    }
  }

  get track(): MediaStreamTrack {
    return this.stream.getAudioTracks()[0]!;
  }

  /** 0 for silence, 1 for loud speech. */
  level(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length;
    return Math.min(1, Math.sqrt(power) * 4);
  }

  close() {
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close().catch(() => undefined);
  }
}
