import { useCallback } from "react";
import { useSearchParams } from "wouter";
import { type Opened, readOpened, writeOpened } from "./view";

/** The list that is open, in the address: a link leads to it, and so does the way back from a call. */
export function useOpened(): [Opened | null, (opened: Opened | null) => void] {
  const [params, setParams] = useSearchParams();
  const open = useCallback(
    (opened: Opened | null) =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          if (opened) next.set("open", writeOpened(opened));
          else next.delete("open");
          return next;
        },
        { replace: opened === null },
      ),
    [setParams],
  );
  return [readOpened(params.get("open")), open];
}
