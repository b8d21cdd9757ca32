/** A sound for what cannot wait, where the reader wants one. */

const kept = "vigil sound";

export const soundIsOn = () => localStorage.getItem(kept) !== null;

/** @type {AudioContext | undefined} */
let context;

/** Two short notes. A browser plays them only after the reader has touched the page. */
export function ring() {
  if (!soundIsOn()) return;
  context ??= new AudioContext();
  void context.resume();
  for (const [index, pitch] of [880, 660].entries()) {
    const begins = context.currentTime + index * 0.22;
    const tone = new OscillatorNode(context, { frequency: pitch });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.setTargetAtTime(0.2, begins, 0.01);
    loudness.gain.setTargetAtTime(0, begins + 0.16, 0.03);
    tone.connect(loudness).connect(context.destination);
    tone.start(begins);
    tone.stop(begins + 0.4);
  }
}

/** @param {boolean} on */
export function setSound(on) {
  if (on) localStorage.setItem(kept, "1");
  else localStorage.removeItem(kept);
  // So that the reader knows it.
  ring();
}
