/** What the tab of the browser says: the agent's own state, then the page. */

import { useEffect } from "react";

const parts = { state: "", page: "" };

/** Says this while it is shown. */
function useSaid(part: keyof typeof parts, words: string): void {
  useEffect(() => {
    const say = (what: string) => {
      parts[part] = what;
      document.title = [parts.state, parts.page, "callcenter"].filter(Boolean).join(" · ");
    };
    say(words);
    return () => say("");
  }, [part, words]);
}

export function useTitle(page: string): void {
  useSaid("page", page);
}

export function useStateInTitle(state: string): void {
  useSaid("state", state);
}
