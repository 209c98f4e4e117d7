import { ActionIcon, Menu } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import {
  IconAddressBook,
  IconArchive,
  IconBell,
  IconBooks,
  IconCalendarTime,
  IconChartBar,
  IconChecklist,
  IconClipboardText,
  IconDots,
  IconEraser,
  IconHeadset,
  IconHistory,
  IconKey,
  IconLayoutGrid,
  IconListTree,
  IconLogout,
  IconPhoneOutgoing,
  IconShieldCheck,
  IconStar,
  IconTicket,
  IconUser,
  IconUserCog,
  IconUsers,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { Bell } from "../alerts/Bell";
import { ask } from "../api/client";
import { signedOut, useMay, useSeesAll, useSession } from "../api/queries";
import type { Permission } from "../api/shapes";
import { Reached } from "../desk/Reached";
import { EmergencyBanner } from "../dialling/EmergencyStop";
import { roleName } from "../users/roles";
import { namesOf } from "../users/scope";
import { JournalBanner } from "./JournalBanner";
import { HealthBanner, LinkHealth } from "./LinkHealth";
import classes from "./Shell.module.css";
import { LanguageSwitch, ThemeSwitch } from "./Switches";
import { Wordmark } from "./Wordmark";

/** A page in the navigation, and what one must be permitted to see it. */
export interface Page {
  path: string;
  name: keyof typeof ICONS;
  /** Any one of them. */
  permission: Permission | readonly Permission[];
  /** Only for who is an agent. */
  isForAgents?: boolean;
}

const ICONS = {
  desk: IconHeadset,
  floor: IconLayoutGrid,
  calls: IconHistory,
  customers: IconAddressBook,
  tickets: IconTicket,
  reports: IconChartBar,
  shifts: IconCalendarTime,
  callbacks: IconPhoneOutgoing,
  mine: IconClipboardText,
  alerts: IconBell,
  quality: IconChecklist,
  myReviews: IconStar,
  library: IconBooks,
  audit: IconShieldCheck,
};

/** So many pages stand side by side on a phone; the others are behind a button. */
const MOST_ON_PHONE = 5;
const PHONE = "(max-width: 48rem)";

function Icon({ of }: { of: Page["name"] }) {
  const Drawn = ICONS[of];
  return <Drawn size={18} stroke={1.75} aria-hidden />;
}

function MorePages({ pages, isHere }: { pages: Page[]; isHere: (page: Page) => boolean }) {
  const { t } = useTranslation();
  const here = pages.find(isHere);
  return (
    // Inside the page's landmark, and with the keyboard at the first item at once.
    <Menu
      position="top-end"
      width={220}
      shadow="md"
      withInitialFocusPlaceholder={false}
      portalProps={{ target: "#content" }}
    >
      <Menu.Target>
        <button type="button" className={classes.link} data-here={here !== undefined || undefined}>
          <IconDots size={18} stroke={1.75} aria-hidden />
          {t("frame.more")}
        </button>
      </Menu.Target>
      <Menu.Dropdown className={classes.more}>
        {pages.map((page) => (
          <Menu.Item
            key={page.path}
            component={Link}
            href={page.path}
            aria-current={page === here ? "page" : undefined}
            leftSection={<Icon of={page.name} />}
          >
            {t(`page.${page.name}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Navigation({ pages }: { pages: Page[] }) {
  const { t } = useTranslation();
  const [location] = useLocation();
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false });
  const isHere = ({ path }: Page) => location === path || location.startsWith(`${path}/`);
  const shown = isPhone && pages.length > MOST_ON_PHONE ? pages.slice(0, MOST_ON_PHONE - 1) : pages;
  const others = pages.slice(shown.length);
  return (
    <nav className={classes.nav} aria-label={t("frame.navigation")}>
      {shown.map((page) => (
        <Link
          key={page.path}
          href={page.path}
          className={classes.link}
          aria-current={isHere(page) ? "page" : undefined}
        >
          <Icon of={page.name} />
          {t(`page.${page.name}`)}
        </Link>
      ))}
      {others.length > 0 && <MorePages pages={others} isHere={isHere} />}
    </nav>
  );
}

function Account() {
  const { t } = useTranslation();
  const { user } = useSession();
  const seesAll = useSeesAll();
  const managesUsers = useMay("manage_users");
  const seesNumbers = useMay("see_numbers");
  const managesRetention = useMay("manage_retention");
  const managesWrapUps = useMay("manage_wrap_ups");
  const erasesCustomers = useMay("erase_customers");
  const leave = () => void ask("DELETE /api/session").finally(signedOut);
  return (
    <Menu position="bottom-end" width={220} shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t("frame.account", { name: user.name || user.username })}>
          <IconUser size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <strong>{user.name || user.username}</strong>
          <br />
          {user.roles.map((role) => roleName(t, role)).join(", ")}
          {!seesNumbers && <p>{t("frame.numbersAreMasked")}</p>}
        </Menu.Label>
        <Menu.Item component={Link} href="/profile" leftSection={<IconUserCog size={16} />}>
          {t("frame.profile")}
        </Menu.Item>
        {managesUsers && (
          <Menu.Item component={Link} href="/users" leftSection={<IconUsers size={16} />}>
            {t("frame.users")}
          </Menu.Item>
        )}
        {managesWrapUps && seesAll && (
          <Menu.Item component={Link} href="/wrap-up-reasons" leftSection={<IconListTree size={16} />}>
            {t("wrapUp.choices")}
          </Menu.Item>
        )}
        {managesRetention && seesAll && (
          <Menu.Item component={Link} href="/retention" leftSection={<IconArchive size={16} />}>
            {t("frame.retention")}
          </Menu.Item>
        )}
        {erasesCustomers && (
          <Menu.Item component={Link} href="/erasures" leftSection={<IconEraser size={16} />}>
            {t("frame.erasures")}
          </Menu.Item>
        )}
        <Menu.Item component={Link} href="/keys" leftSection={<IconKey size={16} />}>
          {t("frame.keys")}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={leave}>
          {t("frame.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function Shell({ pages, children }: { pages: Page[]; children: ReactNode }) {
  const { t } = useTranslation();
  const { centre, user } = useSession();
  const seesFloor = useMay("see_floor");
  const seesLists = useMay("see_lists");
  const seesAlerts = useMay("see_alerts");
  const worksSeat = useMay("work_seat");
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t("frame.skip")}
      </a>
      <header className={classes.header}>
        <Link href="/" className={classes.home} aria-label={t("frame.home")}>
          <Wordmark />
        </Link>
        {user.scope && (
          <span className={classes.scope} title={t("scope.mark", { names: namesOf(user.scope) })}>
            {namesOf(user.scope)}
          </span>
        )}
        {centre.demo && <span className={classes.demo}>{t("frame.demo")}</span>}
        <Navigation pages={pages} />
        <div className={classes.right}>
          {seesFloor && <LinkHealth />}
          {seesFloor && seesAlerts && <Bell />}
          <LanguageSwitch />
          <ThemeSwitch />
          <Account />
        </div>
      </header>
      {seesLists && <EmergencyBanner />}
      {seesFloor && <HealthBanner />}
      {seesFloor && <JournalBanner />}
      {worksSeat && user.agent_number !== null && <Reached agent={user.agent_number} />}
      <main id="content" tabIndex={-1} className={classes.content}>
        {children}
      </main>
    </div>
  );
}
