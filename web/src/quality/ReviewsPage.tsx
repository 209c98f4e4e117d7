import { Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";
import { useMay } from "../api/queries";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import page from "../parts/Page.module.css";
import { ReviewRow, useReviewColumns } from "./ReviewRow";
import styles from "./Reviews.module.css";
import { REVIEW_STATES, type ReviewFilter, useReviews } from "./reviews";
import { Sections } from "./Sections";

const SETTLE_MS = 250;

/** All reviews that this user may read, with filters that stand in the address. */
export default function ReviewsPage() {
  const { t } = useTranslation();
  const reviews = useMay("review_calls");
  const [address, setAddress] = useSearchParams();
  const filter: ReviewFilter = {
    state: (address.get("state") ?? "") as ReviewFilter["state"],
    agent: address.get("agent") ?? "",
    reviewer: address.get("reviewer") ?? "",
    form: address.get("form") ?? "",
  };
  const [settled] = useDebouncedValue(JSON.stringify(filter), SETTLE_MS);
  const found = useReviews(JSON.parse(settled) as ReviewFilter);
  const lines = found.data?.pages.flatMap((page) => page.reviews) ?? [];
  const isFiltered = Object.values(filter).some(Boolean);
  const columns = useReviewColumns();
  function set(name: keyof ReviewFilter, value: string | null): void {
    const next = new URLSearchParams(address);
    if (value) next.set(name, value);
    else next.delete(name);
    setAddress(next, { replace: true });
  }
  return (
    <div className={page.page}>
      <h1 className="visually-hidden">{t("page.reviews")}</h1>
      <Sections here="reviews" />
      <ListPanel
        title={t("page.reviews")}
        asked={[found]}
        tools={
          <div className={styles.filters}>
            <Select
              size="xs"
              aria-label={t("review.column.state")}
              placeholder={t("review.anyState")}
              clearable
              clearButtonProps={{ "aria-label": t("review.anyState") }}
              data={REVIEW_STATES.map((value) => ({ value, label: t(`review.state.${value}`) }))}
              value={filter.state || null}
              onChange={(value) => set("state", value)}
            />
            {(["agent", "reviewer"] as const).map((name) => (
              <TextInput
                key={name}
                size="xs"
                aria-label={t(`review.filter.${name}`)}
                placeholder={t(`review.filter.${name}`)}
                value={filter[name]}
                onChange={(event) => set(name, event.currentTarget.value.trim())}
              />
            ))}
          </div>
        }
        columns={columns}
        rows={lines.map((line) => <ReviewRow key={line.id} line={line} home="/quality/reviews" />)}
        empty={
          isFiltered
            ? { title: t("review.noneSuch"), text: t("review.noneSuchText") }
            : { title: t("review.none"), text: reviews ? t("review.noneText") : t("review.noneForLeaders") }
        }
      >
        <MoreButton pages={found} />
      </ListPanel>
    </div>
  );
}
