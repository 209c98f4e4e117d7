import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "../api/queries";
import { NOTHING } from "../format";
import { serverNow } from "../live/clock";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import page from "../parts/Page.module.css";
import { type CoachedItem, type CoachingTask, useTasks } from "./coaching";
import { useWords } from "./forms";
import { rounded } from "./ReviewItem";

const COLUMNS = ["agent", "workOn", "due", "state", "owner"] as const;

/** `2 → 5`: what an item earned then, and in the next review. */
function change({ before, after }: CoachedItem): string {
  const told = [before, after].map((earned) => (earned ? rounded(earned.points) : NOTHING));
  return after ? told.join(" → ") : String(told[0]);
}

function Row({ task, home }: { task: CoachingTask; home: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const isLate = task.state !== "closed" && serverNow() >= task.due_at;
  return (
    <tr>
      <td>
        <Link href={`${home}/${task.review_id}`}>{task.agent_name || task.agent_number}</Link>
        <small className={page.small}>{format.dateMinute(task.talked_at)}</small>
      </td>
      <td>
        {task.items.map((item) => (
          <span key={item.id} className={page.small}>
            {words(item.label)}: <span className="num">{change(item)}</span>
          </span>
        ))}
      </td>
      <td className="num">{format.dateMinute(task.due_at)}</td>
      <td>
        {t(`coaching.state.${task.state}`)}
        {isLate && <small className={page.small}>{t("coaching.overdue")}</small>}
      </td>
      <td>{task.owner}</td>
    </tr>
  );
}

interface Props {
  /** Whose; null: everybody's. */
  agent: string | null;
  home: string;
  /** What stands there without any; without it nothing does. */
  empty?: { title: string; text: string };
}

/** The coaching tasks of one agent or all, each of which opens at its review. */
export function CoachingTasks({ agent, home, empty }: Props) {
  const { t } = useTranslation();
  const found = useTasks(agent);
  const tasks = found.data?.pages.flatMap((one) => one.tasks) ?? [];
  if (!empty && tasks.length === 0 && !found.isError) return null;
  return (
    <ListPanel
      title={t("coaching.title")}
      asked={[found]}
      columns={COLUMNS.map((name) => t(`coaching.column.${name}`))}
      rows={tasks.map((task) => <Row key={task.id} task={task} home={home} />)}
      empty={empty}
    >
      <MoreButton pages={found} />
    </ListPanel>
  );
}
