import { type RefObject, useRef } from "react";

interface Graph {
  context: AudioContext;
  sides: GainNode[];
}

/** Both voices stay a little apart, so that they are told from each other, and each is heard in both ears. */
const APART = 0.35;

function graphOf(audio: HTMLAudioElement): Graph {
  const context = new AudioContext();
  const splitter = context.createChannelSplitter(2);
  context.createMediaElementSource(audio).connect(splitter);
  const sides = [-APART, APART].map((pan, index) => {
    const gain = context.createGain();
    splitter.connect(gain, index).connect(new StereoPannerNode(context, { pan })).connect(context.destination);
    return gain;
  });
  return { context, sides };
}

/** Sets who is heard how loud: −1 the agent alone, 0 both, 1 the customer alone. */
export function useBalance(audio: RefObject<HTMLAudioElement | null>): (balance: number) => void {
  const graph = useRef<Graph | null>(null);
  return (balance) => {
    if (!audio.current || (balance === 0 && !graph.current)) return;
    // Made at the first use, which is a click: a browser lets no page begin with sound by itself.
    graph.current ??= graphOf(audio.current);
    const [agent, customer] = graph.current.sides;
    if (agent) agent.gain.value = Math.min(1, 1 - balance);
    if (customer) customer.gain.value = Math.min(1, 1 + balance);
    void graph.current.context.resume();
  };
}
