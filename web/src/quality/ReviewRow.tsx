import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "../api/queries";
import { NOTHING } from "../format";
import { useWords } from "./forms";
import { rounded } from "./ReviewItem";
import type { ReviewLine } from "./reviews";

export function useReviewColumns(): string[] {
  const { t } = useTranslation();
  return (["call", "agent", "form", "state", "score", "reviewer"] as const).map((name) => t(`review.column.${name}`));
}

/** A review as a line of a list. */
export function ReviewRow({ line, home }: { line: ReviewLine; home: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  return (
    <tr>
      <td>
        <Link href={`${home}/${line.id}`}>{format.dateMinute(line.talked_at)}</Link>
      </td>
      <td>{line.agent_name || line.agent_number}</td>
      <td>{words(line.form_name)}</td>
      <td>{t(`review.state.${line.state}`)}</td>
      <td className="num">
        {line.total === null ? NOTHING : rounded(line.total)}{" "}
        {line.has_passed === false && <small>{t("review.notPassed")}</small>}
      </td>
      <td>{line.reviewer}</td>
    </tr>
  );
}
