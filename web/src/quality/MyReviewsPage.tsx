import { useTranslation } from "react-i18next";
import { useSession } from "../api/queries";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import page from "../parts/Page.module.css";
import { Empty } from "../parts/Waiting";
import { CoachingTasks } from "./CoachingTasks";
import { ReviewRow, useReviewColumns } from "./ReviewRow";
import { useReviews } from "./reviews";

/** The published reviews of the agent who this user is. */
export default function MyReviewsPage() {
  const { t } = useTranslation();
  const agent = useSession().user.agent_number;
  const found = useReviews({ agent: agent ?? "" }, agent !== null);
  const columns = useReviewColumns();
  const lines = found.data?.pages.flatMap((page) => page.reviews) ?? [];
  const title = <h1 className="visually-hidden">{t("page.myReviews")}</h1>;
  if (agent === null) {
    return (
      <>
        {title}
        <Empty title={t("review.noAgent")} text={t("review.noAgentText")} />
      </>
    );
  }
  return (
    <div className={page.page}>
      {title}
      <CoachingTasks agent={agent} home="/my-reviews" />
      <ListPanel
        title={t("page.myReviews")}
        asked={[found]}
        columns={columns}
        rows={lines.map((line) => <ReviewRow key={line.id} line={line} home="/my-reviews" />)}
        empty={{ title: t("review.noneOfMine"), text: t("review.noneOfMineText") }}
      >
        <MoreButton pages={found} />
      </ListPanel>
    </div>
  );
}
