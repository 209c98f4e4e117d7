import { useTranslation } from "react-i18next";
import { useMay, useSession } from "../api/queries";
import { Mine } from "../forms/MinePage";
import { useLive } from "../live/store";
import { Earlier } from "../messages/Earlier";
import { OnDesk } from "../messages/OnDesk";
import page from "../parts/Page.module.css";
import { useTitle } from "../parts/useTitle";
import { Empty, PageSkeleton } from "../parts/Waiting";
import { DeskReviews } from "../quality/DeskReviews";
import { MyShifts } from "../shifts/MyShifts";
import { DeskTickets } from "../tickets/DeskTickets";
import { DeskForms } from "../wrapUp/DeskForms";
import { CallerPanel } from "./CallerPanel";
import { CallPanel } from "./CallPanel";
import classes from "./Desk.module.css";
import { useDeskPhones } from "./deskPhones";
import { MyFigures } from "./MyFigures";
import { Notify } from "./Notify";
import { PhonePanel } from "./phone/PhonePanel";
import { SignIn } from "./SignIn";
import { StatePanel } from "./StatePanel";
import { useOwnSeat } from "./useOwnSeat";

function Desk({ agent }: { agent: string }) {
  const { t } = useTranslation();
  const isThere = useLive((live) => live.epoch !== null || live.lastFrameAt > 0);
  const { id, seat } = useOwnSeat(agent);
  const worksCallbacks = useMay("work_callbacks");
  const worksSeat = useMay("work_seat");
  const hasReviews = useMay("see_own_reviews");
  const worksTickets = useMay("work_tickets");
  if (!isThere) return <PageSkeleton />;
  if (!seat) return <WithoutSeat agent={agent} />;
  return (
    <div className={page.page}>
      <header className={classes.head}>
        <h1>
          {seat.agent_name || agent} <small className="num">{agent}</small>
        </h1>
        {worksSeat && <Earlier />}
        <Notify />
      </header>
      <div className={classes.columns}>
        <div className={classes.messages}>{worksSeat && <OnDesk />}</div>
        <div className={classes.column}>
          <StatePanel key={id} seat={seat} />
          <PhonePanel seat={seat} />
          <CallPanel seat={seat} />
          <CallerPanel seat={seat} />
          {worksSeat && <DeskForms seat={seat} />}
        </div>
        <div className={classes.column}>
          <MyFigures state={seat.state} />
          {worksSeat && <MyShifts />}
          {worksTickets && <DeskTickets />}
          {hasReviews && <DeskReviews agent={agent} />}
          {worksCallbacks && (
            <section className={`${classes.column} ${classes.callbacks}`} aria-labelledby="desk-callbacks">
              <h2 id="desk-callbacks">{t("page.mine")}</h2>
              <Mine agent={agent} />
            </section>
          )}
        </div>
      </div>
    </div>
  );
}

/** Who has no phone of their own and sits nowhere chooses a desk phone; where there is none, the settings lack something. */
function WithoutSeat({ agent }: { agent: string }) {
  const { t } = useTranslation();
  const phones = useDeskPhones();
  const worksSeat = useMay("work_seat");
  const hasReviews = useMay("see_own_reviews");
  useTitle(t("page.desk"));
  if (phones.isLoading) return <PageSkeleton />;
  if (!phones.data?.length) return <Empty title={t("desk.noSeat")} text={t("desk.noSeatText", { agent })} />;
  return (
    <div className={page.page}>
      <header className={classes.head}>
        <h1>
          {t("desk.sitDown")} <small className="num">{agent}</small>
        </h1>
        {worksSeat && <Earlier />}
      </header>
      {worksSeat && <OnDesk />}
      <section className={`panel ${classes.panel} ${classes.alone}`} aria-label={t("desk.myState")}>
        <SignIn seat={null} />
      </section>
      {worksSeat && <MyShifts />}
      {hasReviews && <DeskReviews agent={agent} />}
    </div>
  );
}

/** Where an agent works: the own seat, the call at it, the callbacks, the day so far. */
export default function DeskPage() {
  const { t } = useTranslation();
  const { agent_number } = useSession().user;
  if (agent_number === null) return <Empty title={t("desk.noAgent")} text={t("desk.noAgentText")} />;
  return <Desk agent={agent_number} />;
}
