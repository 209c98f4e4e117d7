import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { refreshSession, SessionContext, signedOut, useMay, useSession, useSessionQuery } from "./api/queries";
import type { Permission, User } from "./api/shapes";
import { PhoneLine } from "./desk/phone/PhoneLine";
import { type Page, Shell } from "./frame/Shell";
import { suggestLanguage } from "./i18n";
import { startFeed } from "./live/feed";
import { reset, useLive } from "./live/store";
import { Boundary } from "./parts/Boundary";
import { Failure } from "./parts/Failure";
import { Empty, PageSkeleton } from "./parts/Waiting";
import { ChoosePassword } from "./signin/ChoosePassword";
import { FirstRun } from "./signin/FirstRun";
import { useFirstRun } from "./signin/firstRun";
import { SetUpSecondFactor } from "./signin/SetUpSecondFactor";
import { SignIn } from "./signin/SignIn";
import { TypeCode } from "./signin/TypeCode";

const FloorPage = lazy(() => import("./floor/FloorPage"));
const DeskPage = lazy(() => import("./desk/DeskPage"));
const CallsPage = lazy(() => import("./calls/CallsPage"));
const CallPage = lazy(() => import("./calls/CallPage"));
const CustomersPage = lazy(() => import("./customers/CustomersPage"));
const CustomerPage = lazy(() => import("./customers/CustomerPage"));
const TicketsPage = lazy(() => import("./tickets/TicketsPage"));
const TicketPage = lazy(() => import("./tickets/TicketPage"));
const KeysPage = lazy(() => import("./keys/KeysPage"));
const UsersPage = lazy(() => import("./users/UsersPage"));
const ProfilePage = lazy(() => import("./profile/ProfilePage"));
const BooksPage = lazy(() => import("./books/BooksPage"));
const ListsPage = lazy(() => import("./callbacks/ListsPage"));
const DoNotCallPage = lazy(() => import("./doNotCall/DoNotCallPage"));
const ListPage = lazy(() => import("./callbacks/ListPage"));
const TesterPage = lazy(() => import("./dialling/TesterPage"));
const MinePage = lazy(() => import("./forms/MinePage"));
const RecordPage = lazy(() => import("./forms/RecordPage"));
const ReportsPage = lazy(() => import("./reports/ReportsPage"));
const AlertsPage = lazy(() => import("./alerts/AlertsPage"));
const AuditPage = lazy(() => import("./audit/AuditPage"));
const ReviewFormsPage = lazy(() => import("./quality/FormsPage"));
const ReviewFormPage = lazy(() => import("./quality/FormPage"));
const InboxPage = lazy(() => import("./quality/InboxPage"));
const CoachingPage = lazy(() => import("./quality/CoachingPage"));
const CalibrationsPage = lazy(() => import("./quality/CalibrationsPage"));
const NewCalibrationPage = lazy(() => import("./quality/NewCalibrationPage"));
const CalibrationPage = lazy(() => import("./quality/CalibrationPage"));
const PlansPage = lazy(() => import("./quality/PlansPage"));
const ReviewsPage = lazy(() => import("./quality/ReviewsPage"));
const NewReviewPage = lazy(() => import("./quality/NewReviewPage"));
const ReviewPage = lazy(() => import("./quality/ReviewPage"));
const MyReviewsPage = lazy(() => import("./quality/MyReviewsPage"));
const LibraryPage = lazy(() => import("./library/LibraryPage"));
const PlaylistsPage = lazy(() => import("./library/PlaylistsPage"));
const PlaylistPage = lazy(() => import("./library/PlaylistPage"));
const WrapUpChoicesPage = lazy(() => import("./wrapUp/ChoicesPage"));
const RetentionPage = lazy(() => import("./retention/RetentionPage"));
const ExportsPage = lazy(() => import("./exports/ExportsPage"));
const ErasuresPage = lazy(() => import("./erasure/ErasuresPage"));
const ErasurePage = lazy(() => import("./erasure/ErasurePage"));
const ShiftsPage = lazy(() => import("./shifts/ShiftsPage"));
const WallboardPage = lazy(() => import("./wallboard/WallboardPage"));

export const PAGES: readonly Page[] = [
  { path: "/desk", name: "desk", permission: "work_seat", isForAgents: true },
  { path: "/floor", name: "floor", permission: "see_floor" },
  { path: "/calls", name: "calls", permission: "see_calls" },
  { path: "/customers", name: "customers", permission: "see_customers" },
  { path: "/tickets", name: "tickets", permission: "work_tickets" },
  { path: "/reports", name: "reports", permission: "see_reports" },
  { path: "/shifts", name: "shifts", permission: "see_shifts" },
  { path: "/callbacks", name: "callbacks", permission: "see_lists" },
  { path: "/mine", name: "mine", permission: "work_callbacks" },
  { path: "/alerts", name: "alerts", permission: "see_alerts" },
  { path: "/quality", name: "quality", permission: ["review_calls", "decide_appeals"] },
  { path: "/my-reviews", name: "myReviews", permission: "see_own_reviews", isForAgents: true },
  { path: "/library", name: "library", permission: "hear_clips" },
  { path: "/audit", name: "audit", permission: "see_audit" },
];

/** Whether somebody with these permissions may see what one of those needed opens. */
function opens(permissions: readonly Permission[], needed: Permission | readonly Permission[]): boolean {
  return [needed].flat().some((one) => permissions.includes(one));
}

/** The pages in the navigation: a desk is for who is an agent. */
function pagesOf({ permissions, agent_number }: User): Page[] {
  return PAGES.filter((page) => opens(permissions, page.permission) && (!page.isForAgents || agent_number !== null));
}

function isOnlyAgent({ roles }: User): boolean {
  return roles.length === 1 && roles[0] === "agent";
}

/** What is about the whole centre (`isOfCentre`) is closed to who sees a part of it. */
function Allowed({
  permission,
  isOfCentre = false,
  children,
}: Pick<Page, "permission"> & { isOfCentre?: boolean; children: React.ReactNode }) {
  const { t } = useTranslation();
  const { user } = useSession();
  const may = opens(user.permissions, permission) && (user.scope === null || !isOfCentre);
  return may ? children : <Empty title={t("page.notAllowed")} text={t("page.notAllowedText")} />;
}

function SignedIn() {
  const { t } = useTranslation();
  const { user } = useSession();
  const seesFloor = useMay("see_floor");
  const isRefused = useLive(({ connection }) => connection === "refused");
  const [location] = useLocation();
  useEffect(() => {
    if (isRefused) refreshSession(); // what one may do has changed
  }, [isRefused]);
  useEffect(() => suggestLanguage(user.language), [user.language]);
  useEffect(() => {
    if (!seesFloor) return;
    const feed = startFeed(signedOut);
    return () => {
      feed.stop();
      reset();
    };
  }, [seesFloor]);
  const pages = pagesOf(user);
  const first = isOnlyAgent(user) ? pages[0] : pages.find((page) => !page.isForAgents);
  return (
    <Shell pages={pages}>
      {user.agent_number !== null && seesFloor && <PhoneLine agent={user.agent_number} />}
      <Boundary key={location}>
        <Suspense fallback={<PageSkeleton />}>
          <Switch>
            <Route path="/">
              {first ? (
                <Redirect to={first.path} replace />
              ) : (
                <Empty title={t("page.nothing")} text={t("page.nothingText")} />
              )}
            </Route>
            <Route path="/floor">
              <Allowed permission="see_floor">
                <FloorPage />
              </Allowed>
            </Route>
            <Route path="/desk">
              <Allowed permission="work_seat">
                <DeskPage />
              </Allowed>
            </Route>
            <Route path="/calls">
              <Allowed permission="see_calls">
                <CallsPage />
              </Allowed>
            </Route>
            <Route path="/calls/:pbx/:call">
              {({ pbx, call }) => (
                <Allowed permission="see_calls">
                  <CallPage pbx={decodeURIComponent(pbx)} callId={decodeURIComponent(call)} />
                </Allowed>
              )}
            </Route>
            <Route path="/customers">
              <Allowed permission="see_customers">
                <CustomersPage />
              </Allowed>
            </Route>
            <Route path="/customers/:id">
              {({ id }) => (
                <Allowed permission="see_customers">
                  <CustomerPage key={id} id={Number(id)} />
                </Allowed>
              )}
            </Route>
            <Route path="/tickets">
              <Allowed permission="work_tickets">
                <TicketsPage />
              </Allowed>
            </Route>
            <Route path="/tickets/:id">
              {({ id }) => (
                <Allowed permission="work_tickets">
                  <TicketPage key={id} id={Number(id)} />
                </Allowed>
              )}
            </Route>
            <Route path="/exports">
              <Allowed permission="export_recordings">
                <ExportsPage />
              </Allowed>
            </Route>
            <Route path="/books">
              <Allowed permission="see_floor">
                <BooksPage />
              </Allowed>
            </Route>
            <Route path="/reports/:section?">
              {({ section }) => (
                <Allowed permission="see_reports">
                  <ReportsPage section={section ?? ""} />
                </Allowed>
              )}
            </Route>
            <Route path="/shifts/:section?">
              {({ section }) => (
                <Allowed permission="see_shifts">
                  <ShiftsPage section={section ?? ""} />
                </Allowed>
              )}
            </Route>
            <Route path="/callbacks">
              <Allowed permission="see_lists">
                <ListsPage />
              </Allowed>
            </Route>
            <Route path="/callbacks/do-not-call">
              <Allowed permission="see_lists" isOfCentre>
                <DoNotCallPage />
              </Allowed>
            </Route>
            <Route path="/callbacks/tester">
              <Allowed permission="see_lists">
                <TesterPage />
              </Allowed>
            </Route>
            <Route path="/callbacks/records/:attempt">
              {({ attempt }) => (
                <Allowed permission="work_callbacks">
                  <RecordPage attempt={attempt} />
                </Allowed>
              )}
            </Route>
            <Route path="/mine">
              <Allowed permission="work_callbacks">
                <MinePage />
              </Allowed>
            </Route>
            <Route path="/callbacks/:id">
              {({ id }) => (
                <Allowed permission="see_lists">
                  <ListPage id={id} />
                </Allowed>
              )}
            </Route>
            <Route path="/alerts/*?">
              <Allowed permission="see_alerts">
                <AlertsPage />
              </Allowed>
            </Route>
            <Route path="/keys">
              <KeysPage />
            </Route>
            <Route path="/quality">
              <Allowed permission={["review_calls", "decide_appeals"]}>
                <Redirect
                  to={
                    opens(user.permissions, "review_calls") && user.scope === null
                      ? "/quality/inbox"
                      : "/quality/reviews"
                  }
                  replace
                />
              </Allowed>
            </Route>
            <Route path="/quality/forms">
              <Allowed permission="review_calls">
                <ReviewFormsPage />
              </Allowed>
            </Route>
            <Route path="/quality/inbox">
              <Allowed permission="review_calls" isOfCentre>
                <InboxPage />
              </Allowed>
            </Route>
            <Route path="/quality/coaching">
              <Allowed permission={["review_calls", "decide_appeals"]}>
                <CoachingPage />
              </Allowed>
            </Route>
            <Route path="/quality/calibrations">
              <Allowed permission="review_calls" isOfCentre>
                <CalibrationsPage />
              </Allowed>
            </Route>
            <Route path="/quality/calibrations/new">
              <Allowed permission="manage_sampling">
                <NewCalibrationPage />
              </Allowed>
            </Route>
            <Route path="/quality/calibrations/:id">
              {({ id }) => (
                <Allowed permission="review_calls" isOfCentre>
                  <CalibrationPage key={id} id={id} />
                </Allowed>
              )}
            </Route>
            <Route path="/quality/plans">
              <Allowed permission="manage_sampling">
                <PlansPage />
              </Allowed>
            </Route>
            <Route path="/quality/forms/:id">
              {({ id }) => (
                <Allowed permission="review_calls">
                  <ReviewFormPage id={id} />
                </Allowed>
              )}
            </Route>
            <Route path="/quality/reviews">
              <Allowed permission={["review_calls", "decide_appeals"]}>
                <ReviewsPage />
              </Allowed>
            </Route>
            <Route path="/quality/reviews/new">
              <Allowed permission="review_calls">
                <NewReviewPage />
              </Allowed>
            </Route>
            <Route path="/quality/reviews/:id">
              {({ id }) => (
                <Allowed permission={["review_calls", "decide_appeals"]}>
                  <ReviewPage key={id} id={id} home="/quality/reviews" />
                </Allowed>
              )}
            </Route>
            <Route path="/my-reviews">
              <Allowed permission="see_own_reviews">
                <MyReviewsPage />
              </Allowed>
            </Route>
            <Route path="/my-reviews/:id">
              {({ id }) => (
                <Allowed permission="see_own_reviews">
                  <ReviewPage key={id} id={id} home="/my-reviews" />
                </Allowed>
              )}
            </Route>
            <Route path="/library">
              <Allowed permission="hear_clips">
                <LibraryPage />
              </Allowed>
            </Route>
            <Route path="/library/playlists">
              <Allowed permission="hear_clips">
                <PlaylistsPage />
              </Allowed>
            </Route>
            <Route path="/library/playlists/:id">
              {({ id }) => (
                <Allowed permission={id === "new" ? "manage_clips" : "hear_clips"}>
                  <PlaylistPage key={id} id={id} />
                </Allowed>
              )}
            </Route>
            <Route path="/profile">
              <ProfilePage />
            </Route>
            <Route path="/users">
              <Allowed permission="manage_users">
                <UsersPage />
              </Allowed>
            </Route>
            <Route path="/wrap-up-reasons">
              <Allowed permission="manage_wrap_ups" isOfCentre>
                <WrapUpChoicesPage />
              </Allowed>
            </Route>
            <Route path="/retention">
              <Allowed permission="manage_retention" isOfCentre>
                <RetentionPage />
              </Allowed>
            </Route>
            <Route path="/erasures">
              <Allowed permission="erase_customers">
                <ErasuresPage />
              </Allowed>
            </Route>
            <Route path="/erasures/:id">
              {({ id }) => (
                <Allowed permission="erase_customers">
                  <ErasurePage key={id} id={id} />
                </Allowed>
              )}
            </Route>
            <Route path="/audit">
              <Allowed permission="see_audit">
                <AuditPage />
              </Allowed>
            </Route>
            <Route>
              <Empty title={t("page.unknown")} text={t("page.unknownText")} />
            </Route>
          </Switch>
        </Suspense>
      </Boundary>
    </Shell>
  );
}

export function App() {
  const [location] = useLocation();
  if (location !== "/wallboard") return <Panel />;
  return (
    <Boundary>
      <Suspense fallback={<PageSkeleton />}>
        <WallboardPage />
      </Suspense>
    </Boundary>
  );
}

/** Before anybody is signed in: to sign in, or to make the first one who can. */
function Door() {
  const firstRun = useFirstRun();
  if (firstRun.isPending) return <PageSkeleton />;
  return firstRun.data?.is_needed ? <FirstRun file={firstRun.data.file} /> : <SignIn />;
}

/** What has to be done first, or the panel. */
function Admitted() {
  const { user } = useSession();
  if (user.must_type_code) return <TypeCode />;
  if (user.must_change_password) return <ChoosePassword />;
  return user.must_set_up_second_factor ? <SetUpSecondFactor /> : <SignedIn />;
}

function Panel() {
  const session = useSessionQuery();
  if (session.isPending) return <PageSkeleton />;
  if (session.isError) return <Failure error={session.error} onRetry={() => void session.refetch()} />;
  if (!session.data) return <Door />;
  return (
    <SessionContext value={session.data}>
      <Admitted />
    </SessionContext>
  );
}
