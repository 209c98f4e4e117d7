import classes from "./Wordmark.module.css";

/** Our own mark: a ring that is open where the caller comes in, and a voice inside it. */
export function Wordmark({ large = false }: { large?: boolean }) {
  return (
    <span className={classes.wordmark} data-large={large || undefined}>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="9" className={classes.ground} />
        <g className={classes.lines}>
          <path d="M21.5 10.5a8 8 0 1 0 0 11" />
          <path d="M16 12.8v6.4" />
          <path d="M21 14.6v2.8" opacity="0.75" />
        </g>
      </svg>
      <span className={classes.name}>
        call<b>center</b>
      </span>
    </span>
  );
}
