/** A shape for each seat state, told apart without colour: drawn on a 20 × 20 grid. */

import type { ReactNode } from "react";
import type { SeatState } from "../api/shapes";
import classes from "./SeatGlyph.module.css";

const SHAPES: Record<SeatState, ReactNode> = {
  ready: <path d="M4.5 10.5 8.3 14.2 15.5 6.4" />,
  ringing: (
    <>
      <path d="M6 13.5V9a4 4 0 0 1 8 0v4.5l1 1H5z" />
      <path d="M8.8 16.6h2.4M2.6 8.2a6 6 0 0 1 1.7-3.6M17.4 8.2a6 6 0 0 0-1.7-3.6" />
    </>
  ),
  talking: (
    <path
      d="M3.5 9.2C3.5 6.3 6.4 4 10 4s6.500 2.300 6.500 5.200-2.900 5.200-6.500 5.200c-.7 0-1.300-.1-2-.2L4.800 16l.6-3.200c-1.200-1-1.900-2.200-1.900-3.600z"
      className={classes.solid}
    />
  ),
  on_hold: <path d="M7 5v10M13 5v10" className={classes.bold} />,
  wrap_up: (
    <path d="M4.500 15.500l.7-3L12.800 4.900a1.600 1.600 0 0 1 2.300 2.300L7.500 14.800zM11.300 6.500l2.200 2.200" />
  ),
  paused: (
    <>
      <path d="M4.500 8h8v4a3.500 3.500 0 0 1-3.500 3.500H8A3.500 3.500 0 0 1 4.500 12z" />
      <path d="M12.500 9h1.300a1.700 1.700 0 0 1 0 3.400h-1.400M7 3.500v1.700M10 3.500v1.700" />
    </>
  ),
  unreachable: (
    <>
      <path d="M10 3.500 17 16H3z" />
      <path d="M10 8v3.500M10 13.700v.2" />
    </>
  ),
  signed_out: <path d="M5 10h10" />,
};

interface GlyphProps {
  state: SeatState;
  small?: boolean;
  /** In a legend nothing rings. */
  still?: boolean;
}

export function SeatGlyph({ state, small, still }: GlyphProps) {
  return (
    <span
      className={classes.chip}
      data-state={state}
      data-small={small || undefined}
      data-still={still || undefined}
      aria-hidden
    >
      <svg viewBox="0 0 20 20" aria-hidden="true">
        {SHAPES[state] ?? SHAPES.signed_out}
      </svg>
    </span>
  );
}
