import { useEffect, useRef, useState } from "react";
import { ApiError } from "../api/client";
import { keepText } from "../parts/useKeptText";
import { type Draft, type Kept, readKept, sameDraft, tidy } from "./reviewing";
import type { Written } from "./reviews";

const SETTLE_MS = 500;
const AGAIN_MS = 5000;

export type Saving = "saved" | "saving" | "failed" | "stale";

/** Where a draft is kept in this browser, and how it is saved. */
export interface Saved {
  place: string;
  save: (version: number, draft: Draft) => Promise<Written>;
}

/**
 * What a reviewer types: kept in this browser at once, and saved a moment later, one save at a time. `left` is what an
 * earlier visit left here unsaved while the review was changed elsewhere.
 */
export function useDraft(review: Written, { place, save: saveDraft }: Saved, onSaved: (review: Written) => void) {
  const [left, setLeft] = useState<Kept | null>(() => {
    const kept = readKept(localStorage.getItem(place));
    return kept && !sameDraft(kept.draft, review) ? kept : null;
  });
  const isContinued = left?.version === review.version;
  const [draft, setDraft] = useState<Draft>(() => {
    const { answers, notes, comments } = isContinued && left ? left.draft : review;
    return { answers, notes, comments };
  });
  const [saving, setSaving] = useState<Saving>("saved");
  const [isKept, setIsKept] = useState(true);
  const now = useRef(draft);
  const known = useRef({ version: review.version, draft: review as Draft });
  const flight = useRef<Promise<boolean> | null>(null);

  function keep(unsaved: Draft): void {
    setIsKept(keepText(place, JSON.stringify({ version: known.current.version, draft: unsaved })));
  }
  function change(next: Draft): void {
    now.current = next;
    setDraft(next);
    keep(next);
    if (saving !== "stale") setSaving(sameDraft(next, known.current.draft) ? "saved" : "saving");
  }

  async function sendAll(): Promise<boolean> {
    try {
      while (!sameDraft(now.current, known.current.draft)) {
        const sent = now.current;
        setSaving("saving");
        const saved = await saveDraft(known.current.version, tidy(sent));
        known.current = { version: saved.version, draft: sent };
        if (now.current !== sent) keep(now.current);
        onSaved(saved);
      }
      localStorage.removeItem(place);
      setIsKept(true);
      setSaving("saved");
      return true;
    } catch (error) {
      setSaving(error instanceof ApiError && error.status === 409 ? "stale" : "failed");
      return false;
    }
  }

  /** Saves what is not saved yet; true when everything is. */
  function save(): Promise<boolean> {
    flight.current ??= sendAll().finally(() => {
      flight.current = null;
    });
    return flight.current;
  }

  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    if (saving === "stale" || sameDraft(draft, known.current.draft)) return;
    const timer = window.setTimeout(() => void latest.current(), saving === "failed" ? AGAIN_MS : SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [draft, saving]);

  return {
    draft,
    change,
    save,
    saving,
    /** False while what is not saved is in this page alone, and lost with it. */
    isKept,
    version: () => known.current.version,
    left: isContinued ? null : left,
    takeLeft: () => {
      if (left) change(left.draft);
      setLeft(null);
    },
    forget: () => {
      localStorage.removeItem(place);
      setLeft(null);
    },
  };
}
