import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useTell } from "../parts/useTell";
import type { Doors } from "./ReviewEditor";
import { type Review, saveDraft, useDiscard, useTake } from "./reviews";

/** Where a review goes while it is written. */
export function useReviewDoors(review: Review): Doors {
  const { t } = useTranslation();
  const tell = useTell();
  const [, go] = useLocation();
  const take = useTake(review.id);
  const discard = useDiscard(review.id);
  return {
    place: `callcenter.review.${review.id}`,
    save: (version, draft) => saveDraft(review.id, version, draft),
    finish: (version) =>
      take.mutate(
        { path: "publish", version },
        { onSuccess: () => tell.success(t("review.published")), onError: tell.failure },
      ),
    finishing: "publish",
    isFinishing: take.isPending,
    discard: (version, forget) =>
      discard.mutate(version, {
        onSuccess: () => {
          forget();
          go("/quality/reviews");
        },
        onError: tell.failure,
      }),
    isDiscarding: discard.isPending,
  };
}
