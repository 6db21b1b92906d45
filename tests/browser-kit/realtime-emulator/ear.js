// Opus spends few bytes on silence and many on sound; that is enough to tell a held button from a released one.
const loud = 48;
const beginAfter = 3;
const endAfter = 20;

export class Ear {
  speaking = false;
  #sounding = 0;
  #silent = 0;

  constructor({ onBegin, onEnd }) {
    this.onBegin = onBegin;
    this.onEnd = onEnd;
  }

  take(bytes) {
    if (bytes > loud) {
      this.#silent = 0;
      if (++this.#sounding >= beginAfter && !this.speaking) {
        this.speaking = true;
        this.onBegin();
      }
    } else {
      this.#sounding = 0;
      if (++this.#silent >= endAfter && this.speaking) {
        this.speaking = false;
        this.onEnd();
      }
    }
  }
}
